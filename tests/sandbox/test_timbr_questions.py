"""Timbr: questions in plain language, and the stored ones that they are compared with."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import Fault, SandboxPlatform
from tests.clock import ManualClock

PROMPT = "/timbr/openapi/execute/prompt"
ANSWER = "/timbr/openapi/execute/answer"
SEARCH = "/timbr/api/kb/search"
UNKNOWN = {"status": "error", "data": {"error": "No concept fits the question"}}


async def test_a_question_gives_the_rows_of_a_statement_that_is_shown(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    body, began = {"prompt": "How many late shipments has each carrier?"}, clock.now
    by_agent = (await graph.post(PROMPT, json=body, headers={"agent": timbr.samples["agent"]})).json()
    assert clock.now - began == 6.0
    by_ontology = (await graph.post(PROMPT, json=body, headers={"ontology": "supply_chain"})).json()
    assert by_agent == by_ontology
    data = by_agent["data"]
    assert (by_agent["status"], data["error"], data["ontology"]) == ("success", None, "supply_chain")
    assert (data["schema"], data["concept"]) == ("dtimbr", "late_shipment")
    query = {"ontology_name": "supply_chain", "query": data["sql"]}
    assert (await graph.post("/timbr/api/query/", json=query)).json()["data"] == data["rows"]
    assert set(data["rows"][0]) == {"carrier", "late"}
    assert timbr.state.questions == [body["prompt"]] * 2


async def test_an_answer_is_prose_without_rows(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    headers = {"agent": timbr.samples["agent"], "results-limit": "2"}
    asked = (await graph.post(ANSWER, json={"prompt": timbr.samples["question"]}, headers=headers)).json()
    rows = (await graph.post(PROMPT, json={"prompt": timbr.samples["question"]}, headers=headers)).json()
    assert len(rows["data"]["rows"]) == 2
    assert asked["data"]["answer"].startswith("2 results")
    assert "rows" not in asked["data"]
    headers["results-limit"] = "0"
    none = (await graph.post(ANSWER, json={"prompt": timbr.samples["question"]}, headers=headers)).json()
    assert none["data"]["answer"] == "Nothing fits the question."


async def test_every_stored_question_has_an_answer(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    body = {"question": "orders", "knowledge_bases": [timbr.samples["knowledge_base"]], "top_k": 20}
    stored = (await graph.post(SEARCH, json=body)).json()["matches"]
    for match in stored:
        asked = await graph.post(
            ANSWER, json={"prompt": match["question"]}, headers={"ontology": "supply_chain"}
        )
        data = asked.json()["data"]
        assert (data["sql"], data["error"]) == (match["query"], None)


async def test_a_question_that_nothing_fits_is_an_error_with_status_200(graph: httpx.AsyncClient) -> None:
    strange = await graph.post(PROMPT, json={"prompt": "Will it rain?"}, headers={"ontology": "supply_chain"})
    misplaced = await graph.post(
        ANSWER, json={"prompt": "Late shipments per carrier"}, headers={"ontology": "fleet"}
    )
    assert [one.status_code for one in (strange, misplaced)] == [200, 200]
    assert strange.json() == misplaced.json() == UNKNOWN


@pytest.mark.parametrize("path", [PROMPT, ANSWER])
async def test_a_statement_that_fails_leaves_its_error_inside_a_success(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, path: str
) -> None:
    graph.headers["x-api-key"] = timbr.credentials["viewer_key"]
    asked = await graph.post(
        path, json={"prompt": timbr.samples["question"]}, headers={"agent": timbr.samples["agent"]}
    )
    told = asked.json()
    assert (told["status"], told["data"]["error"]) == (
        "success",
        "No permission for knowledge graph schema dtimbr",
    )


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"agent": "o'brien"}, "Agent o'brien does not exist"),
        ({"ontology": "nowhere"}, "Ontology nowhere does not exist"),
        ({"agent": "nobody", "ontology": "nowhere"}, "Ontology nowhere does not exist"),
    ],
)
async def test_an_unknown_target_is_named_inside_the_data(
    graph: httpx.AsyncClient, headers: dict[str, str], told: str
) -> None:
    asked = await graph.post(PROMPT, json={"prompt": "Late shipments per carrier"}, headers=headers)
    assert asked.json() == {"status": "error", "data": {"error": told}}


async def test_a_question_needs_words_and_a_target(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    aimless = await graph.post(PROMPT, json={"prompt": "Late shipments per carrier"})
    wordless = await graph.post(PROMPT, json={"prompt": " "}, headers={"ontology": "supply_chain"})
    assert aimless.json() == {"status": "error", "data": "Send the header agent or ontology"}
    assert wordless.json() == {"status": "error", "data": "prompt must not be empty"}
    assert (aimless.status_code, wordless.status_code, timbr.state.questions) == (400, 400, [])


async def test_stored_questions_are_ranked_by_the_words_they_share(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    base = timbr.samples["knowledge_base"]
    body = {"question": "late shipments per carrier?", "knowledge_bases": [base]}
    found = (await graph.post(SEARCH, json=body)).json()
    confidences = [match["confidence"] for match in found["matches"]]
    assert (found["match_level"], confidences[0]) == ("high", 1.0)
    assert confidences == sorted(confidences, reverse=True)
    assert len(confidences) <= 5
    assert found["per_kb_max_changed_on"] == {base: "2026-08-30T07:15:00Z"}
    (first,) = (await graph.post(SEARCH, json={**body, "top_k": 1})).json()["matches"]
    assert first["question"] == "Late shipments per carrier"
    stored = "SELECT example_name FROM timbr.sys_knowledgebase_examples"
    query = {"ontology_name": "supply_chain", "query": stored}
    rows = (await graph.post("/timbr/api/query/", json=query)).json()["data"]
    assert first["example_name"] in {row["example_name"] for row in rows}


@pytest.mark.parametrize(
    ("question", "thresholds", "level"),
    [
        ("ports of which late shipments come", {}, "high"),
        ("late shipments", {}, "medium"),
        ("late shipments", {"high_threshold": 0.6}, "high"),
        ("late shipments", {"medium_threshold": 0.7}, "none"),
        ("weather", {"medium_threshold": 0}, "none"),
    ],
)
async def test_the_best_match_is_graded_by_two_thresholds(
    graph: httpx.AsyncClient,
    timbr: SandboxPlatform,
    question: str,
    thresholds: dict[str, float],
    level: str,
) -> None:
    body = {"question": question, "knowledge_bases": [timbr.samples["knowledge_base"]], **thresholds}
    assert (await graph.post(SEARCH, json=body)).json()["match_level"] == level


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"knowledge_bases": []},
        {"knowledge_bases": "logistics_kb"},
        {"knowledge_bases": [1]},
        {"top_k": 0},
        {"top_k": 21},
        {"top_k": True},
        {"high_threshold": 1.1},
        {"medium_threshold": "0.5"},
        {"high_threshold": 0.4, "medium_threshold": 0.5},
    ],
)
async def test_a_search_beyond_its_limits_is_refused(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, wrong: dict[str, Any]
) -> None:
    body = {"question": "late", "knowledge_bases": [timbr.samples["knowledge_base"]], **wrong}
    refused = await graph.post(SEARCH, json=body)
    assert (refused.status_code, refused.json()["status"]) == (400, "error")


async def test_a_knowledge_base_that_is_unknown_or_out_of_sight_is_forbidden(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    base, fleet = timbr.samples["knowledge_base"], {"x-api-key": timbr.credentials["fleet_key"]}
    unknown = await graph.post(SEARCH, json={"question": "late", "knowledge_bases": [base, "other_kb"]})
    unseen = await graph.post(SEARCH, json={"question": "late", "knowledge_bases": [base]}, headers=fleet)
    assert (unknown.status_code, unknown.json()["data"]) == (403, "No access to knowledge base other_kb")
    assert (unseen.status_code, unseen.json()["data"]) == (403, f"No access to knowledge base {base}")


async def test_a_full_queue_is_a_429_in_an_envelope(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    timbr.faults.add(Fault("status", path=SEARCH, status=429))
    full = await graph.post(SEARCH, json={})
    assert (full.status_code, full.json()) == (429, {"status": "error", "data": "Queue timed out"})
