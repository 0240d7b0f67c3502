"""Data security: rules on the rows of tables, and on tables and columns, as they are read and tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pentad.errors import Rejected
from pentad.models import Id, Row, Table
from pentad.operations import AnyOperation, reads
from pentad.platforms.optimibi import Optimibi
from pentad.secrecy import without_secrets
from pentad.text import clean_json, quoted
from pentad_tools.optimibi.connections.connections import Name, connection_named
from pentad_tools.optimibi.connections.tables import placed
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.permissions.recipients import KINDS
from pentad_tools.optimibi.times import flag

_RULE = ("connection", "rule", "enabled")
_FEW = 3
_WHOLE = {"withConfig": True, "withGranted": True}


class Condition(BaseModel):
    """Which rows of a table are seen: a WHERE condition in the database's own SQL."""

    model_config = ConfigDict(extra="forbid")
    table: str = Field(min_length=1, max_length=300)
    filter: str = Field(max_length=20_000)


Conditions = Annotated[list[Condition], Field(min_length=1, max_length=50, description="table: schema.name")]


@reads("POST /plugin/datafor-modeler/api/auth/row/query", example={"connection": "$connection"})
async def list_row_rules(optimibi: Optimibi, connection: Name | None = None) -> Table[Row]:
    """Row-level security: which rows of which tables whom is left to see, one row per table of a rule.
    Rules combine with OR; without a matching rule nothing is withheld."""
    rows = [
        _ruled(rule) | {"table": table_of(part), "filter": part.get("sql"), "grantees": grantees_of(rule)}
        for rule in await _rules(optimibi, connection)
        for part in parts_of(rule) or [{}]
    ]
    return Table(rows, (*_RULE, "table", "filter", "grantees"), len(rows))


@reads("POST /plugin/datafor-modeler/api/auth/obj/query", example={"connection": "$connection"})
async def list_object_rules(optimibi: Optimibi, connection: Name | None = None) -> Table[Row]:
    """Visibility rules: which tables and columns only some may see, or some may not."""
    rows = [
        _ruled(rule)
        | {"table": table_of(part), "column": part.get("colname"), "shown_to": shown_to(part)}
        | {"grantees": grantees_of(part) or grantees_of(rule)}
        for rule in await _rules(optimibi, connection)
        for part in parts_of(rule) or [{}]
    ]
    return Table(rows, (*_RULE, "table", "column", "shown_to", "grantees"), len(rows))


@reads("POST /plugin/datafor-modeler/api/auth/row/config/query", example={"rule": "$row_rule"})
async def list_row_rule_conditions(optimibi: Optimibi, rule: Id) -> Table[Row]:
    """Tables and SQL filters of one row rule, by its id or description."""
    found = await rule_named(optimibi, list_row_rules, rule)
    parts = await optimibi.rows(body=_named(found))
    rows = [{"table": table_of(part), "filter": part.get("sql")} for part in parts]
    return Table(rows, ("table", "filter"), len(rows), about=_about(found))


@reads("POST /plugin/datafor-modeler/api/auth/row/granted/query", example={"rule": "$row_rule"})
async def list_row_rule_grants(optimibi: Optimibi, rule: Id) -> Table[Row]:
    """Whom one row rule restricts: users, roles and user types."""
    found = await rule_named(optimibi, list_row_rules, rule)
    rows = [{"name": one.get("name"), "kind": _kind(one)} for one in await optimibi.rows(body=_named(found))]
    return Table(rows, ("name", "kind"), len(rows), about=_about(found))


@reads(
    "POST /plugin/datafor-modeler/api/auth/row/verify",
    example={
        "connection": "$connection",
        "conditions": [{"table": "sales.store", "filter": "\"region\" = 'North'"}],
    },
)
async def verify_row_rule(optimibi: Optimibi, connection: Id, conditions: Conditions) -> Table[Row]:
    """Try SQL conditions of a row filter on their tables before saving: whether each works, what the
    database says if not, and sample rows."""
    name = await connection_named(optimibi, connection)
    config = [await configured(optimibi, name, one) for one in conditions]
    rows = await tried(optimibi, name, config)
    return Table(
        rows, ("table", "filter", "works", "problem", "sample"), len(rows), about={"connection": name}
    )


async def configured(optimibi: Optimibi, connection: str, one: Condition) -> dict[str, str]:
    """A condition as the platform has it, on a table that is there. Raises NotFound with the nearest."""
    place = await placed(optimibi, connection, one.table, None)
    return {"schema": place.schema, "tbname": place.table, "sql": one.filter.strip()}


