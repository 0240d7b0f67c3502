"""From the start of a server's process to its first answer, beside the bare server's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.processes import environment, running
from benchmarks.tables import Table, ratio

ROUNDS = 10
BARE = "bare server"
SERVERS = {
    BARE: ("benchmarks.bare_server",),
    "pentad serve, one account": ("pentad", "serve"),
    "pentad serve --sandbox": ("pentad", "serve", "--sandbox"),
}
ACCOUNT = {"PENTAD_CLARIBI_API_KEY": "claribi_key_made_up"}


@dataclass
class Starts:
    """Seconds and KiB of one server, a figure for each round."""

    seconds: list[float] = field(default_factory=list[float])
    resident: list[float] = field(default_factory=list[float])


async def starts(folder: Path) -> dict[str, Starts]:
    """Every server once in each round; the first round only warms the disk and leaves bytecode."""
    found = {name: Starts() for name in SERVERS}
    for turn in range(ROUNDS + 1):
        for name, arguments in SERVERS.items():
            more = ACCOUNT if arguments == ("pentad", "serve") else {}
            seconds, resident = await _start(arguments, environment(folder, **more))
            if turn:
                found[name].seconds.append(seconds)
                found[name].resident += [] if resident is None else [resident]
    return found


async def _start(arguments: tuple[str, ...], environ: Mapping[str, str]) -> tuple[float, float | None]:
    before = perf_counter()
    async with running(arguments, environ) as server:
        await server.shake_hands()
        await server.request("tools/list")
        return perf_counter() - before, server.memory.resident()


def table(found: Mapping[str, Starts]) -> Table:
    peer = found[BARE]
    rows = [_row(name, each, peer) for name, each in found.items()]
    return Table(
        "Start to the answer to tools/list",
        ("server", "median ms", "least", "most", "x bare", "RSS MiB", "x bare"),
        rows,
        (f"{ROUNDS} starts each, in turns, after one that is not counted.",),
    )


def _row(name: str, each: Starts, peer: Starts) -> tuple[str, ...]:
    figures = [
        f"{seconds * 1000:.0f}" for seconds in (median(each.seconds), min(each.seconds), max(each.seconds))
    ]
    times = ratio(median(each.seconds), median(peer.seconds))
    if not each.resident:
        return name, *figures, times, "-", "-"
    memory = median(each.resident)
    return name, *figures, times, f"{memory:.1f}", ratio(memory, median(peer.resident))
