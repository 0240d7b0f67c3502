"""Reads follow redirects at home, a few; writes follow none."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed, PlatformError
from tests.http.wire import THING, Line, create_thing, get_thing, ok, text
from tests.proof import EXAMPLES


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_read_follows_up_to_three(status: int, times: int) -> None:
    line = Line(*[text("", status, location=f"/at/{number}?q=1") for number in range(times)], ok(THING))
    assert (await get_thing(line.shop(), "7")).id == "7"
    assert [request.url.path for request in line.seen[1:]] == [f"/at/{number}" for number in range(times)]
    assert {request.method for request in line.seen} == {"GET"}


async def test_a_loop_ends() -> None:
    line = Line(text("", 302, location="/things/7"))
    with pytest.raises(Malformed, match="in circles"):
        await get_thing(line.shop(), "7")
    assert len(line.seen) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_write_is_not_redirected(status: int) -> None:
    line = Line(text("", status, location="/things"), ok(THING))
    with pytest.raises(Malformed, match="not followed"):
        await create_thing(line.shop(), "lamp")
    assert len(line.seen) == 1


async def test_another_origin_is_not_followed_nor_named() -> None:
    line = Line(text("", 302, location="https://evil.example/steal?x=1"), ok(THING))
    with pytest.raises(Malformed, match="another address") as caught:
        await get_thing(line.shop(), "7")
    assert "evil" not in str(caught.value.words())


@pytest.mark.parametrize("status", [300, 304, 305, 306])
async def test_other_statuses_of_the_kind_are_not_understood(status: int) -> None:
    line = Line(text("", status, location="/things/8"), ok(THING))
    with pytest.raises(Malformed, match=f"HTTP {status}"):
        await get_thing(line.shop(), "7")


async def test_a_redirect_to_nowhere_is_not_understood() -> None:
    for headers in ({}, {"location": "http://[::1"}, {"location": "https://a:99999999/"}):
        line = Line(text("", 302, **headers), ok(THING))
        with pytest.raises(Malformed):
            await get_thing(line.shop(), "7")
        assert len(line.seen) == 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(st.characters(max_codepoint=0x2FF, exclude_characters="\r\n\0")))
async def test_any_location_is_an_answer_or_an_error(location: str) -> None:
    line = Line(text("", 302, location=location), ok(THING))
    with contextlib.suppress(PlatformError):
        assert (await get_thing(line.shop(), "7")).id == "7"
    assert {(request.url.scheme, request.url.host) for request in line.seen} == {("https", "shop.example")}
