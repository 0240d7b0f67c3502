"""Alerts: what is watched in a report, when, and whether it is on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pentad.errors import NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.times import flag, schedule, told_time

# Rows of a page that is asked for, of one that is not, and of all pages together.
_PAGE, _LEAST, _MOST = 100, 20, 2000
_SHOWN = ("name", "report", "condition", "schedule", "enabled", "last_run")
_MAIL = ("toUsers", "ccUsers", "bccUsers", "subject", "content")
# Comparators that take no value.
_ALONE = ("is empty", "is not empty")


@reads("POST /plugin/datafor/api/alert/list", core=True, example={})
async def list_alerts(optimibi: Optimibi, report: str | None = None) -> Table[Row]:
    """Alerts with condition and schedule."""
    path = report if report and report.startswith("/") else None
    found = await alerts_of(optimibi, path)
    if report and path is None:
        found = _of_report(found, report)
    rows = [alert_row(raw) for raw in found]
    return Table(rows, _SHOWN, len(rows))


@reads("GET /plugin/datafor/api/alert/detail", example={"alert": "$alert"})
async def get_alert(optimibi: Optimibi, alert: Id) -> Record:
    """One alert: condition, schedule, state, mail, and its query in words; optimibi_query_cube runs that
    query with `alert`."""
    raw = await alert_named(optimibi, alert)
    mail = raw.get("emailConfig")
    told = alert_row(raw) | {"query": query_in_words(raw.get("qm"))}
    if isinstance(mail, Mapping):
        told["mail"] = {name: mail[name] for name in _MAIL if mail.get(name)}
    return Record(told)


async def alert_named(optimibi: Optimibi, word: str) -> Row:
    """An alert with its definition, by name or title. Raises NotFound with the nearest.

    On some servers an alert that is asked for tells nothing but that it is there; the list tells more.
    """
    asked = optimibi.bound_to(get_alert)
    with suppress(NotFound, Rejected):
        raw = await asked.record(name=word)
        if isinstance(raw.get("rule"), Mapping):
            return raw
    listed = await alerts_of(optimibi.bound_to(list_alerts), None)
    names = {str(raw["name"]): raw for raw in listed}
    titles = {str(raw["title"]): str(raw["name"]) for raw in listed if raw.get("title")}
    name = spelt(word, names) or titles.get(spelt(word, titles) or "")
    if name is None:
        raise unknown("alert", "alert", word, [*names, *titles])
    return names[name]


async def alerts_of(optimibi: Optimibi, path: str | None) -> list[Row]:
    """All alerts, of one report or of all."""

    async def page(start: int) -> Sequence[Row]:
        return await optimibi.rows(body=Form({"pagePath": path, "start": start, "limit": _PAGE}))

    return await gathered(page)


async def gathered(page: Callable[[int], Awaitable[Sequence[Row]]]) -> list[Row]:
    """The alerts of all pages, once each. Older servers send all of them whatever page is asked for, and none
    is known to send fewer than its default where it has more."""
    found: dict[str, Row] = {}
    while len(found) < _MOST:
        before = len(found)
        sent = await page(before)
        found |= {str(raw["name"]): raw for raw in sent if raw.get("name")}
        if len(sent) < _LEAST or len(found) == before:
            break
    return list(found.values())


def alert_row(raw: Row) -> dict[str, Any]:
    """An alert in words; what is not told is left out."""
    told = {
        "name": raw.get("name"),
        "title": raw.get("title"),
        "report": raw.get("pagePath"),
        "report_missing": True if raw.get("pageExists") is False else None,
        "component": raw.get("componentTitle") or raw.get("componentId"),
        "condition": condition(raw.get("rule"), _captions(raw.get("qm"))),
        "schedule": schedule(raw.get("cron")),
        "enabled": flag(raw.get("enabled")),
        "state": raw.get("state"),
        "last_run": told_time(raw.get("lastRun")),
        "next_run": told_time(raw.get("nextRun")),
        "executor": raw.get("executor"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def condition(rule: Any, captions: Mapping[str, str]) -> str | None:
    """A rule such as `Net amount < 25000 in any row or Cost is empty in any row`."""
    parts = rule.get("conditions") if isinstance(rule, Mapping) else None
    if not isinstance(parts, list) or not parts:
        return None
    told = [_condition(part, captions) for part in parts if isinstance(part, Mapping)]
    return f" {rule.get('logical') or 'and'} ".join(told)


def query_in_words(query: Any) -> dict[str, Any] | None:
    """Model, measures and levels of a stored query."""
    if not isinstance(query, Mapping):
        return None
    return {
        "model": _member(query, "cube").get("name"),
        "measures": [_called(one) for one in measures_in(query)],
        "levels": [_called(one) for one in levels_in(query)],
    }


def measures_in(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    measures = _member(_member(query, "queryModel"), "details").get("measures")
    return [one for one in measures if isinstance(one, Mapping)] if isinstance(measures, list) else []


def levels_in(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The levels on the rows and columns of a stored query."""
    axes = _member(_member(query, "queryModel"), "axes")
    hierarchies = [one for name in ("ROWS", "COLUMNS") for one in _list(_member(axes, name), "hierarchies")]
    return [
        one for each in hierarchies for one in _member(each, "levels").values() if isinstance(one, Mapping)
    ]


def _member(of: Any, name: str) -> Mapping[str, Any]:
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(of: Mapping[str, Any], name: str) -> list[Any]:
    found = of.get(name)
    return found if isinstance(found, list) else []


def _called(part: Mapping[str, Any]) -> str:
    return str(part.get("caption") or part.get("name") or part.get("uniqueName") or "")


def _captions(query: Any) -> dict[str, str]:
    """By measure id, what people call it."""
    measures = measures_in(query) if isinstance(query, Mapping) else []
    return {
        str(one.get(key)): _called(one) for one in measures for key in ("id", "uniqueName") if one.get(key)
    }


def _condition(part: Mapping[str, Any], captions: Mapping[str, str]) -> str:
    ids = [str(part.get(key)) for key in ("id", "uniqueName") if part.get(key)]
    measure = next((captions[one] for one in ids if one in captions), ids[-1] if ids else "?")
    comparator, sent = str(part.get("comparator") or "?"), part.get("value")
    values = [str(one) for one in sent] if isinstance(sent, list) else [] if sent is None else [str(sent)]
    joined = (" and " if "between" in comparator else ", ").join(values)
    told = measure if comparator in _ALONE or not joined else f"{measure} {comparator} {joined}"
    told = f"{measure} {comparator}" if comparator in _ALONE else told
    return f"{told} in {'every' if part.get('match') == 'all' else 'any'} row"


def _of_report(found: Sequence[Row], report: str) -> list[Row]:
    """The alerts of a report that is named, not addressed. Raises NotFound with the nearest."""
    names: dict[str, set[str]] = {}
    for raw in found:
        path = str(raw.get("pagePath") or "")
        last = path.rpartition("/")[2]
        for name in (raw.get("pageTitle"), last, last.removesuffix(".datafor")):
            if name:
                names.setdefault(str(name), set()).add(path)
    meant = spelt(report, names)
    if meant is None:
        error: NotFound = unknown("report", "report with alerts", report, names)
        error.message += " Reports are told by path or name."
        raise error
    return [raw for raw in found if str(raw.get("pagePath")) in names[meant]]
