"""clariBI: who gets in, how often, and what it may do."""

from __future__ import annotations

import base64
import json

import httpx2 as httpx
import pytest

from pentad.sandbox import SandboxPlatform
from pentad.sandbox.asgi import Call
from pentad.sandbox.claribi.context import Context
from pentad.sandbox.claribi.refusals import RefusalError
from pentad.sandbox.claribi.state import State
from tests.clock import ManualClock

REPORTS = "/api/v1/reports"
HOUR = 3_600.0


async def log_in(client: httpx.AsyncClient, claribi: SandboxPlatform, who: str = "analyst") -> httpx.Response:
    given = {part: claribi.credentials[f"{who}_{part}"] for part in ("email", "password")}
    return await client.post("/api/auth/login/", json=given)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_key_is_accepted_in_three_forms(bare: httpx.AsyncClient, claribi: SandboxPlatform) -> None:
    key = claribi.credentials["secret_key"]
    forms = ({"X-API-Key": key}, bearer(key), {"Authorization": f"Api-Key {key}"})
    assert [(await bare.get(REPORTS, headers=form)).status_code for form in forms] == [200, 200, 200]


async def test_a_login_gives_tokens_that_are_accepted_for_an_hour(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, clock: ManualClock
) -> None:
    tokens = (await log_in(bare, claribi)).json()
    assert tokens["user"]["organization"] == "Northwind Test"
    payload = json.loads(base64.urlsafe_b64decode(tokens["access"].split(".")[1] + "=="))
    assert payload["exp"] - payload["iat"] == HOUR
    assert (await bare.get(REPORTS, headers=bearer(tokens["access"]))).status_code == 200
    clock.advance(HOUR)
    refused = await bare.get(REPORTS, headers=bearer(tokens["access"]))
    assert (refused.status_code, refused.json()["error"]) == (401, "token_not_valid")


async def test_a_refresh_token_renews_access_for_seven_days(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, clock: ManualClock
) -> None:
    tokens = (await log_in(bare, claribi)).json()
    clock.advance(6 * 86_400)
    renewed = await bare.post("/api/auth/token/refresh/", json={"refresh": tokens["refresh"]})
    assert list(renewed.json()) == ["access"]
    assert (await bare.get(REPORTS, headers=bearer(renewed.json()["access"]))).status_code == 200
    clock.advance(86_400)
    late = await bare.post("/api/auth/token/refresh/", json={"refresh": tokens["refresh"]})
    assert (late.status_code, claribi.state.directory.refreshes) == (401, 2)


async def test_one_kind_of_token_does_not_pass_for_the_other(
    bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    tokens = (await log_in(bare, claribi)).json()
    assert (await bare.get(REPORTS, headers=bearer(tokens["refresh"]))).status_code == 401
    swapped = await bare.post("/api/auth/token/refresh/", json={"refresh": tokens["access"]})
    assert swapped.status_code == 401
    assert (await bare.get(REPORTS, headers=bearer(tokens["access"] + "x"))).status_code == 401


async def test_a_second_factor_leaves_the_login_unfinished(
    bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    assert (await log_in(bare, claribi, "mfa")).json() == {"mfa_required": True}


@pytest.mark.parametrize("email", ["analyst@northwind.test", "nobody@northwind.test"])
async def test_a_wrong_password_is_refused_and_counted(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, email: str
) -> None:
    response = await bare.post("/api/auth/login/", json={"email": email, "password": "guess"})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_credentials")
    assert [(one.email, one.accepted) for one in claribi.state.directory.logins] == [(email, False)]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"email": "a@b.test"}, "password: this field may not be blank."),
        ({"email": "a@b.test", "password": "x", "otp": "1"}, "Unknown members: otp."),
        (["email"], "The body has to be a JSON object."),
    ],
)
async def test_a_login_needs_its_two_members(bare: httpx.AsyncClient, body: object, complaint: str) -> None:
    response = await bare.post("/api/auth/login/", json=body)
    assert (response.status_code, response.json()["message"]) == (400, complaint)


async def test_a_login_that_is_not_json_is_refused(bare: httpx.AsyncClient) -> None:
    response = await bare.post("/api/auth/login/", content=b"{email")
    assert (response.status_code, response.json()["message"]) == (400, "The body is not valid JSON.")


