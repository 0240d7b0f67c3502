"""One job of the worker: sources attached for reading, the doors closed, one SELECT, its rows written."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad import jsontext
from pentad.results.failures import RowsError, StatementError
from pentad.results.loading import TABLE, forget, load, text
from pentad.results.locks import Limits, connect, lock
from pentad.results.values import converter, crossing, quoted

if TYPE_CHECKING:
    import duckdb

_BATCH = 1000


def query(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Write the rows of the job's `sql` to `into`, at most `limit`; answers with `columns`, `types`,
    `count` and whether there are `more`."""
    with opened(folder, job["sources"], limits) as connection:
        told = _one_select(connection, job["sql"])
        limit: int = job["limit"]
        names, types = told.columns, [str(kind) for kind in told.types]
        cells = [f"c{index}" for index in range(len(names))]
        crossed = (f"{cell}::{crossing(kind)}" for cell, kind in zip(cells, told.types, strict=True))
        # The statement ends with a line, as it may end with a comment.
        connection.execute(
            f"SELECT {', '.join(crossed)} FROM (\n{job['sql']}\n) "  # noqa: S608 - locked, and one SELECT
            f"AS answer({', '.join(cells)}) LIMIT {limit + 1}"
        )
        converters = [converter(kind) for kind in told.types]
        count, more = 0, False
        with Path(job["into"]).open("x", encoding="utf-8", newline="\n") as file:
            while batch := connection.fetchmany(_BATCH):
                more = count + len(batch) > limit
                for row in batch[: limit - count]:
                    values = [to(value) for to, value in zip(converters, row, strict=True)]
                    file.write(jsontext.dumps(dict(zip(names, values, strict=True))) + "\n")
                    count += 1
    return {"columns": names, "types": types, "count": count, "more": more}


def describe(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The columns of every source, as `tables`: handle to pairs of name and type."""
    with opened(folder, job["sources"], limits) as connection:
        tables = {}
        for source in job["sources"]:
            table = connection.table(source["name"])
            tables[source["name"]] = [
                [name, str(of)] for name, of in zip(table.columns, table.types, strict=True)
            ]
    return {"tables": tables}


@contextlib.contextmanager
def opened(
    folder: Path, sources: Sequence[dict[str, Any]], limits: Limits
) -> Generator[duckdb.DuckDBPyConnection]:
    """A locked connection to an empty database with the sources as its only views; gone afterwards."""
    files = {source["name"]: _loaded(folder, source, limits) for source in sources}
    forget(folder, files)
    connection = connect(":memory:", folder, limits)
    try:
        for number, (name, file) in enumerate(files.items()):
            connection.execute(f"ATTACH {text(str(file))} AS source_{number} (READ_ONLY)")
            connection.execute(f"CREATE VIEW {quoted(name)} AS FROM source_{number}.{TABLE}")
        lock(connection)
        yield connection
    finally:
        connection.close()


def _loaded(folder: Path, source: dict[str, Any], limits: Limits) -> Path:
    """The source's file. What cannot be read of it is not the statement's fault."""
    import duckdb

    try:
        return load(folder, source, limits)
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        raise RowsError(str(error)) from error


def _one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyRelation:
    """The statement bound, not run; its columns have names of their own, as those of a table do. DuckDB's
    own parser has the last word on what the text is."""
    import duckdb

    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise StatementError
    return connection.sql(f"SELECT * FROM (\n{sql}\n)")  # noqa: S608 - locked, and one SELECT
