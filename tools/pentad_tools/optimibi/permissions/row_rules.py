"""Row-level security, changed: which rows of a table whom is left to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import NotFound, Rejected
from pentad.models import Id, Record, Row, Table
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.naming import Several
from pentad_tools.optimibi.permissions.rule_changes import (
    Description,
    Rule,
    Rules,
    delete,
    granted,
    labelled,
    opened,
    picked,
    refused,
    require_complete,
    save,
    starting,
    switch,
    title,
)
from pentad_tools.optimibi.permissions.rules import (
    Condition,
    Conditions,
    configured,
    grantees_of,
    in_quotes,
    list_row_rules,
    parts_of,
    stored_rules,
    table_of,
    tried,
)
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag

_COMBINE = "Rules combine with OR: whoever several apply to sees the rows of each."


@administers(
    "POST /plugin/datafor-modeler/api/auth/row/update",
    reaches="shared",
    check="read optimibi_list_row_rules",
    example={
        "connection": "$connection",
        "description": "Finance sees the south",
        "conditions": [{"table": "sales.store", "filter": "\"region\" = 'South'"}],
        "grantees": ["Finance (role)"],
    },
)
async def save_row_rule(
    optimibi: Optimibi,
    rule: Id | None = None,
    connection: Id | None = None,
    *,
    description: Description = None,
    conditions: Conditions | None = None,
    grantees: Several | None = None,
    enabled: bool | None = None,
) -> Record:
    """Let users or roles see only some rows: create a row-level security rule, or change `rule` (id or
    description). Conditions replace those on the same table, an empty filter takes one out."""
    every = await stored_rules(optimibi, list_row_rules)
    now = await starting(optimibi, every, rule, connection)
    require_complete(
        now | {"desc": description or now.get("desc")},
        every,
        connection=now["dbconn"],
        description=description,
        conditions=conditions,
        grantees=grantees,
    )
    then = dict(now) | ({} if description is None else {"desc": description})
    if conditions is not None:
        then["configList"] = await _merged(optimibi, now, conditions)
    if grantees is not None:
        then["grantedList"] = await granted(optimibi, "grantees", grantees, now)
    if enabled is not None:
        then["enable"] = "1" if enabled else "0"
    kept = [one for one in every if one is not now]
    return await save(optimibi, _saving(now, then, opened(every, [*kept, then])), then)


@destroys(
    "POST /plugin/datafor-modeler/api/auth/row/deleteBatch",
    reaches="shared",
    check="read optimibi_list_row_rules",
    example={"rules": ["$row_rule"]},
)
async def delete_row_rules(optimibi: Optimibi, rules: Rules) -> Table[Row]:
    """Delete row-level security rules, by id or description, which may open rows to those they restricted."""
    every = await stored_rules(optimibi, list_row_rules)
    chosen = picked(every, rules)
    opens = opened(every, [one for one in every if one not in chosen])
    shown = {name: _in_words(one) for name, one in labelled(chosen).items()}
    return await delete(optimibi, "row", chosen, shown, opens)


@administers(
    "POST /plugin/datafor-modeler/api/auth/row/enableBatch",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_row_rules",
    example={"rules": ["$row_rule"], "enabled": False},
)
async def set_row_rules_enabled(optimibi: Optimibi, rules: Rules, enabled: bool) -> Table[Row]:
    """Turn row-level security rules off for a while, or on (enable, disable), without deleting them."""
    every = await stored_rules(optimibi, list_row_rules)
    chosen = picked(every, rules)
    after = [{**one, "enable": "1" if enabled else "0"} if one in chosen else one for one in every]
    opens = f"{_COMBINE} {'; '.join(map(_told, chosen))}." if enabled else opened(every, after)
    return await switch(optimibi, "row", chosen, opens, enabled=enabled)


async def _merged(optimibi: Optimibi, now: Rule, conditions: Sequence[Condition]) -> list[Mapping[str, Any]]:
    """The conditions of a rule with those that are asked for, which were tried. Raises Rejected where none
    is left."""
    given = [await configured(optimibi, now["dbconn"], one) for one in conditions]
    filters = {table_of(part): part for part in given}
    if len(filters) < len(given):
        raise refused("The rule was not saved.", conditions="a table is named twice")
    await _require_working(optimibi, now["dbconn"], [part for part in given if part["sql"]])
    merged = [_replaced(part, filters.pop(table_of(part), None)) for part in parts_of(now)]
    left = [part for part in [*merged, *filters.values()] if part.get("sql")]
    if not left:
        raise refused(
            "The rule was not saved.", conditions="none is left; optimibi_delete_row_rules deletes it"
        )
    return left


def _replaced(part: Mapping[str, Any], new: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A condition with another filter. What the builder of conditions keeps would contradict it."""
    if new is None or new["sql"] == part.get("sql"):
        return part
    return {name: value for name, value in part.items() if name != "rows"} | {"sql": new["sql"]}


async def _require_working(optimibi: Optimibi, connection: str, config: Sequence[Mapping[str, Any]]) -> None:
    """Raises Rejected with what the database says of a condition that it does not take."""
    verdicts: Sequence[Mapping[str, Any]] = ()
    if config:
        with suppress(NotFound):
            verdicts = await tried(optimibi, connection, config)
    failed = [one for one in verdicts if one["works"] is False]
    if failed:
        raise Rejected(
            "The rule was not saved: the database does not take a condition.",
            problems={
                "conditions": [f"{one['table']}: {quoted(str(one['filter']), 200)} fails" for one in failed]
            },
            quote=str(failed[0]["problem"]),
            outcome="none",
        )
    if len(verdicts) < len(config):
        optimibi.call.note("the conditions could not be tried on this server")


def _saving(now: Rule, then: Rule, opens: str) -> Preview:
    """The plan to store a rule; `now` has no id where it is new."""
    creates = not now.get("id")
    what = f"{'Create' if creates else 'Change'} the row-level security rule {quoted(title(then))}"
    return replacing(
        {} if creates else _in_words(now),
        _in_words(then),
        will=f"{what} on {quoted(str(then['dbconn']))}: {_told(then)}. {_COMBINE} {opens}".rstrip(),
        slug=slug("save-row-rule", title(then)),
        undo="optimibi_delete_row_rules" if creates else None,
    )


def _told(rule: Rule) -> str:
    filters = " and ".join(
        f"of {quoted(str(table_of(part)))} only rows where {quoted(str(part.get('sql')), 200)}"
        for part in parts_of(rule)
    )
    state = "" if flag(rule.get("enable")) is not False else " (switched off)"
    return (
        f"{', '.join(map(in_quotes, grantees_of(rule))) or 'nobody'} to see {filters or 'everything'}{state}"
    )


def _in_words(rule: Rule) -> dict[str, Any]:
    return {
        "connection": rule.get("dbconn"),
        "description": rule.get("desc"),
        "enabled": flag(rule.get("enable")),
        "filters": {str(table_of(part)): part.get("sql") for part in parts_of(rule)},
        "grantees": grantees_of(rule),
    }
