"""No credential leaves for another origin, whoever points there and however it is spelt."""

from __future__ import annotations

import contextlib
from pathlib import Path

import httpx2 as httpx
import pytest

from pentad.errors import Malformed, PlatformError, Unavailable
from pentad.http.auth import JwtAuth, same_origin
from pentad.http.fetching import fetch
from pentad.http.storing import store
from tests.clock import ManualClock
from tests.http.wire import KEY, THING, URL, Line, Step, create_thing, get_thing, ok, save_thing, text

PASSWORD = "hunter-2-and-more"
COOKIE = "session=c00kie-of-the-platform"
HOME = httpx.URL(URL)
ELSEWHERE = [
    "https://shop.example:8443/things/7",
    "https://shop.example:80/things/7",
    "http://shop.example/things/7",
    "http://shop.example:443/things/7",
    "https://shop.example./things/7",
    "https://api.shop.example/things/7",
    "https://example/things/7",
    "https://shop.example.evil.example/things/7",
    "https://shop-example.evil.example/things/7",
    "https://shop.example@evil.example/things/7",
    "https://shop.example:443@evil.example/things/7",
    "https://evil.example/https://shop.example/things/7",
    "https://evil.example/?shop.example",
    "https://evil.example#@shop.example/",
    "//evil.example/things/7",
    "https://shop。example.evil.example/x",
    "https://shop.example\\@evil.example/",
    "https://evil.example\\.shop.example/",
    "https://sh\u03bfp.example/things/7",
    "wss://shop.example/things/7",
]


def lost(line: Line) -> list[str]:
    """Requests to other origins that carry a secret."""
    return [
        str(request.url)
        for request in line.seen
        if not same_origin(request.url, HOME)
        and any(secret in _all_of(request) for secret in (KEY, PASSWORD, COOKIE, "authorization", "cookie"))
    ]


def _all_of(request: httpx.Request) -> str:
    body = request.content if isinstance(request.stream, httpx.ByteStream) else b""
    return f"{request.url} {dict(request.headers)} {body!r}"


def pointing(elsewhere: str, status: int) -> Step:
    return text("", status, location=elsewhere, set_cookie=COOKIE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_calls_are_not_redirected_to_another_origin(status: int) -> None:
    for elsewhere in ELSEWHERE:
        for act in (get_thing, create_thing):
            line = Line(pointing(elsewhere, status), ok(THING))
            with pytest.raises(PlatformError):
                await act(line.shop(), "7")
            assert (len(line.seen), line.seen[0].url.host) == (1, "shop.example")


async def test_a_download_follows_without_a_credential_or_not_at_all(tmp_path: Path) -> None:
    followed = 0
    for elsewhere in ELSEWHERE:
        for first in (pointing(elsewhere, 302), ok({"url": elsewhere}, set_cookie=COOKIE)):
            line = Line(first, text(b"%PDF", set_cookie="session=of-the-storage"), folder=tmp_path)
            with contextlib.suppress(Malformed):
                await save_thing(line.shop(), "7")
            assert lost(line) == []
            followed += len(line.seen) - 1
    assert followed > 0


async def test_signed_links_and_what_they_redirect_to_get_nothing(tmp_path: Path) -> None:
    for elsewhere in ELSEWHERE:
        line = Line(pointing(elsewhere, 307), text(b"%PDF"), folder=tmp_path)

        async def link() -> str:
            return "https://storage.example/x?sig=1"

        with contextlib.suppress(Malformed):
            await fetch(line.shop(), "key", link, line.folder)
        line.folder.close()
        assert lost(line) == []
        assert KEY not in str(line.seen[0].headers)


async def test_an_upload_is_sent_to_its_link_alone(tmp_path: Path) -> None:
    (tmp_path / "run.fcs").write_bytes(b"FCS3.1")

    async def sent(_: int) -> None:
        return

    for elsewhere in ELSEWHERE:
        line = Line(pointing(elsewhere, 307), text(b""))
        with (tmp_path / "run.fcs").open("rb") as file, pytest.raises(PlatformError):
            await store(line.shop(), "https://storage.example/x?sig=1", file, sent)
        assert [request.url.host for request in line.seen] == ["storage.example"]
        assert lost(line) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_sign_in_that_points_elsewhere_is_not_followed(status: int) -> None:
    for elsewhere in [*ELSEWHERE, "/login/again"]:
        credentials = {"email": "a@b.example", "password": PASSWORD}
        ways = httpx.URL(f"{URL}/login"), httpx.URL(f"{URL}/refresh")
        line = Line(pointing(elsewhere, status), ok({"access": "t0ken"}))
        line.connection.auth = JwtAuth(HOME, ManualClock(), "Shop", *ways, credentials)
        with pytest.raises(PlatformError, match=f"Signing in to Shop failed .HTTP {status}.") as caught:
            await get_thing(line.shop(), "7")
        assert [str(request.url) for request in line.seen] == [f"{URL}/login"]
        assert not isinstance(caught.value, Unavailable)


async def test_a_cookie_of_the_platform_is_never_sent_back() -> None:
    line = Line(ok(THING, set_cookie=COOKIE), ok(THING))
    for _ in range(2):
        await get_thing(line.shop(), "7")
    assert [request.headers.get("cookie") for request in line.seen] == [None, None]
