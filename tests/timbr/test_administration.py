"""What changes or reveals the environment itself: allowed by the user, shown first, done once."""

from __future__ import annotations

from typing import Any

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.faults import Kind
from tests.inside import World
from tests.timbr.asking import SUPPLY, faulty, sent, sign_in, told


def state(world: World) -> Any:
    return world.sandbox.platforms["timbr"].state


async def apply(world: World, plan: dict[str, Any]) -> dict[str, Any]:
    return await world.ask("apply_plan", plan=plan["plan"])


async def refused(world: World, plan: dict[str, Any]) -> dict[str, Any]:
    return await world.refused("apply_plan", plan=plan["plan"])


@pytest.mark.parametrize(
    ("tool", "arguments"), [("get_config", {"name": "JWT_TYPE"}), ("clear_cache", {"ontology": SUPPLY})]
)
async def test_administration_has_to_be_allowed(world: World, tool: str, arguments: dict[str, Any]) -> None:
    world.change(allow=frozenset())
    answer = await told(world, tool, **arguments)

    assert answer["error"] == "rejected"
    assert "PENTAD_ALLOW=admin" in answer["message"]
    assert sent(world) == []


async def test_a_variable_is_read_where_the_deployment_allows_it(world: World) -> None:
    assert await told(world, "get_config", name="JWT_TYPE") == {"name": "JWT_TYPE", "value": "custom"}
    answer = await told(world, "get_config", name="API_AUTH_SALT")

    assert answer["error"] == "rejected"
    assert "Reading API_AUTH_SALT is not allowed" in answer["platform_says"]


async def test_who_is_no_administrator_is_told_so(world: World) -> None:
    sign_in(world, "viewer_key")
    answers = [await told(world, "get_config", name="JWT_TYPE")]
    plans = [await told(world, tool, ontology="fleet") for tool in ("clear_cache", "create_ontology")]
    answers += [await refused(world, plan) for plan in plans]

    assert {answer["error"] for answer in answers} == {"rejected"}
    assert all("User viewer is not an administrator" in answer["platform_says"] for answer in answers)
    assert not any("outcome" in answer for answer in answers)


async def test_a_new_ontology_is_shown_first_and_made_once(world: World) -> None:
    plan = await told(world, "create_ontology", ontology="returns")
    assert sent(world) == []
    assert plan["body"] == {"ontology_name": "returns"}
    assert plan["plan"].startswith("create-ontology-returns-")
    assert "an administrator can drop it with SQL" in plan["undo"]

    assert await apply(world, plan) == {"created": "returns"}
    again = await refused(world, plan)
    assert "applied before" in again["message"]
    assert [one.path for one in sent(world)] == ["/timbr/api/create_ontology/"]
    assert "returns" in [row[0] for row in (await told(world, "list_ontologies"))["rows"]]


async def test_a_name_that_is_taken_is_refused_in_the_platforms_words_and_nothing_is_unclear(
    world: World,
) -> None:
    await apply(world, await told(world, "create_ontology", ontology="returns"))
    answer = await refused(world, await told(world, "create_ontology", ontology="returns"))

    assert answer["error"] == "rejected"
    assert answer["platform_says"] == "Ontology returns already exists"
    assert "outcome" not in answer
    assert "not known whether" not in answer["message"]


async def test_a_release_without_that_route_is_told_with_the_way_there_is(world: World) -> None:
    state(world).creates_ontologies = False
    answer = await refused(world, await told(world, "create_ontology", ontology="returns"))

    assert answer["error"] == "not_found"
    assert "SQL statement CREATE ONTOLOGY" in answer["message"]
    assert "outcome" not in answer
    assert state(world).engine.changes == []


@pytest.mark.parametrize("name", ["", "1st", "two words", "a-b", "ü", "x" * 101, "a;DROP"])
async def test_a_name_that_no_ontology_can_have_is_refused_before_a_plan_is_made(
    world: World, name: str
) -> None:
    answer = await told(world, "create_ontology", ontology=name)

    assert answer["error"] == "rejected"
    assert list(answer["problems"]) == ["ontology"]


@pytest.mark.parametrize("kind", ["lost_answer", "reset"])
async def test_a_creation_of_unclear_outcome_is_not_repeated_and_says_how_to_check(
    world: World, kind: Kind
) -> None:
    faulty(world, Fault(kind, path="*/create_ontology/"))
    answer = await refused(world, await told(world, "create_ontology", ontology="returns"))

    assert answer["outcome"] == "unknown"
    assert "look for it with timbr_list_ontologies" in answer["message"]
    assert len(sent(world)) == 1
    assert ("returns" in state(world).engine.ontologies) is (kind == "lost_answer")


async def test_the_cache_is_dropped_after_a_look_and_once(world: World) -> None:
    plan = await told(world, "clear_cache", ontology=SUPPLY)
    assert state(world).cleared == {}
    assert "its users' next calls are slower" in plan["will"]

    assert await apply(world, plan) == {"cleared": SUPPLY}
    assert state(world).cleared == {SUPPLY: 1}


async def test_a_cache_of_no_ontology_is_refused_and_nothing_is_unclear(world: World) -> None:
    answer = await refused(world, await told(world, "clear_cache", ontology="nowhere"))

    assert answer["error"] == "rejected"
    assert "Ontology nowhere does not exist" in answer["platform_says"]
    assert "outcome" not in answer


async def test_a_read_only_server_does_neither(world: World) -> None:
    world.change(read_only=True)
    for tool in ("create_ontology", "clear_cache", "get_config"):
        answer = await told(world, tool, **({"name": "X"} if tool == "get_config" else {"ontology": SUPPLY}))
        assert "read-only" in answer["message"]
    assert sent(world) == []


async def test_an_unproven_operation_is_off_until_it_is_enabled(world: World) -> None:
    enabled = await told(world, "show_ontologies", limit=1)
    world.change(enable=frozenset())
    sent(world)
    answer = await told(world, "show_ontologies")

    assert enabled["rows"] == [["fleet", "Vehicles and their drivers"]]
    assert "ask with offset 1" in enabled["note"]
    assert "PENTAD_ENABLE=timbr_show_ontologies" in answer["message"]
    assert sent(world) == []
