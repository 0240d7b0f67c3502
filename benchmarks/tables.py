"""A table that reads the same on a terminal and in a Markdown file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The first column is text, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    remarks: tuple[str, ...] = ()

    def text(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        rule = [f"{'-' * (width - 1)}:" for width in widths]
        rule[0] = "-" * widths[0]
        lines = [_line(row, widths) for row in (self.columns, tuple(rule), *self.rows)]
        return "\n".join([f"## {self.title}", "", *lines, *(f"\n{remark}" for remark in self.remarks)])


def _line(row: tuple[str, ...], widths: Sequence[int]) -> str:
    first, *rest = row
    cells = [
        first.ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)),
    ]
    return f"| {' | '.join(cells)} |"


def ratio(part: float, whole: float) -> str:
    """How many times the whole the part is; a dash where there is no whole."""
    return f"{part / whole:.2f}" if whole else "-"
