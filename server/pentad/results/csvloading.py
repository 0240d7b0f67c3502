"""A CSV file as a table: the types were given, and every row is counted.

Numbers are doubles, or whole numbers where all of them are whole; an empty cell is null there, and an empty
text elsewhere. A column of numbers with anything else in it is text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad.results.csvlines import Mark, mark, swept
from pentad.results.failures import ChangedError, RowsError
from pentad.results.loading import TABLE, text, unique
from pentad.results.values import quoted

if TYPE_CHECKING:
    import duckdb

# Beyond this not every whole number is a double.
_EXACT = 2**53
_AT_ONCE = 10_000
# Bytes from which rows may come in another order, as SQL allows, since that takes half the time.
_UNORDERED = 64 * 2**20
_LINE_ENDS = {"\n": "\\n", "\r\n": "\\r\\n"}
_WHOLE = "'-?[0-9]+'"


def fill(
    connection: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str], shape: Mapping[str, Any]
) -> None:
    """Make the table. Raises ChangedError where the file is no longer what `shape` tells, RowsError where
    the database reads other rows in it than were counted."""
    import duckdb

    _require_same(path, shape)
    try:
        _fill(connection, path, columns, shape)
    except (duckdb.OutOfMemoryException, MemoryError):
        raise
    except duckdb.Error:
        _require_same(path, shape)
        raise
    _require_same(path, shape)
    (rows,) = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone() or (0,)  # noqa: S608
    if rows != shape["rows"]:
        raise RowsError(f"{rows:,} rows were read of {shape['rows']:,}")


def _fill(
    connection: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str], shape: Mapping[str, Any]
) -> None:
    import duckdb

    names = unique(columns)
    numbers = [names[at] for at in shape["numbers"]]
    try:
        _create(connection, path, dict.fromkeys(names, "VARCHAR") | dict.fromkeys(numbers, "DOUBLE"), shape)
        spelled = _narrowed(connection, numbers)
    except duckdb.ConversionException:
        spelled = numbers
    if spelled:
        # Digits that a double does not hold, or cells that are no numbers: both need the text.
        told = dict.fromkeys(names, "VARCHAR") | dict.fromkeys(set(numbers) - set(spelled), "DOUBLE")
        _create(connection, path, told, shape, spelled)
        for name in spelled:
            _retype(connection, name)
        _narrowed(connection, [name for name in numbers if name not in spelled])
    if not shape["plain"]:
        _sweep(connection, dict(zip(names, columns, strict=True)))


def _create(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    types: Mapping[str, str],
    shape: Mapping[str, Any],
    nullable: Sequence[str] = (),
) -> None:
    """Empty cells of texts stay texts, unless they are `nullable`."""
    given = ", ".join(f"{text(name)}: {text(of)}" for name, of in types.items())
    filled = [name for name, of in types.items() if of == "VARCHAR" and name not in nullable]
    if shape["mark"][0] > _UNORDERED:
        connection.execute("SET preserve_insertion_order = false")
    # Asked for by name, its strict mode loses rows with line ends of two signs; the pass before was stricter.
    connection.execute(
        f"CREATE OR REPLACE TABLE {TABLE} AS FROM read_csv({text(path)}, auto_detect = false, "
        "header = true, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '{_LINE_ENDS[shape['line_end']]}', "
        f"force_not_null = [{', '.join(map(text, filled))}], columns = {{{given}}})"
    )


def _narrowed(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Make columns of whole numbers BIGINT; returns those with larger ones than a double holds exactly."""
    if not names:
        return []
    tests = (f"[bool_and(floor({name}) = {name})::DOUBLE, max(abs({name}))]" for name in map(quoted, names))
    told = connection.execute(f"SELECT [{', '.join(tests)}] FROM {TABLE}").fetchone()  # noqa: S608
    large: list[str] = []
    for name, (whole, most) in zip(names, told[0] if told else [], strict=True):
        if whole and most < _EXACT:
            connection.execute(f"ALTER TABLE {TABLE} ALTER {quoted(name)} TYPE BIGINT")
        elif whole and most < float("inf"):
            large.append(name)
    return large


def _retype(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Give a column that was read as text the narrowest type that has all of its cells exactly; whole
    numbers of more than 128 bits stay text."""
    column = quoted(name)
    tests = ", ".join(f"count(TRY_CAST({column} AS {of}))" for of in ("BIGINT", "HUGEINT", "DOUBLE"))
    filled, whole, *fits = connection.execute(
        f"SELECT count({column}), count(*) FILTER (regexp_full_match({column}, {_WHOLE})), {tests} "  # noqa: S608
        f"FROM {TABLE}"
    ).fetchone() or (0, 0, 0, 0, 0)
    for of, found in zip(("BIGINT", "HUGEINT", "DOUBLE"), fits, strict=True):
        if found == filled and (of == "DOUBLE") is (whole < filled):
            connection.execute(f"ALTER TABLE {TABLE} ALTER {column} TYPE {of}")
            return


def _sweep(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
    """Take out of the texts what no text that comes in may have; `columns` have their names outside."""
    table = connection.table(TABLE)
    for name, of in zip(table.columns, table.types, strict=True):
        if of.id != "varchar":
            continue
        connection.execute("CREATE OR REPLACE TEMP TABLE swept (before VARCHAR, after VARCHAR)")
        for pairs in _changes(connection, name, columns[name]):
            connection.execute(
                "INSERT INTO swept SELECT unnest(?), unnest(?)", [list(pairs), list(pairs.values())]
            )
        connection.execute(
            f"UPDATE {TABLE} SET {quoted(name)} = after FROM swept WHERE {quoted(name)} = before"  # noqa: S608
        )
    connection.execute("DROP TABLE IF EXISTS swept")


def _changes(connection: duckdb.DuckDBPyConnection, name: str, outside: str) -> Iterator[dict[str, str]]:
    """What has to become what in a column, some at a time."""
    reading = connection.cursor()
    reading.execute(f"SELECT DISTINCT {quoted(name)} FROM {TABLE} WHERE {quoted(name)} <> ''")  # noqa: S608
    while batch := reading.fetchmany(_AT_ONCE):
        pairs = {before: swept(outside, before) for (before,) in batch}
        if changes := {before: after for before, after in pairs.items() if before != after}:
            yield changes


def _require_same(path: str, shape: Mapping[str, Any]) -> None:
    try:
        same = mark(Path(path)) == Mark(*shape["mark"])
    except OSError:
        same = False
    if not same:
        raise ChangedError
