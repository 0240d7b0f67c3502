"""Every way into clariBI, and what is said when there is none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World, text_of


def credentials(world: World) -> dict[str, str]:
    found: dict[str, str] = world.sandbox.platforms["claribi"].credentials
    return found


def as_jwt(world: World, who: str = "") -> None:
    seeded = credentials(world)
    world.as_user("claribi", auth_mode="jwt", email=seeded[f"{who}email"], password=seeded[f"{who}password"])


@pytest.mark.parametrize(
    ("mode", "header", "form"),
    [
        ("x-api-key", "x-api-key", "{}"),
        ("bearer-key", "authorization", "Bearer {}"),
        ("api-key-scheme", "authorization", "Api-Key {}"),
    ],
)
async def test_a_key_goes_in_the_form_that_was_chosen_and_in_no_other(
    world: World, mode: str, header: str, form: str
) -> None:
    key = credentials(world)["api_key"]
    world.as_user("claribi", auth_mode=mode, api_key=key)
    await world.ask("claribi_list_reports", limit=1)

    (sent,) = world.sent("claribi")
    assert sent.request_headers[header] == form.format(key)
    assert len({"x-api-key", "authorization"} & set(sent.request_headers)) == 1


async def test_calls_that_arrive_together_make_one_sign_in(world: World) -> None:
    as_jwt(world)
    async with world.client() as client:
        calls = [client.call_tool("claribi_get_report", {"report_id": f"900{n}"}) for n in range(1, 6)]
        told = [text_of(result) for result in await asyncio.gather(*calls)]

    assert [row["id"] for row in told] == ["9001", "9002", "9003", "9004", "9005"]
    assert len([e for e in world.sent("claribi", "POST") if "login" in e.path]) == 1


async def test_a_token_is_renewed_before_it_ends_with_the_refresh_token(world: World) -> None:
    as_jwt(world)
    await world.ask("claribi_list_reports", limit=1)
    world.clock.advance(3600)
    await world.ask("claribi_list_reports", limit=1)

    posts = [exchange.path for exchange in world.sent("claribi", "POST")]
    assert posts == ["/api/auth/login/", "/api/auth/token/refresh/"]
    assert all(exchange.status != 401 for exchange in world.sent("claribi"))


async def test_after_seven_days_it_logs_in_again(world: World) -> None:
    as_jwt(world)
    await world.ask("claribi_list_reports", limit=1)
    world.clock.advance(8 * 86400)
    await world.ask("claribi_list_reports", limit=1)

    assert [exchange.path for exchange in world.sent("claribi", "POST")] == ["/api/auth/login/"] * 2


async def test_a_token_refused_early_is_renewed_once_and_the_call_repeated_once(world: World) -> None:
    as_jwt(world)
    await world.ask("claribi_list_reports", limit=1)
    world.sandbox.platforms["claribi"].faults.add(Fault(kind="expire", path="/api/v1/*"))
    await world.ask("claribi_get_report", report_id="9001")

    reads = [e.status for e in world.sent("claribi", "GET") if e.path.endswith("/9001")]
    assert reads == [401, 200]


async def test_a_wrong_password_is_tried_once_and_never_again(world: World) -> None:
    world.as_user("claribi", auth_mode="jwt", email=credentials(world)["email"], password="wrong")
    told = [await world.refused("claribi_list_reports") for _ in range(3)]

    assert {one["error"] for one in told} == {"auth_failed"}
    assert "not tried again" in told[0]["message"]
    assert len(world.sent("claribi")) == 1


async def test_a_user_with_a_second_factor_is_told_to_use_a_key(world: World) -> None:
    as_jwt(world, "mfa_")
    told = await world.refused("claribi_list_reports")

    assert told["error"] == "auth_failed"
    assert "API key" in told["message"]


@pytest.mark.parametrize("key", ["expired_key", "revoked_key"])
async def test_a_key_that_is_no_good_is_explained_without_being_shown(world: World, key: str) -> None:
    value = credentials(world)[key]
    world.as_user("claribi", api_key=value)
    told = await world.refused("claribi_list_reports")

    assert told["error"] == "auth_failed"
    assert "expired or revoked" in told["message"]
    assert value not in str(told)
    assert len(world.sent("claribi")) == 1


async def test_a_missing_permission_points_to_the_tool_that_shows_them(world: World) -> None:
    world.as_user("claribi", api_key=credentials(world)["read_only_key"])
    told = await world.refused("claribi_generate_report", report_id="9010")

    assert told["error"] == "rejected"
    assert "claribi_verify_api_key" in told["message"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"auth_mode": "x-api-key"}, "PENTAD_CLARIBI_API_KEY is missing"),
        ({"api_key": "claribi_mcp_x"}, "vendor's MCP server"),
        ({"api_key": "sk-123"}, "does not begin with claribi_"),
        ({"auth_mode": "magic", "api_key": "claribi_x"}, "must be one of"),
        ({"auth_mode": "jwt", "email": "a@b.example"}, "PENTAD_CLARIBI_PASSWORD is missing"),
        ({"api_key": "claribi_x", "ulr": "x"}, "PENTAD_CLARIBI_ULR is not a setting"),
        ({"api_key": "claribi_x", "url": "http://claribi.example"}, "https://"),
        ({"api_key": "claribi_x", "url": "claribi.example"}, "https://"),
        ({"api_key": "claribi_x", "url": "https://exa\x00mple"}, "is not an address"),
    ],
)
async def test_a_wrong_configuration_still_lists_and_says_what_is_wrong(
    world: World, values: dict[str, Any], words: str
) -> None:
    world.as_user("claribi", **values)
    told = await world.refused("claribi_list_reports")

    assert told["error"] == "auth_failed"
    assert words in told["message"]
    assert "sk-123" not in str(told)
    assert world.sent("claribi") == []


async def test_an_instance_that_wants_final_slashes_gets_them(world: World) -> None:
    world.as_user("claribi", api_key=credentials(world)["api_key"], slash="true")
    await world.ask("claribi_get_report", report_id="9001")

    assert world.sent("claribi")[0].path == "/api/v1/reports/9001/"


async def test_a_write_that_is_redirected_is_not_followed(world: World) -> None:
    world.as_user("claribi", api_key=credentials(world)["api_key"], slash="true")
    told = await world.refused("claribi_generate_report", report_id="9010")

    assert told["error"] == "malformed"
    assert "not followed" in told["message"]
    assert len(world.sent("claribi")) == 1
