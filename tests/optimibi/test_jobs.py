"""Jobs given to the platform's scheduler: when, how often, and in which unit the server took that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World

START = "2030-03-04T02:00"
JOB: dict[str, Any] = {"name": "nightly", "file": "/public/Retail/Overview", "start": START}


async def done(world: World, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """The plan, the answer, and what was sent."""
    plan = await world.ask("optimibi_create_scheduled_job", **(JOB | arguments))
    assert not [one for one in world.sent("optimibi", "POST") if "scheduler/job" in one.path]
    told = await world.ask("apply_plan", plan=plan["plan"])
    (posted,) = [one for one in world.sent("optimibi", "POST") if one.path.endswith("/scheduler/job")]
    return plan, told, json.loads(posted.request_body)


@pytest.mark.parametrize("edition", ["newer", "older"])
@pytest.mark.parametrize("answer", ["wrapped", "text"])
async def test_a_job_is_listed_after_its_plan_was_applied_whatever_form_the_answer_has(
    world: World, edition: str, answer: str
) -> None:
    state = world.sandbox.platforms["optimibi"].state
    state.edition, state.job_answer = edition, answer
    plan, told, body = await done(world, every=2, output_folder="Retail", zone="Europe/Oslo")
    jobs = await world.ask("optimibi_list_scheduled_jobs")
    (own,) = [dict(zip(jobs["columns"], row, strict=True)) for row in jobs["rows"] if row[0] == "nightly"]

    assert "every 2 days from 2030-03-04 02:00 +01:00" in plan["will"]
    assert "milliseconds" in plan["will"]
    assert (told["scheduled"], told["recurrence"], "note" in told) == ("nightly", "every 2 days", False)
    assert told["id"] == state.jobs[-1]["jobId"]
    assert own["about"] == "/public/Retail/Overview.datafor"
    assert body["outputFile"] == "/public/Retail"
    assert body["simpleJobTrigger"] == {
        "uiPassParam": "DAILY",
        "repeatInterval": 172_800_000,
        "repeatCount": -1,
        "startTime": "2030-03-04T02:00:00.000+01:00",
        "endTime": None,
    }


async def test_a_job_without_an_interval_runs_once(world: World) -> None:
    plan, told, body = await done(world, overwrite=True, until="2030-03-05T00:00:00+00:00")

    assert "once, 2030-03-04 02:00 UTC" in plan["will"]
    assert "recurrence" not in told
    assert body["overwriteFile"] == "true"
    assert body["simpleJobTrigger"]["uiPassParam"] == "RUN_ONCE"
    assert body["simpleJobTrigger"]["endTime"] == "2030-03-05T00:00:00.000+00:00"


async def test_an_interval_that_the_server_took_in_another_unit_is_remarked(world: World) -> None:
    trigger = {"@type": "simpleJobTrigger", "repeatCount": "-1", "repeatInterval": "300000"}
    job = {"jobId": "a\tb\tc", "jobName": "nightly", "state": "NORMAL", "jobTrigger": trigger}
    body = json.dumps({"job": [job]})
    listed = Fault("wrong_shape", path="*/getJobs", body=body, times=None)
    world.sandbox.platforms["optimibi"].faults.add(listed)
    _, told, sent = await done(world, every=5, unit="minutes")

    assert sent["simpleJobTrigger"]["repeatInterval"] == 300_000
    assert told["recurrence"] == "every 5000 minutes"
    assert "not every 5 minutes" in told["note"]


async def test_a_job_whose_list_cannot_be_read_is_made_all_the_same(world: World) -> None:
    world.sandbox.platforms["optimibi"].faults.add(Fault("status", path="*/getJobs", status=403, times=None))
    _, told, _ = await done(world, every=1, unit="hours")

    assert told == {"scheduled": "nightly"}
    assert len(world.sandbox.platforms["optimibi"].state.jobs) == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"file": "/public/Retail/Nightly.kjb"}, "file"),
        ({"file": "/public/Retail"}, "file"),
        ({"output_folder": "/public/Retail/Overview"}, "output_folder"),
        ({"start": "tomorrow at noon"}, "start"),
        ({"start": "2001-01-01T00:00"}, "start"),
        ({"until": "2030-03-03T00:00"}, "until"),
        ({"zone": "Europe/Olso"}, "zone"),
        ({"every": 0}, "every"),
    ],
)
async def test_what_could_never_run_is_refused(world: World, change: dict[str, Any], where: str) -> None:
    told = await world.refused("optimibi_create_scheduled_job", **(JOB | change))

    assert set(told["problems"]) == {where}
    assert world.sandbox.platforms["optimibi"].state.jobs == []


async def test_whoever_may_not_schedule_is_told_so(world: World) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=held["reader_username"], password=held["reader_password"])
    plan = await world.ask("optimibi_create_scheduled_job", **JOB)
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert told["error"] == "rejected"
    assert told["platform_says"] == "no permission"
