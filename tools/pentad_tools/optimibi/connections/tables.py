"""Schemas of a connection, their tables and views, where one lies, and its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import NotFound, PlatformError, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.text import all_quoted, quoted
from pentad_tools.optimibi.connections.connections import Name, connection_named
from pentad_tools.optimibi.naming import spelt, unknown

_KINDS = {"1": "table", "2": "view", "3": "saved query"}
# Numbers for kinds of columns, where the words beside them are missing.
_TYPES = {"1": "number", "2": "text", "3": "date", "9": "timestamp", "11": "time"}

Schema = Annotated[str | None, Field(min_length=1, max_length=300)]


@dataclass(frozen=True)
class Place:
    """A table in a schema of a connection, by the names that the platform has for them."""

    connection: str
    schema: str
    table: str

    @property
    def told(self) -> dict[str, str]:
        return {"connection": self.connection, "schema": self.schema, "table": self.table}


@reads("POST /plugin/datafor-modeler/api/metadata/schemas", example={"connection": "$connection"})
async def list_connection_schemas(optimibi: Optimibi, connection: Name) -> Table[Row]:
    """Schemas of a connection, and which of them is the default."""
    schemas = await schemas_of(optimibi, await connection_named(optimibi, connection))
    return Table(schemas, ("name", "default"), len(schemas))


async def schemas_of(optimibi: Optimibi, connection: str) -> Sequence[Row]:
    asked = optimibi.bound_to(list_connection_schemas)
    found = await asked.rows(body=Form({"connection": connection}))
    return [{"name": row.get("name"), "default": row.get("default") is True} for row in found]


@reads(
    "POST /plugin/datafor-modeler/api/metadata/tables",
    example={"connection": "$connection", "db_schema": "$schema"},
)
async def list_schema_tables(
    optimibi: Optimibi, connection: Id, db_schema: Schema = None, saved_queries: bool = False
) -> Table[Row]:
    """Tables and views of a schema, or of all schemas of a connection."""
    name = await connection_named(optimibi, connection)
    found = await tables_of(optimibi, name, db_schema, saved_queries=saved_queries)
    return Table(found, ("schema", "name", "type", "caption"), len(found))


@reads(
    "POST /plugin/datafor-modeler/api/metadata/columns",
    example={"connection": "$connection", "table": "$table"},
)
async def list_table_columns(
    optimibi: Optimibi, connection: Id, table: Id, db_schema: Schema = None
) -> Table[Row]:
    """Columns of a table with type, database type, length, and key where the server tells it."""
    place = await found_table(optimibi, connection, table, db_schema)
    columns = await columns_of(optimibi, place)
    shown = ("name", "type", "db_type", "precision", "nullable", "key")
    return Table(columns, shown, len(columns), about=place.told)


async def found_table(optimibi: Optimibi, connection: str, table: str, db_schema: str | None) -> Place:
    """The table by the platform's own names. Raises NotFound with the nearest."""
    return await placed(optimibi, await connection_named(optimibi, connection), table, db_schema)


async def placed(optimibi: Optimibi, connection: str, table: str, db_schema: str | None) -> Place:
    """The same with the connection's own name; without a schema, the only one that has the table."""
    if db_schema is None and table.count(".") == 1:
        db_schema, _, table = table.partition(".")
    rows = await tables_of(optimibi, connection, db_schema)
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    name = spelt(table, names)
    if name is None:
        where = f" in schema {db_schema}" if db_schema else f" in connection {connection}"
        raise unknown("table", "table", table, names, where)
    schemas = list(dict.fromkeys(str(row["schema"]) for row in rows if row["name"] == name))
    if len(schemas) > 1:
        raise Rejected(
            f"Table {quoted(name)} is in {len(schemas)} schemas of {quoted(connection)}: "
            f"{all_quoted(schemas)}. Say which.",
            problems={"db_schema": ["needed here"]},
            outcome="none",
        )
    return Place(connection, schemas[0], name)


async def tables_of(
    optimibi: Optimibi, connection: str, db_schema: str | None, *, saved_queries: bool = False
) -> Sequence[dict[str, Any]]:
    """Tables and views, of one schema or of all. Raises NotFound for a schema that is not there."""
    asked = optimibi.bound_to(list_schema_tables)
    queries = "true" if saved_queries else "false"
    body = {"connection": connection, "schema": db_schema, "includeQuery": queries}
    failed: PlatformError | None = None
    rows: list[dict[str, Any]] = []
    try:
        rows = _tables(await asked.record(body=Form(body)))
    except (Rejected, NotFound) as error:
        failed = error
    if not rows and db_schema is not None:
        names = [str(row["name"]) for row in await schemas_of(optimibi, connection)]
        meant = spelt(db_schema, names)
        if meant is None:
            raise unknown("db_schema", "schema", db_schema, names, f" in connection {connection}")
        if meant != db_schema:
            return await tables_of(optimibi, connection, meant, saved_queries=saved_queries)
    if failed is not None:
        raise failed
    return rows


async def columns_of(optimibi: Optimibi, place: Place) -> Sequence[Row]:
    """The columns that the account may see."""
    asked = optimibi.bound_to(list_table_columns)
    pairs = [{"schema": place.schema, "table": place.table}]
    found = await asked.rows(
        body=Form({"connection": place.connection, "pairs": pairs, "includeField": "true"})
    )
    fields = [field for row in found for field in row.get("fields") or () if isinstance(field, dict)]
    return [_column(field) for field in fields]


def _tables(answer: Row) -> list[dict[str, Any]]:
    return [
        {
            "schema": row.get("schema") or schema,
            "name": str(row["name"]),
            "type": _KINDS.get(str(row.get("type", "1")), row.get("type")),
            **({"caption": row["caption"]} if row.get("caption") else {}),
        }
        for schema, rows in answer.items()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict) and row.get("name")
    ]


def _column(field: Row) -> dict[str, Any]:
    nullable = field.get("originalNullable")
    told = {
        "name": field.get("name"),
        "type": field.get("typeDesc") or _TYPES.get(str(field.get("dataType"))),
        "db_type": field.get("originalColumnTypeName"),
        "precision": field.get("originalPrecision"),
        "nullable": None if nullable is None else nullable in (1, "1", True),
        "key": field.get("primary"),
    }
    return {name: value for name, value in told.items() if value is not None}
