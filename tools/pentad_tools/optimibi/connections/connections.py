"""Connections to databases.

Settings of a connection hold credentials in many places (address, driver options, opening statement), so
only what is known to be none is taken from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from pentad.models import Record, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.naming import lately, spelt, unknown
from pentad_tools.optimibi.times import existence

ACCESS = {"0": "read", "1": "edit", "2": "delete", "3": "manage permissions", "4": "full control"}
SHOWN = ("name", "type", "database")

Name = Annotated[str, Field(min_length=1, max_length=300)]


@reads(
    "GET /plugin/datafor-modeler/api/connection/list",
    example={"files": False},
)
async def list_connections(optimibi: Optimibi, files: bool | None = None) -> Table[Row]:
    """Database connections with type, database and the caller's rights; files=true only those made from
    uploaded files, which newer servers tell apart."""
    uploaded = None if files is None else str(files).lower()
    found = await optimibi.rows(
        includeAccessMap="true", isUploadDataset=uploaded, within="databaseConnections"
    )
    rows = [connection_row(row) for row in found]
    return Table(rows, (*SHOWN, "rights", "system"), len(rows))


@reads("GET /plugin/datafor-modeler/api/connection/get", example={"connection": "$connection"})
async def get_connection(optimibi: Optimibi, connection: Name) -> Record:
    """One connection: type, host, port, database, user, pool and names of driver options; never a secret."""
    name = await connection_named(optimibi, connection)
    return Record(_settings(await optimibi.record(name=name)))


@reads("GET /plugin/datafor-modeler/api/connection/checkexists", example={"name": "$connection"})
async def check_connection_exists(optimibi: Optimibi, name: Name) -> Record:
    """Whether there is a connection of exactly this name that the account may read. Newer servers only."""
    return Record({"name": name, "exists": existence(await optimibi.record(name=name))})


@reads("GET /plugin/datafor-modeler/api/connection/sensitivity", example={"connection": "$connection"})
async def get_connection_sensitivity(optimibi: Optimibi, connection: Name) -> Record:
    """Whether the user may write SQL fragments or raw SQL statements on a connection, and what kind of
    target it has. Newer servers only."""
    name = await connection_named(optimibi, connection)
    return Record({"connection": name, **await optimibi.record(name=name)})


@reads("GET /plugin/datafor-modeler/api/connection/poolingParameters", example={})
async def list_pooling_parameters(optimibi: Optimibi) -> Table[Row]:
    """Settings that a connection's pool takes, with their defaults. Newer servers only."""
    found = await optimibi.rows(within="databaseConnectionPoolParameters")
    rows = [
        {
            "parameter": row.get("parameter"),
            "default": row.get("defaultValue"),
            "about": row.get("description"),
        }
        for row in found
    ]
    return Table(rows, ("parameter", "default", "about"), len(rows))


async def connections_of(optimibi: Optimibi, *, anew: bool = False) -> Sequence[Row]:
    """The connections that the account may read, as they were within ten minutes."""

    async def fetch() -> Sequence[Row]:
        asked = optimibi.bound_to(list_connections)
        return [connection_row(row) for row in await asked.rows(within="databaseConnections")]

    return await lately(optimibi, "connections", fetch, anew=anew)


async def connection_named(optimibi: Optimibi, word: str) -> str:
    """The name a word stands for. Raises NotFound with the nearest."""
    found = spelt(word, _names(await connections_of(optimibi)))
    if found is None:
        names = _names(await connections_of(optimibi, anew=True))
        found = spelt(word, names)
        if found is None:
            raise unknown("connection", "connection", word, names)
    return found


def connection_row(row: Row) -> dict[str, Any]:
    """A connection's name, kind and database, and what the caller may do with it where that is told."""
    kind = row.get("databaseType")
    allowed = row.get("accessMap")
    told: dict[str, Any] = {
        "name": row.get("name"),
        "type": kind.get("name") if isinstance(kind, dict) else kind,
        "database": row.get("databaseName"),
        "system": row.get("isSystem") in (True, "true"),
        "uploaded": row.get("isUploadDataset") in (True, "true"),
    }
    if isinstance(allowed, list):
        told["rights"] = [
            ACCESS.get(str(one.get("name")), str(one.get("name")))
            for one in allowed
            if isinstance(one, dict) and str(one.get("value")).lower() == "true"
        ]
    return told


def _names(rows: Sequence[Row]) -> list[str]:
    return [str(row["name"]) for row in rows if row.get("name")]


def _settings(raw: Row) -> dict[str, Any]:
    pool, options = raw.get("connectionPoolingProperties"), raw.get("extraOptions")
    sizes = ("initialSize", "maxActive", "maxIdle", "minIdle", "testOnBorrow")
    told = {
        "name": raw.get("name"),
        "id": raw.get("id"),
        **{name: value for name, value in connection_row(raw).items() if name in ("type", "database")},
        "access": raw.get("accessType"),
        "host": raw.get("hostname"),
        "port": raw.get("databasePort"),
        "user": raw.get("username"),
        "pooled": raw.get("usingConnectionPool"),
    }
    if isinstance(pool, dict):
        told["pool"] = {name: pool[name] for name in sizes if pool.get(name) is not None}
    if isinstance(options, dict):
        told["driver_options"] = sorted(map(str, options))
    return told
