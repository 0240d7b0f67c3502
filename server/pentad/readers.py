"""Values of settings, read from text. Each raises ValueError that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pentad.text import whole_number


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
    number = whole_number(text)
    if number is None or not least <= number <= most:
        raise ValueError(f"{text!r:.80} is not a number from {least} to {most}")
    return number


def hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0.1 <= hours <= 48:
        raise ValueError(f"{text!r} is not a number from 0.1 to 48")
    return hours
