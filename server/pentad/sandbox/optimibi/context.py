"""What a route's function is given, and the manners that several routes share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from pentad.sandbox.asgi import Call
from pentad.sandbox.optimibi.accounts import User
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.rules import Sight
from pentad.sandbox.optimibi.state import Session, State

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a multipart form; `file` is the name of a file, None for a plain field."""

    file: str | None
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Context:
    call: Call
    state: State
    who: User | None
    session: Session | None
    args: Mapping[str, str]
    now: float

    @property
    def user(self) -> User:
        if self.who is None:
            raise RefusalError("not logged in", "401")
        return self.who

    @property
    def sight(self) -> Sight:
        return Sight(self.user, self.state.row_rules, self.state.object_rules)

    @property
    def media(self) -> str:
        return self.call.headers.get("content-type", "").partition(";")[0].strip().lower()

    def param(self, name: str) -> str:
        return self.call.param(name) or ""

    def is_on(self, name: str) -> bool:
        return self.param(name).lower() == "true"

    def form(self) -> dict[str, str]:
        """The fields of a form; a body in any other encoding has none."""
        if self.media != FORM:
            return {}
        return dict(parse_qsl(self.call.body.decode("utf-8", "replace"), keep_blank_values=True))

    def text(self) -> str:
        """A body of plain text; a body in any other encoding has none."""
        return self.call.body.decode("utf-8", "replace").strip() if self.media == "text/plain" else ""

    def parts(self) -> dict[str, Part]:
        """The parts of a multipart form by name; a body in any other encoding has none."""
        if self.media != MULTIPART:
            return {}
        head = f"Content-Type: {self.call.headers['content-type']}\r\n\r\n".encode()
        found = BytesParser(policy=HTTP).parsebytes(head + self.call.body)
        named = ((one, one.get_param("name", header="content-disposition")) for one in found.iter_parts())
        return {str(name): Part(one.get_filename(), _content(one)) for one, name in named if name}

    def json(self) -> Any:
        """The JSON body; a body in any other encoding is not seen, and a broken one fails the call."""
        if self.media != "application/json" or not self.call.body.strip():
            return None
        try:
            return json.loads(self.call.body)
        except ValueError as error:
            raise RefusalError("Unexpected character in body", 500, 500) from error

    def fields(self) -> dict[str, Any]:
        """The members of a JSON object; none if the body is anything else."""
        body = self.json()
        return body if isinstance(body, dict) else {}

    @property
    def root(self) -> str:
        """The public address of the server, with a final slash."""
        return f"{self.call.base}/datafor/"


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def done(
    data: Any = None, *, code: str | int | None = "200", msg: str = "success", **more: Any
) -> dict[str, Any]:
    """The usual wrapper of a success."""
    told: dict[str, Any] = {"success": True, "msg": msg}
    return told | ({} if code is None else {"code": code}) | {"data": data} | more


def listed(text: str) -> list[Any]:
    """The list that a field of a form holds as JSON text; none if it is anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return value if isinstance(value, list) else []


def count_of(text: Any, default: int) -> int:
    """A number given as text or as a number."""
    return int(text) if str(text).isdecimal() else default
