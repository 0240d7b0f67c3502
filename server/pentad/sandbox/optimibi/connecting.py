"""Connections themselves: list, one, whether they work, who may use them."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.browsing import acl
from pentad.sandbox.optimibi.connections import described
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.nodes import access_map
from pentad.sandbox.optimibi.refusals import RefusalError


def readable(context: Context) -> list[str]:
    return [
        name for name, one in context.state.connections.items() if context.user.authors or not one.staff_only
    ]


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
    body = context.fields()
    name = str(body.get("name") or context.param("name"))
    if not body:
        return {"success": False}
    if name in context.state.connections and not context.user.authors:
        raise RefusalError("no permission", "403", 403)
    found = context.state.connections.get(name)
    return {"success": found is not None and body.get("hostname") == found.host, "name": name}


def check_exists(context: Context) -> dict[str, Any]:
    return {"success": True, "exists": context.param("name") in readable(context)}


def sensitivity(context: Context) -> dict[str, Any]:
    _named(context)
    told = {"success": True, "targetType": "REMOTE", "sensitive": False, "reason": None}
    return told | {"customSqlAllowed": context.user.authors, "rawSqlAllowed": context.user.admin}


def connection_acl(context: Context) -> dict[str, Any]:
    name = _named(context)
    return acl(context.state.dice.uuid(f"connection:{name}"), "nfoster", inherits=False, role="Data stewards")


def pooling(_: Context) -> dict[str, Any]:
    rows = [("initialSize", "0", "connections at the start"), ("maxActive", "20", "upper bound")]
    rows.append(("validationQuery", "", "run before a connection is lent"))
    named = [
        {"parameter": name, "defaultValue": value or None, "description": told} for name, value, told in rows
    ]
    return {"databaseConnectionPoolParameters": named}
