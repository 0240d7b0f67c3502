"""Data-security rules as they are listed and tried."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.metadata import connection_of
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.rules import (
    ObjectRule,
    RowRule,
    condition,
    grants,
    object_shown,
    row_shown,
    rule_id,
    spelled,
)
from pentad.sandbox.optimibi.warehouse import QueryError, query, quoted, records


def _asked(context: Context) -> dict[str, Any]:
    """The body, for those who may see rules at all."""
    if not context.user.authors:
        raise RefusalError("no permission", "403")
    return context.fields()


def _on(value: object) -> bool:
    return str(value).lower() == "true"


def _suits(context: Context, rule: RowRule | ObjectRule, body: dict[str, Any], enabled: str) -> bool:
    own = {"id": rule_id(context.state.dice, rule.key), "dbconn": rule.connection, "enable": enabled}
    return all(body.get(name) in (None, "", value) for name, value in own.items())


def row_rules(context: Context) -> dict[str, Any]:
    body, dice = _asked(context), context.state.dice
    config, granted = _on(body.get("withConfig")), _on(body.get("withGranted"))
    found = [rule for rule in context.state.row_rules if _suits(context, rule, body, rule.enabled)]
    return done([row_shown(dice, rule, config=config, granted=granted) for rule in found])


def object_rules(context: Context) -> dict[str, Any]:
    body, dice = _asked(context), context.state.dice
    config, granted = _on(body.get("withConfig")), _on(body.get("withGranted"))
    found = [rule for rule in context.state.object_rules if _suits(context, rule, body, "1")]
    return done([object_shown(dice, rule, config=config, granted=granted) for rule in found])


def _named(context: Context) -> tuple[str, list[RowRule]]:
    body = _asked(context)
    wanted = str(body.get("group_id") or "")
    if not wanted or not body.get("dbconn"):
        raise RefusalError("group_id or dbconn cannot be empty", "400")
    found = [one for one in context.state.row_rules if rule_id(context.state.dice, one.key) == wanted]
    return wanted, [one for one in found if one.connection == body["dbconn"]]


def row_conditions(context: Context) -> dict[str, Any]:
    wanted, found = _named(context)
    more = {"id": wanted[:8], "group_id": wanted}
    return done([{**more, "dbconn": one.connection, **condition(one)} for one in found])


def row_grants(context: Context) -> dict[str, Any]:
    wanted, found = _named(context)
    return done([{"group_id": wanted, **grant} for one in found for grant in grants(one)])


def verify_row_rule(context: Context) -> dict[str, Any]:
    """No flag at the top: each condition tells whether it works."""
    body = _asked(context)
    one = connection_of(context, str(body.get("dbconn") or ""))
    given = [item for item in body.get("configList") or [] if isinstance(item, dict)]
    return {"dbconn": one.name, "configList": [item | _tried(context, one.name, item) for item in given]}


def _tried(context: Context, connection: str, item: dict[str, Any]) -> dict[str, Any]:
    table = quoted(str(item.get("schema")), str(item.get("tbname")))
    sql = " ".join(["SELECT * FROM", table, "WHERE", spelled(str(item.get("sql") or "true")), "LIMIT 5"])
    try:
        names, rows = query(context.state.dice.seed, connection, sql)
    except QueryError as error:
        return {"success": False, "msg": str(error)}
    return {"success": True, "data": records(names, rows), "meta": [{"name": name} for name in names]}
