"""What the sandbox answers is what the contract documents."""

from __future__ import annotations

import json

import httpx2 as httpx
import pytest

from pentad.sandbox import Exchange, SandboxPlatform
from tests.witness import Contract, check_exchange

APPLICATION_TEXT = {"content-type": "application/text"}
FLAGS = {
    "nested": "true",
    "api-nested-format-properties": "true",
    "api-nested-case-sensitivity": "true",
    "api-nested-format-booleans": "true",
    "results-limit": "20",
}

CLARIBI = [
    ("POST", "/api/v1/reports/9010/generate", None),
    ("POST", "/api/v1/reports/generate/", {"title": "Pipeline", "output_format": "pdf"}),
    ("POST", "/api/v1/dashboards", {"name": "Returns"}),
    ("PATCH", "/api/v1/dashboards/52", {"name": "Depot"}),
    ("DELETE", "/api/v1/dashboards/53", None),
    ("DELETE", "/api/v1/reports/9018", None),
    ("POST", "/api/v1/dashboards/51/refresh", None),
    *[
        ("GET", path, None)
        for path in (
            "/api/auth/status/",
            "/api/v1/auth/verify/",
            "/api/v1/usage/",
            "/api/billing/usage/",
            "/api/v1/reports?page=2&page_size=100",
            "/api/v1/reports/9010",
            "/api/v1/reports/9011",
            "/api/v1/reports/9001/download",
            "/api/v1/reports/9002/download",
            "/api/v1/reports/9003/download",
            "/api/v1/reports/9004/download",
            "/api/v1/dashboards?page_size=25",
            "/api/v1/dashboards/51",
            "/api/v1/dashboards/52",
            "/api/v1/data-sources",
            "/api/v1/data-sources/1",
            "/api/v1/forecasts/",
            "/api/reports/",
            "/api/dashboards/",
            "/api/data-sources/?status=paused&type=file",
            "/api/data-sources/12/",
            "/api/v1/reports/424242",
            "/api/v1/dashboards/424242",
            "/api/v1/data-sources/11",
        )
    ],
]

TIMBR: list[tuple[str, str, dict[str, str], dict[str, object] | str | None]] = [
    ("GET", "/timbr/api/get_ontologies/", {}, None),
    ("POST", "/timbr/api/get_ontology/supply_chain", {}, None),
    ("GET", "/timbr/openapi/execute/show_ontologies", {"results-limit": "1", "results-offset": "1"}, None),
    ("POST", "/timbr/api/query/", {}, {"ontology_name": "fleet", "query": "SHOW VERSION"}),
    ("POST", "/timbr/api/query/", {}, {"ontology_name": "fleet", "query": "SELECT `x` FROM `dtimbr`.`van`"}),
    ("POST", "/timbr/api/query/", {}, {"ontology_name": "fleet", "query": "SELECT FROM WHERE"}),
    ("POST", "/timbr/openapi/ontology/system_db/query", APPLICATION_TEXT, "SHOW VERSION"),
    ("POST", "/timbr/openapi/ontology/fleet/query", APPLICATION_TEXT, "SELECT FROM WHERE"),
    ("POST", "/timbr/openapi/ontology/fleet/query?datasource=none", APPLICATION_TEXT, "SHOW VERSION"),
    (
        "POST",
        "/timbr/openapi/ontology/fleet/query",
        {**APPLICATION_TEXT, "x-async": "true", "results-limit": "2", "nested": "true"},
        "SELECT `plate`, `mileage_km`, `hired_on` FROM `dtimbr`.`van`",
    ),
    ("GET", "/timbr/openapi/get-async-results/none", {}, None),
    ("GET", "/timbr/api/q/supply_chain/concept/supplier?supplier_country=Norway", FLAGS, None),
    ("GET", "/timbr/api/q/supply_chain/concept/purchase_order?PO_Number=PO-7001", {}, None),
    ("GET", "/timbr/api/q/supply_chain/view/open_orders", FLAGS, None),
    ("GET", "/timbr/api/q/supply_chain/view/nothing", {}, None),
    ("POST", "/timbr/openapi/execute/prompt", {"agent": "logistics_agent"}, {"prompt": "Late shipments"}),
    ("POST", "/timbr/openapi/execute/prompt", {"ontology": "fleet"}, {"prompt": "Late shipments"}),
    (
        "POST",
        "/timbr/openapi/execute/answer",
        {"agent": "logistics_agent", "x-async": "true"},
        {"prompt": "Late shipments"},
    ),
    ("POST", "/timbr/openapi/execute/answer", {"ontology": "supply_chain"}, {"prompt": "Late shipments"}),
    (
        "POST",
        "/timbr/api/kb/search",
        {},
        {"question": "late", "knowledge_bases": ["logistics_kb"], "top_k": 20},
    ),
    ("POST", "/timbr/api/kb/search", {}, {"question": "late", "knowledge_bases": ["none"]}),
    ("POST", "/timbr/api/get_config/TIMBR_LLM_MODEL", {}, None),
    ("POST", "/timbr/api/get_config/API_AUTH_SALT", {}, None),
    ("POST", "/timbr/api/clear_cache/fleet", {}, None),
    ("POST", "/timbr/api/create_ontology/", {}, {"ontology_name": "returns"}),
    ("POST", "/timbr/api/create_ontology/", {}, {"ontology_name": "returns"}),
]


