"""How a single value is written: plainly, or by the pattern of its property's formatting tag."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

Value = object
Scalar = str | int | float | Decimal | None


def plain(value: Value, *, booleans_as_text: bool = False) -> Scalar:
    """Booleans as 1 and 0, moments as text, decimals with all their digits, anything compound as text."""
    if isinstance(value, bool):
        return str(value).lower() if booleans_as_text else int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, str | int | Decimal):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def formatted(value: Value, pattern: str | None) -> Value:
    """The value as it was, where the pattern does not fit it."""
    return _PATTERNS[pattern](value) if pattern in _PATTERNS else value


def _money(sign: str) -> Callable[[Value], Value]:
    def written(value: Value) -> Value:
        if not isinstance(value, int | float | Decimal):
            return value
        return f"{'-' if value < 0 else ''}{sign}{abs(value):,.2f}"

    return written


def _percent(value: Value) -> Value:
    return f"{value * 100:.1f}%" if isinstance(value, int | float | Decimal) else value


def _moment(layout: str) -> Callable[[Value], Value]:
    def written(value: Value) -> Value:
        return value.strftime(layout) if isinstance(value, date) else value

    return written


_PATTERNS: Mapping[str | None, Callable[[Value], Value]] = {
    "$#,##0.00": _money("$"),
    "€#,##0.00": _money("€"),
    "0.0%": _percent,
    "dd/MM/yyyy": _moment("%d/%m/%Y"),
    "yyyy-MM-dd HH:mm": _moment("%Y-%m-%d %H:%M"),
}
