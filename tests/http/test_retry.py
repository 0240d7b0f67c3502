"""What is repeated, when, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import formatdate

import httpx2 as httpx
import pytest

from pentad.call import Call
from pentad.errors import AuthFailed, Malformed, PlatformError, RateLimited, Unavailable
from pentad.http import retry
from tests.clock import ManualClock
from tests.http.wire import (
    KEY,
    THING,
    Line,
    Shop,
    Step,
    breaks,
    create_thing,
    dream,
    fails,
    get_thing,
    ok,
    parts,
    remove_thing,
    text,
)

NOW = ManualClock().now
PASSING = [
    fails(500),
    fails(502),
    fails(503),
    fails(504),
    breaks(httpx.ReadError("reset")),
    breaks(httpx.ReadTimeout("slow")),
    breaks(httpx.RemoteProtocolError("closed")),
    parts(b'{"id":', httpx.ReadError("reset in the middle")),
    parts(b'{"id":', httpx.RemoteProtocolError("incomplete")),
    text(b"not gzip", content_encoding="gzip"),
    text('{"id": "7", "na'),
    text(""),
    text("<html>Please stand by</html>"),
    ok({"name": "without an id"}),
    ok(["a list"]),
]


@pytest.mark.parametrize("step", PASSING)
async def test_a_passing_fault_of_a_read_is_repeated(step: Step) -> None:
    line = Line(step, step, ok(THING))
    assert (await get_thing(line.shop(), "7")).name == "lamp"
    assert len(line.seen) == 3
    assert len(line.manual.slept) == 2
    assert all(0.0 < wait <= 8.0 for wait in line.manual.slept)


@pytest.mark.parametrize("step", PASSING)
async def test_a_read_that_costs_is_not_repeated(step: Step) -> None:
    line = Line(step, ok(THING))
    with pytest.raises((Unavailable, Malformed)):
        await dream(line.shop())
    assert len(line.seen) == 1


@pytest.mark.parametrize("step", PASSING[:-5])
async def test_a_write_of_unclear_outcome_is_told_and_not_repeated(step: Step) -> None:
    line = Line(step, ok(THING))
    with pytest.raises(PlatformError) as caught:
        await create_thing(line.shop(), "lamp")
    words = caught.value.words()
    assert len(line.seen) == 1
    assert words["outcome"] == "unknown"
    assert "look for it with list_things" in words["message"]


@pytest.mark.parametrize("step", [*PASSING[-5:-4], *PASSING[-3:]])
async def test_a_write_with_an_unreadable_answer_is_of_unknown_outcome(step: Step) -> None:
    line = Line(step, ok(THING))
    with pytest.raises(Malformed) as caught:
        await create_thing(line.shop(), "lamp")
    assert (len(line.seen), caught.value.outcome) == (1, "unknown")


async def test_a_write_that_is_redirected_may_have_happened() -> None:
    line = Line(text("", 303, location="/things/7"), ok(THING))
    with pytest.raises(Malformed) as caught:
        await create_thing(line.shop(), "lamp")
    assert (len(line.seen), caught.value.outcome) == (1, "unknown")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_refused_write_did_nothing(status: int) -> None:
    line = Line(fails(status))
    with pytest.raises(PlatformError) as caught:
        await create_thing(line.shop(), "lamp")
    assert (len(line.seen), caught.value.outcome) == (1, "none")
    assert "outcome" not in caught.value.words()


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
async def test_a_write_that_never_left_is_repeated(error: Exception) -> None:
    line = Line(breaks(error), ok(THING))
    assert (await create_thing(line.shop(), "lamp")).id == "7"
    down = Line(breaks(error))
    with pytest.raises(Unavailable) as caught:
        await create_thing(down.shop(), "lamp")
    assert (len(down.seen), caught.value.outcome) == (retry.ATTEMPTS, "none")


async def test_a_write_over_the_limit_is_repeated() -> None:
    line = Line(fails(429, retry_after="3"), ok(THING))
    assert (await create_thing(line.shop(), "lamp")).id == "7"
    assert 3.0 <= sum(line.manual.slept) <= 3.5
    assert any("rate limit" in note for note in line.call.notes)


async def test_a_connection_lost_after_a_refusal_by_limit_leaves_nothing_done() -> None:
    line = Line(fails(429), breaks(httpx.ConnectError("refused")))
    with pytest.raises(Unavailable) as caught:
        await create_thing(line.shop(), "lamp")
    assert caught.value.outcome == "none"


@pytest.mark.parametrize(
    "last",
    [
        fails(404),
        fails(401),
        fails(403),
        fails(429, retry_after="200"),
        breaks(httpx.ConnectError("refused")),
    ],
)
@pytest.mark.parametrize("first", [fails(503), breaks(httpx.ReadError("reset")), text('{"id": "7", "na')])
async def test_what_a_repeat_of_a_change_meets_does_not_undo_its_first_try(first: Step, last: Step) -> None:
    line = Line(first, last)
    with pytest.raises(PlatformError) as caught:
        await remove_thing(line.shop(), "7")
    words = caught.value.words()
    assert words["outcome"] == "unknown"
    assert words["message"].startswith("An earlier try may have been carried out")
    assert "doing it again does no more than doing it once" in words["message"]
    assert line.call.acted


def _date(ahead: float) -> str:
    return formatdate(NOW + ahead, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7.0, 7.5),
        ({"retry_after": _date(9)}, 9.0, 9.5),
        ({"retry_after": _date(9), "date": _date(4)}, 5.0, 5.5),
        ({"retry_after": "0"}, 0.0, 0.5),
        ({"x_ratelimit_reset": str(int(NOW + 12))}, 12.0, 12.5),
        ({"retry_after": "4", "x_ratelimit_reset": str(int(NOW + 12))}, 4.0, 4.5),
        ({"x_ratelimit_reset": str(int(NOW + 1012)), "date": _date(1000)}, 12.0, 12.5),
        ({"x_ratelimit_reset": str(int(NOW - 12))}, 0.0, 2.0),
        ({"x_ratelimit_reset": str(int(NOW + 90_000))}, 0.0, 2.0),
        ({"retry_after": "-5"}, 0.0, 2.0),
        ({"retry_after": "86400"}, 0.0, 2.0),
        ({"retry_after": _date(-5)}, 0.0, 2.0),
        ({"retry_after": "soon"}, 0.0, 2.0),
        ({"retry_after": "nan"}, 0.0, 2.0),
        ({"retry_after": "Mon, 01 Jan 0001 00:00:00 -0000"}, 0.0, 2.0),
        ({}, 0.0, 2.0),
    ],
)
async def test_the_wait_after_a_limit_is_the_one_asked_for_if_credible(
    headers: dict[str, str], least: float, most: float
) -> None:
    line = Line(fails(429, **headers), ok(THING))
    await get_thing(line.shop(), "7")
    assert least <= sum(line.manual.slept) <= most


async def test_a_limit_longer_than_the_calls_time_is_told_at_once() -> None:
    line = Line(fails(429, retry_after="200"))
    with pytest.raises(RateLimited) as caught:
        await get_thing(line.shop(), "7")
    assert (len(line.seen), line.manual.slept) == (1, [])
    assert caught.value.words()["retry_after"] == 200


async def test_a_limit_without_end_is_told_after_a_few_attempts() -> None:
    line = Line(fails(429))
    with pytest.raises(RateLimited) as caught:
        await get_thing(line.shop(), "7")
    assert len(line.seen) == retry.ATTEMPTS
    assert caught.value.words()["retry_after"] == 60


@pytest.mark.parametrize(
    ("value", "least", "most"), [("6", 6.0, 6.5), ("900", 0.0, 2.0), (_date(6), 6.0, 6.5), ("later", 0, 2)]
)
async def test_a_fault_may_say_how_long_it_lasts(value: str, least: float, most: float) -> None:
    line = Line(fails(503, retry_after=value), ok(THING))
    await get_thing(line.shop(), "7")
    assert least <= sum(line.manual.slept) <= most


async def test_long_waits_are_remarked_on_and_reported() -> None:
    told: list[str] = []

    async def progress(_done: float, _total: float | None, message: str) -> None:
        told.append(message)

    line = Line(fails(503, retry_after="6"), ok(THING))
    call = Call(line.clock, progress)
    await get_thing(line.shop(call), "7")
    assert call.notes == ["waited 6 s: Shop fault"]
    assert told == ["waiting 6 s: Shop fault"]


async def test_attempts_are_few() -> None:
    line = Line(fails(503))
    with pytest.raises(Unavailable):
        await get_thing(line.shop(), "7")
    assert len(line.seen) == retry.ATTEMPTS


async def test_an_outage_is_not_answered_with_a_flood() -> None:
    line = Line(fails(503))
    line.connection.breaker = type(line.connection.breaker)(line.clock, "Shop", threshold=10**6)
    for _ in range(100):
        with pytest.raises(Unavailable):
            await get_thing(line.shop(), "7")
    assert 100 <= len(line.seen) <= 121


@pytest.mark.parametrize("operation", [get_thing, create_thing])
async def test_a_body_without_end_is_left(operation: Callable[[Shop, str], Awaitable[object]]) -> None:
    chunk = b" " * 2**20
    line = Line(parts(*[chunk] * 40))
    with pytest.raises(Malformed, match="more than 32 MiB"):
        await operation(line.shop(), "7")
    assert len(line.seen) == 1


async def test_a_credential_that_an_answer_repeats_is_not_passed_on() -> None:
    line = Line(ok({"message": f"The key {KEY} may not do this, see https://shop.example/help."}, 403))
    with pytest.raises(PlatformError) as caught:
        await get_thing(line.shop(), "7")
    words = str(caught.value.words())
    assert KEY not in words
    assert "shop.example" not in words
    assert "The key (credential) may not do this, see (link)" in words
    line = Line(ok(THING | {"name": f"made with {KEY}"}))
    assert (await get_thing(line.shop(), "7")).name == "made with (credential)"


async def test_closing_closes_the_transport_and_the_next_call_opens_another() -> None:
    line = Line(ok(THING))
    await get_thing(line.shop(), "7")
    await line.connection.aclose()
    await line.connection.aclose()
    assert (await get_thing(line.shop(), "7")).id == "7"


async def test_a_wrong_credential_is_not_tried_again() -> None:
    line = Line(fails(401))
    with pytest.raises(AuthFailed):
        await get_thing(line.shop(), "7")
    assert len(line.seen) == 1
