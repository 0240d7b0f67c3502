"""What a call through Pentad takes beyond the bare request it makes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, TypeAlias

import httpx2 as httpx

from benchmarks.processes import environment, running
from benchmarks.tables import Table
from pentad.app import App
from pentad.settings import Account, Settings

CALLS = 300
WARMING = 20
REPORT = "9001"
TOOL = "claribi_get_report"
BARE = "bare GET, warm connection"
ECHO = "bare server over stdio, no GET"

Way: TypeAlias = Callable[[], Awaitable[str]]
Seconds: TypeAlias = Mapping[str, list[float]]


async def calls(folder: Path) -> Seconds:
    """The same report in each way by turns. All ways draw on one key, whose hourly limit they stay under."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running(("pentad", "sandbox"), environment(folder)))
        told = (await sandbox.line())["claribi"]
        url, key = told["url"], told["credentials"]["secret_key"]
        opened = {
            BARE: _bare(url, key),
            "App.call, in process": _in_process(url, key, folder),
            "Pentad over stdio": _over_stdio(url, key, folder),
            ECHO: _echoed(folder),
        }
        ways = {name: await stack.enter_async_context(way) for name, way in opened.items()}
        return await _in_turns(ways)


async def _in_turns(ways: Mapping[str, Way]) -> Seconds:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(WARMING + CALLS):
        for name, way in ways.items():
            before = perf_counter()
            text = await way()
            took = perf_counter() - before
            if REPORT not in text:
                raise RuntimeError(f"{name} did not bring the report: {text[:200]}")
            if turn >= WARMING:
                seconds[name].append(took)
    return seconds


@asynccontextmanager
async def _bare(url: str, key: str) -> AsyncGenerator[Way]:
    async with httpx.AsyncClient(headers={"X-API-Key": key}) as client:

        async def get() -> str:
            return (await client.get(f"{url}/api/v1/reports/{REPORT}")).text

        yield get


@asynccontextmanager
async def _in_process(url: str, key: str, folder: Path) -> AsyncGenerator[Way]:
    accounts = {"claribi": Account("claribi", {"url": url, "api_key": key})}
    app = App(Settings(accounts=accounts, downloads=folder))

    async def call() -> str:
        return (await app.call(TOOL, {"report_id": REPORT})).text

    try:
        yield call
    finally:
        await app.aclose()


@asynccontextmanager
async def _over_stdio(url: str, key: str, folder: Path) -> AsyncGenerator[Way]:
    environ = environment(folder, PENTAD_CLARIBI_URL=url, PENTAD_CLARIBI_API_KEY=key)
    async with running(("pentad", "serve"), environ) as server:
        await server.shake_hands()

        async def call() -> str:
            return _told(await server.request("tools/call", name=TOOL, arguments={"report_id": REPORT}))

        yield call


@asynccontextmanager
async def _echoed(folder: Path) -> AsyncGenerator[Way]:
    """What the SDK itself takes of a call over stdio."""
    async with running(("benchmarks.bare_server",), environment(folder)) as server:
        await server.shake_hands()

        async def call() -> str:
            return _told(await server.request("tools/call", name="echo", arguments={"text": REPORT}))

        yield call


def _told(result: Mapping[str, Any]) -> str:
    return str(result["content"][0]["text"])


def table(seconds: Seconds) -> Table:
    base = median(seconds[BARE])
    rows = [_row(name, took, base) for name, took in seconds.items()]
    return Table(
        f"A call of {TOOL} on a port of this machine",
        ("way", "median ms", "95th of 100", "added"),
        rows,
        (f"{CALLS} calls each, in turns, after {WARMING} uncounted ones; the sandbox is a process apart.",),
    )


def _row(name: str, took: list[float], base: float) -> tuple[str, ...]:
    figures = [f"{each * 1000:.2f}" for each in (median(took), quantiles(took, n=20)[-1])]
    added = "" if name in (BARE, ECHO) else f"{(median(took) - base) * 1000:.2f}"
    return name, *figures, added
