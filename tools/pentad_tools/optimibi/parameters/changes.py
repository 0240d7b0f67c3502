"""Global parameters that are made, changed and deleted. One is stored whole, so that it is read first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.jsontext import dumps
from pentad.models import Id, Record
from pentad.operations import destroys, writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.naming import Several, spelt, unknown
from pentad_tools.optimibi.parameters.parameters import list_parameters
from pentad_tools.optimibi.parameters.ranges import Range, kind_code, ranges_of, source_code
from pentad_tools.optimibi.parameters.selects import Select, explained
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug

_CHECK = "read optimibi_list_parameters"
# Fields of the form; whatever else a list tells is not to be set.
_MEMBERS = ("id", "name", "desc", "datatype", "type", "dbconn", "schema", "default", "detail")
_USERS = "no call tells which reports use it"


@writes(
    "POST /plugin/datafor-modeler/api/parameter/update",
    reaches="shared",
    check=_CHECK,
    example={"name": "$computed_parameter", "about": "Who carries it"},
)
async def save_parameter(
    optimibi: Optimibi,
    name: Id,
    *,
    about: str | None = None,
    kind: Literal["text", "number", "date"] | None = None,
    default: str | None = None,
    values: Several | None = None,
    sql: Select | None = None,
    connection: str | None = None,
) -> Record:
    """Create a global parameter or change it: description, default, the values one can choose from as a list
    or by SQL over a connection. What is not named stays."""
    known = await _known(optimibi)
    found = known.get(spelt(name, known) or "")
    newer = (await session_info(optimibi)).newer
    now = _form(found.raw) if found else {"id": "", "name": name}
    then = now | _given({"desc": about, "default": default})
    if connection is not None:
        then["dbconn"] = await connection_named(optimibi, connection)
    if kind is not None or found is None:
        then["datatype"] = kind_code(kind or "text", newer=newer)
    source = "list" if values is not None else "sql" if sql is not None else None if found else "any"
    if source is not None:
        then["type"] = source_code(source, known.values(), newer=newer)
        then["detail"] = sql or (
            dumps([{"name": then["name"], "value": one} for one in values]) if values else ""
        )
    _sound(then, values, sql)
    preview = _changing(now, then) if found else _making(then)
    with explained():
        await optimibi.change(preview, Form(then))
    return Record({"saved": then["name"], "created": found is None, **_words(then)})


@destroys(
    "POST /plugin/datafor-modeler/api/parameter/delete",
    reaches="shared",
    check=_CHECK,
    example={"name": "$parameter"},
)
async def delete_parameter(optimibi: Optimibi, name: Id) -> Record:
    """Delete a global parameter, for which links and reports can then no longer be asked; newer servers, and
    administrators only."""
    known = await _known(optimibi)
    called = spelt(name, known)
    if called is None:
        raise unknown("name", "parameter", name, known)
    preview = Preview(
        will=f"Delete global parameter {quoted(called)}; {_USERS}, and they go on without it.",
        slug=slug("delete-parameter", called),
        body={"name": called},
        undo="not from here: save one like it anew, from what stands in `now`",
        now=_words(_form(known[called].raw)),
    )
    await optimibi.change(preview, Form({"name": called}))
    return Record({"deleted": called})


async def _known(optimibi: Optimibi) -> dict[str, Range]:
    """The global parameters by name, exactly as they are stored."""
    told = await optimibi.bound_to(list_parameters).stored(Form())
    rows = told.get("data") if isinstance(told, Mapping) else None
    return ranges_of(one for one in rows if isinstance(one, Mapping)) if isinstance(rows, list) else {}


def _form(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {member: raw[member] for member in _MEMBERS if raw.get(member) is not None}


def _given(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _sound(then: Mapping[str, Any], values: list[str] | None, sql: str | None) -> None:
    """Raises Rejected for what the platform would store and nobody could use."""
    problems: dict[str, list[str]] = {}
    made = Range.of(then)
    if values is not None and sql is not None:
        problems["sql"] = ["values come from a list or from SQL, not from both"]
    if made is not None and made.sql and not then.get("dbconn"):
        problems["connection"] = ["SQL runs over a connection: name it"]
    if made is not None and made.default is not None and made.fitting(made.default) is None:
        problems["default"] = [made.wrong(made.default)]
    if problems:
        raise Rejected("Nothing was sent.", problems=problems, outcome="none")


def _words(form: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter as its plan shows it."""
    made = Range.of(form)
    told = {
        "about": form.get("desc"),
        "type": made.kind if made else None,
        "default": form.get("default"),
        "values": list(made.values) if made and made.values else None,
        "sql": form.get("detail") if made and made.sql else None,
        "connection": form.get("dbconn"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _changing(now: Mapping[str, Any], then: Mapping[str, Any]) -> Preview:
    name = str(then["name"])
    will = f"Change global parameter {quoted(name)} for everybody; {_USERS}."
    return replacing(_words(now), _words(then), will=will, slug=slug("save-parameter", name))


def _making(then: Mapping[str, Any]) -> Preview:
    name = str(then["name"])
    return Preview(
        will=f"Create global parameter {quoted(name)}, which every report can then use.",
        slug=slug("create-parameter", name),
        body={"name": name, **_words(then)},
        undo=f"delete parameter {quoted(name)}, on newer servers",
    )
