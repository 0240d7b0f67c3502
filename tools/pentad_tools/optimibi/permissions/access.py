"""Who may use reports, folders, models and connections: access lists, read and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import NotFound
from pentad.models import Id, Record, Row, Table
from pentad.operations import administers, reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.models.models import ModelName, model_named, models_of
from pentad_tools.optimibi.permissions.granting import (
    Change,
    Grants,
    Revoked,
    Wish,
    entries,
    in_words,
    kind_of,
    levels,
    outcomes,
    planned,
    read_list,
    unread,
    wanted,
)
from pentad_tools.optimibi.server.session import session_info

_SEVERAL = Field(min_length=1, max_length=100)
_GRANT: Mapping[str, str] = {"recipient": "$role", "kind": "role", "permission": "edit"}


@reads("GET /plugin/datafor-modeler/api/repo/files/acl", example={"path": "$report"})
async def get_item_acl(
    optimibi: Optimibi, path: Annotated[str, Field(min_length=1, max_length=1000)]
) -> Table[Row]:
    """Who may do what with a report, file or folder, by path or id; `about` says who owns it, and whether
    the folder above decides."""
    meant = await _path(optimibi, path)
    return _shown("path", meant, await optimibi.record(pathId=meant))


@reads(
    "GET /plugin/datafor-modeler/api/datasource/analysis/{catalog}/acl",
    example={"model": "$model"},
)
async def get_model_acl(optimibi: Optimibi, model: ModelName) -> Table[Row]:
    """Who may use, edit or manage an analysis model (newer servers)."""
    name = await model_named(optimibi, model)
    return _shown("model", name, await optimibi.record(catalog=name))


@reads("GET /plugin/datafor-modeler/api/connection/acl", example={"connection": "$connection"})
async def get_connection_acl(optimibi: Optimibi, connection: Id) -> Table[Row]:
    """Who may use, edit or manage a database connection (newer servers); needs full control of it."""
    name = await connection_named(optimibi, connection)
    return _shown("connection", name, await optimibi.record(name=name))


@administers(
    "PUT /plugin/datafor-modeler/api/repo/files/acl",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_item_acl",
    example={"path": "$report", "grant": [_GRANT]},
)
async def update_item_acl(
    optimibi: Optimibi,
    path: Id,
    grant: Grants = None,
    revoke: Revoked = None,
    inherit: bool | None = None,
) -> Record:
    """Share a report, file or folder: let users, groups or roles open, edit or manage it, or take permission
    away; other entries stay. inherit=true lets the folder above decide."""
    wish = Wish.of(grant, revoke, inherit=inherit)
    (change,) = await wanted(optimibi, wish, await _of_items(optimibi, [path]))
    await optimibi.change(await planned(optimibi, "item", [change]), change.later, pathId=change.name)
    return _written("path", change)


@administers(
    "PUT /plugin/datafor-modeler/api/repo/files/aclBatch",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_item_acl of each",
    example={"paths": ["$report", "$folder"], "grant": [_GRANT]},
)
async def update_item_acls(
    optimibi: Optimibi,
    paths: Annotated[list[Id], _SEVERAL],
    grant: Grants = None,
    revoke: Revoked = None,
    inherit: bool | None = None,
) -> Table[Row]:
    """Share several reports, files or folders at once, or take permission on them away: the same change to
    each."""
    wish = Wish.of(grant, revoke, inherit=inherit)
    former = await _of_items(optimibi, paths)
    return await _changed(optimibi, "item", former, await wanted(optimibi, wish, former))


@administers(
    "PUT /plugin/datafor-modeler/api/datasource/analysis/{catalog}/acl",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_model_acl, on newer servers",
    example={"model": "$model", "grant": [_GRANT]},
)
async def update_model_acl(
    optimibi: Optimibi, model: ModelName, grant: Grants = None, revoke: Revoked = None, replace: bool = False
) -> Record:
    """Give users or roles permission on an analysis model, or take it away. replace=true writes `grant` as
    the whole list, which older servers need."""
    wish = Wish.of(grant, revoke, replace=replace)
    name = await model_named(optimibi, model)
    former = await _of_model(optimibi, name)
    if former is None:
        owners = {one.name: str(one.row["owner"]) for one in await models_of(optimibi) if "owner" in one.row}
        (change,) = await unread(optimibi, wish, {name: owners.get(name) or await _me(optimibi)})
    else:
        (change,) = await wanted(optimibi, wish, {name: former})
    await optimibi.change(await planned(optimibi, "model", [change]), change.later, catalog=name)
    return _written("model", change)


@administers(
    "PUT /plugin/datafor-modeler/api/datasource/analysis/acl",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_model_acl of each",
    example={"models": ["$model"], "grant": [_GRANT]},
)
async def update_model_acls(
    optimibi: Optimibi,
    models: Annotated[list[Id], _SEVERAL],
    grant: Grants = None,
    revoke: Revoked = None,
) -> Table[Row]:
    """Give users or roles permission on several analysis models at once, or take it away (newer servers)."""
    wish = Wish.of(grant, revoke)
    names = dict.fromkeys([await model_named(optimibi, one) for one in models])
    getter = optimibi.bound_to(get_model_acl)
    former = {name: await read_list(getter, catalog=name) for name in names}
    return await _changed(optimibi, "model", former, await wanted(optimibi, wish, former))


@administers(
    "PUT /plugin/datafor-modeler/api/connection/acl",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_connection_acl",
    example={"connection": "$connection", "grant": [_GRANT]},
)
async def update_connection_acl(
    optimibi: Optimibi, connection: Id, grant: Grants = None, revoke: Revoked = None
) -> Record:
    """Allow users or roles to use a database connection, or take that permission away (newer servers; older
    ones have optimibi_update_connection_acls)."""
    wish = Wish.of(grant, revoke)
    name = await connection_named(optimibi, connection)
    acl = await read_list(optimibi.bound_to(get_connection_acl), name=name)
    (change,) = await wanted(optimibi, wish, {name: acl})
    await optimibi.change(await planned(optimibi, "connection", [change]), change.later, name=name)
    return _written("connection", change)


@administers(
    "PUT /plugin/datafor-modeler/api/connection/aclBatch",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_connection_acl of each, on newer servers",
    example={"connections": ["$connection"], "grant": [_GRANT]},
)
async def update_connection_acls(
    optimibi: Optimibi,
    connections: Annotated[list[Id], _SEVERAL],
    grant: Grants = None,
    revoke: Revoked = None,
    replace: bool = False,
) -> Table[Row]:
    """Give users or roles permission on several database connections, or take it away. replace=true writes
    `grant` as the whole list, which older servers need."""
    wish = Wish.of(grant, revoke, replace=replace)
    names = dict.fromkeys([await connection_named(optimibi, one) for one in connections])
    read = {name: await _of_connection(optimibi, name) for name in names}
    former = {name: acl for name, acl in read.items() if acl is not None}
    if len(former) < len(read):
        changes = await unread(optimibi, wish, dict.fromkeys(names, await _me(optimibi)))
    else:
        changes = await wanted(optimibi, wish, former)
    return await _changed(optimibi, "connection", read, changes)


async def _changed(
    optimibi: Optimibi, noun: str, names: Mapping[str, Any], changes: Sequence[Change]
) -> Table[Row]:
    """Send the lists that differ, all at once."""
    body = {change.name: change.later for change in changes}
    answer = await optimibi.change(await planned(optimibi, noun, changes), body)
    return outcomes("path" if noun == "item" else noun, list(names), changes, answer)


async def _path(optimibi: Optimibi, text: str) -> str:
    return as_path(text) or (await located(optimibi, text, None, "path")).path


async def _of_items(optimibi: Optimibi, texts: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The lists of items by path. Raises NotFound with the nearest."""
    return dict([await _of_item(optimibi, text) for text in texts])


