"""Timbr: what the routes answer, how they fail, and what gateways make of their final slashes."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import Fault, Sandbox, SandboxPlatform
from tests.clock import ManualClock

API = "/timbr/api"
QUERY = "/timbr/api/query/"
RAW = "/timbr/openapi/ontology/supply_chain/query"
CREATE = "/timbr/api/create_ontology/"
SHOW = "/timbr/openapi/execute/show_ontologies"
TEXT = {"content-type": "application/text"}
ALL_SUPPLIERS = "SELECT `entity_id` FROM `dtimbr`.`supplier`"
MALFORMED = "SELECT FROM WHERE"
UNRESOLVED = "SELECT `lead_tyme` FROM `dtimbr`.`supplier`"


async def raw(client: httpx.AsyncClient, sql: str, **more: Any) -> httpx.Response:
    return await client.post(RAW, content=sql, headers={**TEXT, **more.pop("headers", {})}, **more)


async def query(client: httpx.AsyncClient, sql: str, ontology: str = "supply_chain") -> httpx.Response:
    return await client.post(QUERY, json={"ontology_name": ontology, "query": sql})


async def test_ontologies_come_by_name_with_their_concepts_or_as_records(graph: httpx.AsyncClient) -> None:
    names = (await graph.get(f"{API}/get_ontologies/")).json()
    one = (await graph.post(f"{API}/get_ontology/fleet")).json()
    records = (await graph.get(SHOW)).json()
    assert names == {"status": "success", "data": ["supply_chain", "fleet"]}
    assert one["data"]["ontology"] == "fleet"
    assert {"truck", "van", "driver"} <= set(one["data"]["concepts"])
    assert {record["ontology"]: record["description"] for record in records} == {
        "supply_chain": "Procurement and logistics",
        "fleet": "Vehicles and their drivers",
    }


async def test_records_of_ontologies_are_paged_in_headers(graph: httpx.AsyncClient) -> None:
    every = (await graph.get(SHOW)).json()
    pages = [
        (await graph.get(SHOW, headers={"results-limit": "1", "results-offset": str(offset)})).json()
        for offset in (0, 1, 2)
    ]
    assert pages == [every[:1], every[1:], []]


async def test_the_two_query_routes_give_the_same_rows_in_two_conventions(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    enveloped = await query(graph, timbr.samples["sql"])
    bare = await raw(graph, timbr.samples["sql"], params={"datasource": timbr.samples["datasource"]})
    assert enveloped.json() == {"status": "success", "data": bare.json()}
    assert len(bare.json()) == 3


async def test_flags_reach_every_reading_route(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    graph.headers.update({"nested": "true", "api-nested-format-properties": "true"})
    sql = timbr.samples["nested_sql"]
    lines = [{"entity_id": f"po_line:7001-{n}", "sku": sku} for n, sku in ((1, "BRG-22"), (2, "SEAL-08"))]
    for rows in ((await query(graph, sql)).json()["data"], (await raw(graph, sql)).json()):
        assert [(row["total_value"], row["has_line[po_line]"]) for row in rows] == [("$1,840.50", lines)]
    orders = f"{API}/q/supply_chain/view/open_orders"
    (row,) = (await graph.get(orders, headers={"results-limit": "1"})).json()["data"]
    assert isinstance(row["has_line[po_line]"], list)


async def test_decimals_keep_their_digits(graph: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    assert '"total_value": 1840.50,' in (await query(graph, timbr.samples["nested_sql"])).text


async def test_rows_are_capped_by_header_on_every_reading_route(graph: httpx.AsyncClient) -> None:
    graph.headers["results-limit"] = "4"
    counts = [
        len((await query(graph, ALL_SUPPLIERS)).json()["data"]),
        len((await raw(graph, ALL_SUPPLIERS)).json()),
        len((await graph.get(f"{API}/q/supply_chain/concept/supplier")).json()["data"]),
        len((await graph.get(f"{API}/q/fleet/view/parked")).json()["data"]),
    ]
    assert counts[:3] == [4, 4, 4]
    assert counts[3] <= 4
    graph.headers["results-limit"] = "many"
    refused = [await query(graph, ALL_SUPPLIERS), await raw(graph, ALL_SUPPLIERS)]
    assert [one.status_code for one in refused] == [400, 400]
    assert refused[0].json()["data"] == refused[1].text == "results-limit must be a whole number"


async def test_concepts_and_views_are_filtered_by_properties(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    path = f"{API}/q/supply_chain/concept/supplier"
    rows = (await graph.get(path, params=timbr.samples["filters"])).json()["data"]
    assert {row["supplier_country"] for row in rows} == {"Norway"}
    ports = f"{API}/q/supply_chain/view/{timbr.samples['view']}"
    every = (await graph.get(ports)).json()["data"]
    one = (await graph.get(ports, params={"port": every[0]["port"]})).json()["data"]
    assert one == every[:1]


async def test_a_failing_statement_has_a_status_of_its_own_on_each_route(graph: httpx.AsyncClient) -> None:
    enveloped = [await query(graph, sql) for sql in (MALFORMED, UNRESOLVED)]
    plain = [await raw(graph, sql) for sql in (MALFORMED, UNRESOLVED)]
    assert [one.status_code for one in enveloped] == [400, 200]
    assert [one.status_code for one in plain] == [500, 400]
    assert [one.json() for one in enveloped] == [{"status": "error", "data": one.text} for one in plain]
    assert {one.headers["content-type"] for one in plain} == {"text/plain; charset=utf-8"}
    assert "lead_tyme" in plain[1].text


async def test_an_unknown_name_is_missing_where_it_stands_in_the_path(graph: httpx.AsyncClient) -> None:
    for path in ("q/nowhere/concept/supplier", "q/fleet/concept/ship", "q/fleet/view/ship"):
        missing = await graph.get(f"{API}/{path}")
        assert (missing.status_code, missing.json()["status"]) == (404, "error")
    filtered = await graph.get(f"{API}/q/fleet/concept/van", params={"colour": "red"})
    assert (filtered.status_code, filtered.json()["status"]) == (200, "error")
    elsewhere = await query(graph, "SHOW VERSION", "nowhere")
    assert (elsewhere.status_code, elsewhere.json()["data"]) == (200, "Ontology nowhere does not exist")
    cleared = await graph.post(f"{API}/clear_cache/nowhere")
    assert (cleared.status_code, cleared.json()["status"]) == (200, "error")
    plain = await graph.post(RAW.replace("supply_chain", "nowhere"), content="SHOW VERSION", headers=TEXT)
    assert (plain.status_code, plain.text) == (400, "Ontology nowhere does not exist")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "The body is not valid JSON"),
        (b"\xff", "The body is not valid JSON"),
        (b'{"query": "\\ud800"}', "The body is not valid JSON"),
        (b"[" * 100_000, "The body is not valid JSON"),
        (b"[]", "The body must be a JSON object"),
        (b"", "ontology_name must not be empty"),
        (b'{"ontology_name": "fleet"}', "query must not be empty"),
        (b'{"ontology_name": "fleet", "query": 7}', "query must not be empty"),
    ],
)
async def test_a_body_without_its_members_is_refused(
    graph: httpx.AsyncClient, body: bytes, told: str
) -> None:
    refused = await graph.post(QUERY, content=body)
    assert (refused.status_code, refused.json()) == (400, {"status": "error", "data": told})


async def test_a_raw_statement_has_to_be_text(graph: httpx.AsyncClient) -> None:
    told = [(await graph.post(RAW, content=body, headers=TEXT)).text for body in (b" \n", b"\xff")]
    assert told == ["The statement is empty", "The statement is not UTF-8"]


async def test_a_statement_takes_its_time_before_the_answer_begins(
    sandbox: Sandbox, timbr: SandboxPlatform, graph: httpx.AsyncClient, clock: ManualClock
) -> None:
    slow = "SELECT * FROM `vtimbr`.`network_replay`"
    path = f"{API}/q/supply_chain/view/{timbr.samples['slow_view']}"
    seconds = timbr.state.engine.duration("supply_chain", slow)
    assert seconds > 60
    graph.headers["results-limit"] = "5"
    for call in (query(graph, slow), raw(graph, slow), graph.get(path)):
        began = clock.now
        assert (await call).status_code == 200
        assert clock.now - began == pytest.approx(seconds)
    with pytest.raises(httpx.ReadTimeout):
        await graph.get(path, timeout=60.0)


async def test_the_pace_multiplies_how_long_a_statement_takes(clock: ManualClock) -> None:
    hasty = Sandbox(clock=clock, pace=0.0)
    timbr = hasty.platforms["timbr"]
    async with httpx.AsyncClient(transport=hasty.transport(), headers=timbr.headers()) as client:
        path = f"{timbr.url}{API}/q/supply_chain/view/{timbr.samples['slow_view']}"
        assert (await client.get(path)).status_code == 200
    assert clock.slept == [0.0]


async def test_configuration_can_be_read_as_far_as_it_is_listed(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    for name in (timbr.samples["config_name"], "JWT_TYPE"):
        assert (await graph.post(f"{API}/get_config/{name}")).json()["status"] == "success"
    refused = await graph.post(f"{API}/get_config/API_AUTH_SALT")
    assert (refused.status_code, refused.json()["data"]) == (403, "Reading API_AUTH_SALT is not allowed")


async def test_the_cache_can_be_cleared_again_and_again(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    for _ in range(2):
        assert (await graph.post(f"{API}/clear_cache/fleet")).json() == {
            "status": "success",
            "data": "cleared",
        }
    assert timbr.state.cleared == {"fleet": 2}


async def test_an_ontology_is_created_once_and_seen_at_once(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    body = {"ontology_name": timbr.samples["new_ontology"]}
    first, second = await graph.post(CREATE, json=body), await graph.post(CREATE, json=body)
    assert first.json() == {"status": "success", "data": "returns"}
    assert (second.status_code, second.json()["status"]) == (200, "error")
    assert "returns" in (await graph.get(f"{API}/get_ontologies/")).json()["data"]


async def test_a_later_release_creates_ontologies_with_sql_only(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    timbr.state.creates_ontologies = False
    missing = await graph.post(CREATE, json={"ontology_name": "returns"})
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_failing_service_says_so_in_its_envelope(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    for status, words in ((503, "Service unavailable"), (500, "Internal error")):
        timbr.faults.add(Fault("status", status=status))
        failed = await graph.get(f"{API}/get_ontologies/")
        assert (failed.status_code, failed.json()) == (status, {"status": "error", "data": words})


async def test_the_vendors_own_mcp_is_alive_without_a_credential(visitor: httpx.AsyncClient) -> None:
    del visitor.headers["content-type"]
    assert (await visitor.get(f"{API}/mcp/health")).json() == {"status": "ok"}
