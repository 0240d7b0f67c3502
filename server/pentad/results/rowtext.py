"""One JSON value in a text: where it ends, and the line that is kept of it.

Decoding a row exactly, cleaning it and writing it anew takes several times as long as reading it. Most rows
need none of that: their own text is kept, and only what may hide something goes the long way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, NoReturn

from pentad import jsontext
from pentad.text import clean, clean_json

# Escapes that may spell what `clean` removes (a test goes through all of them), halves of pairs included;
# and the characters that may have to go where they stand for themselves.
_HIDING = re.compile(
    r"\\(?:[bf]|u(?:00(?:[01]|7f|[89]|ad)|034f|061c|17b[45]|180e|20(?:0[bef]|2[89a-e]|6)|3164|d[89a-f]"
    r"|fe0|feff|ff(?:a0|f)))",
    re.IGNORECASE,
)
_ODD = re.compile(r"[^ -~]+")
_BREAKS = re.compile(r"[\t\r\n]\s*")
# As deep as `clean_json` goes; a text with fewer brackets cannot be nested deeper.
_DEEPEST = 200


class Line(NamedTuple):
    """A value as clean JSON on one line, and the names of its members; None for what is no object."""

    text: str
    names: Collection[str] | None


class _Repeated(ValueError):
    """An object has two members of one name."""


def scan(text: str, at: int) -> tuple[Line, int]:
    """The value that begins at this position, and where it ends. Raises JSONDecodeError where the text is
    wrong or stops too early, any other ValueError where more text would not help."""
    try:
        value, end = _QUICK.raw_decode(text, at)
    except _Repeated:
        return _exactly(text, at)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except InvalidOperation:
        raise ValueError("a number is out of all bounds") from None
    raw = text[at:end]
    if (len(raw) > _DEEPEST and _deep(raw)) or ("\\" in raw and _HIDING.search(raw)):
        return _exactly(text, at)
    if not (raw.isascii() and raw.isprintable()):
        odd = "".join(_ODD.findall(raw))
        if clean(odd) != odd:
            return _exactly(text, at)
        # A line end or tab stands between tokens only: within a text it would have to be escaped.
        raw = _BREAKS.sub("", raw)
    return Line(raw, tuple(value) if isinstance(value, dict) else None), end


def line(text: str) -> Line:
    """The line of a text that is one value. Raises ValueError."""
    found, end = scan(text, len(text) - len(text.lstrip(" \t\r\n")))
    if text[end:].strip(" \t\r\n"):
        raise ValueError("there is more text after the value")
    return found


def _deep(text: str) -> bool:
    return text.count("{") + text.count("[") > _DEEPEST


def _exactly(text: str, at: int) -> tuple[Line, int]:
    try:
        value, end = _EXACT.raw_decode(text, at)
        value = clean_json(value)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return Line(jsontext.dumps(value), tuple(value) if isinstance(value, dict) else None), end


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _Repeated
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_QUICK = json.JSONDecoder(object_pairs_hook=_once, parse_float=Decimal, parse_constant=_refuse)
_EXACT = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
