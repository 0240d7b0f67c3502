"""The HTTP layer of the sandbox: a request as a value in, a reply as a value out."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from pentad.clock import Clock

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SERVED = "pentad.served"
# In the scope: `Reply.worked` of the platform's own reply, 0 while it is at work; absent if it never began.
WORKED = "pentad.worked"
CHUNK = 65_536

_RAW_NUMBER = re.compile(r'"\\u0000(-?[0-9.]+)\\u0000"')


class CutError(ConnectionError):
    """The connection is closed in good order before the answer is complete."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `base` is scheme, host and mount point, so that links can be built from it."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    base: str
    scheme: str
    served: bool

    def param(self, name: str) -> str | None:
        """The last value wins, as in the frameworks that these platforms appear to use."""
        return dict(self.query).get(name)

    def json(self) -> Any:
        """An absent body reads as an empty object; raises ValueError when it is not JSON."""
        return json.loads(self.body) if self.body.strip() else {}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    refused: bool = False

    @property
    def worked(self) -> int:
        """The status, or that of a refusal where the platform refuses and calls it a success."""
        return 400 if self.refused and self.status < 300 else self.status

    def adding(self, headers: Mapping[str, str]) -> Reply:
        """The same reply with more headers; names are compared without regard to case."""
        named = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in named}
        return replace(self, headers={**kept, **headers})


def dumps(value: Any) -> bytes:
    """JSON in UTF-8; a Decimal keeps its digits (1.10 stays 1.10), which plain floats would lose."""
    text = json.dumps(value, ensure_ascii=False, default=_raw)
    return _RAW_NUMBER.sub(r"\1", text).encode()


def _raw(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    raise TypeError(type(value).__name__)


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, dumps(value), {"content-type": "application/json", **(headers or {})})


def html_reply(status: int, text: str) -> Reply:
    page = f"<!doctype html><html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>"
    return Reply(status, page.encode(), {"content-type": "text/html; charset=utf-8"})


@lru_cache(maxsize=256)
def _compiled(template: str) -> re.Pattern[str]:
    return re.compile("".join(_part(piece) for piece in re.split(r"(\{\w+\})", template)))


def _part(piece: str) -> str:
    return f"(?P<{piece[1:-1]}>[^/]+)" if piece.startswith("{") else re.escape(piece)


def matched(template: str, path: str) -> dict[str, str] | None:
    """What the braces of the template stand for in the path, or None when it is another path."""
    found = _compiled(template).fullmatch(path)
    return None if found is None else found.groupdict()


def is_served(scope: Scope) -> bool:
    """Whether the request came through a port rather than the in-process transport."""
    return SERVED in scope.get("extensions", {})


def local_path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def raw_path(scope: Scope) -> str:
    """The local path as it was sent, percent-encoded."""
    raw: bytes = scope["raw_path"]
    return raw.decode("ascii").removeprefix(scope.get("root_path", ""))


def header_map(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def query_pairs(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


async def read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def read_call(scope: Scope, receive: Receive) -> Call:
    headers = header_map(scope)
    scheme: str = scope["scheme"]
    base = f"{scheme}://{headers.get('host', 'localhost')}{scope.get('root_path', '')}"
    return Call(
        method=scope["method"],
        path=local_path(scope),
        query=query_pairs(scope),
        headers=headers,
        body=await read_body(receive),
        base=base,
        scheme=scheme,
        served=is_served(scope),
    )


def start_message(status: int, headers: Mapping[str, str]) -> Message:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def body_message(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def answer(send: Send, reply: Reply) -> None:
    """Send in bounded pieces, so that a slow reader holds the sender back."""
    length = {} if reply.status == 204 else {"content-length": str(len(reply.body))}
    await send(start_message(reply.status, reply.adding(length).headers))
    for position in range(0, len(reply.body), CHUNK):
        await send(body_message(reply.body[position : position + CHUNK], more=True))
    await send(body_message(b"", more=False))


class Wire:
    """An ASGI app around a function from call to reply; the Date header follows the injected clock.

    A platform that takes its time over an answer gives an asynchronous function, which can wait on
    the clock.
    """

    def __init__(self, handle: Callable[[Call], Reply | Awaitable[Reply]], clock: Clock) -> None:
        self._handle = handle
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(scope, receive)
        scope[WORKED] = 0
        given = self._handle(call)
        reply = given if isinstance(given, Reply) else await given
        scope[WORKED] = reply.worked
        await answer(send, reply.adding({"date": formatdate(self._clock.time(), usegmt=True)}))
