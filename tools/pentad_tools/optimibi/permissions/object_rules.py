"""Visibility rules, changed: which tables and columns only some may see, or some may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pentad.consent.plans import Preview
from pentad.models import Id, Record, Row, Table
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import all_quoted, quoted
from pentad_tools.optimibi.connections.tables import columns_of, placed
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.permissions.rule_changes import (
    Description,
    Rule,
    Rules,
    delete,
    granted,
    labelled,
    picked,
    refused,
    require_complete,
    save,
    starting,
    switch,
    title,
)
from pentad_tools.optimibi.permissions.rules import (
    grantees_of,
    in_quotes,
    list_object_rules,
    parts_of,
    shown_to,
    stored_rules,
    table_of,
)
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag

_TABLE, _COLUMN = "1", "2"
_SHOWN = {"only these": "1", "all but these": "0"}


class Hidden(BaseModel):
    """A table, or one column of it, and who sees it."""

    model_config = ConfigDict(extra="forbid")
    table: str = Field(min_length=1, max_length=300)
    column: str | None = None
    shown_to: Literal["only these", "all but these"]
    grantees: list[str] = Field(max_length=100)


Objects = Annotated[list[Hidden], Field(min_length=1, max_length=50)] | None


@administers(
    "POST /plugin/datafor-modeler/api/auth/obj/update",
    reaches="shared",
    check="read optimibi_list_object_rules",
    example={
        "connection": "$connection",
        "description": "Cities for Finance",
        "objects": [
            {
                "table": "sales.store",
                "column": "city",
                "shown_to": "only these",
                "grantees": ["Finance (role)", "Administrator"],
            }
        ],
    },
)
async def save_object_rule(
    optimibi: Optimibi,
    rule: Id | None = None,
    connection: Id | None = None,
    *,
    description: Description = None,
    objects: Objects = None,
    enabled: bool | None = None,
) -> Record:
    """Hide a column or table from everybody but some, or from some: create a visibility rule, or change
    `rule` (id or description). Objects replace those of that name; one without grantees goes."""
    every = await stored_rules(optimibi, list_object_rules)
    now = await starting(optimibi, every, rule, connection)
    require_complete(
        now | {"desc": description or now.get("desc")},
        every,
        connection=now["dbconn"],
        description=description,
        objects=objects,
    )
    then = dict(now) | ({} if description is None else {"desc": description})
    if objects is not None:
        then["configList"] = await _merged(optimibi, now, objects)
    if enabled is not None:
        then["enable"] = "1" if enabled else "0"
    return await save(optimibi, _saving(now, then), then)


@destroys(
    "POST /plugin/datafor-modeler/api/auth/obj/deleteBatch",
    reaches="shared",
    check="read optimibi_list_object_rules",
    example={"rules": ["$object_rule"]},
)
async def delete_object_rules(optimibi: Optimibi, rules: Rules) -> Table[Row]:
    """Delete visibility rules, by id or description: what they hid, table or column, is seen again."""
    chosen = picked(await stored_rules(optimibi, list_object_rules), rules)
    shown = {name: _in_words(one) for name, one in labelled(chosen).items()}
    return await delete(optimibi, "object", chosen, shown, _opened(chosen, ()))


@administers(
    "POST /plugin/datafor-modeler/api/auth/obj/enableBatch",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_object_rules",
    example={"rules": ["$object_rule"], "enabled": False},
)
async def set_object_rules_enabled(optimibi: Optimibi, rules: Rules, enabled: bool) -> Table[Row]:
    """Turn visibility rules on tables or columns off for a while, or on (enable, disable)."""
    chosen = picked(await stored_rules(optimibi, list_object_rules), rules)
    opens = f"{'; '.join(map(_told, chosen))}." if enabled else _opened(chosen, ())
    return await switch(optimibi, "object", chosen, opens, enabled=enabled)


async def _merged(optimibi: Optimibi, now: Rule, objects: Sequence[Hidden]) -> list[Mapping[str, Any]]:
    """The objects of a rule with those that are asked for. Raises Rejected where none is left."""
    stored = {_key(part): part for part in parts_of(now)}
    given = [await _configured(optimibi, now["dbconn"], one, stored, at) for at, one in enumerate(objects)]
    asked = {_key(part): part for part in given}
    if len(asked) < len(given):
        raise refused("The rule was not saved.", objects="an object is named twice")
    left = [part for part in (stored | asked).values() if part["grantedList"]]
    if not left:
        raise refused(
            "The rule was not saved.", objects="none is left; optimibi_delete_object_rules deletes it"
        )
    return left


async def _configured(
    optimibi: Optimibi, connection: str, one: Hidden, stored: Mapping[Any, Mapping[str, Any]], at: int
) -> dict[str, Any]:
    """An object as the platform has it. Raises NotFound for a table or column that is not there."""
    place = await placed(optimibi, connection, one.table, None)
    named: dict[str, Any] = {"schema": place.schema, "tbname": place.table, "obj_type": _TABLE}
    if one.column is not None:
        column = one.column
        if (place.schema, place.table, column) not in stored:
            # A column that a rule hides from this account is in no list of columns.
            names = [str(row.get("name")) for row in await columns_of(optimibi, place)]
            column = spelt(column, names) or ""
            if not column:
                raise unknown(f"objects.{at}.column", "column", one.column, names, f" in table {place.table}")
        named |= {"obj_type": _COLUMN, "colname": column}
    now = stored.get(_key(named), {})
    grants = await granted(optimibi, f"objects.{at}.grantees", one.grantees, now) if one.grantees else []
    return {**now, **named, "visible": _SHOWN[one.shown_to], "grantedList": grants}


def _key(part: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return part.get("schema"), part.get("tbname"), part.get("colname") or None


def _saving(now: Rule, then: Rule) -> Preview:
    """The plan to store a rule; `now` has no id where it is new."""
    creates = not now.get("id")
    what = f"{'Create' if creates else 'Change'} the visibility rule {quoted(title(then))}"
    return replacing(
        {} if creates else _in_words(now),
        _in_words(then),
        will=f"{what} on {quoted(str(then['dbconn']))}: {_told(then)}. {_opened([now], [then])}".rstrip(),
        slug=slug("save-object-rule", title(then)),
        undo="optimibi_delete_object_rules" if creates else None,
    )


def _name(part: Mapping[str, Any]) -> str:
    return ".".join(str(name) for name in (table_of(part), part.get("colname")) if name)


def _told(rule: Rule) -> str:
    parts = [
        f"{quoted(_name(part), 200)} is shown to {shown_to(part) or 'these'}: "
        f"{', '.join(map(in_quotes, grantees_of(part))) or 'nobody'}"
        for part in parts_of(rule)
    ]
    return "; ".join(parts) + ("" if flag(rule.get("enable")) is not False else " (switched off)")


def _opened(before: Sequence[Rule], after: Sequence[Rule]) -> str:
    """What is seen again by those from whom it was hidden, unless another rule hides it."""
    names = dict.fromkeys(name for name in _hidden(before) if name not in _hidden(after))
    if not names:
        return ""
    return f"This opens data: unless another rule hides it, everybody sees {all_quoted(names, 200)} then."


def _hidden(rules: Sequence[Rule]) -> list[str]:
    """What rules that are in force are about."""
    active = [rule for rule in rules if flag(rule.get("enable")) is not False]
    return [_name(part) for rule in active for part in parts_of(rule)]


def _in_words(rule: Rule) -> dict[str, Any]:
    objects = {
        _name(part): {"shown_to": shown_to(part), "grantees": grantees_of(part)} for part in parts_of(rule)
    }
    return {
        "connection": rule.get("dbconn"),
        "description": rule.get("desc"),
        "enabled": flag(rule.get("enable")),
        "objects": objects,
    }
