"""Data-security rules as they are listed and tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pentad.sandbox.optimibi.acls import MANAGE, levels, of_connection
from pentad.sandbox.optimibi.connections import Connection
from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.metadata import connection_of
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.rules import ObjectRule, RowRule, condition, named, resolved, rule_id, spelled
from pentad.sandbox.optimibi.warehouse import QueryError, query, quoted, records


def authored(context: Context) -> None:
    """Raises RefusalError for those who may not see rules at all."""
    if not context.user.authors:
        raise RefusalError("no permission", "403")


def governs(context: Context, name: str) -> bool:
    """Whether the caller has administrative authority over a connection."""
    one = context.state.connections.get(name)
    if one is None:
        return context.user.admin
    return MANAGE in levels(of_connection(context.state, one), context.user)


def governed(context: Context, name: str) -> Connection:
    """The connection. Raises RefusalError for one that is not there, or not the caller's to govern."""
    one = connection_of(context, name)
    if not governs(context, name):
        raise RefusalError(f"No administrative privileges:{name}", "401")
    return one


def _on(value: object) -> bool:
    return str(value).lower() == "true"


def _listed(context: Context, rules: Sequence[RowRule | ObjectRule]) -> dict[str, Any]:
    """Those of the caller's connections that suit the members sent; an empty one suits all."""
    authored(context)
    body, dice = context.fields(), context.state.dice
    if body.get("dbconn"):
        governed(context, str(body["dbconn"]))
    config, granted = _on(body.get("withConfig")), _on(body.get("withGranted"))
    shown = [
        rule.shown(dice, config=config, granted=granted)
        for rule in rules
        if governs(context, rule.base.connection) and _suits(rule.base.kept(dice), body)
    ]
    return done(shown)


def _suits(kept: dict[str, Any], body: dict[str, Any]) -> bool:
    names = ("id", "dbconn", "enable", "editable")
    return all(body.get(name) in (None, "", kept[name]) for name in names)


def row_rules(context: Context) -> dict[str, Any]:
    return _listed(context, context.state.row_rules)


def object_rules(context: Context) -> dict[str, Any]:
    return _listed(context, context.state.object_rules)


def _named(context: Context) -> tuple[str, list[RowRule]]:
    authored(context)
    body = context.fields()
    wanted = str(body.get("group_id") or "")
    if not wanted or not body.get("dbconn"):
        raise RefusalError("group_id or dbconn cannot be empty", "400")
    name = governed(context, str(body["dbconn"])).name
    found = [one for one in context.state.row_rules if rule_id(context.state.dice, one.base.key) == wanted]
    return wanted, [one for one in found if one.base.connection == name]


def row_conditions(context: Context) -> dict[str, Any]:
    wanted, found = _named(context)
    parts = [(rule.base.connection, part) for rule in found for part in rule.conditions]
    return done(
        [
            {"id": f"{wanted[:4]}{at}", "group_id": wanted, "dbconn": connection, **condition(part)}
            for at, (connection, part) in enumerate(parts)
        ]
    )


def row_grants(context: Context) -> dict[str, Any]:
    wanted, found = _named(context)
    return done([{"group_id": wanted, **grant} for one in found for grant in named(one.grants)])


def verify_row_rule(context: Context) -> dict[str, Any]:
    """No flag at the top: each condition tells whether it works."""
    authored(context)
    body = context.fields()
    one = governed(context, str(body.get("dbconn") or ""))
    given = [item for item in body.get("configList") or [] if isinstance(item, dict)]
    return {"dbconn": one.name, "configList": [item | _tried(context, one, item) for item in given]}


def _tried(context: Context, one: Connection, item: dict[str, Any]) -> dict[str, Any]:
    table = quoted(str(item.get("schema")), str(item.get("tbname")))
    where = resolved(str(item.get("sql") or "true"), context.user)
    sql = " ".join(["SELECT * FROM", table, "WHERE", spelled(where), "LIMIT 5"])
    try:
        names, rows = query(context.state.dice.seed, one.behind, sql)
    except QueryError as error:
        return {"success": False, "msg": str(error)}
    told = {"success": True, "data": records(names, rows), "meta": [{"name": name} for name in names]}
    return told | ({"resolvedSql": sql} if context.state.newer else {})
