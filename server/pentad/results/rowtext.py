"""One JSON value in a text: where it ends, and the line that is kept of it.

Decoding a row exactly, cleaning it and writing it anew takes several times as long as reading it. Most rows
need none of that: their own text is kept, and only what may hide something, or may hold a secret where they
are to be taken out, goes the long way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, NoReturn

from pentad import jsontext, secrecy
from pentad.text import JOINING, clean, clean_json

# Escapes that may spell what `clean` removes (a test goes through all of them), halves of pairs included, or
# a letter of a secret; and the characters that may have to go where they stand for themselves.
_HIDING = re.compile(
    r"\\(?:[bf]|u(?:00(?:[0-7]|[89]|ad)|034f|061c|115f|1160|17b[45]|180[b-f]|20(?:0[b-f]|2[89a-e]|6)|3164"
    r"|d[89a-f]|fd[de]|fe0|feff|ff(?:a0|f)))",
    re.IGNORECASE,
)
_ODD = re.compile(r"[^ -~]+")
_BREAKS = re.compile(r"[\t\r\n]\s*")
# As deep as `clean_json` goes; a text with fewer brackets cannot be nested deeper.
_DEEPEST = 200


class Line(NamedTuple):
    """A value as clean JSON on one line, and the names of its members; None for what is no object. `swept` is
    whether secrets were taken out."""

    text: str
    names: Collection[str] | None
    swept: bool = False


class _Unfit(ValueError):
    """An object has two members of one name, or one that is named like a secret."""


def scan(
    text: str, at: int, *, sifted: bool = False, odd: bool = True, telling: bool = True
) -> tuple[Line, int]:
    """The value that begins at this position, and where it ends. Raises JSONDecodeError where the text is
    wrong or stops too early, any other ValueError where more text would not help.

    `sifted` takes secrets out; `odd` and `telling` are what `is_odd` and `secrecy.telling` say of the text.
    Asking them once for many values is what makes each of them cheap.
    """
    try:
        value, end = (_WARY if sifted else _QUICK).raw_decode(text, at)
    except _Unfit:
        return _exactly(text, at, sifted)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except InvalidOperation:
        raise ValueError("a number is out of all bounds") from None
    raw = text[at:end]
    # A level of nesting takes two brackets.
    if len(raw) > 2 * _DEEPEST and _deep(raw):
        return _exactly(text, at, sifted)
    if sifted and telling and secrecy.telling(raw):
        return _exactly(text, at, sifted)
    kept = _tidied(raw) if odd else raw
    if kept is None:
        return _exactly(text, at, sifted)
    return Line(kept, tuple(value) if isinstance(value, dict) else None), end


def is_odd(text: str) -> bool:
    """Whether values in the text may hide what `clean` removes, or have line ends between tokens."""
    return not text.isascii() or any(sign in text for sign in "\\\t\r\n\x7f")


def received(text: str, at: int) -> tuple[Line, int]:
    """What `scan` makes of a value that a platform sent: secrets are taken out."""
    return scan(text, at, sifted=True)


def line(text: str) -> Line:
    """The line of a text that is one value. Raises ValueError."""
    found, end = scan(text, len(text) - len(text.lstrip(" \t\r\n")))
    if text[end:].strip(" \t\r\n"):
        raise ValueError("there is more text after the value")
    return found


def _tidied(raw: str) -> str | None:
    """The text on one line; None where it may hide something."""
    if "\\" in raw and _HIDING.search(raw):
        return None
    if raw.isascii() and raw.isprintable():
        return raw
    odd = "".join(_ODD.findall(raw))
    # What joins letters is judged by its neighbours.
    if clean(odd) != odd or (JOINING.search(odd) and clean(raw) != raw):
        return None
    # A line end or tab stands between tokens only: within a text it would have to be escaped.
    return _BREAKS.sub("", raw)


def _deep(text: str) -> bool:
    return text.count("{") + text.count("[") > _DEEPEST


def _exactly(text: str, at: int, sifted: bool) -> tuple[Line, int]:
    try:
        value, end = _EXACT.raw_decode(text, at)
        value = clean_json(value)
        kept = secrecy.without_secrets(value) if sifted else value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return Line(jsontext.dumps(kept), tuple(kept) if isinstance(kept, dict) else None, kept != value), end


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _Unfit
    return found


def _once_and_plain(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members) or (not _harmless(found) and secrecy.named(found)):
        raise _Unfit
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_QUICK = json.JSONDecoder(object_pairs_hook=_once, parse_float=Decimal, parse_constant=_refuse)
_harmless = secrecy.HARMLESS.issuperset
_WARY = json.JSONDecoder(object_pairs_hook=_once_and_plain, parse_float=Decimal, parse_constant=_refuse)
_EXACT = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
