"""What this session used up of credits and model calls, against the limits the user set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pentad.text import whole_number

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

KINDS = ("credits", "model")
_MOST = 10**6


def limits(text: str) -> dict[str, int]:
    """`20` for each kind, or `credits=20,model=10`. Raises ValueError that says what is wrong."""
    if "=" not in text:
        return dict.fromkeys(KINDS, _number(text.strip()))
    read: dict[str, int] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        kind, _, number = map(str.strip, part.partition("="))
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
        if kind in read:
            raise ValueError(f"{kind!r} is given twice")
        read[kind] = _number(number)
    return read


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None or number > _MOST:
        raise ValueError(f"{text!r:.80} is not a number from 0 to {_MOST}")
    return number


class Spending:
    """Counts at most what was used: no platform tells what a call did cost. Nothing may be awaited between
    `exceeds` and `spent`, or two calls take the same rest."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = dict(limits)
        self._used: Counter[str] = Counter()

    def cost(self, operation: AnyOperation) -> int:
        """The most that one call uses; 0 for an operation that spends nothing."""
        return operation.cost if operation.spends is not None else 0

    def left(self, kind: str) -> int | None:
        """What may still be used, never negative; None where the user set no limit."""
        limit = self._limits.get(kind)
        return None if limit is None else max(0, limit - self._used[kind])

    def exceeds(self, operation: AnyOperation) -> bool:
        """Whether one call more could go beyond the limit."""
        left = self.left(operation.spends) if operation.spends is not None else None
        return left is not None and self.cost(operation) > left

    def spent(self, operation: AnyOperation) -> None:
        """Count a call that was sent, whatever came of it."""
        if operation.spends is not None:
            self._used[operation.spends] += operation.cost

    def returned(self, operation: AnyOperation) -> None:
        """Take back what was counted for a call that certainly did nothing."""
        if operation.spends is not None:
            self._used[operation.spends] -= operation.cost

    def told(self) -> dict[str, str]:
        """Per kind what was used of how much, such as `15 of 20`; kinds that are neither used nor limited
        are left out."""
        kinds = [kind for kind in KINDS if kind in self._limits or self._used[kind]]
        return {kind: self._told(kind) for kind in kinds}

    def _told(self, kind: str) -> str:
        used, limit = self._used[kind], self._limits.get(kind)
        return f"{used}" if limit is None else f"{used} of {limit}"
