"""Alerts as they are stored and listed, with the state of their schedule; the platform's jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi.alerts import ALERTS, Seed, query_model
from pentad.sandbox.optimibi.cubes import mapping

STARTED = "2026-02-02T07:30:00.000+00:00"
_WEEKLY: dict[str, Any] = {
    "uiPassParam": "WEEKLY",
    "daysOfWeek": ["1"],
    "startTime": STARTED,
    "endTime": None,
}
# Seconds between runs, by the kind of recurrence; months and years have no such number.
_REPEATED = {"DAILY": "86400", "WEEKLY": "604800"}


@dataclass(frozen=True, slots=True)
class Alert:
    """What was sent, as it was sent, and by whom it was first."""

    by: str
    definition: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.definition["name"])

    @property
    def page(self) -> str:
        return str(self.definition.get("pagePath") or "")

    @property
    def model(self) -> str:
        return str(mapping(mapping(self.definition.get("qm")).get("cube")).get("name") or "")

    @property
    def scheduled(self) -> bool:
        return self.definition.get("enabled") == "1" and bool(self.definition.get("cron"))


def seeded_alerts() -> dict[str, Alert]:
    return {one.name: Alert(one.by, _defined(one)) for one in ALERTS}


def _defined(seed: Seed) -> dict[str, Any]:
    return {
        "name": seed.name,
        "title": seed.title,
        "enabled": seed.enabled,
        "pagePath": seed.page,
        "componentId": f"COMP-{seed.name}",
        "componentTitle": seed.title,
        "rule": _rule(seed),
        "qm": query_model(seed),
        "cron": {"complexJobTrigger": dict(_WEEKLY)},
        "channels": ["email"],
        "emailConfig": _mail(seed),
    }


def _rule(seed: Seed) -> dict[str, Any]:
    measure = {"id": f"{seed.measure}.1", "uniqueName": f"[Measures].[{seed.measure}]", "match": "any"}
    condition = {**measure, "comparator": seed.comparator, "value": list(seed.values)}
    return {"logical": "or", "conditions": [condition]}


def _mail(seed: Seed) -> dict[str, Any]:
    people = {"toUsers": [seed.by], "ccUsers": [], "bccUsers": []}
    return {**people, "subject": seed.title, "content": seed.content}


def record(dice: Dice, alert: Alert, now: float, *, newer: bool, page_exists: bool) -> dict[str, Any]:
    """The next run is a number in the older edition, text in the newer one; without a schedule there is
    none."""
    due = next_run(dice, alert, now)
    planned: dict[str, Any] = {
        "state": "NORMAL" if alert.scheduled else "PAUSED",
        "nextRun": iso(due) if newer else due * 1000,
        "jobId" if newer else "jobid": job_id(dice, alert),
    }
    return {
        **alert.definition,
        "pageExists": page_exists,
        "pagePathTitle": alert.page.removesuffix(".datafor").replace("/public", "/Public", 1),
        "pageTitle": alert.page.rpartition("/")[2].removesuffix(".datafor"),
        **(planned if alert.definition.get("cron") else {}),
        "executor": alert.by,
    }


def job_id(dice: Dice, alert: Alert) -> str:
    """Ids of the scheduler hold tab characters."""
    return f"{alert.by}\tAlertTaskAction\t{dice.word(f'job:{alert.name}', 8)}"


def next_run(dice: Dice, alert: Alert, now: float) -> int:
    """Whole seconds since the epoch."""
    return int(now) + dice.number(f"next:{alert.name}", 3_600, 604_800)


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def jobs(alerts: Sequence[Alert], dice: Dice, now: float, username: str | None) -> list[dict[str, Any]]:
    """The jobs of a user's alerts, or of all."""
    return [_job(dice, one, now) for one in alerts if one.scheduled and username in (None, one.by)]


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
        "jobTrigger": _trigger(mapping(mapping(alert.definition["cron"]).get("complexJobTrigger"))),
    }


def _trigger(cron: dict[str, Any]) -> dict[str, Any]:
    every = _REPEATED.get(str(cron.get("uiPassParam")))
    told = {"startTime": str(cron.get("startTime") or STARTED), "duration": "-1", "repeatCount": "-1"}
    if every is None:
        return {"@type": "complexJobTrigger", **told, "uiPassParam": cron.get("uiPassParam")}
    return {"@type": "simpleJobTrigger", **told, "repeatInterval": every}


def job_token(dice: Dice, alert: Alert) -> str:
    return f"job-{dice.word(f'token:{alert.name}', 20)}"
