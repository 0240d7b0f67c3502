"""The databases behind the connections: made on first use, never changed, one for each connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pentad.sandbox.optimibi.tables_office import LEDGER, PEOPLE
from pentad.sandbox.optimibi.tables_signals import CLICKS, SENSORS
from pentad.sandbox.optimibi.tables_trade import FREIGHT, RETAIL

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCRIPTS: Mapping[str, str] = {
    "retail_dw": RETAIL,
    "people_hr": PEOPLE,
    "freight": FREIGHT,
    "finance_gl": LEDGER,
    "web_clicks": CLICKS,
    "sensors": SENSORS,
}

_DICE = """
CREATE MACRO roll(label, i, n) AS
CAST(hash(concat(CAST(getvariable('seed') AS VARCHAR), label, CAST(i AS VARCHAR))) % n AS INTEGER);
CREATE MACRO uuid_of(label, i) AS
lpad(to_hex(hash(concat(CAST(getvariable('seed') AS VARCHAR), label, CAST(i AS VARCHAR)))), 16, '0');
"""


class QueryError(Exception):
    """What the database says of a statement that it cannot run."""


@lru_cache(maxsize=16)
def database(seed: int, connection: str) -> DuckDBPyConnection:
    """Read it through cursors only: they are connections of their own."""
    import duckdb

    made = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    made.execute("SET VARIABLE seed = ?::BIGINT", [seed])
    made.execute(_DICE + SCRIPTS[connection])
    made.execute("SET enable_external_access = false; SET lock_configuration = true")
    return made


def query(
    seed: int, connection: str, sql: str, values: Sequence[object] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one SELECT. Raises QueryError, also for text that holds several statements."""
    import duckdb

    if connection not in SCRIPTS:
        raise QueryError("The connection attempt failed.")
    base = database(seed, connection)
    try:
        statements = base.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QueryError("only one SELECT is allowed")
        cursor = base.cursor().execute(sql, list(values))
        return [one[0] for one in cursor.description or ()], cursor.fetchall()
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from error


def quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def plain(value: object) -> object:
    """A cell as JSON has it: times are text, decimals keep their digits."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 100_000}"
    return value.isoformat() if isinstance(value, date) else value


def records(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[dict[str, Any]]:
    """A row lacks the keys whose value is null."""
    return [
        {name: plain(cell) for name, cell in zip(names, row, strict=True) if cell is not None} for row in rows
    ]
