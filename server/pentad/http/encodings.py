"""How a body goes on the wire: JSON, unless its type says that it is a form or plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pentad import jsontext

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PLAIN = "text/plain; charset=UTF-8"


class Form(dict[str, Any]):
    """Fields of a form. None is left out, flags become words, and what has parts becomes JSON text."""


class Text(str):
    """Plain text, where a bare `str` is JSON that was written already."""

    __slots__ = ()


def encoded(body: Any) -> tuple[str, bytes] | None:
    """The media type of a body and its bytes; None for no body."""
    if body is None:
        return None
    if isinstance(body, Form):
        return FORM, urlencode(fields(body)).encode("ascii")
    if isinstance(body, Text):
        return PLAIN, body.encode()
    return JSON, body.encode() if isinstance(body, str) else json.dumps(body).encode()


def fields(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts in the order given."""
    return [(name, _field(value)) for name, value in form.items() if value is not None]


def _field(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.dumps(value)
