"""How a body goes on the wire: JSON, unless its type says that it is a form or plain text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx

from pentad import jsontext

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PLAIN = "text/plain; charset=UTF-8"


class Form(dict[str, Any]):
    """Fields of a form. None is left out, flags become words, and what has parts becomes JSON text."""


class Attachment(dict[str, Any]):
    """A file in a form of several parts; what it says of itself tells its content from any other."""

    def __init__(self, name: str, content: bytes, kind: str = "application/octet-stream") -> None:
        super().__init__(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        self.name, self.content, self.kind = name, content, kind


class Parts(dict[str, Any]):
    """A form of several parts, files among them; its other fields are as those of a `Form`."""


class Text(str):
    """Plain text, where a bare `str` is JSON that was written already."""

    __slots__ = ()


def encoded(body: Any) -> tuple[str, bytes] | None:
    """The media type of a body and its bytes; None for no body."""
    if body is None:
        return None
    if isinstance(body, Form):
        return FORM, urlencode(fields(body)).encode("ascii")
    if isinstance(body, Parts):
        return _multipart(body)
    if isinstance(body, Text):
        return PLAIN, body.encode()
    return JSON, body.encode() if isinstance(body, str) else jsontext.dumps(body, escaped=True).encode()


def _multipart(parts: Parts) -> tuple[str, bytes]:
    files = {
        name: (part.name, part.content, part.kind)
        for name, part in parts.items()
        if isinstance(part, Attachment)
    }
    others = {name: value for name, value in parts.items() if name not in files}
    # A field that is no file goes as a part all the same, without a name of its own.
    texts = [(name, (None, text.encode())) for name, text in fields(others)]
    made = httpx.Request("POST", "http://localhost", files=[*texts, *files.items()])
    return made.headers["content-type"], made.read()


def fields(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts in the order given."""
    return [(name, _field(value)) for name, value in form.items() if value is not None]


def _field(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.dumps(value)
