"""Who may see what: access lists, and the rules on rows, tables and columns. Read only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad_tools.optimibi.connections import ACCESS, Name, connection_named
from pentad_tools.optimibi.locating import located
from pentad_tools.optimibi.times import flag

_KINDS = {"0": "user", "1": "role", "2": "user type"}
_RULE = ("connection", "rule", "enabled")


@reads("GET /plugin/datafor-modeler/api/repo/files/acl", example={"path": "$report"})
async def get_item_acl(
    optimibi: Optimibi, path: Annotated[str, Field(min_length=1, max_length=1000)]
) -> Table[Row]:
    """Who may do what with a report, file or folder, by path or id; `about` says who owns it, and whether
    the folder above decides."""
    meant = as_path(path) or (await located(optimibi, path, None, "path")).path
    raw = await optimibi.record(pathId=meant)
    rows = [_entry(one) for one in raw.get("aces") or () if isinstance(one, Mapping)]
    about = {"path": meant, "owner": raw.get("owner"), "inherited": raw.get("entriesInheriting")}
    return Table(rows, ("recipient", "kind", "permissions"), len(rows), about=about)


@reads("POST /plugin/datafor-modeler/api/auth/row/query", example={"connection": "$connection"})
async def list_row_rules(optimibi: Optimibi, connection: Name | None = None) -> Table[Row]:
    """Row-level security: which rows of which tables whom is left to see, one row per table of a rule.
    Rules combine with OR; without a matching rule nothing is withheld."""
    rows = [
        _ruled(rule) | {"table": _table(part), "filter": part.get("sql"), "grantees": _names(rule)}
        for rule in await _rules(optimibi, connection)
        for part in _parts(rule)
    ]
    return Table(rows, (*_RULE, "table", "filter", "grantees"), len(rows))


@reads("POST /plugin/datafor-modeler/api/auth/obj/query", example={"connection": "$connection"})
async def list_object_rules(optimibi: Optimibi, connection: Name | None = None) -> Table[Row]:
    """Visibility rules: which tables and columns only some may see, or some may not."""
    rows = [
        _ruled(rule)
        | {"table": _table(part), "column": part.get("colname"), "shown_to": _shown_to(part)}
        | {"grantees": _names(part) or _names(rule)}
        for rule in await _rules(optimibi, connection)
        for part in _parts(rule)
    ]
    return Table(rows, (*_RULE, "table", "column", "shown_to", "grantees"), len(rows))


async def _rules(optimibi: Optimibi, connection: str | None) -> list[Row]:
    name = None if connection is None else await connection_named(optimibi, connection)
    body: dict[str, Any] = {"withConfig": True, "withGranted": True} | (
        {} if name is None else {"dbconn": name}
    )
    return list(await optimibi.rows(body=body))


def _entry(raw: Mapping[str, Any]) -> dict[str, Any]:
    levels = raw.get("permissions")
    return {
        "recipient": raw.get("recipient"),
        "kind": _KINDS.get(str(raw.get("recipientType"))),
        "permissions": [ACCESS.get(str(one), str(one)) for one in levels] if isinstance(levels, list) else [],
        "modifiable": raw.get("modifiable"),
    }


def _ruled(rule: Row) -> dict[str, Any]:
    return {
        "connection": rule.get("dbconn"),
        "rule": rule.get("desc"),
        "enabled": flag(rule.get("enable")),
        "id": rule.get("id"),
        "locked": flag(rule.get("editable")) is False,
    }


def _parts(rule: Row) -> list[Mapping[str, Any]]:
    """The tables of a rule; one that names none is still shown."""
    found = rule.get("configList")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) and found else [{}]


def _table(part: Mapping[str, Any]) -> str | None:
    return ".".join(str(part[name]) for name in ("schema", "tbname") if part.get(name)) or None


def _shown_to(part: Mapping[str, Any]) -> str | None:
    visible = flag(part.get("visible"))
    return None if visible is None else "only these" if visible else "all but these"


def _names(of: Mapping[str, Any]) -> list[str]:
    """Whom a rule is about, such as `Store Ops (role)`."""
    found = of.get("grantedList")
    told = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return [f"{one.get('name')} ({_KINDS.get(str(one.get('type')), 'user')})" for one in told]
