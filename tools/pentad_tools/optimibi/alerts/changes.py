"""Alerts that are made, changed and deleted. Each is sent whole, so that it is read first."""

from __future__ import annotations

from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record
from pentad.operations import destroys, writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.alerts.alerts import alert_named, alerts_of, list_alerts
from pentad_tools.optimibi.alerts.definitions import (
    AsConditions,
    AsMail,
    Changes,
    Logical,
    changed,
    consequence,
    definition,
    in_words,
    unpaged,
)
from pentad_tools.optimibi.alerts.schedules import AsSchedule
from pentad_tools.optimibi.alerts.words import alert_row, mail_row, query_in_words, recipients
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.models.cubes import parts_of
from pentad_tools.optimibi.models.querying import query_of
from pentad_tools.optimibi.naming import Several, spelt
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug

_CHECK = "read optimibi_get_alert"


@writes(
    "POST /plugin/datafor/api/alert/add",
    reaches="people",
    check=_CHECK,
    example={"name": "sales_watch", "from_alert": "$alert", "title": "Sales watch"},
)
async def create_alert(
    optimibi: Optimibi,
    name: Id,
    title: str | None = None,
    *,
    from_alert: Id | None = None,
    report: str | None = None,
    model: Id | None = None,
    measures: Several | None = None,
    levels: Several | None = None,
    conditions: AsConditions | None = None,
    logical: Logical | None = None,
    schedule: AsSchedule | None = None,
    mail: AsMail | None = None,
) -> Record:
    """Set up an alert: mail people when a figure of a report goes above or below a threshold; like another
    alert, or on measures of a model."""
    await _free(optimibi, name)
    if from_alert is not None:
        base = await _copied(optimibi, from_alert, report)
    else:
        _complete(
            {"report": report, "model": model, "measures": measures, "conditions": conditions, "mail": mail}
        )
        base = await _new(optimibi, str(report), str(model), measures or (), levels or ())
    changes = Changes(title, None, conditions, logical, schedule, mail)
    body = await changed(optimibi, base | {"name": name, "title": title or name}, changes)
    _addressed(body)
    answer = await optimibi.change(_making(body, base.get("name")), body)
    made = {"created": name, "report": in_words(body).get("report"), "mails": recipients(body)}
    return Record(made | ({"job": answer["jobId"]} if answer.get("jobId") else {}))


@writes(
    "POST /plugin/datafor/api/alert/update",
    reaches="people",
    check=_CHECK,
    example={"alert": "$alert", "title": "Net sales far below plan"},
)
async def update_alert(
    optimibi: Optimibi,
    alert: Id,
    title: str | None = None,
    *,
    enabled: bool | None = None,
    conditions: AsConditions | None = None,
    logical: Logical | None = None,
    schedule: AsSchedule | None = None,
    mail: AsMail | None = None,
) -> Record:
    """Change an alert: raise its threshold, add recipients, move its schedule, reword its mail, switch it off
    or on. What is not named stays."""
    now = await definition(optimibi, alert)
    changes = Changes(title, enabled, conditions, logical, schedule, mail)
    then = await changed(optimibi, now, changes)
    _addressed(then)
    words = in_words(then)
    name = str(now["name"])
    differing = [part for part, value in in_words(now).items() if words.get(part) != value]
    preview = replacing(
        in_words(now),
        words,
        will=f"Change alert {quoted(name)} ({', '.join(differing) or 'more'}); {consequence(then)}.",
        slug=slug("update-alert", name),
    )
    await optimibi.change(preview, then)
    return Record(
        {"updated": name, **{part: words.get(part) for part in differing}, "mails": recipients(then)}
    )


@destroys(
    "POST /plugin/datafor/api/alert/delete",
    reaches="shared",
    check=_CHECK,
    example={"alert": "$alert"},
)
async def delete_alert(optimibi: Optimibi, alert: Id) -> Record:
    """Delete an alert with its schedule: get rid of it, so that nobody is mailed any more. To pause it,
    update it with enabled=false."""
    raw = await alert_named(optimibi, alert)
    name = str(raw["name"])
    preview = Preview(
        will=f"Delete alert {quoted(name)} and its schedule; today {consequence(raw)}.",
        slug=slug("delete-alert", name),
        body={"name": name},
        undo="not from here: an alert like it would have to be made anew",
        now=in_words(raw) | {"query": query_in_words(raw.get("qm"))},
    )
    await optimibi.change(preview, Form({"name": name}))
    return Record({"deleted": name})


async def _free(optimibi: Optimibi, name: str) -> None:
    known = [str(raw["name"]) for raw in await alerts_of(optimibi.bound_to(list_alerts), None)]
    if spelt(name, known) is not None:
        raise Rejected(
            f"There is an alert {name!r} already; optimibi_update_alert changes it.",
            problems={"name": ["is taken"]},
            outcome="none",
        )


async def _copied(optimibi: Optimibi, alert: str, report: str | None) -> dict[str, Any]:
    """Another alert's definition. The report that is named has to be its own: the component is of that."""
    base = await definition(optimibi, alert, "from_alert")
    path = None if report is None else (await located(optimibi, report, "report", "report")).path
    if path not in (None, base.get("pagePath")):
        raise Rejected(
            "Nothing was sent.",
            problems={"from_alert": [f"watches {base.get('pagePath')}, not {path}; leave report out"]},
            outcome="none",
        )
    return base | {"enabled": "1", "qm": unpaged(base["qm"])}


def _complete(given: dict[str, Any]) -> None:
    """Raises Rejected with all that an alert from nothing lacks."""
    lacking = {name: ["is required without from_alert"] for name, value in given.items() if not value}
    if lacking:
        raise Rejected("Nothing was sent: the alert is not complete.", problems=lacking, outcome="none")


async def _new(
    optimibi: Optimibi,
    report: str,
    model: str,
    measures: list[str] | tuple[()],
    levels: list[str] | tuple[()],
) -> dict[str, Any]:
    """The beginnings of an alert on figures of a model; which component shows them is not known."""
    page = (await located(optimibi, report, "report", "report")).path
    found = await parts_of(optimibi, model, measures, levels)
    return {
        "enabled": "1",
        "pagePath": page,
        "rule": {"logical": "and", "conditions": []},
        "qm": query_of(*found),
        "channels": ["email"],
    }


def _addressed(raw: dict[str, Any]) -> None:
    """Raises Rejected for a mail that nobody would get, or that says nothing."""
    mail = mail_row(raw)
    lacking = [
        part
        for part, name in (("to", "toUsers"), ("subject", "subject"), ("content", "content"))
        if not mail.get(name)
    ]
    if lacking:
        problems = {f"mail.{part}": ["is required"] for part in lacking}
        raise Rejected("Nothing was sent: the mail is not complete.", problems=problems, outcome="none")


def _making(body: dict[str, Any], like: str | None) -> Preview:
    name = str(body["name"])
    when = alert_row(body).get("schedule")
    timing = f"runs {when}" if when else "has no schedule, so that it runs only when it is told to"
    return Preview(
        will=f"Create alert {quoted(name)} on {quoted(str(body.get('pagePath')), 200)}: {consequence(body)}; "
        f"it {timing}.",
        slug=slug("create-alert", name),
        body={"name": name, **({"like": like} if like else {})}
        | in_words(body)
        | {"query": query_in_words(body["qm"])},
        undo=f"delete alert {quoted(name)}",
    )
