"""Connections made, changed and deleted. Passwords are named, and read right before they are sent."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Id, Record, SecretName
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted, several, visible
from pentad_tools.optimibi.connections.connections import connection_named, connections_of
from pentad_tools.optimibi.connections.settings import (
    Changes,
    Members,
    Port,
    Text,
    blank,
    secret_of,
    stored_settings,
)
from pentad_tools.optimibi.lineage.breaking import breaking
from pentad_tools.optimibi.replacing import difference, replacing
from pentad_tools.optimibi.slugs import slug

_FEW = 12
_WORDS = {
    "LOCAL_CONNECTION_ADMIN_ONLY": "Databases on the server itself are for administrators.",
    "CONNECTION_WRITE_FORBIDDEN": "The user may not edit this connection: who has full control of it can.",
    "CONNECTION_DELETE_FORBIDDEN": "The user may not delete this connection: who has full control of it can.",
}


@administers(
    "POST /plugin/datafor-modeler/api/connection/add",
    reaches="shared",
    check="read optimibi_list_connections",
    example={
        "name": "outlets",
        "type": "postgresql",
        "host": "retail-dw.brightwater.example",
        "database": "retail",
        "user": "bi_reader",
        "password_secret": "database",
        "options": {"TimeZone": "Europe/Lisbon"},
    },
)
async def create_connection(  # noqa: PLR0917 - a model names them
    optimibi: Optimibi,
    name: Id,
    type: str,  # noqa: A002 - the platform's own word
    host: Text = None,
    database: Text = None,
    user: Text = None,
    password_secret: SecretName | None = None,
    port: Port = None,
    options: Members = None,
    pool: Members = None,
    url: Text = None,
) -> Record:
    """Add a new connection to a database as a data source, of a `type` such as PostgreSQL; `url` (JDBC) for
    generic types. optimibi_test_connection tries it afterwards."""
    changes = Changes(host, port, database, user, options, pool, url, name)
    changes.check()
    await _require_free(optimibi, name)
    empty = await blank(optimibi, type)
    _require_address(changes, empty)
    body = changes.on(empty, await secret_of(optimibi, password_secret))
    password = {"password": f"(secret {password_secret})"} if password_secret else {}
    preview = Preview(
        will=f"Add the connection {quoted(name)} to {quoted(type)} {quoted(host) if host else 'at its url'}, "
        "at first for its maker alone.",
        slug=slug("create-connection", name),
        body={
            **changes.told(),
            "type": body["databaseType"]["name"],
            "port": body["databasePort"],
            **password,
        },
        undo="optimibi_delete_connection",
    )
    with _explained():
        await optimibi.change(preview, body)
    return Record({"connection": name, "type": body["databaseType"]["name"], "port": body["databasePort"]})


@administers(
    "POST /plugin/datafor-modeler/api/connection/update",
    reaches="shared",
    check="read optimibi_get_connection",
    example={"connection": "$connection", "user": "bi_loader", "password_secret": "database"},
)
async def update_connection(  # noqa: PLR0917 - a model names them
    optimibi: Optimibi,
    connection: Id,
    name: Id | None = None,
    host: Text = None,
    port: Port = None,
    database: Text = None,
    user: Text = None,
    password_secret: SecretName | None = None,
    options: Members = None,
    pool: Members = None,
    url: Text = None,
) -> Record:
    """Change settings of a database connection such as host, password or name; what is not given stays, an
    empty option is removed."""
    changes = Changes(host, port, database, user, options, pool, url, name)
    changes.check()
    now = await stored_settings(optimibi, connection)
    then = changes.on(now, await secret_of(optimibi, password_secret))
    if then["name"] != now["name"]:
        await _require_free(optimibi, str(name), now)
    changed = [*map(visible, difference(now, then))]
    preview = replacing(
        now,
        then,
        will=_will(now, changes, changed, password_secret),
        slug=slug("update-connection", str(now["name"])),
        undo="call this again with the values under `from`; a former password is not known"
        if password_secret
        else None,
    )
    stand = await breaking(optimibi, "connection", [str(now["name"])])
    with _explained():
        await optimibi.change(replace(preview, now=stand.told()), then)
    return Record({"connection": then["name"], "changed": changed})


def _will(now: Mapping[str, Any], changes: Changes, changed: list[str], secret: str | None) -> str:
    members = several([quoted(one, 60) for one in changed], _FEW)
    told = f"Change connection {quoted(str(now['name']))}: {members}."
    if secret:
        told += f" The password becomes (secret {secret})."
    elif changes.elsewhere:
        told += " The stored password goes wherever these lead."
    if changes.name and changes.name != now["name"]:
        told += " Models name their connection: optimibi_change_model_datasource points them to the new name."
    return told


@destroys(
    "DELETE /plugin/datafor-modeler/api/connection/deletebyname",
    reaches="shared",
    check="read optimibi_list_connections",
    example={"connection": "$connection"},
)
async def delete_connection(optimibi: Optimibi, connection: Id) -> Record:
    """Delete a connection or data source for good; its models, reports and alerts stay and stop working."""
    await connections_of(optimibi, anew=True)
    name = await connection_named(optimibi, connection)
    broken = await breaking(optimibi, "connection", [name])
    preview = Preview(
        will=f"Delete the connection {quoted(name)} for good; {broken} will no longer work.",
        slug=slug("delete-connection", name),
        body={"connection": name},
        undo="optimibi_create_connection with its password, which no call tells; its access list is gone",
        now={"breaks": broken.told()},
    )
    with _explained():
        await optimibi.change(preview, name=name)
    return Record({"deleted": name, "broken": str(broken)})


async def _require_free(optimibi: Optimibi, name: str, now: Mapping[str, Any] | None = None) -> None:
    """Raises Rejected for a name that another connection has, or a new one without an id to go by."""
    if name in {row.get("name") for row in await connections_of(optimibi, anew=True)}:
        raise Rejected("Nothing was sent.", problems={"name": [f"{name!r} is taken"]}, outcome="none")
    if now is not None and not now.get("id"):
        why = "cannot be changed: the server tells no id of this connection"
        raise Rejected("Nothing was sent.", problems={"name": [why]}, outcome="none")


def _require_address(changes: Changes, empty: Mapping[str, Any]) -> None:
    if changes.url is not None:
        return
    given = {
        "host": changes.host,
        "port": changes.port or empty["databasePort"],
        "database": changes.database,
    }
    lacking = {name: ["is needed, unless there is a url"] for name, value in given.items() if not value}
    if lacking:
        raise Rejected("Nothing was sent.", problems=lacking, outcome="none")


@contextmanager
def _explained() -> Generator[None]:
    """Adds what the platform's own words for a refusal mean."""
    try:
        yield
    except Rejected as error:
        if words := _WORDS.get((error.quote or "").strip()):
            error.message += f" {words}"
        raise
