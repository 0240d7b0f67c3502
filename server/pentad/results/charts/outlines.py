"""Outlines to draw over a density, such as gates: rows of another result, of which some fit the axes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pentad.results.charts.columns import Column
from pentad.results.charts.grid import Grid
from pentad.results.values import quoted
from pentad.text import plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 30
# Rows that are looked at.
_ROWS = 10_000
_COLUMNS = ("name", "x", "y", "points")
# Exports call a column <feature>___<marker> where a gate says <feature>.
_MARKER = "___"
# Which sides an open coordinate of the first to fourth corner stands for.
_LEFT, _BOTTOM = (True, False, False, True), (True, True, False, False)

Point = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """A closed polygon within the plot, in units of the axes."""

    name: str
    points: Sequence[Point]


def wrong(connection: DuckDBPyConnection, table: str) -> list[str]:
    """Why the rows of a table are no outlines."""
    relation = connection.table(table)
    types = dict(zip(relation.columns, relation.types, strict=True))
    missing = [name for name in _COLUMNS if name not in types]
    if missing:
        return [
            f"{table} has no column {' and no column '.join(missing)}; each row needs name, x, y (the "
            "columns of its axes) and points (a list of [x, y])"
        ]
    if types["points"].id not in ("list", "array", "varchar") and str(types["points"]) != "JSON":
        return [f"points of {table} is {str(types['points'])[:60]}; a list of [x, y] is needed"]
    (rows,) = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone() or (0,)  # noqa: S608
    return [f"{table} has {rows:,} rows; at most {_ROWS:,} are looked at"] if rows > _ROWS else []


def read(
    connection: DuckDBPyConnection, table: str, columns: Mapping[str, Column], grid: Grid
) -> tuple[list[Outline], list[str]]:
    """The outlines of these axes, and remarks on those that are not drawn."""
    found = connection.execute(
        f"SELECT name::VARCHAR, x::VARCHAR, y::VARCHAR, to_json(points)::VARCHAR FROM {quoted(table)}"  # noqa: S608
    ).fetchall()
    drawn: list[Outline] = []
    others = hollow = beyond = 0
    for name, x, y, points in found:
        swapped = _fits(columns["x"].name, y) and _fits(columns["y"].name, x)
        if not swapped and not (_fits(columns["x"].name, x) and _fits(columns["y"].name, y)):
            others += 1
        elif (corners := _corners(points)) is None:
            hollow += 1
        elif visible := _clipped([(b, a) for a, b in corners] if swapped else corners, grid):
            drawn.append(Outline(name or "", visible))
        else:
            beyond += 1
    notes = _notes({"of other axes": others, "without points": hollow, "beyond the plot": beyond})
    if len(drawn) > MOST:
        notes.append(f"drawn are the first {MOST} of {len(drawn):,} outlines")
    return drawn[:MOST], notes


def _notes(counts: Mapping[str, int]) -> list[str]:
    return [
        f"{plural(count, 'outline')} {why} {'is' if count == 1 else 'are'} left out"
        for why, count in counts.items()
        if count
    ]


def _fits(column: str, feature: str | None) -> bool:
    return bool(feature) and (column == feature or column.startswith(f"{feature}{_MARKER}"))


def _corners(text: str | None) -> list[Point] | None:
    """The points of a row, infinite where a side is open; none where they are not a list of pairs, or where
    nobody can tell which side is meant."""
    try:
        value: Any = json.loads(text or "null")
        pairs = json.loads(value) if isinstance(value, str) else value
        if any(None in pair for pair in pairs) and len(pairs) != len(_LEFT):
            return None
        corners = [
            (_coordinate(x, _LEFT[at % 4]), _coordinate(y, _BOTTOM[at % 4]))
            for at, (x, y) in enumerate(pairs)
        ]
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return corners if len(corners) > 2 else None


def _coordinate(value: Any, low: bool) -> float:
    """Raises TypeError, ValueError and OverflowError."""
    if value is None:
        return -math.inf if low else math.inf
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _clipped(corners: Sequence[Point], grid: Grid) -> list[Point]:
    """What is within the plot, side by side (Sutherland and Hodgman); empty where nothing is."""
    points = [
        (_bounded(x, grid.x.low, grid.x.high), _bounded(y, grid.y.low, grid.y.high)) for x, y in corners
    ]
    for axis, scale in ((0, grid.x), (1, grid.y)):
        points = _cut(points, axis, scale.low, 1)
        points = _cut(points, axis, scale.high, -1)
    return points


def _bounded(value: float, low: float, high: float) -> float:
    """Open sides end out of sight, near enough to reckon with."""
    far = 1e6 * (high - low)
    return min(max(value, low - far), high + far)


def _cut(points: Sequence[Point], axis: int, edge: float, sign: int) -> list[Point]:
    """The polygon on one side of an edge."""
    kept: list[Point] = []
    for before, after in zip([*points[-1:], *points[:-1]], points, strict=True):
        inside = [sign * (point[axis] - edge) >= 0 for point in (before, after)]
        if inside[0] != inside[1]:
            part = (edge - before[axis]) / (after[axis] - before[axis])
            across = before[1 - axis] + part * (after[1 - axis] - before[1 - axis])
            kept.append((edge, across) if axis == 0 else (across, edge))
        if inside[1]:
            kept.append(after)
    return kept
