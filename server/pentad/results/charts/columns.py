"""What the columns of a chart are, told from all their rows: numbers, moments or names.

Text that is an ISO 8601 date or timestamp in every row is a moment, as results often carry times as text.
Text that is a number in every row is one where a number is wanted; as a name it stays as it is spelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pentad.results.charts import words
from pentad.results.values import quoted
from pentad.text import nearest, several

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from duckdb.sqltypes import DuckDBPyType

Kind = Literal["number", "time", "text"]
Want = Literal["number", "measure", "axis", "name", "plain"]

# What each kind of chart draws; what ends with a question mark can be left out. `by` comes before `y`, as
# it is read with `x`.
ROLES: Mapping[str, Mapping[str, Want]] = {
    "line": {"x": "axis", "y": "number", "by?": "name"},
    "bar": {"x": "name", "y": "number", "by?": "name"},
    "scatter": {"x": "measure", "y": "number", "by?": "name"},
    "histogram": {"x": "measure"},
    "heatmap": {"x": "name", "by": "name", "y": "number"},
    "density": {"x": "plain", "y": "plain"},
}
_MISSING = {
    "x": "is required: the column along the axis",
    "y": "is required for a {}: the column of numbers",
    "by": "is required for a {}: the column down its side (x goes across, y is the number in each cell)",
}
_WHOLE = frozenset({"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"})
_FLOATS = frozenset({"float", "double", "hugeint", "ubigint", "uhugeint"})
_TIMES = frozenset({"date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})
_ZONED = "timestamp with time zone"
_ISO = r"'\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}[\d:.,]*\s*(Z|[+-]\d{2}(:?\d{2})?)?)?)?'"
# Beyond this size squares and margins leave the range of a double.
_LARGEST = "1e60"
# The years that both sides have; the last day is what systems write for never.
_YEARS = "BETWEEN TIMESTAMP '0001-01-02' AND TIMESTAMP '9999-12-31 23:59:59'"


class Undrawable(Exception):
    """Nothing can be drawn; `problems` are by argument."""

    def __init__(self, problems: Mapping[str, Sequence[str]]) -> None:
        super().__init__(str(problems))
        self.problems = problems


@dataclass(frozen=True)
class Column:
    """`value` is SQL for what is drawn: a number, days since 1970 or a text, NULL where there is nothing to
    draw; `exact` is the number as it is kept, for sums. `unit` is month, day or second of moments, and year
    of whole numbers that are one."""

    name: str
    kind: Kind
    value: str
    unit: str = ""
    exact: str = ""

    @property
    def label(self) -> str:
        return words.name(self.name)

    def shown(self, value: float | str) -> str:
        """A value of this column as a whole; what shows it cuts it to its own room."""
        if isinstance(value, str):
            return words.name(value, 200)
        if self.kind == "time":
            return words.moment(value, self.unit)
        return str(round(value)) if self.unit == "year" else words.number(value)

    def quoted(self, value: float | str) -> str:
        """The same within a sentence, where words of the data are set apart from those around them."""
        return f"'{words.name(value, 40)}'" if isinstance(value, str) else self.shown(value)


def told(
    connection: DuckDBPyConnection, table: str, kind: str, given: Mapping[str, str | None]
) -> dict[str, Column]:
    """The columns by argument. Raises Undrawable with everything that is wrong with them."""
    relation = connection.table(table)
    types = dict(zip(relation.columns, relation.types, strict=True))
    wanted: dict[str, Want] = {role.removesuffix("?"): want for role, want in ROLES[kind].items()}
    problems: dict[str, list[str]] = {}
    found: dict[str, Column] = {}
    for argument, name in given.items():
        if name is None:
            if argument in ROLES[kind]:
                problems[argument] = [_MISSING[argument].format(kind)]
        elif argument not in wanted:
            problems[argument] = [f"a {kind} takes none; leave it out"]
        elif name not in types:
            problems[argument] = [_unknown(name, list(types))]
        else:
            column = _column(connection, table, name, types[name], wanted[argument])
            if isinstance(column, Column):
                found[argument] = column
            else:
                problems[argument] = [column]
    if problems:
        raise Undrawable(problems)
    return found


def _unknown(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known, 1)
    if near:
        return f"there is no column {words.name(name)!r}; did you mean {words.name(near[0])}?"
    return f"there is no column {words.name(name)!r}; there are {several([*map(words.name, known)], 20)}"


def _column(
    connection: DuckDBPyConnection, table: str, name: str, of: DuckDBPyType, want: Want
) -> Column | str:
    """The column as it is wanted, else why it cannot be and what to do."""
    at = quoted(name)
    if of.id in _WHOLE | _FLOATS | {"decimal"}:
        # Sums of the largest whole numbers would overflow.
        return _number(connection, table, name, f"{at}::DOUBLE" if of.id in _FLOATS else at, want)
    if of.id in _TIMES or of.id == _ZONED:
        moment = f"{at} AT TIME ZONE 'UTC'" if of.id == _ZONED else f"{at}::TIMESTAMP"
        return _time(connection, table, name, moment, want)
    if str(of) == "JSON":
        return _text(connection, table, name, f"({at} ->> '$')", want)
    if of.id in ("varchar", "boolean"):
        return _text(connection, table, name, at if of.id == "varchar" else f"{at}::VARCHAR", want)
    return f"{words.name(name)} is nested ({str(of)[:60]}); select a member of it with query_results first"


def _number(connection: DuckDBPyConnection, table: str, name: str, value: str, want: Want) -> Column:
    # NaN is larger than every number here, so that it falls out too.
    drawn = f"CASE WHEN abs({value}) < {_LARGEST} THEN {value} END"
    if want == "number":
        return Column(name, "number", drawn, exact=value)
    if want == "plain":
        return Column(name, "number", f"({drawn})::DOUBLE")
    row = connection.execute(
        f"SELECT bool_and(floor(v) = v) AND min(v) >= 1900 AND max(v) <= 2100 "  # noqa: S608
        f"FROM (SELECT {drawn} AS v FROM {quoted(table)})"
    ).fetchone()
    return Column(name, "number", f"({drawn})::DOUBLE", "year" if row and row[0] else "")


def _time(
    connection: DuckDBPyConnection, table: str, name: str, moment: str, want: Want, *, unit: str = "day"
) -> Column | str:
    if want == "number":
        return f"{words.name(name)} is a date or time; y takes numbers"
    if want == "plain":
        return f"{words.name(name)} is a date or time; a density has numbers along both axes"
    row = connection.execute(
        f"SELECT bool_and(date_trunc('day', m) = m) "  # noqa: S608
        f"FROM (SELECT {moment} AS m FROM {quoted(table)}) WHERE m {_YEARS}"
    ).fetchone()
    days = f"CASE WHEN ({moment}) {_YEARS} THEN epoch({moment}) / 86400 END"
    return Column(name, "time", days, unit if row and row[0] else "second")


def _text(connection: DuckDBPyConnection, table: str, name: str, said: str, want: Want) -> Column | str:
    number = f"TRY_CAST({said} AS DOUBLE)"
    whole = f"CASE WHEN length({said}) = 7 THEN {said} || '-01' ELSE {said} END"
    moment = (
        f"(CASE WHEN regexp_full_match({said}, {_ISO}) THEN TRY_CAST({whole} AS TIMESTAMPTZ) END "
        "AT TIME ZONE 'UTC')"
    )
    row = connection.execute(
        f"SELECT count(*), count({number}), count({moment}), "  # noqa: S608
        f"any_value(left({said}, 200)) FILTER ({number} IS NULL), bool_and(length({said}) = 7) "
        f"FROM {quoted(table)} WHERE trim({said}) <> ''"
    ).fetchone()
    filled, numbers, moments, odd, months = row or (0, 0, 0, None, False)
    if filled and moments == filled:
        return _time(connection, table, name, moment, want, unit="month" if months else "day")
    if want == "name" or (want == "axis" and numbers < filled):
        return Column(name, "text", said)
    if filled and numbers == filled:
        return _number(connection, table, name, number, want)
    return _no_number(name, said, filled, filled - numbers, odd)


def _no_number(name: str, said: str, filled: int, wrong: int, odd: str | None) -> str:
    if not filled:
        return f"{words.name(name)} has no value in any row"
    return (
        f"{words.name(name)} is text with values that are no numbers ({wrong:,} of {filled:,}), such as "
        f"{words.name(odd or '', 40)!r}. Plot a column of numbers, aggregate with query_results first "
        f"(COUNT(*), SUM(...)), or take what is one there: TRY_CAST({said} AS DOUBLE)"
    )