@pytest.mark.parametrize(
    ("key", "word"),
    [("expired_key", "key_expired"), ("revoked_key", "key_revoked"), ("mcp_key", "wrong_key_type")],
)
async def test_a_key_that_is_over_or_for_elsewhere_is_refused(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, key: str, word: str
) -> None:
    response = await bare.get(REPORTS, headers={"X-API-Key": claribi.credentials[key]})
    assert (response.status_code, response.json()["error"]) == (401, word)
    assert response.json()["status"] == 401


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-Key": "claribi_key_none"}, bearer("a.b.c"), {"Authorization": "Basic eDp5"}]
)
async def test_without_a_known_credential_nobody_gets_in(
    bare: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await bare.get(REPORTS, headers=headers)
    assert (response.status_code, response.json()["status"]) == (401, 401)


async def test_two_credentials_at_once_are_refused(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    both = bearer(claribi.credentials["api_key"])
    response = await reports.get(REPORTS, headers=both)
    assert (response.status_code, response.json()["error"]) == (400, "ambiguous_credentials")


async def test_a_key_expires_by_the_clock(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, clock: ManualClock
) -> None:
    key = {"X-API-Key": claribi.credentials["expiring_key"]}
    verified = (await bare.get("/api/v1/auth/verify/", headers=key)).json()
    assert verified["api_key"]["expires_at"] == "2026-10-21T14:13:20Z"
    clock.advance(30 * 86_400)
    assert (await bare.get("/api/v1/auth/verify/", headers=key)).status_code == 401


async def test_verifying_tells_what_the_key_may_do(
    bare: httpx.AsyncClient, reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    full = (await reports.get("/api/v1/auth/verify/")).json()
    assert len(full["api_key"]["permissions"]) == 10
    assert full["api_key"]["expires_at"] is None
    key = {"X-API-Key": claribi.credentials["read_only_key"]}
    reading = (await bare.get("/api/v1/auth/verify/", headers=key)).json()
    assert reading["api_key"]["permissions"] == ["reports:read", "dashboards:read", "data_sources:read"]


async def test_verifying_is_for_keys_only(bare: httpx.AsyncClient, claribi: SandboxPlatform) -> None:
    access = (await log_in(bare, claribi)).json()["access"]
    response = await bare.get("/api/v1/auth/verify/", headers=bearer(access))
    assert (response.status_code, response.json()["error"]) == (401, "api_key_required")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/reports/9010/generate"),
        ("POST", "/api/v1/reports/generate/"),
        ("DELETE", "/api/v1/reports/9010"),
        ("POST", "/api/v1/dashboards/51/refresh"),
        ("POST", "/api/v1/dashboards"),
        ("PATCH", "/api/v1/dashboards/51"),
        ("DELETE", "/api/v1/dashboards/51"),
        ("GET", "/api/v1/usage/"),
    ],
)
async def test_a_key_without_the_permission_is_refused(
    bare: httpx.AsyncClient, claribi: SandboxPlatform, method: str, path: str
) -> None:
    key = {"X-API-Key": claribi.credentials["read_only_key"]}
    response = await bare.request(method, path, headers=key)
    assert (response.status_code, response.json()["error"]) == (403, "forbidden")
    assert "permission" in response.json()["message"]


async def test_a_viewer_may_look_and_not_generate(bare: httpx.AsyncClient, claribi: SandboxPlatform) -> None:
    access = bearer((await log_in(bare, claribi, "viewer")).json()["access"])
    assert (await bare.get(REPORTS, headers=access)).status_code == 200
    assert (await bare.post(f"{REPORTS}/9010/generate", headers=access)).status_code == 403


async def test_the_general_limit_is_counted_by_key_and_hour(
    bare: httpx.AsyncClient, reports: httpx.AsyncClient, claribi: SandboxPlatform, clock: ManualClock
) -> None:
    tiny = {"X-API-Key": claribi.credentials["tiny_key"]}
    answers = [await bare.get(REPORTS, headers=tiny) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["x-ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert {one.headers["x-ratelimit-reset"] for one in answers} == {str(int(clock.now + HOUR))}
    assert answers[3].headers["retry-after"] == "3600"
    assert (await reports.get(REPORTS)).status_code == 200
    clock.advance(HOUR)
    assert (await bare.get(REPORTS, headers=tiny)).status_code == 200


async def test_generation_draws_on_a_bucket_of_its_own(
    bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    tiny = {"X-API-Key": claribi.credentials["tiny_key"]}
    first = await bare.post("/api/v1/dashboards/51/refresh", headers=tiny)
    second = await bare.post("/api/v1/reports/9010/generate", headers=tiny)
    assert [(one.status_code, one.headers["x-ratelimit-limit"]) for one in (first, second)] == [
        (200, "1"),
        (429, "1"),
    ]
    assert (await bare.get(REPORTS, headers=tiny)).headers["x-ratelimit-remaining"] == "2"


async def test_tiers_have_the_smaller_published_figures(
    bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    seen: dict[str, dict[str, int]] = {}
    for name in ("trial_key", "starter_key", "api_key", "secret_key"):
        key = {"X-API-Key": claribi.credentials[name]}
        seen[name] = (await bare.get("/api/v1/usage/", headers=key)).json()["limits"]
    assert [(one["requests_per_hour"], one["generations_per_hour"]) for one in seen.values()] == [
        (60, 5),
        (300, 20),
        (1_000, 100),
        (5_000, 500),
    ]


async def test_who_am_i_names_user_plan_and_credits(reports: httpx.AsyncClient) -> None:
    body = (await reports.get("/api/auth/status/")).json()
    assert body["user"]["role"] == "analyst"
    assert body["organization"]["plan"] == "professional"
    assert body["organization"]["ai_credits_remaining"] == 1_500


async def test_usage_falls_as_credits_are_spent(reports: httpx.AsyncClient) -> None:
    await reports.post("/api/v1/dashboards/51/refresh")
    usage = (await reports.get("/api/v1/usage/")).json()
    billing = (await reports.get("/api/billing/usage/")).json()
    assert usage["ai_credits"] == {"granted": 1_500, "used": 1, "remaining": 1_499}
    assert billing["usage"]["ai_credits"] == usage["ai_credits"]


async def test_the_tool_catalogue_is_open_to_all(bare: httpx.AsyncClient) -> None:
    response = await bare.get("/api/mcp-server/tool-catalog/")
    assert response.json()["count"] == len(response.json()["tools"])
    assert response.headers["x-ratelimit-limit"] == "1000"


def test_an_open_route_has_no_caller_to_ask_about() -> None:
    call = Call("GET", "/", [], {}, b"", "https://claribi.sandbox", "https", served=False)
    context = Context(call, State.seeded(1, 1.0, 0.0), None, {}, 0.0)
    with pytest.raises(RefusalError) as refused:
        assert context.caller
    assert refused.value.reply.status == 401
