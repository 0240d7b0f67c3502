"""An answer of some kind within the time a host waits, whatever the platform does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import repeat
from pathlib import Path

import httpx2 as httpx
import pytest

from pentad.call import PATIENCE, Call
from pentad.errors import Malformed, PlatformError, Unavailable
from pentad.http.auth import JwtAuth
from pentad.sandbox import Fault, Sandbox
from tests.clock import ManualClock
from tests.http.loop import LoopClock, run
from tests.http.wire import (
    THING,
    URL,
    Line,
    Shop,
    Step,
    bench,
    create_thing,
    get_thing,
    ok,
    parts,
    save_thing,
)

LATEST = PATIENCE + 0.6


async def _never(_: object = None) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def _soon() -> None:
    await asyncio.sleep(0.5)


async def _late(_: httpx.Request) -> httpx.Response:
    await asyncio.sleep(40)
    return httpx.Response(200, json=THING)


def _timed(step: Step, act: Callable[[Shop], Awaitable[object]], tmp_path: Path) -> tuple[float, str]:
    """How long the failure took, by the loop's own time, and its kind."""

    async def main() -> tuple[float, str]:
        line = Line(step, clock=LoopClock(), folder=tmp_path)
        begun = line.clock.monotonic()
        with pytest.raises(PlatformError) as caught:
            await act(line.shop())
        return line.clock.monotonic() - begun, caught.value.kind

    return run(main())


ENDLESS: dict[str, Step] = {
    "no first byte": _never,
    "a trickle": parts(*[b" ", _soon] * 400),
    "a body that stops": parts(b'{"id":', _never),
    "a pointer that stops": parts(b'{"url":', _never, content_type="application/json"),
    "a busy fault": ok({}, 503, retry_after="11"),
    "a limit": ok({}, 429, retry_after="11"),
}


@pytest.mark.parametrize("how", ENDLESS)
@pytest.mark.parametrize("act", [get_thing, create_thing, save_thing])
def test_an_answer_comes_in_time(
    how: str, act: Callable[[Shop, str], Awaitable[object]], tmp_path: Path
) -> None:
    took, kind = _timed(ENDLESS[how], lambda shop: act(shop, "7"), tmp_path)
    assert took <= LATEST
    assert kind in ("unavailable", "rate_limited")
    assert list(tmp_path.iterdir()) == []


def test_waiting_for_a_turn_counts_too() -> None:
    async def main() -> None:
        line = Line(_never, clock=LoopClock())
        begun = line.clock.monotonic()
        calls = [get_thing(line.shop(), str(number)) for number in range(30)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert line.clock.monotonic() - begun <= LATEST
        assert all(isinstance(error, Unavailable) for error in errors)

    run(main())


def test_a_write_that_never_got_its_turn_did_nothing() -> None:
    async def main() -> None:
        line = Line(_never, clock=LoopClock())
        calls = [create_thing(line.shop(), str(number)) for number in range(30)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        outcomes = [error.outcome for error in errors if isinstance(error, Unavailable)]
        assert outcomes.count("unknown") == len(line.seen)
        assert outcomes.count("none") == 30 - len(line.seen)

    run(main())


def test_slow_calls_take_turns() -> None:
    async def main() -> None:
        busy = most = 0

        async def counted(_: httpx.Request) -> httpx.Response:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(1)
            busy -= 1
            return httpx.Response(200, json=THING)

        line = Line(counted, clock=LoopClock())
        await asyncio.gather(*(get_thing(line.shop(), str(number)) for number in range(20)))
        assert most == 8

    run(main())


def test_a_call_whose_time_is_up_asks_nothing() -> None:
    line = Line(ok(THING))
    call = Call(line.clock)
    line.manual.advance(PATIENCE)

    async def main() -> None:
        with pytest.raises(Unavailable) as caught:
            await create_thing(line.shop(call), "lamp")
        assert caught.value.outcome == "none"

    run(main())
    assert line.seen == []


async def _hanging_renewal(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/login":
        return httpx.Response(200, json={"access": "good-token", "refresh": "r"})
    if request.url.path == "/refresh":
        return await _never()
    await asyncio.sleep(15 if request.url.path == "/things" else 0)
    return httpx.Response(401)


def test_waiting_for_anothers_sign_in_counts_too() -> None:
    """A call that comes to the sign-in late finds it held by one that may wait longer."""

    async def main() -> None:
        clock, home = LoopClock(), httpx.URL(URL)
        auth = JwtAuth(home, clock, "Shop", home.join("/login"), home.join("/refresh"), {})
        line = Line(_hanging_renewal, clock=clock, auth=auth)
        begun = clock.monotonic()
        slow = asyncio.ensure_future(create_thing(line.shop(), "lamp"))
        await asyncio.sleep(10)
        fast = asyncio.ensure_future(get_thing(line.shop(), "7"))
        with pytest.raises(Unavailable, match="too busy") as caught:
            await slow
        assert clock.monotonic() - begun <= LATEST
        assert caught.value.outcome == "none"
        with pytest.raises(Unavailable):
            await fast

    run(main())


def test_an_answer_that_comes_late_but_in_time_is_read() -> None:
    async def main() -> None:
        line = Line(_late, clock=LoopClock())
        assert (await get_thing(line.shop(), "7")).id == "7"

    run(main())


def test_the_download_of_a_pointer_is_bounded(tmp_path: Path) -> None:
    line = Line(parts(*repeat(b" " * 2**18, 5), content_type="application/json"), folder=tmp_path)

    async def main() -> None:
        with pytest.raises(Malformed, match="too large"):
            await save_thing(line.shop(), "7")

    run(main())


@pytest.mark.parametrize(
    "fault",
    [
        Fault("delay", delay=300, times=None),
        Fault("trickle", delay=5, after_bytes=4, times=None),
        Fault("slow_connect", delay=300, times=None),
        Fault("reset", times=None),
        Fault("truncate", times=None),
        Fault("status", times=None),
    ],
    ids=lambda fault: fault.kind,
)
async def test_the_sandboxs_worst_is_answered_in_time(fault: Fault) -> None:
    from pentad.platforms.claribi import Claribi
    from pentad.settings import Account
    from pentad_tools.claribi.reports import list_reports

    clock = ManualClock()
    sandbox = Sandbox(clock=clock)
    platform = sandbox.platforms["claribi"]
    platform.faults.add(fault)
    values = {"url": platform.url, "api_key": str(platform.credentials["api_key"])}
    connection = Claribi.connect(Account("claribi", values), clock, sandbox.transport)
    begun = clock.monotonic()
    client = Claribi(connection, bench(Call(clock)))
    with pytest.raises(Unavailable):
        await list_reports(client)
    assert clock.monotonic() - begun <= LATEST
    await connection.aclose()
