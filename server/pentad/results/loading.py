"""NDJSON as a table: types told from every row, nothing lost on the way. CSV has a module of its own.

Each source becomes a database file of its own, which queries attach for reading. Nested data stay nested;
what has several types in one place is JSON; a column that no row has is text without values. Numbers with a
decimal point are exact decimals where fifteen digits hold them all, as a double gives those back unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad.results.locks import Limits, connect
from pentad.results.values import children, quoted, rebuilt

if TYPE_CHECKING:
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

TABLE = "kept"
# Files of sources that no job names are kept up to this number, for the next statement over the same rows.
_KEPT = 8
# Bytes that loading takes of memory at most, as a rule: more makes it no faster. Rows that need more get it.
_LOADING = 128 * 2**20
_DIGITS = 15
_SCALES = range(1, 7)
# Beyond this not every integer is a double.
_EXACT = 2**53
# An object with more different members than this over all rows is a map, not a struct.
_MEMBERS = 200
_DEEPEST = 12
_READ = "format = 'newline_delimited', sample_size = -1"
_TYPES = {
    "VARCHAR": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
    "BIGINT": "BIGINT",
    "UBIGINT": "HUGEINT",
    "DOUBLE": "DOUBLE",
}

Types = Mapping[str, str]


def load(folder: Path, source: Mapping[str, Any], limits: Limits) -> Path:
    """The database file that holds a source; made when it is asked for the first time."""
    import duckdb

    file = loaded(folder, source["name"])
    if not file.exists():
        made = file.with_suffix(".part")
        # With so little memory CSV would be read by one thread alone, in twice the time.
        memory = limits.memory if source.get("csv") else min(_LOADING, limits.memory)
        try:
            _make(made, folder, source, replace(limits, memory=memory))
        except duckdb.OutOfMemoryException:
            _make(made, folder, source, limits)
        made.rename(file)
    os.utime(file)
    return file


def loaded(folder: Path, name: str) -> Path:
    """Where the database file of a source is, once it was made."""
    return folder / f"{name}.duckdb"


def _make(made: Path, folder: Path, source: Mapping[str, Any], limits: Limits) -> None:
    from pentad.results import csvloading

    made.unlink(missing_ok=True)
    connection = connect(str(made), folder, limits)
    try:
        if source.get("csv"):
            csvloading.fill(connection, source["path"], source["columns"], source["csv"])
        else:
            _fill(connection, source["path"], source["columns"])
    finally:
        connection.close()


def forget(folder: Path, needed: Iterable[str]) -> None:
    """Remove what was not used for longest, and whatever a killed worker left half-made."""
    keep = {f"{name}.duckdb" for name in needed}
    for left in (*folder.glob("*.part"), *folder.glob("*.wal")):
        left.unlink()
    files = sorted(folder.glob("*.duckdb"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in [file for file in files if file.name not in keep][_KEPT:]:
        file.unlink()


def _fill(connection: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str]) -> None:
    types = _told(connection, path)
    if types is None:
        _fill_apart(connection, path, columns)
        return
    _create(connection, path, columns, types)
    exact = _beyond(connection, path, types)
    if exact:
        connection.execute(f"DROP TABLE {TABLE}")
        _create(connection, path, columns, {**types, **exact})
    _make_exact(connection, [name for name in types if types[name] == "DOUBLE" and name not in exact])


def _told(connection: duckdb.DuckDBPyConnection, path: str) -> Types | None:
    """Columns and types of all rows; none where there is no row, and where names differ in case only or are
    empty, which no table allows."""
    import duckdb

    for members in (_MEMBERS, -1):
        options = f"records = 'false', field_appearance_threshold = 0, maximum_depth = {_DEEPEST}"
        try:
            read = connection.sql(
                f"FROM read_json({text(path)}, {_READ}, {options}, map_inference_threshold = {members})"
            )
        except duckdb.NotImplementedException:
            return None
        if read.types[0].id == "struct":
            return {name: rebuilt(of, _stored) for name, of in children(read.types[0]).items()}
    return None


def _stored(kind: DuckDBPyType) -> str:
    """The type to keep: ids and times of day stay as they are spelled, an empty value is text."""
    return "VARCHAR" if kind.id in ("uuid", "time", "null") else str(kind)


def _create(connection: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str], types: Types) -> None:
    """The given columns first, in their order; then what else the rows have."""
    names = list(dict.fromkeys((*columns, *types)))
    given = ", ".join(f"{text(name)}: {text(of)}" for name, of in types.items())
    shown = (quoted(name) if name in types else f"NULL::VARCHAR AS {quoted(name)}" for name in names)
    connection.execute(
        f"CREATE TABLE {TABLE} AS SELECT {', '.join(shown)} "  # noqa: S608 - names and types are quoted
        f"FROM read_json({text(path)}, {_READ}, columns = {{{given}}})"
    )


def _fill_apart(connection: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str]) -> None:
    """Column by column out of the row's text, by names that no two columns share."""
    shown = []
    for name, only in zip(columns, unique(columns), strict=True):
        at = text("/" + name.replace("~", "~0").replace("/", "~1"))
        found = connection.execute(
            f"SELECT DISTINCT json_type(json, {at}) "  # noqa: S608
            f"FROM read_ndjson_objects({text(path)})"
        ).fetchall()
        kind = _common({kind for (kind,) in found} - {None, "NULL"})
        value = f"json ->> {at}" if kind != "JSON" else f"json -> {at}"
        shown.append(f"CAST({value} AS {kind}) AS {quoted(only)}")
    connection.execute(
        f"CREATE TABLE {TABLE} AS SELECT {', '.join(shown) or 'NULL AS nothing'} "  # noqa: S608
        f"FROM read_ndjson_objects({text(path)})"
    )


