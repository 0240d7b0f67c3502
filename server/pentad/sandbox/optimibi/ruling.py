"""Data-security rules as they are stored, taken away, and switched on or off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import M, Route
from pentad.sandbox.optimibi.rules import Base, Condition, Grant, Hidden, ObjectRule, RowRule, rule_id
from pentad.sandbox.optimibi.security import authored, governed, governs

Rule = TypeVar("Rule", RowRule, ObjectRule)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(one: dict[str, Any], name: str, default: str = "") -> str:
    value = one.get(name)
    return default if value is None else str(value)


def _grants(value: Any) -> tuple[Grant, ...]:
    return tuple((_text(one, "name"), _text(one, "type", "0")) for one in _objects(value))


def _conditions(value: Any) -> tuple[Condition, ...]:
    parts = ("schema", "tbname", "sql", "rows")
    return tuple(Condition(*(_text(one, name) for name in parts)) for one in _objects(value))


def _hidden(value: Any) -> tuple[Hidden, ...]:
    """A whole table has no column, whatever is sent."""
    return tuple(
        Hidden(
            _text(one, "schema"),
            _text(one, "tbname"),
            _text(one, "colname") if _text(one, "obj_type") == "2" else "",
            _text(one, "visible", "1"),
            _grants(one.get("grantedList")),
        )
        for one in _objects(value)
    )


def save_row_rule(context: Context) -> dict[str, Any]:
    body = _sent(context)
    conditions, grants = _conditions(body.get("configList")), _grants(body.get("grantedList"))
    rules = context.state.row_rules
    return _saved(context, rules, body, lambda base: RowRule(base, conditions, grants))


def save_object_rule(context: Context) -> dict[str, Any]:
    body = _sent(context)
    parts = _hidden(body.get("configList"))
    rules = context.state.object_rules
    return _saved(context, rules, body, lambda base: ObjectRule(base, parts))


def _sent(context: Context) -> dict[str, Any]:
    authored(context)
    body = context.fields()
    if not body.get("dbconn"):
        raise RefusalError("dbconn cannot be empty", "400")
    governed(context, str(body["dbconn"]))
    return body


def _saved(
    context: Context, rules: list[Rule], body: dict[str, Any], made: Callable[[Base], Rule]
) -> dict[str, Any]:
    """Stores the whole rule: what is not sent is gone."""
    state, connection = context.state, context.state.connections[str(body["dbconn"])]
    stamp = (context.user.username, f"{datetime.fromtimestamp(context.now, UTC):%Y-%m-%d %H:%M:%S}.0")
    about, enabled = _text(body, "desc"), _text(body, "enable", "1")
    if body.get("id"):
        at = _place(context, rules, _text(body, "id"), connection.name)
        if at is None or rules[at].base.editable == "0":
            raise RefusalError(_why(at), "400")
        base = replace(rules[at].base, about=about, enabled=enabled, changed=stamp)
        rules[at] = made(base)
    else:
        state.made += 1
        base = Base(f"made:{state.made}", connection.name, about, enabled, added=stamp)
        rules.append(made(base))
    first, last = connection.quotes
    id_ = rule_id(state.dice, base.key)
    return {"success": True, "msg": "success", "id": id_, "startQuote": first, "endQuote": last}


def _place(context: Context, rules: list[Rule], id_: str, connection: str) -> int | None:
    dice = context.state.dice
    found = (at for at, one in enumerate(rules) if rule_id(dice, one.base.key) == id_)
    return next((at for at in found if rules[at].base.connection == connection), None)


def _why(at: int | None) -> str:
    return "rule does not exist" if at is None else "the rule is not editable"


def _batch(
    context: Context, rules: list[Rule], change: Callable[[int, dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """An outcome for each; the whole is a success whatever became of them."""
    authored(context)
    told = [_one(context, rules, item, change) for item in _objects(context.json())]
    return {"success": True, "code": "200", "data": told}


def _one(
    context: Context,
    rules: list[Rule],
    item: dict[str, Any],
    change: Callable[[int, dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    named = {"id": _text(item, "id"), "dbconn": _text(item, "dbconn")}
    at = _place(context, rules, named["id"], named["dbconn"])
    if not governs(context, named["dbconn"]):
        return named | {"success": False, "msg": f"No administrative privileges:{named['dbconn']}"}
    if at is None or rules[at].base.editable == "0":
        return named | {"success": False, "msg": _why(at)}
    return named | {"success": True, "msg": "success"} | change(at, item)


def _deleted(context: Context, rules: list[Rule]) -> dict[str, Any]:
    def change(at: int, _: dict[str, Any]) -> dict[str, Any]:
        del rules[at]
        return {}

    return _batch(context, rules, change)


def _switched(context: Context, rules: list[Rule]) -> dict[str, Any]:
    def change(at: int, item: dict[str, Any]) -> dict[str, Any]:
        enabled = "1" if _text(item, "enable") == "1" else "0"
        rules[at] = replace(rules[at], base=replace(rules[at].base, enabled=enabled))
        return {"enable": enabled, "msg": ""}

    return _batch(context, rules, change)


def delete_row_rules(context: Context) -> dict[str, Any]:
    return _deleted(context, context.state.row_rules)


def delete_object_rules(context: Context) -> dict[str, Any]:
    return _deleted(context, context.state.object_rules)


def switch_row_rules(context: Context) -> dict[str, Any]:
    return _switched(context, context.state.row_rules)


def switch_object_rules(context: Context) -> dict[str, Any]:
    return _switched(context, context.state.object_rules)


_AUTH = f"{M}/auth"
ROUTES = (
    Route("POST", f"{_AUTH}/obj/update", "save_object_rule", save_object_rule),
    Route("POST", f"{_AUTH}/obj/deleteBatch", "delete_object_rules", delete_object_rules),
    Route("POST", f"{_AUTH}/obj/enableBatch", "set_object_rules_enabled", switch_object_rules),
    Route("POST", f"{_AUTH}/row/update", "save_row_rule", save_row_rule),
    Route("POST", f"{_AUTH}/row/deleteBatch", "delete_row_rules", delete_row_rules),
    Route("POST", f"{_AUTH}/row/enableBatch", "set_row_rules_enabled", switch_row_rules),
)
