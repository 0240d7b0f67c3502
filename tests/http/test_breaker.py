"""A platform in trouble is left alone for a moment, and only that account."""

from __future__ import annotations

import asyncio

import httpx2 as httpx
import pytest

from pentad.errors import NotFound, Unavailable
from pentad.http.breaker import Breaker, RepeatBudget
from pentad.http.retry import Retrying
from tests.clock import ManualClock
from tests.http.wire import THING, Line, create_thing, fails, get_thing, ok


def test_it_opens_probes_and_closes() -> None:
    clock = ManualClock()
    breaker = Breaker(clock, "Shop", threshold=3, rest=15.0)
    for _ in range(3):
        breaker.admit()
        breaker.record(healthy=False)
    assert breaker.open
    with pytest.raises(Unavailable, match="3 times in a row") as caught:
        breaker.admit()
    assert (caught.value.words()["retry_after"], caught.value.outcome) == (15, "none")
    clock.advance(15)
    breaker.admit()
    with pytest.raises(Unavailable):
        breaker.admit()
    breaker.record(healthy=True)
    assert not breaker.open
    breaker.admit()


def test_a_failed_probe_starts_the_rest_again() -> None:
    clock = ManualClock()
    breaker = Breaker(clock, "Shop", threshold=1, rest=15.0)
    breaker.record(healthy=False)
    clock.advance(15)
    breaker.admit()
    breaker.record(healthy=False)
    clock.advance(14)
    with pytest.raises(Unavailable):
        breaker.admit()
    clock.advance(1)
    breaker.admit()


def test_a_probe_that_never_ends_is_followed_by_another() -> None:
    clock = ManualClock()
    breaker = Breaker(clock, "Shop", threshold=1, rest=15.0)
    breaker.record(healthy=False)
    for _ in range(3):
        clock.advance(15)
        breaker.admit()


def test_repeats_are_earned_by_answers() -> None:
    budget = RepeatBudget(size=2.0, earned=0.5)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()


async def _fail(line: Line, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable):
            await create_thing(line.shop(), "lamp")


async def test_an_outage_is_answered_at_once_without_sending() -> None:
    line = Line(fails(503))
    await _fail(line, 8)
    before = line.manual.now
    with pytest.raises(Unavailable) as caught:
        await get_thing(line.shop(), "7")
    assert (len(line.seen), line.manual.now) == (8, before)
    assert "left alone" in caught.value.message
    line.manual.advance(15)
    line.tape.steps = [ok(THING)]
    assert (await get_thing(line.shop(), "7")).id == "7"
    assert (await get_thing(line.shop(), "7")).id == "7"


async def test_an_open_breaker_takes_no_slots() -> None:
    line = Line(fails(503))
    await _fail(line, 8)
    taken = len(line.connection.pacing.budget("general").taken)
    await _fail(line, 5)
    assert len(line.connection.pacing.budget("general").taken) == taken


async def test_a_repeat_that_meets_the_open_breaker_waits_no_longer() -> None:
    line = Line(fails(503))
    await _fail(line, 6)
    with pytest.raises(Unavailable):
        await get_thing(line.shop(), "7")
    assert len(line.seen) == 8


async def test_what_waits_for_a_lane_while_the_breaker_opens_is_not_sent() -> None:
    line = Line(fails(503))
    told = await asyncio.gather(
        *(create_thing(line.shop(), "lamp") for _ in range(40)), return_exceptions=True
    )
    assert all(isinstance(one, Unavailable) for one in told)
    assert len(line.seen) <= 8 + 7


async def test_an_outage_earns_no_repeats_and_answers_do() -> None:
    line = Line(ok(THING), fails(503))
    repeats = RepeatBudget(size=2.0)
    line.connection.breaker = Breaker(line.manual, "Shop", threshold=1000)
    retrying = Retrying(
        line.tape, line.manual, "Shop", line.connection.pacing, line.connection.breaker, repeats
    )
    line.connection.__dict__["http"] = httpx.AsyncClient(transport=retrying)
    assert (await get_thing(line.shop(), "7")).id == "7"
    for _ in range(20):
        with pytest.raises(Unavailable):
            await get_thing(line.shop(), "7")
    assert len(line.seen) == 1 + 20 + 2
    line.tape.steps = [ok(THING)]
    for _ in range(2):
        await get_thing(line.shop(), "7")
    line.tape.steps = [fails(503), ok(THING)]
    assert (await get_thing(line.shop(), "7")).id == "7"


async def test_refusals_are_no_failures() -> None:
    line = Line(fails(404))
    for _ in range(20):
        with pytest.raises(NotFound):
            await get_thing(line.shop(), "7")
    assert not line.connection.breaker.open


async def test_another_account_does_not_notice() -> None:
    ill, well = Line(fails(503)), Line(ok(THING))
    await _fail(ill, 8)
    assert ill.connection.breaker.open
    assert (await get_thing(well.shop(), "7")).id == "7"
