"""A grid of cells over two axes of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """So many `bins` of one axis, of this width in the axis's units, from `low` on."""

    low: float
    width: float
    bins: int

    @property
    def high(self) -> float:
        return self.low + self.width * self.bins

    def middle(self, at: int) -> float:
        """Of the bin at this position."""
        return self.low + self.width * (at + 0.5)

    def position(self, value: str) -> str:
        """SQL for the position of a value's bin."""
        return f"least(floor(({value} - {self.low!r}) / {self.width!r}), {self.bins - 1})::INT"

    def within(self, value: str) -> str:
        """SQL for whether a value is in any. The last edge is in, with room for how it was computed."""
        return f"{value} BETWEEN {self.low!r} AND {self.high + self.width * 1e-6!r}"


@dataclass(frozen=True)
class Grid:
    """`counts` are rows by position across and up; a cell without rows has none."""

    x: Scale
    y: Scale
    counts: Mapping[tuple[int, int], int]

    @property
    def densest(self) -> tuple[tuple[int, int], int]:
        """The cell with the most rows, the first one where several have as many, and how many it has."""
        return min(self.counts.items(), key=lambda cell: (-cell[1], cell[0]))
