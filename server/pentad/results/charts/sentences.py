"""Two sentences that tell the numbers behind a chart, over all its rows and not only what is drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pentad.results.charts.points import Figure, Points, figure
from pentad.results.charts.words import name, number
from pentad.text import plural, several

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def told(connection: DuckDBPyConnection, points: Points) -> str:
    """What was drawn of the table `drawn`."""
    match points.kind:
        case "bar" | "heatmap":
            first, second = _places(points), _total(connection)
        case "line":
            first, second = _line(connection, points), _ends(points)
        case "scatter":
            first, second = _cloud(connection, points), _correlation(connection, points)
        case "density":
            first, second = _cloud(connection, points), _densest(points)
        case _:
            first, second = _bins(points), _middle(connection, points)
    if points.kind in ("bar", "line", "heatmap"):
        first += f": highest {_at(points, figure(connection, 'y DESC'))}, "
        first += f"lowest {_at(points, figure(connection, 'y'))}"
    return f"{first}. {second}{_left_out(points)}."


def _places(points: Points) -> str:
    y, x = points.columns["y"].label, points.x.label
    places = sum(len(series.xs) for series in points.series)
    if points.kind == "bar":
        return f"{plural(places, 'bar')} of {y} by {x}{_series(points)}"
    cells = f"{len(points.ticks)} by {len(points.series)} cells"
    filled = "" if places == len(points.ticks) * len(points.series) else f" ({places:,} filled)"
    return f"{cells}{filled} of {y} by {x} and {points.columns['by'].label}"


def _total(connection: DuckDBPyConnection) -> str:
    total, rows = connection.execute("SELECT sum(y), count(*) FROM drawn").fetchone() or (0, 0)
    return f"They add up to {number(total)} over {plural(rows, 'row')}"


def _line(connection: DuckDBPyConnection, points: Points) -> str:
    lines = len(points.series)
    what = "A line" if lines == 1 else f"{lines} lines"
    if points.x.kind == "text":
        span = f"{plural(len(points.ticks), 'name')} of {points.x.label}"
    else:
        span = f"{points.x.label} from {_span(connection, points, 'x')}"
    return (
        f"{what} of {points.columns['y'].label} over {span}{_series(points)}, {plural(points.rows, 'point')}"
    )


def _ends(points: Points) -> str:
    if len(points.series) == 1:
        ys = points.series[0].ys
        return f"It begins at {number(ys[0])} and ends at {number(ys[-1])}"
    ends = [f"'{name(series.name, 40)}' {number(series.ys[-1])}" for series in points.series]
    return f"The last values are {several(ends, 4)}"


def _cloud(connection: DuckDBPyConnection, points: Points) -> str:
    x, y = points.x.label, points.columns["y"].label
    return (
        f"{plural(points.rows, 'point')} of {y} against {x}{_series(points)}: {x} from "
        f"{_span(connection, points, 'x')}, {y} from {_span(connection, points, 'y')}"
    )


def _correlation(connection: DuckDBPyConnection, points: Points) -> str:
    (found,) = connection.execute("SELECT corr(y::DOUBLE, x) FROM drawn").fetchone() or (None,)
    if found is None or math.isnan(found):
        return "There is no correlation, as one of them is the same everywhere"
    return f"Their correlation (Pearson) is {found:.2f} over {plural(points.rows, 'row')}"


def _densest(points: Points) -> str:
    """Where most rows are, and what is drawn over it."""
    grid = points.grid
    if grid is None or not grid.counts:
        return "They are too far apart to be counted"
    (across, up), count = grid.densest
    x, y = (f"{part:.4g}" for part in (grid.x.middle(across), grid.y.middle(up)))
    drawn = len(points.outlines)
    verb = "is" if drawn == 1 else "are"
    over = f", and {plural(drawn, 'outline')} {verb} drawn" if drawn else ""
    at = f"about {points.x.label} {x} and {points.columns['y'].label} {y}"
    return f"The densest of {grid.x.bins} by {grid.y.bins} cells has {plural(count, 'point')}, at {at}{over}"


def _bins(points: Points) -> str:
    (series,) = points.series
    most = max(series.ys)
    at = list(series.ys).index(most)
    low, high = series.xs[at : at + 2]
    # Bins of whole numbers begin and end half-way between two of them, and no others do so everywhere.
    if all(edge % 1 == 0.5 for edge in series.xs):
        low, high = low + 0.5, high - 0.5
    span = points.x.shown(low) if low == high else f"{points.x.shown(low)} to {points.x.shown(high)}"
    bins = plural(len(series.ys), "bin")
    return f"{plural(points.rows, 'value')} of {points.x.label} in {bins}, the fullest {most:,} at {span}"


def _middle(connection: DuckDBPyConnection, points: Points) -> str:
    found = (
        connection.execute(
            "SELECT min(x), quantile_cont(x, 0.25), median(x), quantile_cont(x, 0.75), max(x), avg(x) "
            "FROM drawn"
        ).fetchone()
        or (0.0,) * 6
    )
    low, quarter, median, rest, high, mean = map(points.x.shown, found)
    half = f"the middle half from {quarter} to {rest}"
    return f"They go from {low} to {high}, {half}, median {median}, mean {mean}"


def _span(connection: DuckDBPyConnection, points: Points, role: str) -> str:
    low, high = connection.execute(f"SELECT min({role}), max({role}) FROM drawn").fetchone() or (0, 0)  # noqa: S608
    return f"{points.columns[role].shown(low)} to {points.columns[role].shown(high)}"


def _at(points: Points, found: Figure) -> str:
    where = f"{number(found.number)} at {points.x.quoted(found.x)}"
    by = points.columns.get("by")
    return f"{where}, {by.quoted(found.by)}" if by else where


def _series(points: Points) -> str:
    if "by" not in points.columns:
        return ""
    return f" in {plural(len(points.series), 'colour')} by {points.columns['by'].label}"


def _left_out(points: Points) -> str:
    if not points.left_out:
        return ""
    verb = "is" if points.left_out == 1 else "are"
    return f"; {plural(points.left_out, 'row')} without a value to draw {verb} left out"
