"""One job of the worker: columns of a source written as a Parquet file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad.results.loading import TABLE, forget, load, text
from pentad.results.locks import Limits, connect
from pentad.results.values import quoted, rebuilt

if TYPE_CHECKING:
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

# Rows. Smaller than DuckDB's own, which may be more than the memory limit holds where rows are wide.
_GROUP = 20_480


def write(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Write the columns at the positions `parquet` (all where there are none) to `into`, a new file; answers
    with the `columns` it has."""
    (source,) = job["sources"]
    file = load(folder, source, limits)
    forget(folder, [source["name"]])
    with contextlib.closing(connect(":memory:", folder, limits)) as connection:
        connection.execute(f"ATTACH {text(str(file))} AS source (READ_ONLY)")
        names = _written(connection, job["parquet"], job["into"])
    return {"columns": names}


def _written(connection: duckdb.DuckDBPyConnection, positions: Sequence[int], into: str) -> list[str]:
    import duckdb

    table = connection.table(f"source.{TABLE}")
    columns = list(zip(table.columns, table.types, strict=True))
    chosen = [columns[position] for position in positions] or columns
    try:
        connection.execute(_copy(chosen, into, "DECIMAL(38, 0)"))
    except duckdb.ConversionException:
        connection.execute(_copy(chosen, into, "VARCHAR"))
    return [name for name, _ in chosen]


def _copy(columns: Iterable[tuple[str, DuckDBPyType]], into: str, wide: str) -> str:
    """The statement that writes them. Parquet has no integers of 128 bits, of which DuckDB would make
    doubles: they become `wide`."""
    shown = (f"{quoted(name)}::{_kept(kind, wide)} AS {quoted(name)}" for name, kind in columns)
    return (
        f"COPY (SELECT {', '.join(shown)} FROM source.{TABLE}) TO {text(into)} "  # noqa: S608 - quoted
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP}, USE_TMP_FILE false)"
    )


def _kept(kind: DuckDBPyType, wide: str) -> str:
    """The column's type, with `wide` for integers of 128 bits in any depth."""
    return rebuilt(kind, lambda leaf: wide if leaf.id in ("hugeint", "uhugeint") else str(leaf))
