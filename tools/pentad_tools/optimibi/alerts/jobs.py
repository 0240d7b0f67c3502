"""Jobs of the platform's scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.http.errand import Extra
from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.times import every, schedule, told_time

# Parameters of jobs that say what one is about. Others may hold credentials, as pairs of name and value,
# which no rule about names of members would find.
_ABOUT = ("alert", "alertname", "name", "report", "pagepath", "path", "inputfile", "title", "backup")


@reads("GET /api/scheduler/getJobs", example={})
async def list_scheduled_jobs(optimibi: Optimibi) -> Table[Row]:
    """Scheduled jobs (alerts, backups) with what they are about, state, recurrence, last and next run."""
    rows = await jobs_of(optimibi)
    return Table(rows, ("name", "about", "state", "recurrence", "last_run", "next_run", "user"), len(rows))


async def jobs_of(optimibi: Optimibi) -> list[dict[str, Any]]:
    """The jobs of the caller, or of all, in words."""
    # The platform below answers with XML unless it is asked for JSON.
    asked = Extra(headers={"Accept": "application/json"})
    return [_job(raw) for raw in await optimibi.rows(within="job", extra=asked)]


def _job(raw: Row) -> dict[str, Any]:
    trigger = raw.get("jobTrigger")
    repeat = every(trigger.get("repeatInterval")) if isinstance(trigger, Mapping) else ""
    told = {
        "name": raw.get("jobName"),
        "about": _about(raw.get("jobParams")),
        "state": raw.get("state"),
        "recurrence": repeat or schedule(trigger),
        "last_run": told_time(raw.get("lastRun")),
        "next_run": told_time(raw.get("nextRun")),
        "user": raw.get("userName"),
        "group": raw.get("groupName"),
        "id": raw.get("jobId"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _about(params: Any) -> str | None:
    inside = params.get("jobParams") if isinstance(params, Mapping) else params
    pairs = [one for one in inside if isinstance(one, Mapping)] if isinstance(inside, list) else []
    told = [
        str(one.get("value")) for one in pairs if str(one.get("name")).lower() in _ABOUT and one.get("value")
    ]
    return ", ".join(told) or None
