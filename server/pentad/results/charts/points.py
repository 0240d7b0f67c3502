"""What a chart draws, read from all the rows within the bounds of what can be seen.

Rows are drawn as they are. Where a place in the chart would need one number and rows have several, nothing
is drawn: which way to add them up is the caller's to say, and the statement that does it is in the refusal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pentad.results.charts.columns import Column, Undrawable
from pentad.results.charts.grid import Grid
from pentad.results.charts.outlines import Outline
from pentad.results.charts.words import Number, name
from pentad.results.values import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BARS = 200
SERIES = 12
POINTS = 20_000
CELLS = 100
# Of a longer line the highest and lowest point of each stretch is drawn; a stretch is about a pixel wide.
_STRETCHES = POINTS // SERIES // 2
_TOP = 30

Value = float | str


@dataclass(frozen=True)
class Series:
    """Points of one colour, or one line of cells. `xs` are positions: numbers, days since 1970, or indices
    of the chart's `ticks`."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


@dataclass(frozen=True)
class Figure:
    """A number of the chart and where it stands."""

    number: Number
    x: Value
    by: Value


@dataclass(frozen=True)
class Points:
    """`ticks` are the names along x where x has names. `rows` are drawn, `left_out` have no value. A density
    has a `grid` instead of series, and may have outlines."""

    kind: str
    columns: Mapping[str, Column]
    series: Sequence[Series]
    ticks: Sequence[str]
    rows: int
    left_out: int
    notes: list[str] = field(default_factory=list[str])
    grid: Grid | None = None
    outlines: Sequence[Outline] = ()

    @property
    def x(self) -> Column:
        return self.columns["x"]


def read(connection: DuckDBPyConnection, table: str, kind: str, columns: Mapping[str, Column]) -> Points:
    """Everything that has series of its own rows. Raises Undrawable."""
    left_out = gather(connection, table, columns)
    notes = _largest(connection, columns) if kind != "heatmap" and "by" in columns else []
    if kind != "scatter":
        _once(connection, table, kind, columns)
    rows = counted(connection)
    if rows <= POINTS:
        read = connection.execute('SELECT x, "by", y::DOUBLE FROM drawn ORDER BY i')
    elif kind == "line":
        read = connection.execute(_EXTREMES, {"parts": _STRETCHES})
        notes.append(
            f"of the {rows:,} points the highest and lowest of each of {_STRETCHES} stretches are drawn"
        )
    else:
        read = connection.execute(_SAMPLE, {"parts": POINTS})
        notes.append(f"a random sample of {POINTS:,} of the {rows:,} points is drawn")
    series, ticks = _arranged(kind, columns, read.fetchall())
    return Points(kind, columns, series, ticks, rows, left_out, notes)


def gather(connection: DuckDBPyConnection, table: str, columns: Mapping[str, Column]) -> int:
    """Make the table `drawn` of rows that have every value, numbered; returns how many have not. Raises
    Undrawable where there is none."""
    taken = [f"{column.value} AS {quoted(role)}" for role, column in columns.items()]
    taken += [f"{blank} AS {quoted(role)}" for role, blank in _BLANK.items() if role not in columns]
    connection.execute(
        f"CREATE TEMP TABLE drawn AS FROM (SELECT row_number() OVER () AS i, {', '.join(taken)} "  # noqa: S608
        f'FROM {quoted(table)}) WHERE x IS NOT NULL AND y IS NOT NULL AND "by" IS NOT NULL'
    )
    (total,) = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone() or (0,)  # noqa: S608
    rows = counted(connection)
    if not rows:
        raise empty(columns, total)
    return int(total) - rows


def empty(columns: Mapping[str, Column], total: int) -> Undrawable:
    names = " and ".join(column.label for column in columns.values())
    return Undrawable({"result": [f"none of its {total:,} rows has a value in {names} that can be drawn"]})


_BLANK = {"y": "0", "by": "''"}
# Not every second or third, as rows often come in turns.
_SAMPLE = 'SELECT x, "by", y::DOUBLE FROM (FROM drawn ORDER BY hash(i) LIMIT $parts) ORDER BY i'
_EXTREMES = """
WITH spread AS (SELECT min(x) AS low, max(x) AS high FROM drawn),
cut AS (
    SELECT x, y::DOUBLE AS y, "by", least(floor((x - low) / (high - low) * $parts), $parts - 1) AS stretch
    FROM drawn, spread
)
SELECT arg_min(x, y), "by", min(y) FROM cut GROUP BY "by", stretch
UNION SELECT arg_max(x, y), "by", max(y) FROM cut GROUP BY "by", stretch
UNION SELECT min(x), "by", arg_min(y, x) FROM cut GROUP BY "by"
UNION SELECT max(x), "by", arg_max(y, x) FROM cut GROUP BY "by"
"""


