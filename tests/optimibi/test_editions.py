"""Two editions of addresses: which one a server has, and what may be tried twice."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx
import pytest

from pentad.errors import NotFound, PlatformError, Rejected, Unavailable
from pentad.operations import Route, reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.server.session import get_own_profile, get_version, session_info
from tests.optimibi.desk import PROBE, Desk, Reply, missing, ok, page

OLD, NEW = "/plugin/datafor-auth/api/roles/list", "/plugin/datafor-modeler/api/roles/list"
FOUND = ok({"success": True, "data": {"name": "Store Ops"}})


@reads(f"GET {OLD}", alt=(f"GET {NEW}",))
async def list_roles(optimibi: Optimibi) -> dict[str, Any]:
    """Roles."""
    return await optimibi.record()


@writes(f"POST {OLD}", alt=(f"POST {NEW}",), check="look for it")
async def create_role(optimibi: Optimibi) -> dict[str, Any]:
    """A role."""
    return await optimibi.record({"rolename": "x"})


@reads("POST /plugin/datafor-backup/api/query")
async def list_backups(optimibi: Optimibi) -> dict[str, Any]:
    """Backups."""
    return await optimibi.record()


def paths(desk: Desk) -> list[str]:
    return [call.url.path.removeprefix("/datafor") for call in desk.calls if "roles" in call.url.path]


def test_an_operation_knows_its_other_routes() -> None:
    assert list_roles.alt == (Route("GET", NEW),)
    assert list_backups.alt == ()


@pytest.mark.parametrize("gone", [missing, ok({}, 404), ok({}, 405), page("<html>Home</html>")])
async def test_a_read_that_is_not_served_is_asked_elsewhere_once_which_is_remembered(gone: Reply) -> None:
    desk = Desk()
    desk.steps |= {f"GET {OLD}": gone, f"GET {NEW}": FOUND}
    for _ in range(3):
        assert await list_roles(desk.client()) == {"name": "Store Ops"}
    assert paths(desk) == [OLD, NEW, NEW, NEW]


async def test_what_is_served_nowhere_is_explained_in_the_platforms_own_words_where_it_has_any() -> None:
    desk = Desk()
    with pytest.raises(NotFound, match="This release may not have the call"):
        await list_roles(desk.client())
    desk.steps[f"GET {OLD}"] = ok({"success": False, "code": "404", "msg": "role not found"}, 404)
    with pytest.raises(NotFound) as caught:
        await list_roles(desk.client())
    assert caught.value.quote == "role not found"
    assert paths(desk) == [OLD, NEW] * 2


@pytest.mark.parametrize(
    "gone",
    [
        page("<html>Home</html>"),
        ok({"success": False, "code": "404", "msg": "not found"}),
        ok({"code": "404"}, 404),
        page("<html>busy</html>", 502),
    ],
)
async def test_a_write_that_may_have_been_taken_is_sent_nowhere_else(gone: Reply) -> None:
    desk = Desk()
    desk.steps |= {f"POST {OLD}": gone, f"POST {NEW}": FOUND}
    with pytest.raises(PlatformError):
        await create_role(desk.client())
    assert paths(desk) == [OLD]


async def test_a_write_whose_answer_was_lost_is_sent_nowhere_else() -> None:
    desk = Desk()

    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    desk.steps |= {f"POST {OLD}": lost, f"POST {NEW}": FOUND}
    with pytest.raises(Unavailable) as caught:
        await create_role(desk.client())
    assert caught.value.outcome == "unknown"
    assert paths(desk) == [OLD]


async def test_a_write_goes_elsewhere_where_its_address_is_plainly_not_served() -> None:
    desk = Desk()
    desk.steps[f"POST {NEW}"] = FOUND
    assert await create_role(desk.client()) == {"name": "Store Ops"}
    assert paths(desk) == [OLD, NEW]


async def test_a_known_edition_saves_the_detour_for_writes_too() -> None:
    desk = Desk()
    desk.steps[f"POST {NEW}"] = FOUND
    assert (await session_info(desk.client())).newer
    await create_role(desk.client())
    assert paths(desk) == [NEW]

    older = Desk()
    older.plugins = ["datafor", "datafor-modeler", "datafor-auth"]
    older.steps[f"POST {OLD}"] = FOUND
    assert not (await session_info(older.client())).newer
    await create_role(older.client())
    assert paths(older) == [OLD]


async def test_the_edition_is_asked_for_once_and_again_after_ten_minutes() -> None:
    desk = Desk()
    told = await asyncio.gather(*(session_info(desk.client()) for _ in range(4)))
    asked = len(desk.asked(PROBE))
    assert {info.username for info in told} == {"tomas"}
    assert asked == 2  # the probe of the sign-in, and the question itself
    desk.clock.advance(601)
    await session_info(desk.client())
    assert len(desk.asked(PROBE)) == asked + 1


@pytest.mark.parametrize(
    ("version", "newer"), [("7.05", False), ("7.5.2", False), ("7.10", True), ("8.0", True), (None, True)]
)
async def test_a_server_that_hides_its_plugins_is_told_by_its_version(
    version: str | None, newer: bool
) -> None:
    desk = Desk()
    desk.plugins = None
    told = {"success": True, "current": {"version": version}}
    desk.steps["GET /plugin/datafor/api/version/info"] = ok(told)
    info = await session_info(desk.client())

    assert (info.newer, info.version) == (newer, version)
    info.require("datafor-backup")
    assert (await get_version(desk.client())).members == {"current": {"version": version}}


async def test_a_missing_plugin_is_named() -> None:
    desk = Desk()
    with pytest.raises(Rejected, match="without the plugin datafor-backup"):
        (await session_info(desk.client())).require("datafor-backup")
    desk.steps = {}
    with pytest.raises(NotFound, match="without the plugin datafor-backup"):
        await list_backups(desk.client())


async def test_a_profile_is_read_in_both_editions_without_what_is_secret() -> None:
    desk = Desk()
    user = {"username": "tomas", "email": "t@x.example", "password": "5f4dcc3b5aa765d61d8327de", "mobile": ""}
    for edition in ("auth", "modeler"):
        desk.steps = {
            f"GET /plugin/datafor-{edition}/api/user/detail": ok({"success": True, "data": {"user": user}})
        }
        told = (await get_own_profile(desk.client())).members
        assert told == {"username": "tomas", "email": "t@x.example"}
    assert Optimibi.holder_in(await get_own_profile(desk.client())) == "tomas"