async def tried(
    optimibi: Optimibi, connection: str, config: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What the server says of each condition."""
    asked = optimibi.bound_to(verify_row_rule)
    body = {"dbconn": connection, "configList": list(config)}
    return [_verdict(part) for part in await asked.rows(body=body, within="configList")]


def _verdict(part: Row) -> dict[str, Any]:
    sample = part.get("data")
    return {
        "table": table_of(part),
        "filter": part.get("sql"),
        "works": flag(part.get("success")),
        "problem": None if flag(part.get("success")) else part.get("msg"),
        "sample": sample[:_FEW] if isinstance(sample, list) else None,
    }


async def rule_named(optimibi: Optimibi, listing: AnyOperation, word: str) -> dict[str, Any]:
    """The rule that an id or a description means, whole and as it is stored. Raises NotFound with the
    nearest, and Rejected for a description that several have."""
    return meant(word, await stored_rules(optimibi, listing), "rule")


async def stored_rules(optimibi: Optimibi, listing: AnyOperation) -> list[dict[str, Any]]:
    """All rules, exactly as they are stored."""
    told = await optimibi.bound_to(listing).stored(body=_WHOLE)
    found = told.get("data") if isinstance(told, Mapping) else told
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def meant(word: str, rules: Sequence[dict[str, Any]], argument: str) -> dict[str, Any]:
    """One of the rules, by its id or description. Raises NotFound and Rejected."""
    by_id = {str(rule.get("id")): rule for rule in rules}
    if id_ := spelt(word, by_id):
        return by_id[id_]
    told = spelt(word, (str(rule.get("desc") or "") for rule in rules))
    found = [rule for rule in rules if told and rule.get("desc") == told]
    if not found:
        raise unknown(argument, "rule", word, (str(rule.get("desc") or rule.get("id")) for rule in rules))
    if len(found) > 1:
        which = ", ".join(f"{rule.get('id')} on {rule.get('dbconn')}" for rule in found)
        problems = {argument: [f"{len(found)} rules are called {word!r}: give the id, {which}"]}
        raise Rejected("Nothing was asked for.", problems=problems, outcome="none")
    return found[0]


def _named(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {"group_id": rule.get("id"), "dbconn": rule.get("dbconn")}


def _about(rule: Mapping[str, Any]) -> dict[str, Any]:
    told = {"rule": rule.get("desc"), "id": rule.get("id"), "connection": rule.get("dbconn")}
    return shown(told)


def shown(stored: dict[str, Any]) -> dict[str, Any]:
    """Parts of a stored rule, fit to be read."""
    told: dict[str, Any] = without_secrets(clean_json(stored))
    return told


async def _rules(optimibi: Optimibi, connection: str | None) -> list[Row]:
    name = None if connection is None else await connection_named(optimibi, connection)
    return list(await optimibi.rows(body=_WHOLE | ({} if name is None else {"dbconn": name})))


def _ruled(rule: Row) -> dict[str, Any]:
    return {
        "connection": rule.get("dbconn"),
        "rule": rule.get("desc"),
        "enabled": flag(rule.get("enable")),
        "id": rule.get("id"),
        "locked": is_locked(rule),
    }


def is_locked(rule: Mapping[str, Any]) -> bool:
    return flag(rule.get("editable")) is False


def parts_of(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tables of a rule."""
    found = rule.get("configList")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def table_of(part: Mapping[str, Any]) -> str | None:
    return ".".join(str(part[name]) for name in ("schema", "tbname") if part.get(name)) or None


def shown_to(part: Mapping[str, Any]) -> str | None:
    visible = flag(part.get("visible"))
    return None if visible is None else "only these" if visible else "all but these"


def grantees_of(of: Mapping[str, Any]) -> list[str]:
    """Whom a rule is about, such as `Store managers (role)`."""
    found = of.get("grantedList")
    told: Iterable[Any] = found if isinstance(found, list) else ()
    return [f"{one.get('name')} ({_kind(one)})" for one in told if isinstance(one, Mapping)]


def in_quotes(grantee: str) -> str:
    """One of these as a sentence may hold it."""
    name, sign, kind = grantee.rpartition(" (")
    return f"{quoted(name)}{sign}{kind}"


def _kind(grant: Mapping[str, Any]) -> str:
    code = str(grant.get("type"))
    return KINDS[int(code)] if code in ("0", "1", "2") else KINDS[0]