async def _of_item(optimibi: Optimibi, text: str) -> tuple[str, Mapping[str, Any]]:
    getter = optimibi.bound_to(get_item_acl)
    if path := as_path(text):
        # What is hidden is in no tree, and has a list all the same.
        with suppress(NotFound):
            return path, await read_list(getter, pathId=path)
    path = (await located(optimibi, text, None, "path")).path
    return path, await read_list(getter, pathId=path)


async def _of_model(optimibi: Optimibi, name: str) -> Mapping[str, Any] | None:
    """The list of a model that is there; None where the server does not tell it."""
    try:
        return await read_list(optimibi.bound_to(get_model_acl), catalog=name)
    except NotFound:
        return None


async def _of_connection(optimibi: Optimibi, name: str) -> Mapping[str, Any] | None:
    """The list of a connection that is there; None where the server does not tell it."""
    try:
        return await read_list(optimibi.bound_to(get_connection_acl), name=name)
    except NotFound:
        return None


async def _me(optimibi: Optimibi) -> str:
    return (await session_info(optimibi)).username or ""


def _written(column: str, change: Change) -> Record:
    return Record({column: change.name} | in_words(change.later))


def _shown(column: str, name: str, acl: Mapping[str, Any]) -> Table[Row]:
    rows = [
        {
            "recipient": one.get("recipient"),
            "kind": kind_of(one),
            "permissions": levels(one),
            "modifiable": one.get("modifiable"),
        }
        for one in entries(acl)
    ]
    about = {column: name, "owner": acl.get("owner"), "inherited": acl.get("entriesInheriting")}
    return Table(rows, ("recipient", "kind", "permissions"), len(rows), about=about)
