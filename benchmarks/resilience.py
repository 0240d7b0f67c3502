"""What is promised while platforms fail: all figures are of an injected clock, but for one in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import httpx2 as httpx
from tests.clock import ManualClock
from tests.faults.cells import Cell, Playhouse, played
from tests.faults.loop import LoopHands, SkippingLoop
from tests.faults.outages import FAILING, REFUSED, Outage, outage
from tests.faults.promises import SORTS
from tests.faults.storms import Changes, Weather, changing, reading
from tests.faults.troubles import TROUBLES
from tests.inside import EVERYTHING, World

from benchmarks.processes import environment, running
from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table
from pentad.app import App
from pentad.settings import Account, Settings

CALLS = 4_000
ROUNDS = 10
BURSTS, SIZE = 20, 20
HANGING = 12
BLOCKS, BLOCK = 12, 30
_TOOL, _REPORT = "claribi_get_report", {"report_id": "9001"}

T = TypeVar("T")


def _skipping(main: Callable[[], Coroutine[Any, Any, T]]) -> Awaitable[T]:
    """Run on a loop whose waits take no time, in a thread of its own."""

    def run() -> T:
        with asyncio.Runner(loop_factory=SkippingLoop) as runner:
            return runner.run(main())

    return asyncio.to_thread(run)


async def cells(folder: Path) -> Sequence[Cell]:
    """Every cell of the matrix."""

    async def most() -> list[Cell]:
        house = Playhouse(folder / "house", LoopHands)
        return [cell for n, one in enumerate(TROUBLES) for cell in await played(house, one, n + 1)]

    aside = Playhouse(folder / "aside", ManualClock)
    rest = [cell for one in TROUBLES for cell in await played(aside, one, 0, beside=True)]
    return [*await _skipping(most), *rest]


async def weather(folder: Path) -> Weather:
    return await _skipping(lambda: reading(Playhouse(folder / "storm", LoopHands), CALLS, seed=11))


async def changes(folder: Path) -> Changes:
    return await _skipping(lambda: changing(Playhouse(folder / "changes", LoopHands), range(1, 1 + ROUNDS)))


async def outages(folder: Path) -> Sequence[Outage]:
    async def each() -> list[Outage]:
        found = []
        for fault in (REFUSED, FAILING):
            world = World(folder / fault.kind / "files", LoopHands(), **EVERYTHING)
            found.append(await outage(world, fault, bursts=BURSTS, size=SIZE))
            await world.app.aclose()
        return found

    return await _skipping(each)


async def beside(folder: Path) -> tuple[float, float]:
    """Median seconds of a call while no platform is dead, and how many times that it takes while calls of
    one hang: the median over pairs of blocks, each with the block next to it."""
    alone, times = list[float](), list[float]()
    async with _served(folder) as app:
        await _timed(app, BLOCK)
        for turn in range(BLOCKS):
            order = (0, HANGING) if turn % 2 else (HANGING, 0)
            took = {count: await _among(app, count) for count in order}
            alone.append(took[0])
            times.append(took[HANGING] / took[0])
    return median(alone), median(times)


async def _among(app: App, count: int) -> float:
    """Median seconds of a call while so many others hang; with none, after the same rest, as a machine that
    was idle is slower for a while."""
    hanging = [asyncio.create_task(app.call("omiq_list_datasets", {})) for _ in range(count)]
    await asyncio.sleep(1.0)
    took = await _timed(app, BLOCK)
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    return median(took)


@asynccontextmanager
async def _served(folder: Path) -> AsyncGenerator[App]:
    """An app whose platforms are served by another process; OMIQ takes requests and answers none."""
    async with running(("pentad", "sandbox"), environment(folder)) as sandbox:
        told = await sandbox.line()
        silent = {"kind": "delay", "delay": 3600.0, "times": None}
        async with httpx.AsyncClient() as client:
            control = httpx.URL(told["omiq"]["url"]).join("/omiq/_faults")
            (await client.post(control, json=silent)).raise_for_status()
        names = {"claribi": ("api_key", "secret_key"), "omiq": ("token", "token")}
        accounts = {
            name: Account(name, {"url": told[name]["url"], setting: told[name]["credentials"][known]})
            for name, (setting, known) in names.items()
        }
        app = App(Settings(accounts=accounts, downloads=folder / "files"))
        try:
            yield app
        finally:
            await app.aclose()


async def _timed(app: App, count: int) -> list[float]:
    took = []
    for _ in range(count):
        before = perf_counter()
        answer = await app.call(_TOOL, _REPORT)
        took.append(perf_counter() - before)
        if answer.is_error:
            raise RuntimeError(f"the healthy platform failed: {answer.text[:200]}")
    return took


def matrix(found: Sequence[Cell]) -> Table:
    """What is promised in each fault to each sort of operation."""
    rows = []
    for trouble in TROUBLES:
        mine = [cell for cell in found if cell.trouble == trouble.name]
        words = tuple(trouble.promises[sort].words for sort in SORTS)
        rows.append((trouble.name, *words, str(len(mine)), "yes" if all(one.held for one in mine) else "NO"))
    broken = tuple(f"Not held: {one.tool} in {one.trouble}: {one.told}" for one in found if not one.held)
    exceptions = (
        "A credential that cannot be renewed is an auth_failed when it expires. What needs the disk is "
        "rejected when it is full. A file that is as long as was said is taken for whole. Verbs that run an "
        "operation keep the promises of that one; the others ask no platform and succeed.",
    )
    columns = ("fault", *SORTS, "tools", "held")
    return Table("Promises in each fault", columns, rows, (*exceptions, *broken))


async def measured(folder: Path) -> Figures:
    found, storm, changed = await cells(folder), await weather(folder), await changes(folder)
    out = await outages(folder)
    alone, times = await beside(folder)
    held, most = sum(cell.held for cell in found), max(one.amplification for one in out)
    back, added = max(one.recovered for one in out), times - 1
    promises = [
        Promise(
            "core tools in each fault, as promised",
            "all",
            f"{held} of {len(found)} cells",
            held == len(found),
        ),
        Promise(
            "safe calls that succeed at 20 % mixed faults",
            "99.9 % within 45 s",
            f"{storm.share:.2%} of {storm.calls:,}, the longest {storm.longest:.0f} s",
            storm.share >= 0.999 and storm.longest <= 45.5,
            "Core reads of which every request may be repeated; statements and cube queries, which may go on "
            "over there, and the one that starts an export are not among them.",
        ),
        Promise(
            "changes done twice at 20 % mixed faults",
            "0",
            f"{len(changed.twice)} of {changed.calls}, {changed.unknown} told as unknown, "
            f"{len(changed.untrue)} untrue",
            not changed.twice and not changed.untrue,
        ),
        Promise("requests per call in a full outage", "<= 1.1", f"{most:.2f}", most <= 1.1),
        Promise("seconds from an outage's end to a success", "<= 30", f"{back:.0f}", back <= 30),
        Promise(
            "latency beside a dead platform",
            "< 5 % more",
            f"{added:+.1%} of {alone * 1000:.2f} ms",
            added < 0.05,
            f"The median of {BLOCKS} pairs of {BLOCK} calls each, with {HANGING} calls hanging; on the "
            "injected clock the difference is nil.",
        ),
    ]
    return Figures(promises, [matrix(found)])
