"""Optimibi: four ways in, sessions that end when nobody calls, and the anonymous user."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.optimibi_desk import FORM, D, Desk, M, basic, report_address
from tests.witness import Contract, check_exchange

INFO, LOGIN, LOGOUT = (
    f"{D}/extension/auth/fetchUser",
    f"{D}/extension/auth/login",
    f"{D}/extension/auth/logout",
)
SPRING = "/j_spring_security_check"
NOBODY: dict[str, str] = {}


def cookies(response: httpx.Response) -> dict[str, str]:
    pairs = [text.partition(";")[0].partition("=") for text in response.headers.get_list("set-cookie")]
    return {name: value for name, _, value in pairs}


async def log_in(desk: Desk, **replaced: str) -> httpx.Response:
    fields = {name: desk.held[name] for name in ("username", "password")} | replaced
    return await desk.ask("POST", LOGIN, fields, NOBODY, FORM)


async def session(desk: Desk) -> dict[str, str]:
    """The header that a new session is called with."""
    return {"Cookie": f"JSESSIONID={cookies(await log_in(desk))['JSESSIONID']}"}


async def is_in(desk: Desk, who: dict[str, str]) -> bool:
    return bool((await desk.read(INFO, who))["islogged"])


async def test_a_login_gives_a_session_and_tells_it_in_body_and_cookies() -> None:
    desk = Desk()
    response = await log_in(desk)
    body, held = response.json(), cookies(response)
    assert (body["success"], body["data"], body["jsessionid"]) == (True, "1", held["JSESSIONID"])
    now = int(desk.clock.time() * 1000)
    assert (held["server-time"], held["session-expiry"]) == (str(now), str(now + 7_200_000))
    assert held["session-flushed"] == "true"
    assert all("Path=/datafor" in text for text in response.headers.get_list("set-cookie"))
    who = {"Cookie": f"session-flushed=true; JSESSIONID={held['JSESSIONID']}; server-time=1"}
    again = await desk.ask("POST", LOGIN, {"username": "x", "password": "y"}, who, FORM)
    assert again.json() == {"success": True, "data": "2"}
    assert set(cookies(again)) == {"session-expiry", "server-time"}


async def test_a_mail_address_signs_in_as_well_as_a_login_name() -> None:
    desk = Desk()
    body = (await log_in(desk, username="mvega@brightwater.example")).json()
    who = {"Cookie": f"JSESSIONID={body['jsessionid']}"}
    assert (await desk.read(INFO, who))["username"] == desk.held["username"]


async def test_a_session_lasts_as_long_as_it_is_used() -> None:
    desk = Desk()
    desk.state.idle = 600.0
    who = await session(desk)
    for _ in range(4):
        desk.clock.advance(590)
        assert await is_in(desk, who)
    desk.clock.advance(601)
    assert not await is_in(desk, who)
    assert not await is_in(desk, who)


async def test_signing_out_ends_the_session() -> None:
    desk = Desk()
    first, second = await session(desk), await session(desk)
    assert (await desk.read(LOGOUT, first))["data"] == "1"
    assert (await desk.read(LOGOUT, first))["data"] == "2"
    assert (await desk.ask("GET", "/Logout", who=second)).headers["location"].endswith("/datafor/Login")
    assert not await is_in(desk, first)
    assert not await is_in(desk, second)


async def test_the_form_redirects_either_way_and_only_the_target_tells() -> None:
    desk = Desk()
    fields = {"j_username": desk.held["username"], "j_password": desk.held["password"]}
    good = await desk.ask("POST", SPRING, fields, NOBODY, FORM)
    bad = await desk.ask("POST", SPRING, {**fields, "j_password": "guess"}, NOBODY, FORM)
    got = await desk.ask("GET", SPRING, who=NOBODY)
    assert [one.status_code for one in (good, bad, got)] == [302, 302, 302]
    assert good.headers["location"] == "https://optimibi.sandbox/datafor/Home"
    assert bad.headers["location"] == got.headers["location"] == f"{desk.platform.url}/Login?login_error=1"
    assert await is_in(desk, {"Cookie": f"JSESSIONID={cookies(good)['JSESSIONID']}"})
    contract = Contract.load("optimibi")
    assert [problem for one in desk.platform.log for problem in check_exchange(contract, one)] == []


async def test_a_wrong_password_is_a_success_of_http_and_ten_lock_the_door_for_a_day() -> None:
    desk = Desk()
    for number in range(10):
        refused = await log_in(desk, password=f"guess {number}")
        assert refused.status_code == 200
        assert (refused.json()["success"], refused.json()["msg"]) == (False, "wrong password")
    locked = (await log_in(desk)).json()
    assert locked["success"] is False
    assert locked["needCaptcha"] is True
    assert desk.state.sessions == {}
    desk.clock.advance(86_400)
    assert (await log_in(desk)).json()["success"] is True


async def test_a_login_sent_as_json_is_none_and_is_not_counted() -> None:
    desk = Desk()
    fields = {name: desk.held[name] for name in ("username", "password")}
    body = (await desk.ask("POST", LOGIN, fields, NOBODY)).json()
    assert (body["success"], desk.state.failed_logins) == (False, 0)


async def test_an_account_that_was_switched_off_does_not_sign_in() -> None:
    desk = Desk()
    gone = desk.state.users["zleaver"]
    assert (await log_in(desk, username=gone.username, password=gone.password)).json()["success"] is False


async def test_a_password_on_every_request_works_everywhere_and_a_wrong_one_is_refused_for_real() -> None:
    desk = Desk()
    good, bad = desk.platform.headers(), basic(desk.held["username"], "guess")
    for path in (INFO, "/api/scheduler/getJobs"):
        assert (await desk.ask("GET", path, who=good)).status_code == 200
        refused = await desk.ask("GET", path, who=bad)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
    assert (await desk.ask("GET", INFO, who={"Authorization": "Basic !"})).status_code == 401


async def test_a_token_works_in_header_and_address_on_plugin_paths_only() -> None:
    desk = Desk()
    token = desk.held["jwt"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert await is_in(desk, bearer)
    for name in ("token", "bi_ticket"):
        assert (await desk.read(f"{INFO}?{name}={token}", NOBODY))["username"] == desk.held["username"]
    assert (await desk.ask("GET", "/api/scheduler/getJobs", who=bearer)).status_code == 401
    for wrong in (desk.held["expired_jwt"], f"{token}x", "a.b.c", "x"):
        assert not await is_in(desk, {"Authorization": f"Bearer {wrong}"})
    desk.clock.advance(8 * 3_600 + 1)
    assert not await is_in(desk, bearer)


async def test_without_credentials_plugin_calls_succeed_and_say_nothing_and_platform_calls_are_refused() -> (
    None
):
    desk = Desk()
    info = await desk.read(INFO, NOBODY)
    assert (info["islogged"], info["code"]) == (False, 200)
    empty: dict[str, Any] = {
        f"{M}/repo/files/children?pathId=/public": [],
        f"{M}/user-settings/favorites": [],
        f"{M}/connection/list": {"success": True, "databaseConnections": []},
        f"{M}/user/detail": {"success": True, "data": {}},
        f"{M}/repo/files/search?word=": {"success": True, "msg": "", "data": []},
    }
    for path, body in empty.items():
        assert await desk.read(path, NOBODY) == body
    assert (await desk.read(f"{M}/parameter/system", NOBODY))["code"] == "401"
    assert (await desk.read(f"{D}/alert/detail?name=low_net_sales", NOBODY))["code"] == "403"
    assert (await desk.ask("GET", "/api/scheduler/getJobs", who=NOBODY)).status_code == 401
    file = await desk.ask("GET", f"{M}/repo/files/download?pathId=/public", who=NOBODY)
    assert (file.status_code, file.text) == (200, "Forbidden")
    assert "error.txt" in file.headers["content-disposition"]


@pytest.mark.parametrize("status", [200, 302])
async def test_an_ended_session_meets_the_login_page_on_some_routes(status: int) -> None:
    desk = Desk()
    desk.state.login_page = status
    who = await session(desk)
    desk.clock.advance(desk.state.idle + 1)
    for path in (f"{M}/repo/files/tree", f"{D}/open/{report_address(desk.samples['report'])}"):
        answer = await desk.ask("GET", path, who=who)
        assert answer.status_code == status
        assert ("/Login" in answer.headers.get("location", "")) is (status == 302)


async def test_the_reader_is_no_administrator_and_is_told_so_at_http_200() -> None:
    desk = Desk()
    for path in (f"{M}/user/list", f"{M}/token/list", f"{M}/email/getEmailConfig"):
        body = await desk.read(path, desk.reader)
        assert (body["success"], body["code"]) == (False, "403")
    assert (await desk.send(f"{M}/auth/row/query", {}, desk.reader))["success"] is False
    edit = f"{D}/edit/{report_address(desk.samples['report'])}"
    assert (await desk.ask("GET", edit, who=desk.reader)).status_code == 403
