"""Alerts: what is watched in a report, when, and whether it is on; how one is found by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeGuard

from pentad.errors import NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.alerts.words import alert_row, mail_row, query_in_words
from pentad_tools.optimibi.naming import spelt, unknown

# Rows of a page that is asked for, of one that is not, and of all pages together.
_PAGE, _LEAST, _MOST = 100, 20, 2000
_SHOWN = ("name", "report", "condition", "schedule", "enabled", "last_run")


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
    told = alert_row(raw) | {"query": query_in_words(raw.get("qm"))}
    mail = mail_row(raw)
    return Record(told | {"mail": mail} if mail else told)


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
        return await optimibi.rows(body=_asked(path, start))

    return await gathered(page)


async def stored_alert(optimibi: Optimibi, name: str) -> Row | None:
    """An alert exactly as it is stored, to be sent back; None where no answer tells what it watches."""
    with suppress(NotFound, Rejected):
        told = await optimibi.bound_to(get_alert).stored(name=name)
        found = told.get("data") if isinstance(told, Mapping) else None
        if _whole(found):
            return found
    listed = optimibi.bound_to(list_alerts)

    async def page(start: int) -> Sequence[Row]:
        told = await listed.stored(_asked(None, start))
        sent = told.get("data") if isinstance(told, Mapping) else None
        return [one for one in sent if isinstance(one, Mapping)] if isinstance(sent, list) else []

    return next((one for one in await gathered(page) if one.get("name") == name and _whole(one)), None)


def _asked(path: str | None, start: int) -> Form:
    return Form({"pagePath": path, "start": start, "limit": _PAGE})


def _whole(raw: Any) -> TypeGuard[Row]:
    return isinstance(raw, Mapping) and all(isinstance(raw.get(name), Mapping) for name in ("rule", "qm"))


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
