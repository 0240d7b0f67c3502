"""How rules of either kind are changed: found as they are stored, kept where nothing is asked of them, and
what their going opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Id, Record, Row, Table
from pentad.platforms.optimibi import Optimibi
from pentad.secrecy import without_shapes
from pentad.text import all_quoted, plural, quoted, visible
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.permissions.recipients import directory
from pentad_tools.optimibi.permissions.rules import (
    grantees_of,
    in_quotes,
    is_locked,
    meant,
    parts_of,
    shown,
    table_of,
)
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag

Rules = Annotated[list[Id], Field(min_length=1, max_length=100)]
Description = Annotated[str, Field(min_length=1, max_length=300)] | None
Rule = Mapping[str, Any]
NOUN = {"row": "row-level security rule", "object": "visibility rule"}


def refused(what: str, **problems: str) -> Rejected:
    return Rejected(what, problems={name: [why] for name, why in problems.items()}, outcome="none")


async def starting(
    optimibi: Optimibi, rules: Sequence[dict[str, Any]], rule: str | None, connection: str | None
) -> dict[str, Any]:
    """The stored rule that is to be changed, or the beginning of a new one. Raises Rejected for a locked one
    and for one of another connection."""
    name = None if connection is None else await connection_named(optimibi, connection)
    if rule is None:
        return {"dbconn": name, "enable": "1"}
    found = meant(rule, rules, "rule")
    if name not in (None, found.get("dbconn")):
        why = f"the rule belongs to {found.get('dbconn')}, where it stays"
        raise refused("The rule was not changed.", connection=why)
    require_open([found], "rule")
    return found


def require_open(rules: Sequence[Rule], argument: str) -> None:
    if locked := [title(rule) for rule in rules if is_locked(rule)]:
        raise refused("Nothing was changed.", **{argument: f"locked by the server: {all_quoted(locked)}"})


def require_complete(then: Rule, rules: Sequence[Rule], **needed: Any) -> None:
    """Raises Rejected for a new rule that lacks something, and for a description that another one has."""
    creates = not then.get("id")
    lacking = {name: "needed for a new rule" for name, value in needed.items() if creates and not value}
    if lacking:
        raise refused("No rule was created.", **lacking)
    same = [one for one in rules if one.get("dbconn") == then["dbconn"] and one.get("id") != then.get("id")]
    if any(one.get("desc") == then.get("desc") for one in same):
        why = "another rule of the connection has it; to change that one, give it as `rule`"
        raise refused("No rule was saved.", description=why)


async def granted(
    optimibi: Optimibi, argument: str, texts: Sequence[str], now: Rule
) -> list[Mapping[str, Any]]:
    """Grantees as the platform has them; those that are there stay as they were read."""
    known = (await directory(optimibi)).all_meant(optimibi, argument, texts)
    found = now.get("grantedList")
    grants = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    stored = dict(zip(grantees_of(now), grants, strict=True))
    return [stored.get(str(one), {"name": one.name, "type": str(one.code)}) for one in known]


def title(rule: Rule) -> str:
    return visible(without_shapes(str(rule.get("desc") or rule.get("id"))))


def opened(before: Sequence[Rule], after: Sequence[Rule]) -> str:
    """Who is left without any rule on a table, which is to see all of it."""
    left = {pair for rule in after for pair in _pairs(rule)}
    lost = dict.fromkeys(pair for rule in before for pair in _pairs(rule) if pair not in left)
    if not lost:
        return ""
    told = ", ".join(
        f"{in_quotes(who)} on {quoted(str(table))} ({quoted(str(connection))})"
        for connection, table, who in lost
    )
    return (
        f"This opens data: no rule is left for {told}; whom no other rule on the table names, by user, role "
        "or type, sees all its rows."
    )


def labelled(rules: Sequence[Rule]) -> dict[str, Rule]:
    """Rules by what people call them, with the id where several are called the same."""
    names = [title(rule) for rule in rules]
    labels = [
        f"{name} ({rule.get('id')})" if names.count(name) > 1 else name
        for name, rule in zip(names, rules, strict=True)
    ]
    return dict(zip(labels, rules, strict=True))


def _pairs(rule: Rule) -> list[tuple[Any, Any, str]]:
    """Connection, table and grantee of a rule that is in force."""
    if flag(rule.get("enable")) is False:
        return []
    tables = [table_of(part) for part in parts_of(rule)]
    return [(rule.get("dbconn"), table, who) for table in tables for who in grantees_of(rule)]


def picked(rules: Sequence[dict[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    """The rules that are meant, each once. Raises for unknown, ambiguous and locked ones."""
    found = {str(rule.get("id")): rule for rule in (meant(word, rules, "rules") for word in words)}
    require_open(list(found.values()), "rules")
    return list(found.values())


async def save(optimibi: Optimibi, preview: Preview, then: Rule) -> Record:
    """Store a rule. The answer says how the database of its connection quotes names."""
    answer = await optimibi.change(preview, then)
    quotes = [answer.get(name) for name in ("startQuote", "endQuote")]
    told = {"id": answer.get("id") or then.get("id"), "rule": then.get("desc"), "connection": then["dbconn"]}
    told |= {"enabled": flag(then.get("enable")), "names_are_quoted": "".join(map(str, filter(None, quotes)))}
    return Record(shown({name: value for name, value in told.items() if value not in (None, "")}))


async def delete(
    optimibi: Optimibi, kind: str, chosen: Sequence[Rule], now: Mapping[str, Any], opens: str
) -> Table[Row]:
    names = all_quoted(map(title, chosen))
    preview = Preview(
        will=f"Delete {plural(len(chosen), NOUN[kind])} for good: {names}. {opens}".rstrip(),
        slug=slug(f"delete-{kind}-rule", names),
        body={"rules": now},
        undo=f"optimibi_save_{kind}_rule with what is shown here makes it anew, under another id",
    )
    body = [{"id": one.get("id"), "dbconn": one.get("dbconn")} for one in chosen]
    return _outcomes(chosen, await optimibi.change(preview, body), "deleted")


async def switch(
    optimibi: Optimibi, kind: str, chosen: Sequence[Rule], opens: str, *, enabled: bool
) -> Table[Row]:
    """Put rules into force, or out of it; those that are so already are left out."""
    differ = [rule for rule in chosen if flag(rule.get("enable")) is not enabled]
    names = all_quoted(map(title, differ))
    way = "on" if enabled else "off"
    preview = replacing(
        {name: {"enabled": flag(rule.get("enable"))} for name, rule in labelled(chosen).items()},
        {name: {"enabled": enabled} for name in labelled(chosen)},
        will=f"Switch {way} {plural(len(differ), NOUN[kind])}: {names}. {opens}".rstrip(),
        slug=slug(f"switch-{way}-{kind}-rule", names),
    )
    enable = "1" if enabled else "0"
    body = [{"id": one.get("id"), "dbconn": one.get("dbconn"), "enable": enable} for one in differ]
    return _outcomes(differ, await optimibi.change(preview, body), way)


def _outcomes(rules: Sequence[Rule], answer: Mapping[str, Any], done: str) -> Table[Row]:
    """What became of each; a rule that the answer leaves out counts as done, like the whole."""
    found = answer.get("data")
    told = (
        {str(one.get("id")): one for one in found if isinstance(one, Mapping)}
        if isinstance(found, list)
        else {}
    )
    rows = [
        shown({"rule": rule.get("desc"), "id": rule.get("id"), "connection": rule.get("dbconn")})
        | {"outcome": _outcome(told.get(str(rule.get("id")), {}), done)}
        for rule in rules
    ]
    return Table(rows, ("rule", "id", "connection", "outcome"), len(rows))


def _outcome(told: Mapping[str, Any], done: str) -> str:
    return str(told.get("msg") or "failed") if flag(told.get("success")) is False else done
