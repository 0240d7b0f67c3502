"""Numbers, moments and names as a chart and its sentences show them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

from pentad.text import clean, shorten

Number = int | float | Decimal

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments are UTC by now, and charts have no zones
_LENGTHS = {"month": 7, "day": 10}


def number(value: Number) -> str:
    """With thousands separators; exact where it is exact, else about seven digits."""
    if isinstance(value, Decimal):
        return _trimmed(f"{value:,f}")
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.4g}"
    whole_digits = math.floor(math.log10(size)) + 1 if size else 1
    return _trimmed(f"{value:,.{min(max(7 - whole_digits, 2), 9)}f}")


def tick(value: float) -> str:
    """A round number beside an axis."""
    return f"{value:,.15g}" if abs(value) < 1e15 else f"{value:.4g}"


def brief(value: float) -> str:
    """In at most seven signs or so: 12.3M, 4,120, 0.031."""
    for size, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size <= abs(value) < 1e15:
            return f"{value / (1e3 if sign == 'k' else size):.3g}{sign}"
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:.2g}"


def moment(days: float, unit: str) -> str:
    """ISO 8601, as long as `unit` (month, day or second) needs it; `days` since 1970."""
    at = _EPOCH + timedelta(seconds=round(days * 86400))
    return at.isoformat(" ")[: _LENGTHS.get(unit, 19)]


def name(text: str, most: int = 60) -> str:
    """A column's or value's name on one line, cleaned and bounded."""
    return shorten(clean(text[: most * 20]), most) or "(empty)"


def _trimmed(digits: str) -> str:
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if plain == "-0" else plain
