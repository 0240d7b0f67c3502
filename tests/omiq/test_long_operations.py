"""Any answer may be a ticket: followed with progress, resumed by the next call, and never begun twice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from pentad.calling import local
from pentad.sandbox import Fault
from tests.inside import World, text_of


def posts(world: World, path: str) -> int:
    return len([one for one in world.sent("omiq", "POST") if one.path.endswith(path)])


def polls(world: World) -> int:
    return len([one for one in world.sent("omiq", "GET") if "/longops/" in one.path])


def slow(world: World, *operations: str, seconds: float) -> Any:
    state = world.sandbox.platforms["omiq"].state
    state.deferred |= set(operations)
    state.long_op_seconds = seconds
    return state


@pytest.mark.parametrize(
    ("operation", "tool", "arguments"),
    [
        ("list_datasets", "omiq_list_datasets", {}),
        ("get_workflow", "omiq_describe_workflow", {"workflow_id": "$workflow"}),
        ("get_workflow_settings", "omiq_get_workflow_settings", {"workflow_id": "$workflow"}),
        ("list_dataset_files", "omiq_list_files", {"dataset_id": "$dataset"}),
        ("create_dataset", "omiq_create_dataset", {"name": "VAX-07 visit 3"}),
    ],
)
async def test_an_answer_that_takes_long_is_the_same_as_one_at_once(
    world: World, operation: str, tool: str, arguments: dict[str, str]
) -> None:
    filled = {
        name: world.sample("omiq", text[1:]) if text[0] == "$" else text for name, text in arguments.items()
    }
    slow(world, operation, seconds=11)
    late = await world.ask(tool, **filled)
    assert polls(world) > 1
    assert world.clock.slept

    world.sandbox.platforms["omiq"].state.deferred.clear()
    world.app.session.connections.clear()
    at_once = await world.ask(tool, **filled)
    if operation != "create_dataset":
        # Handles differ from call to call.
        assert {**late, "more": None} == {**at_once, "more": None}
    assert late.keys() == at_once.keys()


async def test_polls_tell_how_far_they_are(world: World) -> None:
    slow(world, "list_datasets", seconds=20)
    told: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(str(message))

    async with world.client() as client:
        await client.call_tool("omiq_list_datasets", {}, progress_callback=progress)
    assert told.count("it is still running") >= 3


async def test_what_outlasts_the_call_is_a_ticket_that_the_same_call_goes_on_with(world: World) -> None:
    slow(world, "list_datasets", seconds=60)
    first = await world.ask("omiq_list_datasets")
    assert first["status"] == "running"
    assert "call again with the same arguments, which does not begin it anew" in first["note"]
    assert first["ticket"] in json.dumps(await world.ask("pentad_status"))

    second = await world.ask("omiq_list_datasets")
    assert second["total"] == 3
    assert world.sandbox.platforms["omiq"].state.calls == 1


async def test_a_ticket_can_be_asked_about_by_itself(world: World) -> None:
    slow(world, "create_dataset", seconds=60)
    first = await world.ask("omiq_create_dataset", name="VAX-08")
    told = await world.ask("omiq_get_long_operation", ticket=first["ticket"])

    assert told["status"] == "done"
    assert told["dataset"]["displayName"] == "VAX-08"
    assert posts(world, "/api/datasets") == 1


async def test_what_a_ticket_came_to_is_told_without_secrets(world: World) -> None:
    state = slow(world, "create_dataset", seconds=60)
    ticket = (await world.ask("omiq_create_dataset", name="VAX-08"))["ticket"]
    body = {"dataset": {"id": 7, "password": "hunter2", "displayName": "a\u200bb"}}
    state.long_ops[ticket] = replace(state.long_ops[ticket], body=body)
    told = await world.ask("omiq_get_long_operation", ticket=ticket)

    assert told["dataset"] == {"id": 7, "password": "(secret)", "displayName": "ab"}


async def test_a_change_that_is_asked_for_again_while_it_runs_is_made_once(world: World) -> None:
    slow(world, "create_dataset", seconds=60)
    await world.ask("omiq_create_dataset", name="VAX-08")
    made = await world.ask("omiq_create_dataset", name="VAX-08")

    assert made["name"] == "VAX-08"
    assert posts(world, "/api/datasets") == 1
    world.sandbox.platforms["omiq"].state.deferred.clear()
    another = await world.ask("omiq_create_dataset", name="VAX-08")
    assert another["id"] != made["id"]


async def test_calls_for_the_same_export_at_the_same_time_begin_one(world: World) -> None:
    asked = {"workflow_id": world.sample("omiq", "workflow"), "file": world.sample("omiq", "file")}
    arguments = {**asked, "populations": [world.sample("omiq", "population")], "features": ["CD3"]}
    async with world.client() as client:
        calls = [client.call_tool("omiq_export_events", arguments) for _ in range(3)]
        told = [text_of(result) for result in await asyncio.gather(*calls)]

    assert {one["row_count"] for one in told} == {3000}
    assert posts(world, "/export/initiate") <= 3
    assert posts(world, "/export/initiate") == world.sandbox.platforms["omiq"].state.calls


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 503}, {"kind": "reset"}, {"kind": "not_json"}]
)
async def test_a_failed_poll_is_polled_again_and_the_request_is_not_repeated(
    world: World, fault: dict[str, Any]
) -> None:
    asked = {"workflow_id": world.sample("omiq", "workflow"), "file": world.sample("omiq", "file")}
    kind = fault.pop("kind")
    world.sandbox.platforms["omiq"].faults.add(Fault(kind, path="/api/longops/*", times=2, **fault))
    told = await world.ask("omiq_export_events", **asked, task_id="2", features=["CD3"])

    assert told["row_count"] == 3000
    assert posts(world, "/export/initiate") == 1


async def test_work_that_fails_on_the_platform_is_told_in_its_words(world: World) -> None:
    asked = {"workflow_id": world.sample("omiq", "workflow"), "file": world.sample("omiq", "file")}
    state = slow(world, seconds=60)
    running = await world.ask("omiq_export_events", **asked, task_id="2", features=["CD3"])
    begun = state.long_ops[running["ticket"]]
    failed = replace(begun, body={"error": "Feature BV711-A is not present at task 2."})
    state.long_ops[running["ticket"]] = failed
    told = await world.refused("omiq_export_events", **asked, task_id="2", features=["CD3"])

    assert told["error"] == "rejected"
    assert "it failed there; change the request" in told["message"]
    assert "Feature BV711-A is not present at task 2." in json.dumps(told)


async def test_a_cancelled_call_stops_polling(world: World) -> None:
    slow(world, "list_datasets", seconds=1e6)
    stopped = asyncio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        stopped.set()

    async with world.client() as client:
        call = asyncio.create_task(client.call_tool("omiq_list_datasets", {}, progress_callback=progress))
        await stopped.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        seen = polls(world)
        await client.list_tools()
    assert polls(world) <= seen + 1


async def test_a_ticket_that_nobody_knows_is_not_found(world: World) -> None:
    told = await world.refused("omiq_get_long_operation", ticket="999999")
    assert told["error"] == "not_found"
    assert "999999" in told["message"]


async def test_a_planned_change_that_takes_long_is_followed_by_its_ticket(world: World) -> None:
    slow(world, "share_resource", seconds=60)
    asked = {"resource_type": "DATASET", "resource_id": world.sample("omiq", "dataset"), "role": "READER"}
    plan = await world.ask("omiq_share_resource", **asked, group_ids=[world.sample("omiq", "group")])
    running = await world.ask("apply_plan", plan=plan["plan"])
    assert f"ask with omiq_get_long_operation '{running['ticket']}'; do not plan it again" in running["note"]

    told = await world.ask("omiq_get_long_operation", ticket=running["ticket"])
    assert told["status"] == "done"
    assert posts(world, "/api/sharing") == 1


async def test_the_shell_goes_on_until_the_work_has_ended(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    slow(world, "list_datasets", seconds=150)
    assert await local(world.app, "omiq_list_datasets", {}) == 0
    printed = capsys.readouterr()

    assert json.loads(printed.out)["total"] == 3
    assert printed.err == "pentad: still under way; an interrupt ends it\n"
    assert world.sandbox.platforms["omiq"].state.calls == 1
