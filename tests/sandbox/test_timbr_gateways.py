"""Timbr: what stands in front of a deployment decides about final slashes and about what is there at all."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from pentad.sandbox import SandboxPlatform

ONTOLOGIES = "/timbr/api/get_ontologies"
QUERY = "/timbr/api/query"
CREATE = "/timbr/api/create_ontology"
CONFIG = "/timbr/api/get_config/JWT_TYPE"
PROMPT = "/timbr/openapi/execute/prompt"
VERSION = {"ontology_name": "fleet", "query": "SHOW VERSION"}


def is_page(response: httpx.Response) -> bool:
    return response.headers["content-type"].startswith("text/html") and "<html>" in response.text


async def test_a_slash_is_needed_where_it_is_documented_and_wrong_elsewhere(graph: httpx.AsyncClient) -> None:
    without = [await graph.get(ONTOLOGIES), await graph.post(QUERY, json=VERSION), await graph.post(CREATE)]
    added = [await graph.post(f"{CONFIG}/"), await graph.get("/timbr/api/q/fleet/concept/van/")]
    assert [one.status_code for one in without] == [404, 405, 405]
    assert [one.status_code for one in added] == [404, 404]
    assert all(is_page(one) for one in (*without, *added))


async def test_another_method_or_an_unknown_path_meets_the_web_interface(graph: httpx.AsyncClient) -> None:
    strange = [await graph.get(f"{QUERY}/"), await graph.post(f"{ONTOLOGIES}/"), await graph.get(CONFIG)]
    unknown = [
        await graph.get("/timbr/api/chatbot/health"),
        await graph.post("/timbr-server/log_agent/running"),
        await graph.get("/.well-known/openid-configuration"),
    ]
    assert [one.status_code for one in (*strange, *unknown)] == [405, 405, 405, 404, 404, 404]
    assert all(is_page(one) for one in (*strange, *unknown))


async def test_a_gateway_that_wants_slashes_redirects_reads_and_loses_writes(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    url = timbr.samples["gateway_url"]
    moved = await graph.get(f"{url}/timbr/api/q/fleet/concept/van?entity_type=van")
    assert (moved.status_code, moved.headers["location"]) == (
        301,
        "/timbr/api/q/fleet/concept/van/?entity_type=van",
    )
    followed = await graph.get(url + moved.headers["location"])
    assert {row["entity_type"] for row in followed.json()["data"]} == {"van"}
    escaped = "/timbr/api/q/fleet/view/%C5%82ad%20%26%20z"
    assert (await graph.get(url + escaped)).headers["location"] == f"{escaped}/"
    lost = [await graph.post(f"{url}{QUERY}", json=VERSION), await graph.post(f"{url}{CONFIG}")]
    assert [(one.status_code, is_page(one)) for one in lost] == [(404, True), (404, True)]
    kept = [await graph.post(f"{url}{QUERY}/", json=VERSION), await graph.post(f"{url}{CONFIG}/")]
    assert [one.status_code for one in kept] == [200, 200]


async def test_a_gateway_without_slashes_knows_only_paths_without(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    url = timbr.samples["plain_url"]
    lost = [await graph.post(f"{url}{QUERY}/", json=VERSION), await graph.get(f"{url}{ONTOLOGIES}/")]
    assert [(one.status_code, is_page(one)) for one in lost] == [(404, True), (404, True)]
    kept = [
        await graph.post(f"{url}{QUERY}", json=VERSION),
        await graph.get(f"{url}{ONTOLOGIES}"),
        await graph.post(f"{url}{CONFIG}"),
    ]
    assert [one.status_code for one in kept] == [200, 200, 200]


async def test_all_gateways_lead_to_the_same_deployment(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    url = timbr.samples["plain_url"]
    await graph.post(f"{url}{CREATE}", json={"ontology_name": "returns"})
    assert "returns" in (await graph.get(f"{ONTOLOGIES}/")).json()["data"]


@pytest.mark.parametrize("path", ["/", f"{ONTOLOGIES}/", PROMPT])
async def test_a_deployment_without_the_service_shows_its_web_interface_everywhere(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, path: str
) -> None:
    for method in ("GET", "POST"):
        shown = await graph.request(method, timbr.samples["bare_url"] + path)
        assert (shown.status_code, is_page(shown)) == (200, True)


async def test_a_deployment_without_a_model_has_no_questions_but_queries(
    graph: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    url = timbr.samples["no_llm_url"]
    asked = await graph.post(f"{url}{PROMPT}", json={"prompt": "Why?"}, headers={"ontology": "fleet"})
    assert (asked.status_code, is_page(asked)) == (404, True)
    assert (await graph.post(f"{url}{QUERY}/", json=VERSION)).status_code == 200