def problems(contract: str, exchanges: list[Exchange]) -> list[str]:
    loaded = Contract.load(contract)
    return [problem for exchange in exchanges for problem in check_exchange(loaded, exchange)]


async def test_every_claribi_operation_answers_as_documented(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    for method, path, body in CLARIBI:
        await reports.request(method, path, json=body) if body else await reports.request(method, path)
    assert {exchange.status for exchange in claribi.log} == {200, 201, 204, 404}
    assert problems("claribi", list(claribi.log)) == []


async def test_signing_in_and_the_open_catalogue_answer_as_documented(
    claribi: SandboxPlatform, bare: httpx.AsyncClient
) -> None:
    login = {"email": claribi.credentials["email"], "password": claribi.credentials["password"]}
    tokens = (await bare.post("/api/auth/login/", json=login)).json()
    await bare.post("/api/auth/login/", json={**login, "password": "guess"})
    await bare.post("/api/auth/token/refresh/", json={"refresh": tokens["refresh"]})
    await bare.post("/api/auth/token/refresh/", json={"refresh": "a.b.c"})
    await bare.get("/api/mcp-server/tool-catalog/")
    assert problems("claribi", list(claribi.log)) == []


@pytest.mark.parametrize("key", ["read_only_key", "expired_key", "broke_key", "tiny_key"])
async def test_claribi_refuses_as_documented(
    claribi: SandboxPlatform, bare: httpx.AsyncClient, key: str
) -> None:
    header = {"X-API-Key": claribi.credentials[key]}
    for _ in range(2):
        await bare.post("/api/v1/reports/9010/generate", headers=header)
    assert {exchange.status for exchange in claribi.log} <= {200, 401, 403, 429}
    assert problems("claribi", list(claribi.log)) == []


async def test_optimized_answers_as_documented(
    optimized: SandboxPlatform, outreach: httpx.AsyncClient
) -> None:
    path = f"/v1/groups/{optimized.samples['group']}/batches"
    profile = optimized.samples["profile"]
    for page in (1, 2, 3, 4):
        await outreach.get("/v1/my-groups", params={"page": page, "sort": "-created_at"})
    for _ in range(11):
        await outreach.post(path, json={"profiles": [profile], "schedule": {"at": "soon"}})
    await outreach.post(
        path.replace(optimized.samples["group"], optimized.samples["missing_group"]), json={"profiles": [{}]}
    )
    await outreach.get("/v1/my-groups", params={"sort": "colour"})
    await outreach.get("/v1/my-groups", headers={"Authorization": "Bearer 1|none"})
    reading = {"Authorization": f"Bearer {optimized.credentials['read_only_token']}"}
    other = f"/v1/groups/{optimized.samples['other_group']}/batches"
    await outreach.post(other, headers=reading, json={"profiles": [profile]})
    assert {exchange.status for exchange in optimized.log} == {200, 201, 401, 403, 404, 422, 429}
    assert problems("optimized_app", list(optimized.log)) == []


async def test_every_timbr_operation_answers_as_documented(
    timbr: SandboxPlatform, graph: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    for method, path, headers, body in TIMBR:
        if isinstance(body, dict):
            await graph.request(method, path, headers=headers, json=body)
        else:
            await graph.request(method, path, headers=headers, content=body)
    held = timbr.credentials
    ready = f"/timbr/openapi/get-async-results/{timbr.samples['response_id']}"
    await visitor.get(ready, headers={"x-jwt-token": held["user_jwt"]})
    await visitor.post("/timbr/api/get_token", headers={"Authorization": f"Bearer {held['service_bearer']}"})
    await visitor.get("/timbr/get_timbr_user_token/", headers={"Cookie": f"session={held['web_session']}"})
    await visitor.get("/timbr/api/mcp/health")
    log, contract = list(timbr.log), Contract.load("timbr")
    assert {exchange.status for exchange in log} == {200, 202, 400, 403, 404, 500}
    assert problems("timbr", log) == []
    called = {found[0].operation_id for one in log if (found := contract.match(one.method, one.path))}
    public = {name for name, one in contract.operations.items() if not one.node.get("x-internal")}
    assert public - called == {"call_mcp_server"}


@pytest.mark.parametrize("key", ["viewer_key", "fleet_key", "revoked_key", "expired_jwt"])
async def test_timbr_refuses_as_documented(
    timbr: SandboxPlatform, visitor: httpx.AsyncClient, key: str
) -> None:
    credential = {"x-jwt-token" if key.endswith("jwt") else "x-api-key": timbr.credentials[key]}
    for method, path, headers, body in TIMBR:
        content = json.dumps(body) if isinstance(body, dict) else body
        await visitor.request(method, path, headers={**credential, **headers}, content=content)
    assert {401, 403} & {exchange.status for exchange in timbr.log}
    assert problems("timbr", list(timbr.log)) == []