def _common(kinds: set[str]) -> str:
    if kinds <= {"BIGINT", "UBIGINT"}:
        return "HUGEINT" if "UBIGINT" in kinds else "VARCHAR" if not kinds else "BIGINT"
    if kinds <= {"BIGINT", "UBIGINT", "DOUBLE"}:
        return "DOUBLE"
    return _TYPES.get(kinds.pop(), "JSON") if len(kinds) == 1 else "JSON"


def unique(names: Sequence[str]) -> list[str]:
    """Names that differ in more than case: id, ID and an empty one become id, ID_2 and column_3."""
    taken: set[str] = set()
    found: list[str] = []
    for position, name in enumerate(names, 1):
        free = name or f"column_{position}"
        while free.casefold() in taken:
            free = f"{free}_{position}"
        taken.add(free.casefold())
        found.append(free)
    return found


def _beyond(connection: duckdb.DuckDBPyConnection, path: str, types: Types) -> Types:
    """Columns of integers that no double holds, such as ids of thirty digits, with a type that does."""
    found = {}
    for name in [name for name, of in types.items() if of == "DOUBLE"]:
        most = connection.execute(f"SELECT max(abs({quoted(name)})) FROM {TABLE}").fetchone()  # noqa: S608
        if most is None or most[0] is None or most[0] < _EXACT:
            continue
        probe = connection.execute(
            f"SELECT bool_and(regexp_full_match(said, '-?[0-9]+')), "  # noqa: S608
            "bool_and(TRY_CAST(said AS HUGEINT) IS NOT NULL) "
            f"FROM (SELECT {quoted(name)}::VARCHAR AS said "
            f"FROM read_json({text(path)}, {_READ}, columns = {{{text(name)}: 'JSON'}})) "
            "WHERE said IS NOT NULL AND said <> 'null'"
        ).fetchone()
        if probe and probe[0]:
            found[name] = "HUGEINT" if probe[1] else "VARCHAR"
    return found


def _make_exact(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    for name in names:
        column = quoted(name)
        tests = ", ".join(f"bool_and(round({column}, {scale}) = {column})" for scale in _SCALES)
        row = connection.execute(f"SELECT max(abs({column})), {tests} FROM {TABLE}").fetchone()  # noqa: S608
        if row is None or row[0] is None:
            continue
        scale = next((scale for scale, fits in zip(_SCALES, row[1:], strict=True) if fits), None)
        if scale is not None and row[0] < 10 ** (_DIGITS - scale):
            connection.execute(f"ALTER TABLE {TABLE} ALTER {column} TYPE DECIMAL(18, {scale})")


def text(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"
