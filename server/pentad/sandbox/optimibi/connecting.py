"""Connections themselves: list, one, whether they work, who may use them, and how they change."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.acls import FULL, levels, of_connection
from pentad.sandbox.optimibi.connections import Connection, described, rewritten, stored
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.nodes import access_map
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import M, Route

# Databases on the server itself are for administrators.
_LOCAL = ("localhost", "127.0.0.1", "::1")
_NEEDED = ("name", "databaseType", "accessType")


def readable(context: Context) -> list[str]:
    return [name for name, one in context.state.connections.items() if may_read(context, one)]


def may_read(context: Context, one: Connection) -> bool:
    return bool(levels(of_connection(context.state, one), context.user))


def list_connections(context: Context) -> dict[str, Any]:
    """The list has a name of its own. Names only, or what kind is wanted, are of the newer edition."""
    rows = [
        described(context.state.dice, context.state.connections[name], listed=True)
        for name in readable(context)
    ]
    if context.state.newer and context.param("isUploadDataset") == "true":
        rows = []
    if context.state.newer and context.param("includeInfo") == "false":
        keep = ("name", "databaseType", "accessType")
        rows = [{name: row[name] for name in keep} for row in rows]
    if context.is_on("includeAccessMap"):
        held = {0, 1, 2, 4} if context.user.admin else {0, 1} if context.user.authors else {0}
        rows = [row | {"accessMap": access_map(held)} for row in rows]
    return {"success": True, "databaseConnections": rows}


def _named(context: Context) -> str:
    """Real statuses, with the usual body."""
    name = context.param("name")
    if name not in context.state.connections:
        raise RefusalError(f"Connection {name} does not exist", "404", 404)
    if name not in readable(context):
        raise RefusalError("no permission", "403", 403)
    return name


def get_connection(context: Context) -> dict[str, Any]:
    return described(context.state.dice, context.state.connections[_named(context)], listed=False)


def try_connection(context: Context) -> dict[str, Any]:
    """Works if there is a database under these settings and a password, its stored one included."""
    body, dice = context.fields(), context.state.dice
    name = context.param("name") or str(body.get("name") or "")
    if not body:
        return {"success": False}
    saved, staff = context.state.connections.get(name), context.user.authors
    if (name not in readable(context)) if saved else not staff:
        raise RefusalError("no permission", "403", 403)
    if context.state.newer and not staff:
        raise RefusalError("no permission", "403", 403)
    tried = rewritten(dice, saved, body, "")
    works = bool(tried.behind and stored(dice, tried).get("password"))
    return {"success": works} | ({"name": name} if context.state.newer else {})


def _sent(context: Context, forbidden: str, code: str) -> dict[str, Any]:
    """The settings in the body of an author."""
    if not context.user.authors:
        raise RefusalError(forbidden, code)
    body = context.fields()
    lacking = [name for name in _NEEDED if not body.get(name)]
    if lacking:
        raise RefusalError(f"parameter {lacking[0]} cannot be empty", "400")
    return body


def create(context: Context) -> dict[str, Any]:
    body = _sent(context, "no permission", "403")
    connections, name = context.state.connections, str(body["name"])
    if name in connections:
        raise RefusalError(f"Connection {name} already exists", "500")
    if str(body.get("hostname") or "").lower() in _LOCAL and not context.user.admin:
        raise RefusalError("LOCAL_CONNECTION_ADMIN_ONLY", "500")
    connections[name] = rewritten(context.state.dice, None, body, context.user.username)
    return {"success": True, "msg": "success", "code": "200"}


def update(context: Context) -> dict[str, Any]:
    """By id, which may come with another name, else by name. Models go on naming the former one."""
    body = _sent(context, "CONNECTION_WRITE_FORBIDDEN", "500")
    connections, dice = context.state.connections, context.state.dice
    name = str(body["name"])
    same = (one for one in connections.values() if stored(dice, one)["id"] == body.get("id"))
    now = next(same, connections.get(name))
    if now is None:
        raise RefusalError(f"Connection {name} does not exist", "404")
    if not may_read(context, now):
        raise RefusalError("CONNECTION_WRITE_FORBIDDEN", "500")
    if name != now.name and name in connections:
        raise RefusalError(f"Connection {name} already exists", "500")
    del connections[now.name]
    connections[name] = rewritten(dice, now, body, "")
    return {"success": True, "msg": "success", "code": "200"}


def delete(context: Context) -> dict[str, Any]:
    """Models on it stay, and stop working."""
    name = context.param("name")
    found = context.state.connections.get(name)
    if found is None:
        raise RefusalError(f"Connection {name} does not exist", "404")
    if not (context.user.admin or context.user.username == found.owner):
        raise RefusalError("CONNECTION_DELETE_FORBIDDEN", "500")
    del context.state.connections[name]
    return {"success": True, "code": "200"}


def check_exists(context: Context) -> dict[str, Any]:
    return {"success": True, "exists": context.param("name") in readable(context)}


def sensitivity(context: Context) -> dict[str, Any]:
    _named(context)
    told = {"success": True, "targetType": "REMOTE", "sensitive": False, "reason": None}
    return told | {"customSqlAllowed": context.user.authors, "rawSqlAllowed": context.user.admin}


def connection_acl(context: Context) -> dict[str, Any]:
    """For those with full control."""
    found = of_connection(context.state, context.state.connections[_named(context)])
    if FULL not in levels(found, context.user):
        raise RefusalError("no permission", None, more={"responseCode": 401})
    return found


def pooling(_: Context) -> dict[str, Any]:
    rows = [("initialSize", "0", "connections at the start"), ("maxActive", "20", "upper bound")]
    rows.append(("validationQuery", "", "run before a connection is lent"))
    named = [
        {"parameter": name, "defaultValue": value or None, "description": told} for name, value, told in rows
    ]
    return {"databaseConnectionPoolParameters": named}


ROUTES = (
    Route("POST", f"{M}/connection/add", "create_connection", create),
    Route("POST", f"{M}/connection/update", "update_connection", update),
    Route("DELETE", f"{M}/connection/deletebyname", "delete_connection", delete),
)
