"""Accounts on the embedded sandbox: each way in, what ends it, and that nobody's answers are never shown."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.inside import World, example_of

LOGIN = "/datafor/plugin/datafor/api/extension/auth/login"
FORM = "/datafor/j_spring_security_check"
PROBE = "/datafor/plugin/datafor/api/extension/auth/fetchUser"
# What differs between two answers to the same question.
PASSING = ("more", "note", "path", "saved")


def box(world: World) -> Any:
    return world.sandbox.platforms["optimibi"]


def logins(world: World) -> int:
    return len([one for one in world.sent("optimibi", "POST") if one.path in (LOGIN, FORM)])


def settings_for(world: World, mode: str) -> dict[str, str]:
    held = {name: str(value) for name, value in box(world).credentials.items()}
    user = {"username": held["username"], "password": held["password"]}
    return {
        "session": user,
        "form": {**user, "auth_mode": "form"},
        "basic": {**user, "auth_mode": "basic"},
        "header": {"auth_mode": "jwt", "jwt": held["jwt"]},
        "address": {"auth_mode": "jwt", "jwt": held["jwt"], "jwt_in": "url", "token_name": "bi_ticket"},
        "expired": {"auth_mode": "jwt", "jwt": held["expired_jwt"]},
        "broken": {"auth_mode": "jwt", "jwt": f"{held['jwt'][:-6]}AAAAAA"},
        "wrong": {**user, "password": "wrong-password-9"},
    }[mode]


@pytest.mark.parametrize("edition", ["newer", "older"])
@pytest.mark.parametrize("mode", ["session", "form", "basic", "header", "address"])
async def test_every_way_in_leads_to_the_same_person(world: World, mode: str, edition: str) -> None:
    box(world).state.edition = edition
    values = settings_for(world, mode)
    world.as_user("optimibi", **values)
    info = await world.ask("optimibi_get_session_info")
    profile = await world.ask("optimibi_get_own_profile")
    listed = await world.ask("optimibi_list_connections")

    assert info["edition"] == edition
    assert profile["username"] == box(world).credentials["username"]
    assert "password" not in profile
    assert len(listed["rows"]) == 6
    told = str((info, profile, listed))
    assert [value for name, value in values.items() if name in ("password", "jwt") and value in told] == []


async def test_a_session_is_signed_out_of_at_the_end(world: World) -> None:
    await world.ask("optimibi_get_version")
    assert len(box(world).state.sessions) == 1
    await world.app.aclose()
    assert box(world).state.sessions == {}


async def test_an_idle_session_is_renewed_and_a_used_one_is_not(world: World) -> None:
    for _ in range(3):
        await world.ask("optimibi_list_connections")
        world.clock.advance(box(world).state.idle - 1)
    assert logins(world) == 1
    world.clock.advance(2)
    assert len((await world.ask("optimibi_list_connections"))["rows"]) == 6
    assert logins(world) == 2


@pytest.mark.parametrize(("edition", "page"), [("newer", 302), ("older", 200)])
async def test_nobodys_answers_are_never_shown_when_a_session_is_gone(
    world: World, edition: str, page: int
) -> None:
    state = box(world).state
    state.edition, state.login_page = edition, page
    async with world.client() as client:
        for name, operation in world.app.operations.items():
            if operation.platform != "optimibi" or operation.effect != "read":
                continue
            arguments = example_of(world, operation)
            before = await client.call_tool(name, arguments)
            state.sessions.clear()
            after = await client.call_tool(name, arguments)
            assert _lasting(after) == _lasting(before), name


def _lasting(result: Any) -> Any:
    told = json.loads(result.content[0].text)
    return result.is_error, {member: value for member, value in told.items() if member not in PASSING}


async def test_a_wrong_password_is_tried_once_and_the_lockout_is_quoted(world: World) -> None:
    world.as_user("optimibi", **settings_for(world, "wrong"))
    async with world.client() as client:
        calls = [client.call_tool("optimibi_list_connections", {}) for _ in range(12)]
        assert all(result.is_error for result in await asyncio.gather(*calls))
    told = await world.refused("optimibi_get_version")
    assert (told["error"], box(world).state.failed_logins) == ("auth_failed", 1)
    assert "not tried again" in told["message"]
    assert "wrong-password-9" not in str(told)


async def test_a_locked_address_is_told_in_the_platforms_own_words(world: World) -> None:
    box(world).state.locked_until = world.clock.time() + 3600
    told = await world.refused("optimibi_get_version")
    assert "try again tomorrow" in told["platform_says"]
    assert logins(world) == 1


@pytest.mark.parametrize("mode", ["expired", "broken"])
async def test_a_jwt_that_is_not_taken_is_told_and_nothing_is_asked_with_it(world: World, mode: str) -> None:
    world.as_user("optimibi", **settings_for(world, mode))
    told = await world.refused("optimibi_list_connections")

    assert told["error"] == "auth_failed"
    assert "An administrator can issue a new one" in told["message"]
    assert {one.path for one in world.sent("optimibi")} <= {PROBE}


async def test_a_jwt_in_the_address_is_not_taken_to_inherited_calls(world: World) -> None:
    world.as_user("optimibi", **settings_for(world, "address"))
    told = await world.refused("optimibi_list_scheduled_jobs")

    assert told["error"] == "rejected"
    assert "PENTAD_OPTIMIBI_AUTH_MODE=session or basic" in told["message"]
    assert {one.path for one in world.sent("optimibi")} <= {PROBE}


async def test_the_holder_of_an_account_is_told_by_its_probe(world: World) -> None:
    told = await world.ask("pentad_status", check=True)
    assert "mvega" in str(told)
