"""Operations that may take as long as a call lasts: waited for once, and no sign of a platform in trouble."""

from __future__ import annotations

import asyncio

import httpx2 as httpx
import pytest

from pentad.call import PATIENCE
from pentad.errors import PlatformError, Unavailable
from pentad.http import retry
from pentad.models import Id
from pentad.operations import Operation, reads
from tests.http.loop import LoopClock, run
from tests.http.wire import THING, Line, Shop, Step, Thing, breaks, fails, get_thing, ok

ADVICE = "it may go on there; ask for less"
LATE = [breaks(httpx.ReadTimeout("slow")), breaks(httpx.WriteTimeout("slow"))]


@reads("POST /things/search", slow=ADVICE)
async def search(shop: Shop, words: Id) -> Thing:
    """Looks everywhere."""
    return await shop.send(Thing, body={"words": words})


@reads("POST /dreams/search", slow=ADVICE, spends="credits")
async def search_dreams(shop: Shop, words: Id) -> Thing:
    """Looks everywhere, at a cost each time."""
    return await shop.send(Thing, body={"words": words})


BOTH = pytest.mark.parametrize("act", [search, search_dreams], ids=["free", "at a cost"])


@pytest.mark.parametrize(("act", "seconds"), [(search, PATIENCE), (get_thing, 20.0)])
async def test_a_slow_operation_may_be_silent_for_the_whole_call(
    act: Operation[..., Thing], seconds: float
) -> None:
    line = Line(ok(THING))
    await act(line.shop(), "7")

    assert line.seen[0].extensions["timeout"]["read"] == seconds
    assert line.seen[0].extensions["timeout"]["connect"] == 10.0


def test_a_late_answer_is_waited_for() -> None:
    async def late(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(PATIENCE - 1)
        return httpx.Response(200, json=THING)

    async def main() -> int:
        line = Line(late, clock=LoopClock())
        assert (await search(line.shop(), "7")).id == "7"
        return len(line.seen)

    assert run(main()) == 1


def test_an_answer_that_never_comes_is_left_in_time_and_not_asked_for_again() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async def main() -> tuple[int, int, float]:
        line = Line(never, clock=LoopClock())
        begun = line.clock.monotonic()
        with pytest.raises(Unavailable, match=ADVICE):
            await search(line.shop(), "7")
        return len(line.seen), line.connection.breaker.failures, line.clock.monotonic() - begun

    seen, failures, lasted = run(main())
    assert (seen, failures) == (1, 0)
    assert lasted <= PATIENCE + 0.6


@BOTH
@pytest.mark.parametrize("step", LATE, ids=["read", "write"])
async def test_a_wait_in_vain_says_what_may_go_on_and_is_not_repeated(
    act: Operation[..., Thing], step: Step
) -> None:
    line = Line(step, ok(THING))
    with pytest.raises(Unavailable) as caught:
        await act(line.shop(), "7")

    assert caught.value.message == f"Shop did not answer in time: {ADVICE}."
    assert len(line.seen) == 1


@BOTH
@pytest.mark.parametrize("step", [LATE[0], fails(500)], ids=["timeout", "500"])
async def test_slowness_is_no_sign_of_a_platform_in_trouble(act: Operation[..., Thing], step: Step) -> None:
    line = Line(*[step] * 30, ok(THING))
    for _ in range(30):
        with pytest.raises(PlatformError):
            await act(line.shop(), "7")

    assert (len(line.seen), line.connection.breaker.failures) == (30, 0)
    assert (await get_thing(line.shop(), "7")).id == "7"


@BOTH
async def test_an_internal_error_is_final(act: Operation[..., Thing]) -> None:
    line = Line(fails(500), ok(THING))
    with pytest.raises(Unavailable):
        await act(line.shop(), "7")

    assert len(line.seen) == 1


PASSING = [fails(502), fails(503), breaks(httpx.ReadError("reset")), breaks(httpx.ConnectTimeout("slow"))]


@pytest.mark.parametrize("step", PASSING, ids=["502", "503", "reset", "unconnected"])
async def test_other_passing_faults_are_repeated_and_counted(step: Step) -> None:
    line = Line(step, step, ok(THING))
    assert (await search(line.shop(), "7")).id == "7"
    down = Line(step)
    with pytest.raises(Unavailable):
        await search(down.shop(), "7")

    assert (len(line.seen), len(down.seen)) == (3, retry.ATTEMPTS)
    assert down.connection.breaker.failures == retry.ATTEMPTS


async def test_an_internal_error_of_a_quick_operation_is_still_repeated_and_counted() -> None:
    line = Line(fails(500))
    with pytest.raises(Unavailable):
        await get_thing(line.shop(), "7")

    assert line.connection.breaker.failures == len(line.seen) == retry.ATTEMPTS


async def test_a_limit_is_waited_for() -> None:
    line = Line(fails(429, retry_after="3"), ok(THING))

    assert (await search_dreams(line.shop(), "7")).id == "7"
    assert sum(line.manual.slept) >= 3.0


async def test_a_gateway_that_lost_patience_is_an_answer_that_did_not_come_in_time() -> None:
    line = Line(*[fails(504)] * 9)
    for _ in range(9):
        with pytest.raises(Unavailable, match=ADVICE):
            await search(line.shop(), "7")

    assert (len(line.seen), line.connection.breaker.failures) == (9, 0)