def counted(connection: DuckDBPyConnection) -> int:
    (rows,) = connection.execute("SELECT count(*) FROM drawn").fetchone() or (0,)
    return int(rows)


def figure(connection: DuckDBPyConnection, order: str) -> Figure:
    """The first row in this order, such as `y DESC`; exact."""
    row = connection.execute(f'SELECT y, x, "by" FROM drawn ORDER BY {order}, i LIMIT 1').fetchone()  # noqa: S608
    return Figure(*row) if row else Figure(0, 0.0, "")


def _largest(connection: DuckDBPyConnection, columns: Mapping[str, Column]) -> list[str]:
    """Leave the series with the largest sums; the remark that says so."""
    sums = connection.execute(
        'SELECT "by" FROM drawn GROUP BY "by" ORDER BY sum(abs(y)) DESC, min(i)'
    ).fetchall()
    if len(sums) <= SERIES:
        return []
    connection.execute(
        'DELETE FROM drawn WHERE NOT list_contains(?, "by")', [[value for (value,) in sums[:SERIES]]]
    )
    return [
        f"drawn are the {SERIES} values of {columns['by'].label} with the largest sums of "
        f"{columns['y'].label}; {len(sums) - SERIES:,} more are left out"
    ]


def _once(connection: DuckDBPyConnection, table: str, kind: str, columns: Mapping[str, Column]) -> None:
    """Raise Undrawable where a place has several numbers, or where there are too many places to see."""
    rows, places, xs, bys = connection.execute(
        'SELECT count(*), count(DISTINCT (x, "by")), count(DISTINCT x), count(DISTINCT "by") FROM drawn'
    ).fetchone() or (0, 0, 0, 0)
    many = _too_many(kind, columns["x"], places, xs, bys)
    if rows > places:
        across = " and ".join(columns[role].label for role in ("x", "by") if role in columns)
        why = f"{rows:,} rows share {places:,} values of {across}, and a {kind} has one number for each"
    elif many:
        why = f"there are {many}"
    else:
        return
    if rows == places and kind != "bar":
        advice = "Keep fewer, or make them coarser (date_trunc, floor), with query_results first"
    else:
        advice = (
            f"Aggregate {columns['y'].label} first and plot that answer's handle, here with SUM: "
            f"query_results {_statement(table, columns, kind == 'bar' and many != '')}"
        )
    raise Undrawable({"x": [f"{why}. {advice}"]})


def _too_many(kind: str, x: Column, places: int, xs: int, bys: int) -> str:
    if kind == "heatmap":
        return (
            f"{xs:,} by {bys:,} cells; at most {CELLS} by {CELLS} can be seen" if max(xs, bys) > CELLS else ""
        )
    if kind == "line" and x.kind != "text":
        return ""
    spots, noun = (places, "bars") if kind == "bar" else (xs, "names along x")
    return f"{spots:,} {noun}; at most {BARS} can be seen" if spots > BARS else ""


def _statement(table: str, columns: Mapping[str, Column], top: bool) -> str:
    """A SELECT whose answer can be drawn with the same arguments; for the `top`, without `by`."""
    kept = [quoted(columns[role].name) for role in ("x", "by") if role in columns][: 1 if top else 2]
    y = quoted(columns["y"].name)
    order = f"ORDER BY {y} DESC LIMIT {_TOP}" if top else "ORDER BY ALL"
    return (
        f"SELECT {', '.join(kept)}, SUM({columns['y'].exact}) AS {y} "  # noqa: S608 - words for the caller
        f"FROM {table} GROUP BY ALL {order}"
    )


def _arranged(
    kind: str, columns: Mapping[str, Column], found: Sequence[tuple[Value, Value, float]]
) -> tuple[list[Series], list[str]]:
    """Series in order, and the names along x where x has names."""
    x, by = columns["x"], columns.get("by")
    named = kind in ("bar", "heatmap") or x.kind == "text"
    places = _ordered(x if kind == "heatmap" else None, [row[0] for row in found]) if named else []
    at = {value: float(index) for index, value in enumerate(places)}
    groups: dict[Value, list[tuple[float, float]]] = {v: [] for v in _ordered(by, [row[1] for row in found])}
    for value, group, y in found:
        groups[group].append((at[value] if named else float(value), y))
    series = []
    for group, found_pairs in groups.items():
        pairs = sorted(found_pairs) if kind == "line" else found_pairs
        title = by.shown(group) if by else name(columns["y"].name)
        series.append(Series(title, [one for one, _ in pairs], [y for _, y in pairs]))
    return series, [x.shown(value) for value in places]


def _ordered(column: Column | None, values: Sequence[Value]) -> list[Value]:
    """Each value once: numbers and moments sorted, names in the rows' order."""
    once = list(dict.fromkeys(values))
    return sorted(once) if column and column.kind != "text" else once
