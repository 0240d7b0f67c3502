"""OMIQ: a ticket now, the answer later, as often as it is asked for."""

from __future__ import annotations

from typing import Any

from pentad.sandbox import Sandbox
from tests.clock import ManualClock
from tests.sandbox.omiq_desk import Desk


async def test_an_export_runs_is_done_and_can_be_polled_again() -> None:
    desk = Desk()
    order = await desk.order(2, [desk.samples["population"]])
    ticket = (await desk.ask("POST", "/export/initiate", order)).json()["longOpId"]
    assert await desk.read(f"/longops/{ticket}") == {}
    desk.clock.advance(desk.state.long_op_seconds - 1)
    assert await desk.read(f"/longops/{ticket}") == {}
    desk.clock.advance(1)
    for _ in range(2):
        (url,) = (await desk.read(f"/longops/{ticket}"))["val"].values()
        assert (await desk.fetch(url)).status_code == 200
    assert desk.state.calls == 1


async def test_tickets_are_numbers_and_texts() -> None:
    desk = Desk()
    desk.state.deferred.add("get_current_user")
    kinds = {type((await desk.ask("GET", "/user")).json()["longOpId"]) for _ in range(2)}
    assert kinds == {int, str}


async def test_any_route_can_answer_later_and_any_at_once() -> None:
    desk = Desk()
    now = await desk.read("/user")
    desk.state.deferred.add("get_current_user")
    ticket = (await desk.ask("GET", "/user")).json()["longOpId"]
    desk.clock.advance(desk.state.long_op_seconds)
    assert (await desk.read(f"/longops/{ticket}"))["val"] == now
    desk.state.at_once |= {"get_current_user", "start_data_export"}
    assert await desk.read("/user") == now
    at_once = await desk.ask("POST", "/export/initiate", await desk.order(2, []))
    assert at_once.json()["url"].startswith("https://storage.omiq.sandbox/exports/")


async def test_work_that_fails_says_so_in_its_poll_and_a_bad_request_at_once() -> None:
    desk = Desk()
    told = await desk.send("/export/initiate", await desk.order(4, [], featureNames=["BV711-A"]))
    assert told == {"error": "Feature BV711-A is not present at task 4."}
    desk.state.at_once.add("start_data_export")
    refused = await desk.ask("POST", "/export/initiate", await desk.order(4, [], featureNames=["BV711-A"]))
    assert (refused.status_code, refused.json()) == (400, told)


async def test_the_pace_multiplies_how_long_work_takes() -> None:
    clock = ManualClock()
    slow = Sandbox(clock=clock, pace=3.0).platforms["omiq"].state
    made: Any = slow.start("get_current_user", 1, {}, clock.time())
    assert made.ends == clock.time() + 27.0


async def test_a_workflow_is_created_later_and_copies_a_template() -> None:
    desk = Desk()
    body = {"datasetId": desk.samples["small_dataset"], "name": "Visit 3", "keepComputedResults": False}
    copy = {**body, "initialize": False, "fromId": desk.samples["template"]}
    made = (await desk.send("/workflows", copy))["config"]
    source = await desk.document("template")
    assert (made["name"], made["datasetId"]) == ("Visit 3", desk.samples["small_dataset"])
    assert made["tasks"] == source["tasks"]
    blank = (await desk.send("/workflows", {**body, "initialize": True, "fromId": None}))["config"]
    assert [task["type"] for task in blank["tasks"]] == ["ScalingTask", "GatingTask"]
    assert len({made["id"], blank["id"], source["id"]}) == 3
    listed = (await desk.read("/workflows?limit=2"))["workflows"]
    assert {row["id"] for row in listed} == {made["id"], blank["id"]}
    for wrong in ({"initialize": True}, {"name": " "}, {"fromId": 7}):
        refused = await desk.ask("POST", "/workflows", {**copy, **wrong})
        assert refused.status_code in (400, 404)
