"""What a call takes through each server, beyond the bare request it makes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, TypeAlias

import httpx2 as httpx

from benchmarks.peers.servers import BARE, FETCH, OPEN, PATH, REPORT, SANDBOX, TOOL, Called, Server
from benchmarks.processes import Process
from benchmarks.tables import Table
from pentad.app import App
from pentad.settings import Account, Settings

# Of 5,000 that the key may make in an hour, all ways together.
CALLS = 300
WARMING = 20
FLOOD = 160
FLOODS = 3
AT_ONCE = 16
GET = "bare GET, warm connection"
OPEN_GET = "bare GET of the open page"
INSIDE = "App.call, in process"
ECHO = "bare SDK server, no GET"

Way: TypeAlias = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Calls:
    """Seconds of each call by way, calls a second by server, one at a time and with many under way, and MiB
    that the servers had at most."""

    seconds: Mapping[str, list[float]]
    rates: Mapping[str, float]
    peaks: Mapping[str, float]

    def median(self, way: str) -> float:
        return median(self.seconds[way])


async def calls(told: Mapping[str, Any], servers: Sequence[Server], folder: Path) -> Calls:
    """The same report in each way by turns. `told` is what the sandbox said, as `signed` returns it."""
    claribi, page = told["claribi"], told["optimibi"]["url"] + OPEN
    async with AsyncExitStack() as stack:
        processes = {each.name: await stack.enter_async_context(each.running()) for each in servers}
        for process in processes.values():
            await process.shake_hands()
            await process.request("tools/list")
        http = await stack.enter_async_context(httpx.AsyncClient(headers=claribi["headers"]))
        inside = await stack.enter_async_context(_in_process(claribi, folder))
        ways: dict[str, tuple[Way, str]] = {
            GET: (partial(_got, http, claribi["url"] + PATH), REPORT),
            OPEN_GET: (partial(_got, http, page), "version"),
            INSIDE: (inside, REPORT),
            ECHO: (partial(_called, processes[BARE], Called("echo", {"text": REPORT}, REPORT)), REPORT),
        }
        for each in servers:
            ways[each.name] = (partial(_called, processes[each.name], each.called), each.called.brings)
        seconds = await _in_turns(ways)
        rates = await _floods(servers, processes)
        peaks = {name: process.memory.peak() or 0.0 for name, process in processes.items()}
        return Calls(seconds, rates, peaks)


async def _in_turns(ways: Mapping[str, tuple[Way, str]]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(WARMING + CALLS):
        for name, (way, brings) in ways.items():
            before = perf_counter()
            text = await way()
            took = perf_counter() - before
            _brought(name, text, brings)
            if turn >= WARMING:
                seconds[name].append(took)
    return seconds


async def _floods(servers: Sequence[Server], processes: Mapping[str, Process]) -> dict[str, float]:
    """Calls a second with many under way."""
    rates: dict[str, list[float]] = {each.name: [] for each in servers}
    for _ in range(FLOODS):
        for each in servers:
            before = perf_counter()
            results = await processes[each.name].answered(
                "tools/call", FLOOD, AT_ONCE, name=each.called.tool, arguments=dict(each.called.arguments)
            )
            rates[each.name].append(FLOOD / (perf_counter() - before))
            for result in results:
                _brought(each.name, _told(result), each.called.brings)
    return {name: median(found) for name, found in rates.items()}


def _brought(name: str, text: str, brings: str) -> None:
    if brings not in text:
        raise RuntimeError(f"{name} did not bring {brings!r}: {text[:200]}")


async def _got(http: httpx.AsyncClient, address: str) -> str:
    return (await http.get(address)).text


async def _called(process: Process, called: Called) -> str:
    return _told(await process.request("tools/call", name=called.tool, arguments=dict(called.arguments)))


def _told(result: Mapping[str, Any]) -> str:
    if result.get("isError"):
        raise RuntimeError(f"a measured call failed: {result['content']}")
    return str(result["content"][0]["text"])


@asynccontextmanager
async def _in_process(claribi: Mapping[str, Any], folder: Path) -> AsyncGenerator[Way]:
    key = claribi["headers"]["X-API-Key"]
    account = Account("claribi", {"url": claribi["url"], "api_key": key})
    app = App(Settings(accounts={"claribi": account}, downloads=folder))

    async def call() -> str:
        return (await app.call(TOOL, {"report_id": REPORT})).text

    try:
        yield call
    finally:
        await app.aclose()


def table(found: Calls) -> Table:
    return Table(
        f"A call of {TOOL} over stdio, on a port of this machine",
        (
            "way",
            "median ms",
            "95th of 100",
            "beyond GET",
            "beyond bare server",
            "calls/s",
            f"{AT_ONCE} at once",
        ),
        [_row(found, name) for name in found.seconds],
        (
            f"{CALLS} calls each, in turns, after {WARMING} uncounted ones, on one sandbox in a process of "
            f"its own; {AT_ONCE} at once: the median of {FLOODS} times {FLOOD} calls, of which Pentad has at "
            "most 8 of an account under way, whatever it is asked.",
            f"{FETCH} cannot sign in: it gets a page of 0.2 KB that needs no sign-in, opens a client and a "
            "connection for each call as it always does, and its GET is that of the same page. Its own "
            f"options allow it private addresses and no look at robots.txt. {SANDBOX} asks its embedded "
            "platform, without a port.",
        ),
    )


def _row(found: Calls, name: str) -> tuple[str, ...]:
    took = found.seconds[name]
    figures = [f"{each * 1000:.2f}" for each in (median(took), quantiles(took, n=20)[-1])]
    if name in (GET, OPEN_GET, ECHO):
        return name, *figures, "", "", f"{1 / median(took):.0f}", ""
    base = found.median(OPEN_GET if name == FETCH else GET)
    beyond = "" if name in (SANDBOX, FETCH, INSIDE) else f"{(median(took) - found.median(BARE)) * 1000:+.2f}"
    rate = f"{found.rates[name]:.0f}" if name in found.rates else ""
    added = "" if name == SANDBOX else f"{(median(took) - base) * 1000:+.2f}"
    return name, *figures, added, beyond, f"{1 / median(took):.0f}", rate
