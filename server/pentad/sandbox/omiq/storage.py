"""The storage host behind signed addresses: it streams out with ranges, and takes uploads."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote

from pentad.clock import Clock
from pentad.sandbox.asgi import (
    CHUNK,
    WORKED,
    Receive,
    Reply,
    Scope,
    Send,
    answer,
    body_message,
    header_map,
    local_path,
    query_pairs,
    start_message,
)
from pentad.sandbox.omiq.artifacts import artifact
from pentad.sandbox.omiq.contents import Content
from pentad.sandbox.omiq.links import signature
from pentad.sandbox.omiq.originals import original
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.state import State
from pentad.sandbox.omiq.uploads import take

# Of each body that the log keeps: a table of five million events passes through here, and must not stay.
KEPT_BYTES = 65_536
_CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
_RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))")
_MEDIA = {"csv": "text/csv; charset=utf-8", "png": "image/png"}


def storage_error(status: int, code: str = "InternalError", message: str = "Please try again") -> Reply:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, text.encode(), {"content-type": "application/xml"})


class Storage:
    """An ASGI app of its own, as bodies pass through it piece by piece both ways."""

    def __init__(self, state: Callable[[], State], clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[WORKED] = 0
        state, headers = self._state(), header_map(scope)
        refused = _refused(state, scope, headers, self._clock.time())
        if refused is None and scope["method"] == "PUT":
            refused = await self._taken(state, scope, receive)
        else:
            while (await receive()).get("more_body", False):
                pass
        content = None if refused else _found(state, local_path(scope))
        if content is None:
            reply = refused or storage_error(404, "NoSuchKey", "The specified key does not exist")
            scope[WORKED] = reply.status
            await answer(send, reply.adding({"date": self._date()}))
            return
        part = _part(state, headers, local_path(scope), content)
        scope[WORKED] = part.status
        await self._stream(send, part, content)

    async def _taken(self, state: State, scope: Scope, receive: Receive) -> Reply:
        try:
            return await take(state, local_path(scope), header_map(scope), receive, self._clock.time())
        except RefusalError as refusal:
            return storage_error(refusal.status, "InvalidRequest", refusal.message)

    def _date(self) -> str:
        return formatdate(self._clock.time(), usegmt=True)

    async def _stream(self, send: Send, part: Part, content: Content) -> None:
        await send(start_message(part.status, {**part.headers, "date": self._date()}))
        left = part.size
        for piece in content.pieces(part.start) if left else ():
            view = memoryview(piece)[:left]
            for position in range(0, len(view), CHUNK):
                await send(body_message(bytes(view[position : position + CHUNK]), more=True))
            left -= len(view)
            if left == 0:
                break
        await send(body_message(b"", more=False))


def _refused(state: State, scope: Scope, headers: Mapping[str, str], now: float) -> Reply | None:
    """Like object storage, it takes no second credential beside the signature."""
    query, method = dict(query_pairs(scope)), scope["method"]
    if any(name in headers for name in _CREDENTIALS):
        return storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
    if method not in ("GET", "PUT"):
        return storage_error(405, "MethodNotAllowed", "The method is not allowed")
    expires = query.get("expires", "")
    right = signature(state, method, local_path(scope), expires)
    if not hmac.compare_digest(query.get("signature", "").encode(), right.encode()):
        return storage_error(403, "SignatureDoesNotMatch", "The signature does not match")
    if int(expires) <= now:
        return storage_error(403, "AccessDenied", "Request has expired")
    return None


def _found(state: State, path: str) -> Content | None:
    place, _, rest = path.removeprefix("/").partition("/")
    if place == "exports":
        table = state.tables.get(path)
        return None if table is None else table.content
    if place == "raw":
        file = state.files.get(int(rest.partition("/")[0]))
        return None if file is None else original(state, file)
    return artifact(state, rest) if place == "artifacts" else None


@dataclass(frozen=True, slots=True)
class Part:
    """What of a content is sent, and under which headers."""

    status: int
    start: int
    size: int
    headers: Mapping[str, str]


def _part(state: State, headers: Mapping[str, str], path: str, content: Content) -> Part:
    """One range is honoured, several are not; If-Range holds it to the ETag that it was given for."""
    total, name = content.length, path.rpartition("/")[2]
    tag = '"{}"'.format(hashlib.sha256(f"{path}:{total}".encode()).hexdigest()[:32])
    told = {
        "content-type": _MEDIA.get(name.rpartition(".")[2], "application/octet-stream"),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "etag": tag,
    }
    if not state.ranges:
        return Part(200, 0, total, {**told, "content-length": str(total)})
    told["accept-ranges"] = "bytes"
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", tag) != tag:
        return Part(200, 0, total, {**told, "content-length": str(total)})
    first, last, tail = found.groups()
    start = int(first) if first else max(total - int(tail), 0)
    end = min(int(last) if last else total - 1, total - 1)
    if start > end:
        return Part(416, 0, 0, {**told, "content-range": f"bytes */{total}", "content-length": "0"})
    size = end - start + 1
    where = {"content-range": f"bytes {start}-{end}/{total}", "content-length": str(size)}
    return Part(206, start, size, {**told, **where})
