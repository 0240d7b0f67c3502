"""JSON without loss: numbers keep their spelling (1.10 stays 1.10), integers are exact, output is compact."""

from __future__ import annotations

import json
import re
import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from pentad.text import clean_json

# A decimal leaves `json` as a string between marks that no text can contain by intention or accident.
_MARK = secrets.token_hex(8)
_NUMBER = re.compile(f'"\\\\u0000{_MARK}([^"]*)"')
_LONE = re.compile("[\ud800-\udfff]")


def loads(body: bytes | str) -> Any:
    """Decode and clean; decimals arrive as `Decimal`. Raises ValueError on anything that is not JSON."""
    try:
        return clean_json(exact(body))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def exact(body: bytes | str) -> Any:
    """The same without cleaning, for what is sent back as it came and shown to nobody."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except InvalidOperation:
        raise ValueError("a number is out of all bounds") from None


def dumps(value: Any, *, escaped: bool = False) -> str:
    """Compact JSON text, not escaped beyond need; `Decimal` values come out as the numbers they were.

    Half a surrogate pair, which no encoding can carry, becomes a replacement character, unless all that is
    not ASCII is `escaped`.
    """
    text = json.dumps(value, ensure_ascii=escaped, separators=(",", ":"), default=_number, allow_nan=False)
    if _MARK in text:
        text = _NUMBER.sub(r"\1", text)
    return text if text.isascii() else _LONE.sub("\ufffd", text)


def _number(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        # Readers take -0 for an integer, which has no negative zero.
        return f"\0{_MARK}{'0' if str(value) == '-0' else value}"
    raise TypeError(f"{type(value).__name__} is not JSON")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
