"""Ways into Optimibi, their ends, and the anonymous visitor that looks like an empty server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from pentad.errors import AuthFailed, Malformed, NotFound, PlatformError, Rejected
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.settings import Account
from tests.optimibi.desk import (
    FORM,
    HOME,
    LOGIN,
    LOGIN_PAGE,
    PASSWORD,
    PROBE,
    USER,
    Desk,
    Reply,
    jwt,
    moved,
    ok,
    page,
    refused,
    signed,
)

IN_ADDRESS = {"auth_mode": "jwt", "jwt_in": "url", "token_name": "ticket"}


@reads("GET /thing")
async def get_thing(optimibi: Optimibi) -> dict[str, Any]:
    """One thing."""
    return await optimibi.record()


@reads("GET /plugin/datafor/api/thing")
async def get_plugin_thing(optimibi: Optimibi) -> dict[str, Any]:
    """One thing of a plugin."""
    return await optimibi.record()


@reads("GET /api/thing")
async def get_inherited_thing(optimibi: Optimibi) -> dict[str, Any]:
    """One thing of the platform below."""
    return await optimibi.record()


async def test_calls_that_arrive_together_make_one_sign_in_whose_cookie_they_send() -> None:
    desk = Desk(signed(tenant_id="north"))
    told = await asyncio.gather(*(get_thing(desk.client()) for _ in range(6)))

    assert told == [{"name": "lamp"}] * 6
    assert desk.logins == [{"username": USER, "password": PASSWORD, "tenantId": "north"}]
    assert len(desk.asked(PROBE)) == 1
    cookies = {call.headers["cookie"] for call in desk.asked("/thing")}
    assert cookies == {f"JSESSIONID={session}" for session in desk.sessions}
    (login,) = desk.asked(LOGIN)
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "cookie" not in login.headers


@pytest.mark.parametrize("mode", ["session", "form"])
async def test_a_refused_password_is_never_tried_again(mode: str) -> None:
    desk = Desk(signed(auth_mode=mode))
    desk.password = "another"
    for _ in range(3):
        with pytest.raises(
            AuthFailed, match=r"refused this user name and password.*not tried again"
        ) as caught:
            await get_thing(desk.client())
        assert PASSWORD not in str(caught.value.words())
    assert len(desk.logins) == 1


async def test_a_password_that_was_changed_in_its_file_is_tried(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    secret.chmod(0o600)
    desk = Desk({"username": USER, "password_file": str(secret)})
    for _ in range(2):
        with pytest.raises(AuthFailed):
            await get_thing(desk.client())
        desk.clock.advance(61)
    assert len(desk.logins) == 1
    secret.write_text(PASSWORD)
    assert await get_thing(desk.client()) == {"name": "lamp"}


@pytest.mark.parametrize(
    "entry",
    [
        ok({"success": False, "needCaptcha": True}),
        ok({"success": True, "data": "0", "msg": "no"}),
        ok({"success": False, "code": "403", "msg": "locked"}),
        ok({"msg": "no"}, 401),
    ],
)
async def test_any_refusal_of_a_login_is_final(entry: Reply) -> None:
    desk = Desk()
    desk.entry = entry
    for _ in range(2):
        with pytest.raises(AuthFailed):
            await get_thing(desk.client())
    assert len(desk.logins) == 1


@pytest.mark.parametrize("entry", [page("<html>hello</html>"), page("<html>404</html>", 404), ok({}, 405)])
async def test_a_server_without_a_login_there_has_the_address_doubted_and_not_the_password(
    entry: Reply,
) -> None:
    desk = Desk()
    desk.entry = entry
    with pytest.raises(NotFound, match="PENTAD_OPTIMIBI_URL"):
        await get_thing(desk.client())
    desk.entry = None
    assert await get_thing(desk.client()) == {"name": "lamp"}


async def test_the_session_of_the_body_serves_where_no_cookie_is_set() -> None:
    desk = Desk()
    desk.sessions["FROM-BODY.node1"] = desk.clock.now + 99
    desk.entry = ok({"success": True, "data": "2", "jsessionid": "FROM-BODY.node1"})
    assert await get_thing(desk.client()) == {"name": "lamp"}
    desk.entry = ok({"success": True, "data": "1", "jsessionid": "a; b=c"})
    desk.sessions.clear()
    with pytest.raises(Malformed, match="without a usable session"):
        await get_thing(desk.client())


async def test_the_form_is_judged_by_where_it_leads() -> None:
    desk = Desk(signed(auth_mode="form"))
    assert await get_thing(desk.client()) == {"name": "lamp"}
    assert desk.logins == [{"j_username": USER, "j_password": PASSWORD}]
    assert desk.asked(LOGIN) == []
    assert len(desk.asked(FORM)) == 1


async def test_basic_goes_with_every_request_and_a_refusal_ends_it() -> None:
    desk = Desk(signed(auth_mode="basic"))
    for _ in range(2):
        assert await get_inherited(desk) == {"name": "lamp"}
    assert {call.headers["authorization"].partition(" ")[0] for call in desk.calls} == {"Basic"}
    assert len(desk.asked(PROBE)) == 1

    wrong = Desk(signed(auth_mode="basic"))
    wrong.tape.steps[:] = [_counted(wrong, refused)]
    for _ in range(3):
        with pytest.raises(AuthFailed, match="not tried again"):
            await get_thing(wrong.client())
    assert len(wrong.calls) == 1


async def get_inherited(desk: Desk) -> dict[str, Any]:
    desk.steps["GET /api/thing"] = ok({"name": "lamp"})
    return await get_inherited_thing(desk.client())


def _counted(desk: Desk, reply: Reply) -> Reply:
    def step(request: httpx.Request) -> httpx.Response:
        desk.calls.append(request)
        return reply(request)

    return step


@pytest.mark.parametrize(
    "values",
    [signed(), signed(auth_mode="form"), signed(auth_mode="basic"), {"auth_mode": "jwt", "jwt": jwt()}],
    ids=lambda values: values.get("auth_mode", "session"),
)
async def test_an_account_that_is_served_as_nobody_is_told_what_to_check(values: Mapping[str, str]) -> None:
    desk = Desk(values)
    desk.tape.steps[:] = [_as_nobody(desk)]
    with pytest.raises(AuthFailed, match=r"anonymous visitor.*[Cc]heck"):
        await get_thing(desk.client())
    assert desk.asked("/thing") == []


def _as_nobody(desk: Desk) -> Reply:
    def step(request: httpx.Request) -> httpx.Response:
        desk.calls.append(request)
        if request.url.path.endswith(PROBE):
            return httpx.Response(200, json={"code": 200, "islogged": False, "username": "anonymousUser"})
        if request.url.path.endswith(FORM):
            headers = {"location": f"{HOME}/datafor/Home", "set-cookie": "JSESSIONID=A1"}
            return httpx.Response(302, headers=headers)
        return httpx.Response(200, json={"success": True, "data": "1", "jsessionid": "A1"})

    return step


async def test_a_jwt_goes_in_the_header_until_it_has_expired() -> None:
    desk = Desk({"auth_mode": "jwt", "jwt": jwt(exp=1_790_000_000 + 900)})
    assert await get_thing(desk.client()) == {"name": "lamp"}
    assert {call.headers["authorization"] for call in desk.calls} == {f"Bearer {desk.token}"}
    desk.clock.advance(900 + 659)
    assert await get_thing(desk.client()) == {"name": "lamp"}
    desk.clock.advance(1)
    before = len(desk.calls)
    with pytest.raises(AuthFailed, match="expired"):
        await get_thing(desk.client())
    assert len(desk.calls) == before


async def test_a_jwt_that_may_have_expired_is_asked_about_before_each_request() -> None:
    desk = Desk({"auth_mode": "jwt", "jwt": jwt(exp=1_790_000_000 + 900)})
    desk.clock.advance(901)
    assert await get_thing(desk.client()) == {"name": "lamp"}
    desk.token = None
    with pytest.raises(AuthFailed, match="JWT may be expired"):
        await get_thing(desk.client())


async def test_a_revoked_jwt_is_noticed_within_ten_minutes() -> None:
    desk = Desk({"auth_mode": "jwt", "jwt": jwt()})
    await get_thing(desk.client())
    desk.token = None
    desk.clock.advance(601)
    with pytest.raises(AuthFailed, match="JWT may be expired"):
        await get_thing(desk.client())


async def test_a_jwt_that_an_inherited_call_does_not_take_is_explained() -> None:
    desk = Desk({"auth_mode": "jwt", "jwt": jwt()})
    desk.steps["GET /api/thing"] = ok({"msg": "no"}, 401)
    with pytest.raises(AuthFailed, match="plugin calls only"):
        await get_inherited_thing(desk.client())


async def test_a_jwt_in_the_address_is_only_sent_where_it_is_looked_at() -> None:
    desk = Desk({**IN_ADDRESS, "jwt": jwt()})
    desk.steps["GET /plugin/datafor/api/thing"] = ok({"name": "lamp"})
    assert await get_plugin_thing(desk.client()) == {"name": "lamp"}
    assert {call.url.params["ticket"] for call in desk.calls} == {desk.token}
    assert not any("authorization" in call.headers or "cookie" in call.headers for call in desk.calls)
    before = len(desk.calls)
    with pytest.raises(Rejected, match="plugin calls only"):
        await get_inherited_thing(desk.client())
    assert len([one for one in desk.calls[before:] if not one.url.path.endswith(PROBE)]) == 0


async def test_a_jwt_in_the_address_is_in_no_log_error_or_note(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk({**IN_ADDRESS, "jwt": jwt()})
    desk.strangers = page(LOGIN_PAGE)
    caplog.set_level(logging.DEBUG)
    told: list[str] = []

    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"success": False, "msg": f"bad address {request.url}"})

    def elsewhere(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": str(request.url).replace("bi.", "www.")})

    def again(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": str(request.url)})

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"cannot read {request.url}", request=request)

    for reply in (echo, elsewhere, again, broken, page("<html>no</html>"), moved("/Login")):
        desk.steps["GET /plugin/datafor/api/thing"] = reply
        client = desk.client()
        with pytest.raises(PlatformError) as caught:
            await get_plugin_thing(client)
        told += [str(caught.value.words()), str(caught.value), *client.call.notes]
    assert desk.token is not None
    assert desk.token not in "\n".join((*told, caplog.text))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"username": USER}, "PENTAD_OPTIMIBI_PASSWORD is missing"),
        ({"jwt": "a.b.c"}, "PENTAD_OPTIMIBI_AUTH_MODE=jwt"),
        ({"auth_mode": "jwt"}, "PENTAD_OPTIMIBI_JWT is missing"),
        ({"auth_mode": "jwt", "jwt": "abc"}, "is not a JWT"),
        ({"auth_mode": "jwt", "jwt": "a.b.c", "token_name": "a b"}, "TOKEN_NAME"),
        ({"auth_mode": "jwt", "jwt": "a.b.c", "jwt_in": "cookie"}, "JWT_IN must be one of"),
        ({"auth_mode": "oauth"}, "AUTH_MODE must be one of"),
        (signed(auth_mode="basic", username="a:b"), "colon"),
    ],
)
def test_what_is_wrong_with_the_settings_is_told(values: Mapping[str, str], problem: str) -> None:
    found = Optimibi.problems(Account("optimibi", {"url": f"{HOME}/datafor", **values}))
    assert any(problem in sentence for sentence in found)
    assert Optimibi.problems(Account("optimibi", {"url": f"{HOME}/datafor", **signed()})) == []
