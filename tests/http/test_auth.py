"""Exactly one credential, and only at home."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest

from pentad.call import Call
from pentad.errors import Malformed, PlatformError, Unavailable
from pentad.http.auth import same_origin, sendable
from pentad.models import Wire
from pentad.platforms import load
from pentad.settings import Account
from tests.clock import ManualClock
from tests.http.wire import (
    KEY,
    THING,
    URL,
    Line,
    Tape,
    bench,
    fails,
    get_thing,
    list_things,
    ok,
    save_thing,
    text,
)

FORMS = [
    ("claribi", {"api_key": "claribi_k1"}, "X-API-Key", "claribi_k1"),
    (
        "claribi",
        {"api_key": "claribi_k1", "auth_mode": "bearer-key"},
        "Authorization",
        "Bearer claribi_k1",
    ),
    (
        "claribi",
        {"api_key": "claribi_k1", "auth_mode": "api-key-scheme"},
        "Authorization",
        "Api-Key claribi_k1",
    ),
    ("optimized", {"token": "t0ken"}, "Authorization", "Bearer t0ken"),
]
SIGNING = ("authorization", "x-api-key", "cookie", "proxy-authorization")


@pytest.mark.parametrize(("platform", "values", "header", "value"), FORMS)
async def test_each_form_of_key_is_sent_in_exactly_one_header(
    platform: str, values: dict[str, str], header: str, value: str
) -> None:
    tape = Tape(ok({"results": [], "data": []}, set_cookie="sessionid=1; Path=/"))
    kind = load(platform)
    clock = ManualClock()
    connection = kind.connect(Account(platform, values), clock, lambda: tape)
    client = kind(connection, bench(Call(clock)))
    for _ in range(2):
        await client.bound_to(list_things).page(Wire, limit=None, cursor=None)
    for request in tape.seen:
        assert [name for name in request.headers if name in SIGNING] == [header.lower()]
        assert request.headers[header] == value
        assert request.url.host == httpx.URL(kind.url).host


async def test_a_signed_link_is_fetched_without_the_credential(tmp_path: Path) -> None:
    for link in ("https://files.example/x.pdf?sig=1", f"{URL}/signed/x.pdf?sig=1", "/signed/x.pdf"):
        line = Line(
            ok({"url": link}, set_cookie="sessionid=1; Path=/"), text(b"%PDF", content_type="application/pdf")
        )
        line.folder = type(line.folder)(tmp_path)
        await save_thing(line.shop(), "7")
        first, second = line.seen
        assert first.headers["authorization"] == f"Bearer {KEY}"
        assert not [name for name in second.headers if name in SIGNING]


async def test_a_redirected_download_is_fetched_without_the_credential(tmp_path: Path) -> None:
    for target in ("https://files.example/x.pdf?sig=1", "/signed/x.pdf?sig=1"):
        line = Line(text("", 302, location=target), text(b"%PDF"), folder=tmp_path)
        await save_thing(line.shop(), "7")
        assert not [name for name in line.seen[1].headers if name in SIGNING]


async def test_a_redirect_within_the_origin_is_signed() -> None:
    line = Line(text("", 307, location="/elsewhere"), ok(THING))
    await get_thing(line.shop(), "7")
    assert [request.headers["authorization"] for request in line.seen] == [f"Bearer {KEY}"] * 2


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "http://shop.example/", "//evil.example/x"])
async def test_no_redirect_carries_the_credential_away(elsewhere: str) -> None:
    line = Line(text("", 302, location=elsewhere), ok(THING))
    with pytest.raises(PlatformError):
        await get_thing(line.shop(), "7")
    assert len(line.seen) == 1


async def test_a_credential_of_another_origin_is_not_sent() -> None:
    from pentad.http.auth import KeyAuth

    line = Line(ok(THING), auth=KeyAuth(httpx.URL("https://other.example"), "X-API-Key", "k" * 12))
    await get_thing(line.shop(), "7")
    assert not [name for name in line.seen[0].headers if name in SIGNING]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://a.example:443/y?z#q", True),
        ("https://A.example", "https://a.example", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example", "https://b.a.example", False),
        ("https://a.example", "https://a.example.", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert same_origin(httpx.URL(one), httpx.URL(other)) is same


@pytest.mark.parametrize(
    ("key", "good"),
    [("abc.DEF-123_~+/=", True), ("", False), ("a b", False), ("a\n", False), ("é", False), ("\x7f", False)],
)
def test_only_visible_ascii_can_stand_in_a_header(key: str, good: bool) -> None:
    assert sendable(key) is good


async def test_a_link_to_a_link_to_a_link_is_not_followed(tmp_path: Path) -> None:
    line = Line(fails(302, location="https://files.example/x"), folder=tmp_path)
    with pytest.raises(Malformed, match="from one link to another"):
        await save_thing(line.shop(), "7")
    assert len(line.seen) == 3


async def test_json_behind_a_link_is_the_file(tmp_path: Path) -> None:
    line = Line(ok({"url": "https://files.example/x"}), folder=tmp_path)
    saved = await save_thing(line.shop(), "7")
    assert saved.media_type == "application/json"
    assert len(line.seen) == 2


async def test_a_web_page_is_not_saved_as_a_file(tmp_path: Path) -> None:
    line = Line(text("<p>sign in", content_type="text/html"), folder=tmp_path)
    with pytest.raises(Malformed, match="web page instead of a file"):
        await save_thing(line.shop(), "7")
    assert list(tmp_path.iterdir()) == []


async def test_latin_1_is_read_as_it_is_declared() -> None:
    body = '{"id":"7","name":"Größe"}'.encode("latin-1")
    line = Line(text(body, content_type="application/json; charset=iso-8859-1"))
    thing = await get_thing(line.shop(), "7")
    assert thing.record()["name"] == "Größe"


async def test_an_error_says_how_often_it_was_tried() -> None:
    line = Line(fails(503))
    with pytest.raises(Unavailable, match="tried 5 times"):
        await get_thing(line.shop(), "7")
