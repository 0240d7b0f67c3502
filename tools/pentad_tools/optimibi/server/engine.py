"""The query engine: its time-out, limits and switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pentad.consent.plans import Preview
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, Table
from pentad.operations import administers, reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.members import SettingText, SettingTexts, holds_secret, refused
from pentad_tools.optimibi.times import flag

_SHOWN = ("code", "value", "type", "allowed", "editable")
_READ = "read them with optimibi_get_olap_settings"


@reads("GET /plugin/datafor/api/modeler/olap/config/meta", example={"editable": True})
async def get_olap_settings(optimibi: Optimibi, editable: bool | None = None) -> Table[Row]:
    """Settings of the query engine (Mondrian OLAP): time-out, row limit, concurrency, switches, with current
    value, type and allowed values; editable=true only those that can be changed."""
    asked = None if editable is None else str(editable).lower()
    rows = [_setting(raw) for raw in await optimibi.rows(editable=asked)]
    return Table(rows, _SHOWN, len(rows))


@administers(
    "POST /plugin/datafor/api/modeler/olap/config/updateBatch",
    reaches="shared",
    check=_READ,
    example={"settings": {"mondrian.rolap.queryTimeout": "180"}},
)
async def update_olap_settings(optimibi: Optimibi, settings: SettingTexts) -> Record:
    """Change settings of the query engine, such as time-out or row limit, by code; at once, for all queries
    of everybody."""
    preview, wanted = await _planned(optimibi, settings, "settings")
    await optimibi.change(preview, [{"code": code, "value": value} for code, value in wanted.items()])
    return Record({"stored": wanted})


@administers(
    "POST /plugin/datafor/api/modeler/olap/config/update",
    reaches="shared",
    check=_READ,
    example={"code": "mondrian.result.limit", "value": "50000"},
)
async def update_olap_setting(optimibi: Optimibi, code: Id, value: SettingText) -> Record:
    """Change one query engine setting, on newer servers; optimibi_update_olap_settings works on all."""
    preview, wanted = await _planned(optimibi, {code: value}, "value")
    ((meant, text),) = wanted.items()
    await optimibi.change(preview, Form({"code": meant, "value": text}))
    return Record({"stored": wanted})


async def _planned(
    optimibi: Optimibi, settings: Mapping[str, str], argument: str
) -> tuple[Preview, dict[str, str]]:
    """The plan, and the settings by their codes. The server checks nothing, so that it is done here."""
    rows = await optimibi.bound_to(get_olap_settings).rows()
    known = {code: row for row in map(_setting, rows) if isinstance(code := row["code"], str) and code}
    meant = {_code(word, list(known.values())): value for word, value in settings.items()}
    for code, value in meant.items():
        _require_fitting(known[code], value, argument)
    preview = replacing(
        {code: known[code]["value"] for code in meant},
        meant,
        will=f"Change {', '.join(meant)} of the query engine, at once and for all queries of everybody.",
        slug="update-olap-settings",
    )
    return preview, meant


def _setting(raw: Row) -> dict[str, object]:
    return {
        "code": raw.get("code"),
        "name": raw.get("name"),
        "value": raw.get("value"),
        "type": raw.get("type"),
        "allowed": raw.get("range") or None,
        "editable": flag(raw.get("editable")),
        "default": raw.get("defaults"),
        "about": raw.get("desc"),
    }


def _code(word: str, rows: Sequence[Row]) -> str:
    """The code that is meant by a code or a name. Raises NotFound with the nearest."""
    codes = [str(row["code"]) for row in rows]
    names = {str(row["name"]): str(row["code"]) for row in rows if row.get("name")}
    found = spelt(word, codes) or names.get(spelt(word, names) or "")
    if found is None:
        raise unknown("settings", "engine setting", word, [*codes, *names])
    return found


def _require_fitting(row: Row, value: str, argument: str) -> None:
    code, allowed = row["code"], [part.strip() for part in str(row["allowed"] or "").split(",")]
    if row["editable"] is False:
        raise refused(argument, f"{code} is fixed and cannot be changed")
    if holds_secret(str(code)):
        raise refused(argument, f"{code} is a secret, which must not pass through a model")
    if row["type"] == "Integer" and not value.removeprefix("-").isdecimal():
        raise refused(argument, f"{code} takes a whole number, not {value[:60]!r}")
    if row["type"] == "Boolean" and value not in ("true", "false"):
        raise refused(argument, f"{code} takes true or false, not {value[:60]!r}")
    if len(allowed) > 1 and value not in allowed:
        raise refused(argument, f"{code} takes one of {', '.join(allowed)}, not {value[:60]!r}")
