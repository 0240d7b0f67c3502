"""From the start of a server's process to its first answers, and the memory it has then, beside its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter

from benchmarks.peers.servers import BARE, BRIDGE, FETCH, Server
from benchmarks.tables import Table, ratio

ROUNDS = 15
# What takes long to start is started less often; nothing is promised of it.
SELDOM = {BRIDGE: 3, FETCH: 3}


@dataclass
class Starts:
    """Of one server, a figure for each round: seconds to the answer to `initialize` and to `tools/list`,
    processor seconds, and MiB afterwards."""

    initialized: list[float] = field(default_factory=list[float])
    listed: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    resident: list[float] = field(default_factory=list[float])


async def starts(servers: Sequence[Server]) -> dict[str, Starts]:
    """Every server once in each round, the order turned round each time; the first round only warms the disk
    and leaves bytecode."""
    found = {server.name: Starts() for server in servers}
    for turn in range(ROUNDS + 1):
        order = servers if turn % 2 else servers[::-1]
        for server in order:
            if turn % SELDOM.get(server.name, 1) == 0:
                await _start(server, found[server.name] if turn else Starts())
    return found


async def _start(server: Server, found: Starts) -> None:
    before = perf_counter()
    async with server.running() as process:
        await process.shake_hands()
        found.initialized.append(perf_counter() - before)
        await process.request("tools/list")
        found.listed.append(perf_counter() - before)
        found.busy.append(process.memory.busy() or 0.0)
        found.resident.append(process.memory.resident() or 0.0)


def times(found: Mapping[str, Starts], name: str) -> tuple[float, float, float]:
    """How many times the bare server's start a start takes: the median of the rounds, each against the bare
    start of its own round, and the quartiles."""
    each = [mine / peer for mine, peer in zip(found[name].listed, found[BARE].listed, strict=True)]
    low, middle, high = quantiles(each, n=4)
    return middle, low, high


def busier(found: Mapping[str, Starts], name: str) -> float:
    """The same of the processor's seconds."""
    pairs = zip(found[name].busy, found[BARE].busy, strict=True)
    return median(mine / peer for mine, peer in pairs if peer)


def table(found: Mapping[str, Starts], peaks: Mapping[str, float]) -> Table:
    """`peaks` are MiB that the servers had at most after their calls."""
    rows = [_row(name, each, found[BARE], peaks[name]) for name, each in found.items()]
    return Table(
        "Start and memory",
        (
            "server",
            "to initialize ms",
            "to tools/list ms",
            "x bare",
            "CPU ms",
            "idle MiB",
            "x bare",
            "busy MiB",
        ),
        rows,
        (
            f"Medians of {ROUNDS} starts in turns after one that is not counted ({ROUNDS // 3} of the bridge "
            f"and of {FETCH}); idle is resident after tools/list, busy the most there was after the calls.",
        ),
    )


def _row(name: str, each: Starts, peer: Starts, peak: float) -> tuple[str, ...]:
    listed, memory = median(each.listed), median(each.resident)
    return (
        name,
        f"{median(each.initialized) * 1000:.0f}",
        f"{listed * 1000:.0f}",
        ratio(listed, median(peer.listed)),
        f"{median(each.busy) * 1000:.0f}",
        f"{memory:.1f}",
        ratio(memory, median(peer.resident)),
        f"{peak:.1f}",
    )
