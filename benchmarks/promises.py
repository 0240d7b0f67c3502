"""What is promised in numbers, beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tables import Table


@dataclass(frozen=True)
class Promise:
    """One promise: `bound` and `figure` in words, with units. `reason` says why it is not met, or what a
    reader has to know of how it was measured."""

    what: str
    bound: str
    figure: str
    met: bool
    reason: str = ""


@dataclass(frozen=True)
class Figures:
    """What one benchmark found: its promises, and the tables with all that was measured."""

    promises: Sequence[Promise]
    tables: Sequence[Table]


def table(title: str, promises: Sequence[Promise]) -> Table:
    rows = [(each.what, each.bound, each.figure, "yes" if each.met else "NO") for each in promises]
    remarks = tuple(f"{each.what}: {each.reason}" for each in promises if each.reason)
    return Table(title, ("promise", "bound", "measured", "met"), rows, remarks)
