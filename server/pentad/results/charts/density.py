"""A density: how many rows fall into each cell of a grid, counted by the database over all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pentad.results.charts.columns import Column
from pentad.results.charts.grid import Grid, Scale
from pentad.results.charts.points import Points, empty
from pentad.results.values import quoted
from pentad.text import plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Cells of an axis: most, and least. With fewer rows they are fewer, as a cell is to show how many there are.
BINS, FEWEST = 200, 50
# A few rows far out would leave all others in one corner. So the plot ends where it has gone beyond all but
# this part of the rows, on either side, by so much of their range.
_PART = 0.001
_MARGIN = 0.2
# Halves are exact below the one, and parts of a number that are smaller than the other are not told apart.
_EXACT, _FINEST = 2.0**40, 1e-9


def read(connection: DuckDBPyConnection, table: str, columns: Mapping[str, Column]) -> Points:
    """The grid of two columns of numbers. Raises Undrawable where no row has both."""
    x, y = columns["x"], columns["y"]
    # A view, as a table of it would be a copy of millions of rows.
    connection.execute(
        f"CREATE TEMP VIEW drawn AS FROM (SELECT {x.value} AS x, {y.value} AS y FROM {quoted(table)}) "  # noqa: S608
        "WHERE x IS NOT NULL AND y IS NOT NULL"
    )
    (total,) = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone() or (0,)  # noqa: S608
    (rows,) = connection.execute("SELECT count(*) FROM drawn").fetchone() or (0,)
    if not rows:
        raise empty(columns, total)
    bins = min(BINS, max(FEWEST, round(2 * math.sqrt(rows))))
    across, up = _scale(connection, "x", bins), _scale(connection, "y", bins)
    found = connection.execute(
        f"SELECT {across.position('x')} AS a, {up.position('y')} AS u, count(*) FROM drawn "  # noqa: S608
        f"WHERE {across.within('x')} AND {up.within('y')} GROUP BY ALL"
    ).fetchall()
    grid = Grid(across, up, {(at, above): count for at, above, count in found})
    beyond = rows - sum(grid.counts.values())
    lie = "lies" if beyond == 1 else "lie"
    notes = [f"{plural(beyond, 'point')} far from the others {lie} beyond the plot"] if beyond else []
    return Points("density", columns, [], [], rows, total - rows, notes, grid)


def _scale(connection: DuckDBPyConnection, axis: str, bins: int) -> Scale:
    low, high, whole, part = connection.execute(
        f"SELECT min({axis}), max({axis}), bool_and(floor({axis}) = {axis}), "  # noqa: S608
        f"quantile_cont({axis}, [{_PART}, {1 - _PART}]) FROM drawn"
    ).fetchone() or (0.0, 0.0, False, [0.0, 0.0])
    span = part[1] - part[0]
    if span:
        low, high = max(low, part[0] - span * _MARGIN), min(high, part[1] + span * _MARGIN)
    most = max(abs(low), abs(high))
    if whole and high - low < BINS and most < _EXACT:
        # Each whole number has its own cells, and stands in their middle.
        return Scale(math.floor(low) - 0.5, 1.0, math.floor(high) - math.floor(low) + 1)
    if high - low <= most * _FINEST:
        width = max(1.0, most * _FINEST)
        return Scale((low + high - width) / 2, width, 1)
    return Scale(low, (high - low) / bins, bins)
