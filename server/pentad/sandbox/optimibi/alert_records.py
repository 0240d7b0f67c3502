"""Alerts as they are listed, with the state of their schedule; the platform's jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi.alerts import Alert, iso, job_id, next_run, query_model

STARTED = "2026-02-02T07:30:00.000+00:00"
_WEEKLY: dict[str, Any] = {
    "uiPassParam": "WEEKLY",
    "daysOfWeek": ["1"],
    "startTime": STARTED,
    "endTime": None,
}
_REPEATED: dict[str, Any] = {
    "@type": "simpleJobTrigger",
    "startTime": STARTED,
    "duration": "-1",
    "repeatCount": "-1",
    "repeatInterval": "604800",
}


def record(dice: Dice, alert: Alert, now: float, *, newer: bool) -> dict[str, Any]:
    """The next run is a number in the older edition, text in the newer one."""
    due = next_run(dice, alert, now)
    return {
        "name": alert.name,
        "title": alert.title,
        "enabled": alert.enabled,
        "pagePath": alert.page,
        "componentId": f"COMP-{alert.name}",
        "componentTitle": alert.title,
        "rule": _rule(alert),
        "qm": query_model(alert),
        "cron": {"complexJobTrigger": _WEEKLY},
        "channels": ["email"],
        "emailConfig": _mail(alert),
        "pageExists": alert.page_exists,
        "pagePathTitle": alert.page.removesuffix(".datafor").replace("/public", "/Public", 1),
        "pageTitle": alert.page.rpartition("/")[2].removesuffix(".datafor"),
        "state": "NORMAL" if alert.enabled == "1" else "PAUSED",
        "nextRun": iso(due) if newer else due * 1000,
        "jobId" if newer else "jobid": job_id(dice, alert),
        "executor": alert.by,
    }


def _rule(alert: Alert) -> dict[str, Any]:
    measure = {"id": f"{alert.measure}.1", "uniqueName": f"[Measures].[{alert.measure}]", "match": "any"}
    condition = {**measure, "comparator": alert.comparator, "value": list(alert.values)}
    return {"logical": "or", "conditions": [condition]}


def _mail(alert: Alert) -> dict[str, Any]:
    people = {"toUsers": [alert.by], "ccUsers": [], "bccUsers": []}
    return {**people, "subject": alert.title, "content": alert.content}


def jobs(alerts: Sequence[Alert], dice: Dice, now: float, username: str | None) -> list[dict[str, Any]]:
    """The jobs of a user, or of all."""
    here = [one for one in alerts if one.enabled == "1" and username in (None, one.by)]
    return [_job(dice, one, now) for one in here]


def _job(dice: Dice, alert: Alert, now: float) -> dict[str, Any]:
    """A job is started with a token of its owner, which stands in a pair of name and value."""
    given = {"alert": alert.name, "token": job_token(dice, alert)}
    return {
        "jobId": job_id(dice, alert),
        "jobName": "AlertTaskAction",
        "groupName": alert.by,
        "userName": alert.by,
        "state": "NORMAL",
        "lastRun": STARTED,
        "nextRun": iso(next_run(dice, alert, now)),
        "jobParams": {"jobParams": [{"name": name, "value": value} for name, value in given.items()]},
        "jobTrigger": _REPEATED,
    }


def job_token(dice: Dice, alert: Alert) -> str:
    return f"job-{dice.word(f'token:{alert.name}', 20)}"
