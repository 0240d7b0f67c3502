"""A session on its way: extended, ended, renewed, signed out of."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from pentad.errors import AuthFailed, Malformed
from pentad.models import Saved
from pentad.operations import reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.server.session import get_own_profile, get_session_info
from tests.optimibi.desk import (
    LOGIN_PAGE,
    LOGOUT,
    PROBE,
    Desk,
    moved,
    ok,
    page,
    refused,
    signed,
)


@reads("GET /thing")
async def get_thing(optimibi: Optimibi) -> dict[str, Any]:
    """One thing."""
    return await optimibi.record()


@reads("GET /file")
async def save_file(optimibi: Optimibi) -> Saved:
    """A file."""
    return await optimibi.download("thing", "url")


@writes("POST /thing", check="look for it")
async def create_thing(optimibi: Optimibi) -> dict[str, Any]:
    """Make a thing."""
    return await optimibi.record({"name": "lamp"})


ENDED = {
    "status": refused,
    "redirect": moved("/Login"),
    "page": page(LOGIN_PAGE),
    "envelope": ok({"success": False, "msg": "Please log in first"}),
    "code": ok({"success": False, "code": "401"}),
    "another session": ok({"success": True, "data": []}),
}


@pytest.mark.parametrize("how", ENDED)
async def test_a_session_that_has_ended_is_renewed_once_without_anybody_noticing(how: str) -> None:
    desk = Desk()
    await get_thing(desk.client())
    desk.sessions.clear()
    desk.strangers = ENDED[how]
    told = await asyncio.gather(*(get_thing(desk.client()) for _ in range(3)))

    assert told == [{"name": "lamp"}] * 3
    assert len(desk.logins) == 2


async def test_an_anonymous_answer_about_oneself_renews_the_session() -> None:
    desk = Desk()
    desk.steps["GET /plugin/datafor-auth/api/user/detail"] = ok(
        {"success": True, "data": {"user": {"a": "b"}}}
    )
    for operation in (get_session_info, get_own_profile):
        await operation(desk.client())
        desk.sessions.clear()
        desk.strangers = ok({"success": True, "data": {}})
        assert (await operation(desk.client())).members
    assert len(desk.logins) == 3


async def test_a_session_that_ends_again_at_once_is_told_and_not_fought_for() -> None:
    desk = Desk()
    desk.steps["GET /thing"] = page(LOGIN_PAGE)
    with pytest.raises(AuthFailed, match="login page"):
        await get_thing(desk.client())
    assert (len(desk.logins), len(desk.asked("/thing"))) == (2, 2)


@pytest.mark.parametrize(
    ("how", "times"), [("status", 2), ("page", 2), ("envelope", 2), ("another session", 1)]
)
async def test_a_write_is_repeated_only_where_it_was_certainly_not_taken(how: str, times: int) -> None:
    desk = Desk()
    desk.steps["POST /thing"] = ok({"success": True, "data": {"id": "7"}})
    await get_thing(desk.client())
    desk.sessions.clear()
    desk.strangers = ok({"success": True, "data": {}}) if times == 1 else ENDED[how]
    told = await create_thing(desk.client())

    assert told == ({"id": "7"} if times == 2 else {})
    assert len(desk.asked("/thing")) == 1 + times


async def test_a_session_is_renewed_before_use_when_it_has_certainly_ended() -> None:
    desk = Desk()
    for _ in range(3):
        await get_thing(desk.client())
        desk.clock.advance(7000)
    assert len(desk.logins) == 1
    desk.clock.advance(201)
    await get_thing(desk.client())

    assert len(desk.logins) == 2
    assert len(desk.asked("/thing")) == 4


async def test_a_session_whose_end_is_not_told_is_asked_about_after_ten_idle_minutes() -> None:
    desk = Desk()
    desk.idle = None
    await get_thing(desk.client())
    desk.clock.advance(599)
    await get_thing(desk.client())
    assert len(desk.asked(PROBE)) == 1
    desk.clock.advance(601)
    await get_thing(desk.client())
    assert (len(desk.asked(PROBE)), len(desk.logins)) == (2, 1)
    desk.clock.advance(1801)
    await get_thing(desk.client())
    assert (len(desk.asked(PROBE)), len(desk.logins)) == (4, 2)


async def test_a_session_that_is_only_called_differently_is_gone_on_with() -> None:
    desk = Desk()

    def renamed(_: httpx.Request) -> httpx.Response:
        (session,) = desk.sessions
        desk.sessions = {f"{session}X": desk.sessions[session]}
        headers = {"set-cookie": f"JSESSIONID={session}X"}
        return httpx.Response(200, json={"name": "lamp"}, headers=headers)

    desk.steps["GET /thing"] = renamed
    for _ in range(4):
        await get_thing(desk.client())
    assert len(desk.logins) == 1


@pytest.mark.parametrize("mode", ["session", "form"])
async def test_the_session_is_signed_out_of_when_the_connection_closes(mode: str) -> None:
    desk = Desk(signed(auth_mode=mode))
    await get_thing(desk.client())
    (session,) = desk.sessions
    await desk.connection.aclose()

    (leaving,) = desk.asked(LOGOUT)
    assert leaving.headers["cookie"] == f"JSESSIONID={session}"
    assert await get_thing(desk.client()) == {"name": "lamp"}
    await desk.connection.aclose()


async def test_signing_out_never_fails_nor_takes_long_and_needs_a_session() -> None:
    desk = Desk()
    desk.entry = ok({"success": False})
    with pytest.raises(AuthFailed):
        await get_thing(desk.client())
    await desk.connection.aclose()
    assert desk.asked(LOGOUT) == []

    other = Desk()
    await get_thing(other.client())

    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    other.tape.steps[:] = [broken]
    await other.connection.aclose()
    assert other.clock.slept == [] or max(other.clock.slept) < 2


async def test_a_login_page_in_place_of_a_file_renews_the_session(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.steps["GET /file"] = lambda _: httpx.Response(
        200, content=b"PK", headers={"content-type": "application/zip"}
    )
    await get_thing(desk.client())
    desk.sessions.clear()
    desk.strangers = page(LOGIN_PAGE)
    saved = await save_file(desk.client())

    assert Path(saved.path).read_bytes() == b"PK"
    assert len(desk.logins) == 2


async def test_a_session_stays_at_home() -> None:
    desk = Desk()
    desk.steps["GET /thing"] = lambda _: httpx.Response(302, headers={"location": "https://www.example/x"})
    with pytest.raises(Malformed, match="another address"):
        await get_thing(desk.client())
    assert {call.url.host for call in desk.calls} == {"bi.example"}
