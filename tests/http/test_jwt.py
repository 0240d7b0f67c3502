"""Signing in: once for all callers, renewed once, never with a password that was refused."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import AuthFailed, Malformed, NotFound, PlatformError, RateLimited, Unavailable
from pentad.files import Folder
from pentad.http.auth import JwtAuth
from tests.clock import ManualClock
from tests.http.wire import THING, URL, Line, Step, create_thing, fails, get_thing, ok, save_thing, text
from tests.proof import EXAMPLES

PASSWORD = "hunter2-secret"


def token(life: float | None, name: str = "a", skew: float = 0.0) -> str:
    claims = {"iat": 1000 + skew, "exp": 1000 + skew + life, "jti": name} if life is not None else {}
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


class Desk:
    """Plays the platform: gives tokens, and accepts the last one it gave."""

    def __init__(self, life: float | None = 3600.0, skew: float = 0.0) -> None:
        self.life, self.skew = life, skew
        self.logins: list[Any] = []
        self.refreshes: list[Any] = []
        self.calls: list[str] = []
        self.good: str | None = None
        self.login: Step | None = None
        self.refresh: Step | None = None

    async def __call__(self, request: httpx.Request) -> Any:
        await asyncio.sleep(0)
        path = request.url.path
        if path in ("/login", "/refresh"):
            body = json.loads(request.content)
            assert "authorization" not in request.headers
            (self.logins if path == "/login" else self.refreshes).append(body)
            special = self.login if path == "/login" else self.refresh
            return special(request) if special else self._give(path)
        self.calls.append(request.headers["authorization"])
        good = request.headers["authorization"] == f"Bearer {self.good}"
        return ok(THING)(request) if good else fails(401)(request)

    def _give(self, path: str) -> httpx.Response:
        number = len(self.logins) + len(self.refreshes)
        self.good = token(self.life, f"t{number}", self.skew)
        more = {"refresh": token(7 * 86400.0, "r", self.skew)} if path == "/login" else {}
        return httpx.Response(200, json={"access": self.good, **more})

    def line(self) -> Line:
        clock = ManualClock()
        auth = JwtAuth(
            httpx.URL(URL),
            clock,
            "Shop",
            httpx.URL(f"{URL}/login"),
            httpx.URL(f"{URL}/refresh"),
            {"email": "a@b.example", "password": PASSWORD},
        )
        line = Line(self, clock=clock, auth=auth)
        line.manual = clock
        return line


async def test_calls_that_arrive_together_make_one_sign_in() -> None:
    desk = Desk()
    line = desk.line()
    await asyncio.gather(*(get_thing(line.shop(), str(number)) for number in range(7)))
    assert (len(desk.logins), len(desk.refreshes), len(desk.calls)) == (1, 0, 7)
    assert desk.logins == [{"email": "a@b.example", "password": PASSWORD}]


async def test_a_token_that_is_refused_is_renewed_once_for_all() -> None:
    desk = Desk()
    line = desk.line()
    await get_thing(line.shop(), "7")
    desk.good = "revoked"
    await asyncio.gather(*(create_thing(line.shop(), str(number)) for number in range(5)))
    assert (len(desk.logins), len(desk.refreshes)) == (1, 1)
    assert len(desk.calls) == 1 + 5 + 5


async def test_a_token_that_stays_refused_ends_the_call() -> None:
    desk = Desk()
    desk.refresh = desk.login = ok({"access": token(3600), "refresh": token(90_000)})
    line = desk.line()
    with pytest.raises(AuthFailed):
        await get_thing(line.shop(), "7")
    assert (len(desk.logins), len(desk.refreshes), len(desk.calls)) == (1, 1, 2)


async def test_the_refresh_token_is_kept_and_used_until_it_ends() -> None:
    desk = Desk()
    line = desk.line()
    for _ in range(4):
        await get_thing(line.shop(), "7")
        line.manual.advance(3600)
    assert (len(desk.logins), len(desk.refreshes)) == (1, 3)
    assert {body["refresh"] for body in desk.refreshes} == {token(7 * 86400.0, "r")}
    line.manual.advance(7 * 86400)
    await get_thing(line.shop(), "7")
    assert (len(desk.logins), len(desk.refreshes)) == (2, 3)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refresh_token_that_is_refused_is_followed_by_a_login(status: int) -> None:
    desk = Desk()
    line = desk.line()
    await get_thing(line.shop(), "7")
    desk.refresh = fails(status)
    line.manual.advance(3600)
    await get_thing(line.shop(), "7")
    assert (len(desk.logins), len(desk.refreshes)) == (2, 1)
    desk.refresh = None
    line.manual.advance(3600)
    await get_thing(line.shop(), "7")
    assert (len(desk.logins), len(desk.refreshes)) == (2, 2)


@pytest.mark.parametrize("skew", [-86400 * 365, -600, 600, 86400 * 365])
async def test_a_clock_that_differs_does_no_harm(skew: float) -> None:
    desk = Desk(skew=skew)
    line = desk.line()
    for _ in range(3):
        await get_thing(line.shop(), "7")
        line.manual.advance(1000)
    assert (len(desk.logins), len(desk.refreshes)) == (1, 0)


async def test_a_token_that_does_not_say_how_long_it_lives_is_taken_to_live_an_hour() -> None:
    desk = Desk(life=None)
    line = desk.line()
    await get_thing(line.shop(), "7")
    line.manual.advance(3500)
    await get_thing(line.shop(), "7")
    line.manual.advance(100)
    await get_thing(line.shop(), "7")
    assert (len(desk.logins), len(desk.refreshes)) == (1, 1)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_password_is_never_tried_again(status: int) -> None:
    desk = Desk()
    desk.login = fails(status)
    line = desk.line()
    for act in (get_thing, create_thing):
        with pytest.raises(AuthFailed, match="not tried again") as caught:
            await act(line.shop(), "7")
        assert caught.value.outcome == "none"
        assert PASSWORD not in str(caught.value.words())
    assert (len(desk.logins), desk.calls) == (1, [])


async def test_a_one_time_code_is_explained_and_the_login_not_repeated() -> None:
    desk = Desk()
    desk.login = ok({"mfa_required": True, "mfa_token": "m"})
    line = desk.line()
    for _ in range(2):
        with pytest.raises(AuthFailed, match="one-time code") as caught:
            await get_thing(line.shop(), "7")
        assert "Use an API key" in caught.value.message
    assert len(desk.logins) == 1


MALFORMED: list[Step] = [
    text(""),
    text("<html>"),
    text('{"access": "abc'),
    ok([]),
    ok("token"),
    ok({}),
    ok({"access": ""}),
    ok({"access": None}),
    ok({"access": {"token": "x"}}),
    ok({"access": "two words"}),
    ok({"access": "é"}),
    ok({"access": "line\nend"}),
]


@pytest.mark.parametrize("step", MALFORMED)
async def test_a_sign_in_that_gives_no_token_is_malformed(step: Step) -> None:
    desk = Desk()
    desk.login = step
    line = desk.line()
    with pytest.raises(Malformed) as caught:
        await create_thing(line.shop(), "7")
    assert caught.value.outcome != "unknown"
    assert "sign" in caught.value.message
    assert desk.calls == []


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimited), (503, Unavailable), (404, NotFound), (302, Malformed)]
)
async def test_a_sign_in_that_fails_is_told_as_what_it_is(status: int, kind: type[PlatformError]) -> None:
    desk = Desk()
    desk.login = fails(status, retry_after="1")
    line = desk.line()
    with pytest.raises(kind, match="Signing in to Shop") as caught:
        await create_thing(line.shop(), "7")
    assert caught.value.outcome == "none"
    desk.login = None
    assert (await create_thing(line.shop(), "7")).id == "7"


def _broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("reset")


async def test_a_renewal_that_breaks_leaves_a_refused_write_undone() -> None:
    desk = Desk()
    line = desk.line()
    await get_thing(line.shop(), "7")
    desk.good, desk.refresh = "revoked", _broken
    with pytest.raises(Unavailable) as caught:
        await create_thing(line.shop(), "7")
    assert caught.value.outcome != "unknown"


@pytest.mark.parametrize(
    "claims", [b"[" * 5000, b"{}", b"null", b"\xff", b'{"exp":"x","iat":1}', b"1" * 5000]
)
async def test_strange_claims_are_left_out_of_account(claims: bytes) -> None:
    desk = Desk()
    desk.good = f"h.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.s"
    desk.login = ok({"access": desk.good})
    line = desk.line()
    await get_thing(line.shop(), "7")
    line.manual.advance(3500)
    await get_thing(line.shop(), "7")
    assert len(desk.logins) == 1


def _in_token(claims: object) -> str:
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


Tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1) | st.builds(
    _in_token, st.fixed_dictionaries({"exp": st.integers() | st.floats(), "iat": st.integers() | st.floats()})
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(Tokens, Tokens)
async def test_any_visible_token_is_used_and_kept_for_a_while(access: str, refresh: str) -> None:
    desk = Desk()
    desk.good, desk.login = access, ok({"access": access, "refresh": refresh})
    line = desk.line()
    for _ in range(2):
        await get_thing(line.shop(), "7")
    assert len(desk.logins) == 1


async def test_a_signed_link_needs_no_sign_in(tmp_path: Path) -> None:
    desk = Desk()
    line = desk.line()
    line.folder = Folder(tmp_path)
    far = "https://files.example/x.pdf?sig=1"
    line.tape.steps = [desk, ok({"url": far}), text(b"%PDF", content_type="application/pdf")]
    await save_thing(line.shop(), "7")
    assert "authorization" in line.seen[1].headers
    assert "authorization" not in line.seen[2].headers
    assert (len(desk.logins), len(line.seen)) == (1, 3)


@pytest.mark.parametrize("act", [get_thing, create_thing])
async def test_a_sign_in_draws_on_the_general_budget(act: Callable[..., Any]) -> None:
    line = Desk().line()
    await act(line.shop(), "7")
    assert len(line.connection.pacing.budget("general").taken) == 2
