"""Values of settings, read from text. Each raises ValueError that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args


def flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def some_of(text: str, choices: Sequence[str]) -> frozenset[str]:
    wrong = sorted(names(text) - set(choices))
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not one of {', '.join(choices)}")
    return names(text)


def one_of(text: str, choices: Any) -> str:
    if text not in get_args(choices):
        raise ValueError(f"{text!r} is not one of {', '.join(get_args(choices))}")
    return text


def whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ValueError(f"{text!r} is not a number from {least} to {most}")
    return int(text)


def hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0.1 <= hours <= 48:
        raise ValueError(f"{text!r} is not a number from 0.1 to 48")
    return hours
