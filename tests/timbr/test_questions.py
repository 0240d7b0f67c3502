"""Questions that the platform's own language model answers, and its stored examples."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.asking import SUPPLY, faulty, sent, sign_in, told

LATE = "Late shipments per carrier"
ASKING = ["ask_question", "answer_question"]
PROMPT = "/timbr/openapi/execute/prompt"


async def ask(world: World, tool: str = "ask_question", **more: Any) -> dict[str, Any]:
    target = {} if {"ontology", "agent"} & set(more) else {"ontology": SUPPLY}
    return await told(world, tool, **{"prompt": LATE, **target, **more})


@pytest.mark.parametrize("tool", ASKING)
@pytest.mark.parametrize(("target", "name"), [("ontology", SUPPLY), ("agent", "logistics_agent")])
async def test_a_question_goes_to_the_ontology_or_the_agent_that_was_named(
    world: World, tool: str, target: str, name: str
) -> None:
    answer = await ask(world, tool, **{target: name})
    (one,) = sent(world)

    assert {key: one.request_headers.get(key) for key in ("ontology", "agent")} == {
        "ontology": None,
        "agent": None,
        target: name,
    }
    assert json.loads(one.request_body) == {"prompt": LATE}
    assert "error" not in answer


@pytest.mark.parametrize("tool", ASKING)
@pytest.mark.parametrize(
    "targets",
    [{}, {"ontology": SUPPLY, "agent": "logistics_agent"}, {"ontology": "", "agent": ""}, {"agent": None}],
)
async def test_both_or_none_are_refused(world: World, tool: str, targets: dict[str, Any]) -> None:
    answer = await told(world, tool, prompt=LATE, **targets)

    assert answer["problems"] == {"ontology": ["give either ontology or agent"]}
    assert sent(world) == []


async def test_an_empty_name_counts_as_none(world: World) -> None:
    assert "error" not in await ask(world, ontology=SUPPLY, agent="")


async def test_rows_come_with_the_sql_that_made_them(world: World) -> None:
    answer = await ask(world, limit=3)
    again = await told(world, "run_query", ontology=SUPPLY, sql=answer["about"]["sql"], limit=3)

    assert (answer["columns"], len(answer["rows"])) == (["carrier", "late"], 3)
    assert answer["rows"] == again["rows"]
    assert sent(world)[0].request_headers["results-limit"] == "3"


async def test_a_written_answer_is_one_object(world: World) -> None:
    answer = await ask(world, "answer_question")

    assert answer["answer"].startswith("18 results")
    assert "GROUP BY" in answer["sql"]


async def test_tuning_is_sent_as_headers_of_text(world: World) -> None:
    tuning = {
        "additional-parameters": {"a": [1, "é"]},
        "retries": 2,
        "enable-reasoning": True,
        "should-validate-sql": "true",
        "graph-depth": None,
    }
    await ask(world, tuning=tuning)
    headers = sent(world)[0].request_headers

    assert {name: headers.get(name) for name in tuning} == {
        "additional-parameters": '{"a": [1, "\\u00e9"]}',
        "retries": "2",
        "enable-reasoning": "true",
        "should-validate-sql": "true",
        "graph-depth": None,
    }


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"agent": "logística"}, "agent"),
        ({"ontology": "two\nlines"}, "ontology"),
        ({"tuning": {"additional-parameters": "a\r\nx-api-key: b"}}, "tuning.additional-parameters"),
        ({"tuning": {"additional-parameters": ""}}, "tuning.additional-parameters"),
    ],
)
async def test_what_cannot_stand_in_a_header_is_refused(world: World, asked: dict[str, Any], at: str) -> None:
    answer = await ask(world, **asked)

    assert (answer["error"], list(answer["problems"])) == ("rejected", [at])
    assert sent(world) == []


async def test_an_unknown_tuning_is_refused_with_the_known_ones(world: World) -> None:
    answer = await ask(world, tuning={"temperature": 0})

    assert "reasoning-steps" in str(answer["problems"])


@pytest.mark.parametrize("tool", ASKING)
async def test_a_question_that_is_not_understood_is_an_error(world: World, tool: str) -> None:
    answer = await ask(world, tool, prompt="What is love?")

    assert answer["error"] == "rejected"
    assert "No concept fits the question" in answer["platform_says"]


@pytest.mark.parametrize("tool", ASKING)
async def test_sql_that_failed_is_an_error_under_whatever_status(world: World, tool: str) -> None:
    data = {"rows": [], "sql": "SELECT 1", "answer": "42", "error": "Column `x` could not be resolved"}
    body = json.dumps({"status": "success", "data": data})
    faulty(world, Fault("wrong_shape", path="*/execute/*", body=body))
    answer = await ask(world, tool)

    assert answer["error"] == "rejected"
    assert "Column `x` could not be resolved" in answer["platform_says"]


FAULTS = [
    Fault("status", status=502, times=None),
    Fault("status", status=500, times=None),
    Fault("reset", times=None),
    Fault("lost_answer", times=None),
    Fault("truncate_json", times=None),
    Fault("delay", delay=300.0, times=None),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.kind} {fault.status or ''}" for fault in FAULTS])
@pytest.mark.parametrize("tool", ASKING)
async def test_what_spends_model_calls_is_asked_once(world: World, tool: str, fault: Fault) -> None:
    faulty(world, fault)
    answer = await ask(world, tool)

    assert answer["error"] in ("unavailable", "malformed", "rejected")
    assert len(sent(world)) == 1
    if fault.kind == "delay":
        assert "what it spends is spent" in answer["message"]


async def test_a_question_in_the_background_brings_its_rows(world: World) -> None:
    answer = await ask(world, background=True)
    first, *polls = sent(world)

    assert (first.path, first.status, first.request_headers["x-async"]) == (PROMPT, 202, "true")
    assert {poll.path.rpartition("/")[0] for poll in polls} == {"/timbr/openapi/get-async-results"}
    assert answer["columns"] == ["carrier", "late"]
    assert len(answer["rows"]) == 18


async def test_a_long_question_in_the_background_leaves_a_ticket(world: World) -> None:
    world.sandbox.platforms["timbr"].state.pace = 10.0
    waiting = await ask(world, background=True)
    world.clock.advance(60)
    ready = await told(world, "get_query_result", ticket=waiting["about"]["ticket"])

    assert waiting["about"]["status"] == "running"
    assert "ask again with timbr_get_query_result" in waiting["note"]
    assert ready["columns"] == ["carrier", "late"]
    assert len([one for one in sent(world) if one.path == PROMPT]) == 1


async def test_stored_questions_come_best_first_with_how_good_the_best_is(world: World) -> None:
    asked = {"question": "late shipments", "knowledge_bases": ["logistics_kb"], "top": 2}
    answer = await told(world, "search_knowledge_base", **asked)
    (one,) = sent(world)

    assert answer["about"] == {"match_level": "medium"}
    assert [row[0] for row in answer["rows"]] == [LATE, "From which ports do late shipments come?"]
    assert json.loads(one.request_body) == {
        "question": "late shipments",
        "knowledge_bases": ["logistics_kb"],
        "top_k": 2,
        "high_threshold": 0.8,
        "medium_threshold": 0.5,
    }


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"medium_threshold": 0.9}, "medium_threshold"),
        ({"high_threshold": 0.4}, "medium_threshold"),
        ({"high_threshold": 1.1}, "high_threshold"),
        ({"medium_threshold": -0.1}, "medium_threshold"),
        ({"top": 0}, "top"),
        ({"top": 21}, "top"),
        ({"top": True}, "top"),
        ({"knowledge_bases": []}, "knowledge_bases"),
        ({"question": ""}, "question"),
    ],
)
async def test_a_search_that_cannot_be_is_not_sent(world: World, asked: dict[str, Any], at: str) -> None:
    usual = {"question": LATE, "knowledge_bases": ["logistics_kb"]}
    answer = await told(world, "search_knowledge_base", **(usual | asked))

    assert (answer["error"], list(answer["problems"])) == ("rejected", [at])
    assert sent(world) == []


async def test_equal_thresholds_are_fine(world: World) -> None:
    asked = {"question": LATE, "knowledge_bases": ["logistics_kb"]}
    both = {"high_threshold": 0.6, "medium_threshold": 0.6}

    assert (await told(world, "search_knowledge_base", **asked, **both))["about"] == {"match_level": "high"}


async def test_a_knowledge_base_without_access_is_refused_without_talk_of_schemas(world: World) -> None:
    answer = await told(world, "search_knowledge_base", question=LATE, knowledge_bases=["hr_kb"])

    assert answer["error"] == "rejected"
    assert "No access to knowledge base hr_kb" in answer["platform_says"]
    assert "schema" not in answer["message"]
    assert len(sent(world)) == 1


async def test_a_full_queue_is_waited_for_and_told(world: World) -> None:
    asked = {"question": LATE, "knowledge_bases": ["logistics_kb"]}
    faulty(world, Fault("status", status=429, headers={"retry-after": "2"}))
    once = await told(world, "search_knowledge_base", **asked)
    faulty(world, Fault("status", status=429, times=None))
    always = await told(world, "search_knowledge_base", **asked)

    assert "waited 2 s" in once["note"]
    assert (always["error"], always["retry_after"]) == ("rate_limited", 60)
    assert "Queue timed out" in always["platform_says"]


@pytest.mark.parametrize("tool", [*ASKING, "search_knowledge_base"])
async def test_routes_that_may_answer_as_somebody_else_are_not_asked(world: World, tool: str) -> None:
    sign_in(world, impersonate="viewer")
    kinds = {"search_knowledge_base": {"question": LATE, "knowledge_bases": ["logistics_kb"]}}
    answer = await told(world, tool, **kinds.get(tool, {"prompt": LATE, "ontology": SUPPLY}))

    assert answer["error"] == "rejected"
    assert "PENTAD_TIMBR_IMPERSONATE" in answer["message"]
    assert sent(world) == []
