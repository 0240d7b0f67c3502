"""Timbr: work in the background is accepted at once, polled for, and collected once within the hour."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import SandboxPlatform
from tests.clock import ManualClock

LATER = {"x-async": "true"}
RAW = "/timbr/openapi/ontology/supply_chain/query"
PROMPT = "/timbr/openapi/execute/prompt"
ANSWER = "/timbr/openapi/execute/answer"
GONE = {"error": "No such response"}
HOUR = 3_600.0


async def submitted(client: httpx.AsyncClient, sql: str) -> Any:
    headers = {"content-type": "application/text", **LATER}
    accepted = await client.post(RAW, content=sql, headers=headers)
    assert accepted.status_code == 202
    return accepted.json()


async def polled(client: httpx.AsyncClient, url: str) -> Any:
    response = await client.get(url)
    assert response.status_code == 200
    return response.json()


async def test_a_slow_query_is_accepted_at_once_and_runs_for_its_time(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    sql = "SELECT * FROM `vtimbr`.`network_replay` LIMIT 2"
    told, began = await submitted(graph, sql), clock.now
    url, id_ = told["poll_url"], told["response_id"]
    assert told["async"] is True
    assert url == f"/timbr/openapi/get-async-results/{id_}"
    assert clock.slept == []
    clock.now = began + timbr.state.engine.duration("supply_chain", sql) - 0.5
    assert await polled(graph, url) == {"status": "running", "response_id": id_, "message": "Not finished"}
    clock.advance(0.5)
    done = await polled(graph, url)
    assert (done["status"], done["original_status_code"], len(done["response"])) == ("completed", 200, 2)


async def test_a_result_is_what_the_call_would_have_answered(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    sql, text = timbr.samples["nested_sql"], {"content-type": "application/text"}
    at_once = await graph.post(RAW, content=sql, headers=text)
    told = await submitted(graph, sql)
    clock.advance(1.0)
    later = await graph.get(told["poll_url"])
    assert later.json()["response"] == at_once.json()
    assert '"total_value": 1840.50' in later.text


async def test_a_result_can_be_collected_once(graph: httpx.AsyncClient, clock: ManualClock) -> None:
    url = (await submitted(graph, "SHOW VERSION"))["poll_url"]
    clock.advance(1.0)
    answers = [await graph.get(url) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 404]
    assert answers[1].json() == GONE


@pytest.mark.parametrize(("late", "status"), [(0.0, 200), (1.0, 404)])
async def test_a_result_is_kept_for_an_hour(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock, late: float, status: int
) -> None:
    url = (await submitted(graph, "SHOW VERSION"))["poll_url"]
    clock.advance(timbr.state.engine.duration("supply_chain", "SHOW VERSION") + HOUR + late)
    assert (await graph.get(url)).status_code == status


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE", "SELECT `lead_tyme` FROM `dtimbr`.`supplier`"])
async def test_a_failing_statement_is_accepted_and_ends_as_an_error(
    graph: httpx.AsyncClient, clock: ManualClock, sql: str
) -> None:
    url = (await submitted(graph, sql))["poll_url"]
    assert (await polled(graph, url))["status"] == "running"
    clock.advance(2.0)
    ended = await polled(graph, url)
    assert (ended["status"], ended["error_type"]) == ("error", "ExecutionError")
    assert ended["error"]
    assert (await graph.get(url)).status_code == 404


async def test_a_schema_that_is_not_permitted_is_an_error_of_its_own_type(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    graph.headers["x-api-key"] = timbr.credentials["viewer_key"]
    url = (await submitted(graph, timbr.samples["sql"]))["poll_url"]
    clock.advance(2.0)
    ended = await polled(graph, url)
    assert (ended["error_type"], ended["error"]) == (
        "PermissionDenied",
        "No permission for knowledge graph schema dtimbr",
    )


async def test_a_call_that_is_refused_is_refused_in_the_background_too(graph: httpx.AsyncClient) -> None:
    empty = await graph.post(RAW, content=" ", headers={"content-type": "application/text", **LATER})
    aimless = await graph.post(PROMPT, json={"prompt": "Why?"}, headers=LATER)
    assert (empty.status_code, aimless.status_code) == (400, 400)


async def test_results_are_for_the_user_who_asked_for_them(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    url = (await submitted(graph, "SHOW VERSION"))["poll_url"]
    clock.advance(1.0)
    other = await graph.get(url, headers={"x-api-impersonate-user": timbr.credentials["second_user"]})
    assert (other.status_code, other.json()) == (404, GONE)
    assert (await polled(graph, url))["status"] == "completed"


async def test_an_unknown_result_is_missing_and_a_seeded_one_is_ready(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    path = "/timbr/openapi/get-async-results"
    missing = await graph.get(f"{path}/{timbr.samples['response_id'][::-1]}")
    assert (missing.status_code, missing.json()) == (404, GONE)
    ready = await polled(graph, f"{path}/{timbr.samples['response_id']}")
    assert (ready["status"], len(ready["response"])) == ("completed", 3)


async def test_a_question_is_answered_in_the_background_with_its_envelope(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    headers = {**LATER, "agent": timbr.samples["agent"]}
    for prompt, status in ((timbr.samples["question"], "success"), ("Is it raining?", "error")):
        told = (await graph.post(PROMPT, json={"prompt": prompt}, headers=headers)).json()
        clock.advance(5.9)
        assert (await polled(graph, told["poll_url"]))["status"] == "running"
        clock.advance(0.1)
        done = await polled(graph, told["poll_url"])
        assert (done["status"], done["original_status_code"]) == ("completed", 200)
        assert done["response"]["status"] == status


@pytest.mark.parametrize("flag", ["false", "True", "1"])
async def test_only_the_exact_word_asks_for_the_background(graph: httpx.AsyncClient, flag: str) -> None:
    headers = {"content-type": "application/text", "x-async": flag}
    assert (await graph.post(RAW, content="SHOW VERSION", headers=headers)).status_code == 200


async def test_an_answer_in_words_is_never_put_off(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, clock: ManualClock
) -> None:
    headers, began = {**LATER, "agent": timbr.samples["agent"]}, clock.now
    asked = await graph.post(ANSWER, json={"prompt": timbr.samples["question"]}, headers=headers)
    assert (asked.status_code, asked.json()["status"], clock.now - began) == (200, "success", 6.0)
