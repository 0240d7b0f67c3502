"""One run: the sandbox and the server in processes of their own, a crowd from this one, and the end of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from mcp import Client

from benchmarks.processes import environment, running
from benchmarks.soak.gauges import Gauges, Places
from benchmarks.soak.ledger import Ledger
from benchmarks.soak.sessions import Crowd

SECONDS, SESSIONS = 600.0, 50
_SETTLING = 4
_ENDING = 20.0
# What an account of the sandbox signs in with, by the name of Pentad's setting.
_CREDENTIALS: Mapping[str, Mapping[str, str]] = {
    "claribi": {"api_key": "secret_key"},
    "omiq": {"token": "token"},
    "optimibi": {"username": "username", "password": "password"},
    "optimized": {"token": "token"},
    "timbr": {"api_key": "api_key"},
}


@dataclass(frozen=True)
class Pace:
    """Seconds. `keep` is how long results live, `idle` how long a session of the older protocol may be
    silent, so that what expires is steady within the run; `every` is between two samples."""

    seconds: float

    @property
    def keep(self) -> float:
        return max(self.seconds / 10, 1.0)

    @property
    def idle(self) -> float:
        return max(self.seconds / 20, 2.0)

    @property
    def every(self) -> float:
        return min(2.0, self.seconds / 60)


@dataclass(frozen=True)
class Ending:
    """What was there before anybody came, after everybody had gone and everything had expired, and after the
    signal: seconds until the process had ended, processes and files that were left."""

    idle: Mapping[str, float]
    rested: Mapping[str, float]
    rested_files: Sequence[str]
    seconds: float
    processes: int
    files: Sequence[str]


@dataclass(frozen=True)
class Soaked:
    """All that one run found. `began` and `ended` are when the crowd came and went."""

    pace: Pace
    sessions: int
    gauges: Gauges
    ledger: Ledger
    began: float
    ended: float
    ending: Ending


async def soaked(folder: Path, seconds: float = SECONDS, sessions: int = SESSIONS) -> Soaked:
    """Raises RuntimeError where a process ends before it should."""
    pace = Pace(seconds)
    async with _both(folder, pace) as (url, gauges):
        async with _followed(gauges):
            idle = dict([await gauges.next() for _ in range(_SETTLING)][-1])
            began = perf_counter()
            ends = asyncio.get_running_loop().time() + seconds
            crowd = Crowd(url, sessions, ends, gauges.places.downloads)
            await crowd.attend()
            ended = perf_counter()
            rested = await _rested(url, gauges, pace)
        ending = await _ended(gauges, idle, rested)
    return Soaked(pace, sessions, gauges, crowd.ledger, began, ended, ending)


@asynccontextmanager
async def _both(folder: Path, pace: Pace) -> AsyncGenerator[tuple[str, Gauges]]:
    places = Places(folder / "downloads", folder / "results", folder / "audit")
    every = str(pace.every)
    async with running(("benchmarks.soak.platforms", every), environment(folder)) as sandbox:
        told = await sandbox.line()
        accounts = {
            f"PENTAD_{name.upper()}_{setting.upper()}": told[name]["credentials"][given]
            for name, settings in _CREDENTIALS.items()
            for setting, given in settings.items()
        }
        urls = {f"PENTAD_{name.upper()}_URL": told[name]["url"] for name in _CREDENTIALS}
        for path in (places.downloads, places.results, places.audit):
            path.mkdir(parents=True)
        own = {
            f"PENTAD_{name.upper()}": str(getattr(places, name)) for name in ("downloads", "results", "audit")
        }
        arguments = ("benchmarks.soak.served", str(pace.keep), str(pace.idle), every)
        async with running(arguments, environment(folder, **accounts, **urls, **own)) as server:
            yield (await server.line())["url"], Gauges(server, sandbox, places)


@asynccontextmanager
async def _followed(gauges: Gauges) -> AsyncGenerator[None]:
    """Samples are taken for as long as the block runs."""
    follow = [
        asyncio.create_task(gauges.follow_server(perf_counter)),
        asyncio.create_task(gauges.follow_sandbox()),
    ]
    try:
        yield
    finally:
        for task in follow:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _rested(url: str, gauges: Gauges, pace: Pace) -> Mapping[str, float]:
    """After results have expired, sessions have been idle for too long, and connections to the platforms have
    closed: what is there when one more client has come and gone."""
    await asyncio.sleep(2 * pace.keep + min(pace.seconds / 20, 10.0))
    async with Client(url) as client:
        await client.call_tool("pentad_status", {})
    return dict([await gauges.next() for _ in range(_SETTLING)][-1])


async def _ended(gauges: Gauges, idle: Mapping[str, float], rested: Mapping[str, float]) -> Ending:
    resting = _names(gauges)
    process, worker = gauges.server.memory.process, gauges.worker
    before = perf_counter()
    os.kill(process, signal.SIGTERM)
    with suppress(RuntimeError):  # its output ends with it
        async with asyncio.timeout(_ENDING):
            while True:
                await gauges.server.line()
    mine = [one for one in (process, worker) if one is not None]
    left = await _left(mine)
    seconds = perf_counter() - before
    return Ending(idle, rested, resting, seconds, len(left), _names(gauges))


def _names(gauges: Gauges) -> list[str]:
    return sorted(file.name for file in gauges.places.passing() if file.name != "lock")


async def _left(processes: Sequence[int]) -> Sequence[int]:
    """Those that still run after a while."""
    for _ in range(100):
        processes = [one for one in processes if _runs(one)]
        if not processes:
            break
        await asyncio.sleep(_ENDING / 100)
    return processes


def _runs(process: int) -> bool:
    """Whether it does anything yet; one that only waits to be asked for its code has ended."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return False
