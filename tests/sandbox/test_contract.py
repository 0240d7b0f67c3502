"""What the sandbox answers is what the contract documents."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from pentad.sandbox import Exchange, SandboxPlatform
from tests.witness import Contract, check_exchange

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
