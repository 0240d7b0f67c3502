"""Data dictionaries that are made, changed and deleted. One is stored whole, so that it is read first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.jsontext import dumps
from pentad.models import NO_FLAG, Id, Record
from pentad.operations import destroys, writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.parameters.dictionaries import KINDS, entries_in, list_dictionaries
from pentad_tools.optimibi.parameters.selects import Select, explained
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug

_CHECK = "read optimibi_list_dictionaries"
_MEMBERS = ("id", "name", "datatype", "type", "dbconn", "default", "detail", "expire")
_LIST, _SQL = "1", "2"
_TYPES = {"number": "1", "text": "2"}
_USERS = "no call tells which models use it"

Entries = Annotated[
    dict[str, str],
    Field(min_length=1, max_length=2000),
    WithJsonSchema({"type": "object", "description": "Text by code."}),
]
Seconds = Annotated[int, Field(ge=0), NO_FLAG]


@writes(
    "POST /plugin/datafor-modeler/api/dict/update",
    reaches="shared",
    check=_CHECK,
    example={"name": "$dictionary", "default": "no such channel"},
)
async def save_dictionary(
    optimibi: Optimibi,
    name: Id,
    *,
    entries: Entries | None = None,
    sql: Select | None = None,
    connection: str | None = None,
    default: str | None = None,
    code_type: Literal["text", "number"] | None = None,
    expire: Seconds | None = None,
) -> Record:
    """Store a data dictionary, new or changed: readable texts for codes, from a code list or SQL (code first,
    then text), a default for other codes, seconds that it is cached. What is not named stays."""
    known = await _known(optimibi)
    found = known.get(spelt(name, known) or "")
    now = {member: found[member] for member in _MEMBERS if found.get(member) is not None} if found else {}
    then = {"id": "", "name": name, "datatype": _TYPES["text"]} | now
    if connection is not None:
        then["dbconn"] = await connection_named(optimibi, connection)
    if entries is not None:
        then |= {"type": _LIST, "detail": _listed(entries, now.get("detail"))}
    if sql is not None:
        then |= {"type": _SQL, "detail": sql}
    typed = None if code_type is None else _TYPES[code_type]
    given = {"default": default, "datatype": typed, "expire": None if expire is None else str(expire)}
    then |= {member: value for member, value in given.items() if value is not None}
    _sound(then, entries, sql)
    preview = _changing(now, then) if found else _making(then)
    with explained():
        await optimibi.change(preview, Form(then))
    return Record({"saved": then["name"], "created": not found, **_words(then)})


@destroys(
    "POST /plugin/datafor-modeler/api/dict/delete",
    reaches="shared",
    check=_CHECK,
    example={"name": "$dictionary"},
)
async def delete_dictionary(optimibi: Optimibi, name: Id) -> Record:
    """Delete a data dictionary: models that use it show bare codes again; newer servers only."""
    known = await _known(optimibi)
    called = spelt(name, known)
    if called is None:
        raise unknown("name", "dictionary", name, known)
    preview = Preview(
        will=f"Delete data dictionary {quoted(called)}; {_USERS}, and they show bare codes then.",
        slug=slug("delete-dictionary", called),
        body={"name": called},
        undo="not from here: save one like it anew, from what stands in `now`",
        now=_words(known[called]),
    )
    await optimibi.change(preview, Form({"name": called}))
    return Record({"deleted": called})


async def _known(optimibi: Optimibi) -> dict[str, Mapping[str, Any]]:
    """The dictionaries by name, exactly as they are stored."""
    told = await optimibi.bound_to(list_dictionaries).stored(Form())
    rows = told.get("data") if isinstance(told, Mapping) else None
    sent = rows if isinstance(rows, list) else []
    return {str(one["name"]): one for one in sent if isinstance(one, Mapping) and one.get("name")}


def _listed(entries: Mapping[str, str], stored: Any) -> str:
    """Entries as JSON text, under the names that the stored ones have."""
    held = entries_in(stored)
    names = tuple(held[0]) if held and len(held[0]) == 2 else ("key", "value")
    return dumps([dict(zip(names, pair, strict=True)) for pair in entries.items()])


def _sound(then: Mapping[str, Any], entries: Mapping[str, str] | None, sql: str | None) -> None:
    """Raises Rejected for what the platform would store and nobody could use."""
    problems: dict[str, list[str]] = {}
    if entries is not None and sql is not None:
        problems["sql"] = ["entries come from a list or from SQL, not from both"]
    if not then.get("type"):
        problems["entries"] = ["a new dictionary needs entries, or sql with connection"]
    if str(then.get("type")) == _SQL and not then.get("dbconn"):
        problems["connection"] = ["SQL runs over a connection: name it"]
    if problems:
        raise Rejected("Nothing was sent.", problems=problems, outcome="none")


def _words(form: Mapping[str, Any]) -> dict[str, Any]:
    """A dictionary as its plan shows it."""
    kind = str(form.get("type"))
    codes = {code: word for word, code in _TYPES.items()}
    told = {
        "kind": KINDS.get(kind, kind),
        "sql": form.get("detail") if kind == _SQL else None,
        "entries": {str(one[0]): one[1] for one in map(_pair, entries_in(form.get("detail"))) if one},
        "connection": form.get("dbconn"),
        "default": form.get("default"),
        "code_type": codes.get(str(form.get("datatype"))),
        "expire": form.get("expire"),
    }
    return {name: value for name, value in told.items() if value not in (None, "", {})}


def _pair(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.values())[:2] if len(entry) > 1 else ()


def _changing(now: Mapping[str, Any], then: Mapping[str, Any]) -> Preview:
    name = str(then["name"])
    will = f"Change data dictionary {quoted(name)} for everybody; {_USERS}."
    return replacing(_words(now), _words(then), will=will, slug=slug("save-dictionary", name))


def _making(then: Mapping[str, Any]) -> Preview:
    name = str(then["name"])
    return Preview(
        will=f"Create data dictionary {quoted(name)}, which models can then refer to.",
        slug=slug("create-dictionary", name),
        body={"name": name, **_words(then)},
        undo=f"delete dictionary {quoted(name)}, on newer servers",
    )
