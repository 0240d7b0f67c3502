"""The way from connections down to the columns of a table, in one tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pentad.models import Id, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.connections.connections import SHOWN, connection_named, connections_of
from pentad_tools.optimibi.connections.tables import columns_of, placed, schemas_of, tables_of

_TABLE = ("schema", "name", "type", "caption")
_COLUMN = ("name", "type", "db_type", "nullable", "key")


@reads(core=True, example={"connection": "$connection", "db_schema": "$schema"})
async def browse_connections(
    optimibi: Optimibi, connection: Id | None = None, db_schema: str | None = None, table: str | None = None
) -> Table[Row]:
    """Connections, then schemas, tables, columns."""
    if connection is None:
        return _told(await connections_of(optimibi), SHOWN)
    name = await connection_named(optimibi, connection)
    if table is not None:
        place = await placed(optimibi, name, table, db_schema)
        return _told(await columns_of(optimibi, place), _COLUMN, place.told)
    if db_schema is not None:
        return _told(await tables_of(optimibi, name, db_schema), _TABLE)
    return _told(await schemas_of(optimibi, name), ("name", "default"))


def _told(rows: Sequence[Row], shown: tuple[str, ...], about: Mapping[str, str] | None = None) -> Table[Row]:
    """What is shown and nothing beside it, which the tool for each of these lists has."""
    kept = [{name: row[name] for name in shown if name in row} for row in rows]
    return Table(kept, shown, len(kept), about=about or {})
