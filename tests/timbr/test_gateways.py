"""Gateways that insist on a final slash or refuse it, and deployments that lack a service."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.inside import World, text_of
from tests.timbr.asking import SUPPLY, sent, sign_in, told

ENVIRONMENTS = ["gateway_url", "plain_url"]
# Every core tool, and one for each further kind of route.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_ontologies", {}),
    ("describe", {"ontology": SUPPLY, "name": "supplier"}),
    ("run_query", {"ontology": SUPPLY, "sql": "SELECT `sku` FROM `dtimbr`.`component` LIMIT 1"}),
    ("run_query", {"ontology": SUPPLY, "sql": "SHOW VERSION", "background": True}),
    ("read_concept", {"ontology": SUPPLY, "name": "supplier", "filters": {"supplier_country": "Norway"}}),
    ("read_concept", {"ontology": SUPPLY, "name": "open_orders", "kind": "view"}),
    ("get_ontology", {"ontology": SUPPLY}),
    ("get_config", {"name": "JWT_TYPE"}),
    ("ask_question", {"prompt": "Late shipments per carrier", "ontology": SUPPLY}),
    ("search_knowledge_base", {"question": "Late shipments", "knowledge_bases": ["logistics_kb"]}),
]


def in_environment(world: World, name: str) -> None:
    sign_in(world, url=world.sample("timbr", name))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
async def test_every_tool_works_and_learns_its_path_once(world: World, environment: str) -> None:
    in_environment(world, environment)
    first = [await told(world, tool, **arguments) for tool, arguments in CALLS]
    learning = [one.status for one in sent(world)]
    again = [await told(world, tool, **arguments) for tool, arguments in CALLS]

    assert [answer for answer in (*first, *again) if "error" in answer] == []
    assert {301, 404} & set(learning)
    assert [(one.path, one.status) for one in sent(world) if one.status not in (200, 202)] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
async def test_calls_that_arrive_together_do_not_undo_each_others_lesson(
    world: World, environment: str
) -> None:
    in_environment(world, environment)
    async with world.client() as client:
        names = ["timbr_list_ontologies", "timbr_get_config"] * 3
        calls = [client.call_tool(name, {"name": "JWT_TYPE"} if "config" in name else {}) for name in names]
        answers = [text_of(result) for result in await asyncio.gather(*calls)]

    assert [answer for answer in answers if "error" in answer] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
async def test_a_write_is_carried_out_once_wherever_its_path_is(world: World, environment: str) -> None:
    in_environment(world, environment)
    state = world.sandbox.platforms["timbr"].state
    for tool, ontology in (("create_ontology", "returns"), ("clear_cache", SUPPLY)):
        plan = (await told(world, tool, ontology=ontology))["plan"]
        assert "error" not in await world.ask("apply_plan", plan=plan)

    assert "returns" in state.engine.ontologies
    assert state.cleared == {SUPPLY: 1}
    assert sorted(one.status for one in sent(world)) == [200, 200, 404]


@pytest.mark.parametrize(("tool", "arguments"), CALLS[:3], ids=[tool for tool, _ in CALLS[:3]])
async def test_without_the_rest_service_its_name_is_told(
    world: World, tool: str, arguments: dict[str, Any]
) -> None:
    in_environment(world, "bare_url")
    answer = await told(world, tool, **arguments)

    assert answer["error"] == "malformed"
    assert "may run without the REST service, timbr-api" in answer["message"]
    assert "sandbox" not in str(answer)
    assert "<h1>" not in str(answer)


@pytest.mark.parametrize(("environment", "kind"), [("bare_url", "malformed"), ("no_llm_url", "not_found")])
@pytest.mark.parametrize("tool", ["ask_question", "answer_question"])
async def test_without_a_language_model_that_is_told(
    world: World, tool: str, environment: str, kind: str
) -> None:
    in_environment(world, environment)
    answers = [await told(world, tool, prompt="Why?", ontology=SUPPLY) for _ in range(2)]

    assert {answer["error"] for answer in answers} == {kind}
    assert all("without a language model" in answer["message"] for answer in answers)


async def test_without_a_language_model_everything_else_works(world: World) -> None:
    in_environment(world, "no_llm_url")
    await told(world, "ask_question", prompt="Why?", ontology=SUPPLY)
    calls = [call for call in CALLS if call[0] != "ask_question"]

    assert not [one for one in [await told(world, tool, **given) for tool, given in calls] if "error" in one]
