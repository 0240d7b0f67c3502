"""Operations that are no tools of their own: reached over the same walk, by the verb that fits."""

from __future__ import annotations

from typing import Any

import pytest

from pentad.session import Session
from tests.inside import World, example_of

READ, CHANGE = "call_operation", "change_operation"
PEOPLE = [{"external_id": "1", "person": {"first_name": "A", "phone_number": "+358401112233"}}]


async def test_an_answer_is_that_of_a_tool_of_its_own(world: World) -> None:
    arguments = {"limit": 3, "fields": ["id", "title"]}
    direct = await world.ask("claribi_list_reports", **arguments)
    called = await world.ask(READ, name="claribi_list_reports", arguments=arguments)
    assert called["rows"] == direct["rows"]
    assert called["more"].keys() == direct["more"].keys()
    assert (await world.ask("read_result", result=called["more"]["result"]))["rows"] == direct["rows"]


async def test_every_example_runs_through_its_verb(world: World) -> None:
    session: Session = world.app.session
    for operation in [one for one in session.operations.values() if one.platform]:
        way = READ if operation.effect == "read" else CHANGE
        told = await world.app.call(way, {"name": operation.name, "arguments": example_of(world, operation)})
        assert "no argument" not in told.text
        assert '"error":"internal"' not in told.text


async def test_arguments_may_come_as_text(world: World) -> None:
    told = await world.ask(READ, name="claribi_list_reports", arguments='{"limit": 2}')
    assert len(told["rows"]) == 2


async def test_wrong_arguments_get_the_signature_and_every_problem(world: World) -> None:
    told = await world.refused(READ, name="claribi_get_data_source", arguments={"id": 3, "limit": 0})
    assert told["problems"] == {
        "data_source_id": ["is required"],
        "id": ["no such argument; valid: data_source_id"],
        "limit": ["no such argument; valid: data_source_id"],
    }
    assert told["signature"].startswith("claribi_get_data_source(data_source_id")


async def test_a_wrong_name_gets_the_nearest_three(world: World) -> None:
    told = await world.refused(READ, name="claribi_list_datasources")
    assert told["error"] == "not_found"
    assert "the nearest are claribi_list_data_sources, " in told["message"]
    nowhere = await world.refused(READ, name="???")
    assert "find_operations finds them" in nowhere["message"]


@pytest.mark.parametrize(
    ("way", "name", "says"),
    [
        (READ, "timbr_create_ontology", "is no read: run it with change_operation"),
        (CHANGE, "claribi_get_usage", "is a read: run it with call_operation"),
        (READ, "query_results", "is a tool of its own: call it directly"),
        (CHANGE, "apply_plan", "is a tool of its own: call it directly"),
        (READ, "call_operation", "is a tool of its own: call it directly"),
    ],
)
async def test_a_verb_runs_only_what_is_its_own(world: World, way: str, name: str, says: str) -> None:
    told = await world.refused(way, name=name)
    assert says in told["message"]
    assert not [exchange for box in world.sandbox.platforms.values() for exchange in box.log]


async def test_what_reaches_people_is_planned_through_the_verb_too(world: World) -> None:
    arguments = {"group_id": world.sample("optimized", "group"), "profiles": PEOPLE}
    planned = await world.ask(CHANGE, name="optimized_create_batch", arguments=arguments)
    assert not world.sent("optimized", "POST")
    done = await world.ask("apply_plan", plan=planned["plan"])
    assert len(world.sent("optimized", "POST")) == 1
    assert done


async def test_the_effects_that_are_off_stay_off(world: World) -> None:
    world.change(allow=frozenset())
    report = world.sample("claribi", "pending_report")
    told = await world.refused(CHANGE, name="claribi_delete_report", arguments={"report_id": report})
    assert "PENTAD_ALLOW=destructive" in told["message"]
    world.change(read_only=True)
    told = await world.refused(CHANGE, name="timbr_create_ontology", arguments={"ontology": "x"})
    assert "read-only" in told["message"]
    assert not world.sent("claribi", "DELETE")


async def test_an_outage_of_a_change_is_told_as_unknown(world: World) -> None:
    from pentad.sandbox import Fault

    world.sandbox.platforms["claribi"].faults.add(Fault("reset"))
    arguments: dict[str, Any] = {"report_id": world.sample("claribi", "pending_report")}
    told = await world.refused(CHANGE, name="claribi_generate_report", arguments=arguments)
    assert told["outcome"] == "unknown"


async def test_a_kept_result_is_exported_and_drawn_through_the_verb(world: World) -> None:
    handle = (await world.ask("claribi_list_reports", limit=50))["more"]["result"]
    told = await world.ask(READ, name="export_result", arguments={"result": handle, "format": "json"})
    assert told["row_count"] == 50
    async with world.client() as client:
        chart = {"result": handle, "kind": "scatter", "x": "created_at", "y": "id"}
        drawn = await client.call_tool(READ, {"name": "plot_result", "arguments": chart})
    assert [part.type for part in drawn.content] == ["text", "image"]
