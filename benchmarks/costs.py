"""What Pentad costs beside a bare server, a generated bridge and a popular server, all in one run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import calls, starts
from benchmarks.peers.servers import BARE, FIVE, ONE, servers, signed
from benchmarks.processes import environment, running
from benchmarks.promises import Figures, Promise

START = 1.0
ADDED = 1.0
MEMORY = 1.2


async def measured(folder: Path) -> Figures:
    """Takes about three minutes; the first time, the peers' packages are installed before."""
    async with running(("pentad", "sandbox"), environment(folder)) as sandbox:
        told = await sandbox.line()
        every = servers(told, folder)
        started = await starts.starts(every)
        called = await calls.calls(signed(told), every, folder)
    promised = [*_starts(started), *_added(called), *_memory(started)]
    return Figures(promised, [starts.table(started, called.peaks), calls.table(called)])


def _starts(found: dict[str, starts.Starts]) -> Sequence[Promise]:
    return [_start(found, name) for name in (ONE, FIVE)]


def _start(found: dict[str, starts.Starts], name: str) -> Promise:
    times, low, high = starts.times(found, name)
    return Promise(
        f"start to tools/list, {name}",
        f"at most {START} x the bare SDK server",
        f"{times:.2f} x",
        round(times, 2) <= START,
        f"half of the {starts.ROUNDS} rounds lie between {low:.2f} and {high:.2f}; of the processor's time "
        f"it takes {starts.busier(found, name):.2f} x. Beyond the SDK, which both load, are the schemas of "
        "the listed tools and the modules behind them.",
    )


def _added(found: calls.Calls) -> Sequence[Promise]:
    inside = (found.median(calls.INSIDE) - found.median(calls.GET)) * 1000
    over = (found.median(ONE) - found.median(BARE)) * 1000
    bound = f"at most {ADDED} ms, median"
    return [
        Promise(
            "added time per call, in process",
            bound,
            f"{inside:.2f} ms",
            inside <= ADDED,
            "App.call less the bare GET of the same report on a warm connection.",
        ),
        Promise(
            "added time per call, over stdio",
            bound,
            f"{over:.2f} ms",
            over <= ADDED,
            "Pentad less the bare SDK server whose handwritten tool makes the same GET, both over stdio.",
        ),
    ]


def _memory(found: dict[str, starts.Starts]) -> Sequence[Promise]:
    bare = median(found[BARE].resident)
    each = {name: median(found[name].resident) for name in (ONE, FIVE)}
    return [
        Promise(
            f"idle memory, {name}",
            f"at most {MEMORY} x the bare SDK server",
            f"{memory / bare:.2f} x ({memory:.1f} MiB)",
            memory <= MEMORY * bare,
        )
        for name, memory in each.items()
    ]
