"""A histogram's bins, counted by the database over all rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pentad.results.charts.columns import Column
from pentad.results.charts.points import Points, Series, counted, gather

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 60


def read(connection: DuckDBPyConnection, table: str, columns: Mapping[str, Column]) -> Points:
    """One series: `xs` are the edges, one more than the counts in `ys`. Raises Undrawable."""
    left_out = gather(connection, table, columns)
    rows = counted(connection)
    low, high, quarter, rest, whole = connection.execute(
        "SELECT min(x), max(x), quantile_cont(x, 0.25), quantile_cont(x, 0.75), bool_and(floor(x) = x) "
        "FROM drawn"
    ).fetchone() or (0.0, 0.0, 0.0, 0.0, False)
    number = columns["x"].kind == "number"
    width = _width(high - low, rest - quarter, rows, whole=whole and number, rounded=number)
    # Whole numbers stand in the middle of what is counted for them.
    start = math.floor(low / width) * width - (0.5 if whole else 0) if number else low
    bins = max(1, math.ceil((high - start) / width))
    found = connection.execute(
        "SELECT least(floor((x - ?) / ?), ?)::INT AS bin, count(*) FROM drawn GROUP BY bin",
        [start, width, bins - 1],
    ).fetchall()
    counts = dict(found)
    edges = [start + index * width for index in range(bins + 1)]
    series = Series("", edges, [counts.get(index, 0) for index in range(bins)])
    return Points("histogram", columns, [series], [], rows, left_out)


def _width(span: float, middle: float, rows: int, *, whole: bool, rounded: bool) -> float:
    """The narrower of what Freedman and Diaconis and what Sturges propose, as numpy's `auto` does, and wide
    enough for `MOST` bins. `middle` is the range of the middle half."""
    if span == 0:
        return 1.0
    sturges = span / (math.log2(rows) + 1)
    proposed = 2 * middle / rows ** (1 / 3) or sturges
    # Bins that begin at a round number may be one more.
    width = max(min(proposed, sturges), span / (MOST - 2))
    if whole:
        width = max(width, 1.0)
    return _round(width) if rounded else width


def _round(width: float) -> float:
    """The next of 1, 2, 5, 10, ..."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * 0.999999)
