"""Jobs that are given to the platform's scheduler."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pentad.consent.plans import Preview
from pentad.errors import PlatformError, Rejected
from pentad.models import NO_FLAG, Id, Record
from pentad.operations import writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.alerts.jobs import jobs_of, list_scheduled_jobs
from pentad_tools.optimibi.alerts.schedules import Zone, zone_of
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import every as interval
from pentad_tools.optimibi.times import told_time

Unit = Literal["seconds", "minutes", "hours", "days"]
_UNITS: dict[Unit, tuple[int, str]] = {
    "seconds": (1, "SECONDS"),
    "minutes": (60, "MINUTES"),
    "hours": (3_600, "HOURS"),
    "days": (86_400, "DAILY"),
}
_UNSURE = "the interval is sent in milliseconds, as documented; look at the recurrence that comes back"
Moment = Annotated[
    str, StringConstraints(min_length=16, max_length=40), Field(description="2026-03-02T07:30")
]
Count = Annotated[int, Field(ge=1, le=100_000), NO_FLAG]


@writes(
    "POST /api/scheduler/job",
    reaches="shared",
    check="read optimibi_list_scheduled_jobs",
    example={"name": "nightly", "file": "$report", "start": "$job_start", "every": 2},
)
async def create_scheduled_job(
    optimibi: Optimibi,
    name: Id,
    file: str,
    start: Moment,
    *,
    every: Count | None = None,
    unit: Unit = "days",
    until: Moment | None = None,
    zone: Zone = "UTC",
    output_folder: str | None = None,
    overwrite: bool = False,
) -> Record:
    """Schedule a background run of a repository file, such as a data-integration job (.kjb, .ktr): once at
    `start`, or every so many units from then on."""
    meant = await located(optimibi, file, None, "file")
    folder = (
        None
        if output_folder is None
        else (await located(optimibi, output_folder, "folder", "output_folder")).path
    )
    moments = _moments(start, until, zone, optimibi.call.clock.time())
    if meant.kind == "folder":
        why = {"file": ["is a folder; a job runs a file"]}
        raise Rejected("Nothing was sent.", problems=why, outcome="none")
    repeat = (every or 0) * _UNITS[unit][0]
    body: dict[str, Any] = {
        "jobName": name,
        "inputFile": meant.path,
        **({"outputFile": folder} if folder else {}),
        "overwriteFile": "true" if overwrite else "false",
        "timeZone": zone,
        "simpleJobTrigger": _trigger(repeat, unit, moments),
        "jobParameters": [],
    }
    answer = await optimibi.change(_planned(body, repeat), body)
    return await _made(optimibi, name, repeat, answer)


def _trigger(repeat: int, unit: Unit, moments: tuple[str, str | None]) -> dict[str, Any]:
    """Once, or endlessly every so many seconds, for which the page has milliseconds."""
    return {
        "uiPassParam": _UNITS[unit][1] if repeat else "RUN_ONCE",
        "repeatInterval": repeat * 1000,
        "repeatCount": -1 if repeat else 0,
        "startTime": moments[0],
        "endTime": moments[1],
    }


def _moments(start: str, until: str | None, zone: str, now: float) -> tuple[str, str | None]:
    """Begin and end as the scheduler takes them. Raises Rejected for what is no time, or over."""
    found: list[datetime | None] = []
    problems: dict[str, list[str]] = {}
    for argument, text in (("start", start), ("until", until)):
        try:
            moment = None if text is None else datetime.fromisoformat(text)
        except ValueError:
            problems[argument] = [f"{text!r} is no time: write it as 2026-03-02T07:30"]
            moment = None
        found.append(moment.replace(tzinfo=zone_of(zone)) if moment and moment.tzinfo is None else moment)
    begin, end = found
    if begin and begin.timestamp() < now:
        problems["start"] = ["is over"]
    if begin and end and end <= begin:
        problems["until"] = ["is before start"]
    if problems or begin is None:
        raise Rejected("Nothing was sent.", problems=problems, outcome="none")
    return begin.isoformat(timespec="milliseconds"), end.isoformat(timespec="milliseconds") if end else None


def _planned(body: dict[str, Any], repeat: int) -> Preview:
    name, trigger = str(body["jobName"]), body["simpleJobTrigger"]
    often = (
        f"{interval(repeat)} from {told_time(trigger['startTime'])}"
        if repeat
        else f"once, {told_time(trigger['startTime'])}"
    )
    doubt = f"; {_UNSURE}" if repeat else ""
    return Preview(
        will=f"Schedule job {quoted(name)}: run {quoted(body['inputFile'], 200)} {often}{doubt}.",
        slug=slug("schedule-job", name),
        body=body,
        undo="not from here: no call that deletes a job is documented; an administrator can",
    )


async def _made(optimibi: Optimibi, name: str, repeat: int, answer: dict[str, Any]) -> Record:
    """The job as the list tells it, which shows in which unit the interval was taken."""
    id_ = answer.get("value")
    own: dict[str, Any] = {}
    with suppress(PlatformError):
        rows = await jobs_of(optimibi.bound_to(list_scheduled_jobs))
        named = [row for row in rows if row.get("name") == name]
        own = next((row for row in rows if id_ and row.get("id") == id_), named[-1] if named else {})
    listed, wanted = own.get("recurrence") if repeat else None, interval(repeat)
    if listed and listed != wanted:
        taken = "it took the interval in another unit"
        optimibi.call.note(f"the server lists the job as {listed}, not {wanted}: {taken}")
    made = {
        "scheduled": name,
        "id": own.get("id", id_),
        "recurrence": listed,
        "next_run": own.get("next_run"),
    }
    return Record({part: value for part, value in made.items() if value not in (None, "")})
