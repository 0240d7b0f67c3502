"""What a table of five million events costs: exported over a socket, queried, summarized; beside Python's own
csv module over the file that was saved."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.processes import Process, environment, running
from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table
from pentad.sandbox import Sandbox
from pentad.sandbox.listening import run

EVENTS = 5_000_000
# In MiB: of the serving process, all of it.
TARGET = 150
# With the flags of so many populations a row has about two hundred bytes.
_POPULATIONS = 60
_MOST = 20
_FEATURE = "BUV395-A___CD3"


async def serve(events: int) -> None:
    """The embedded OMIQ, one file of which has so many events."""
    sandbox = Sandbox(pace=0.1)
    omiq = sandbox.platforms["omiq"]
    file = int(omiq.samples["file"])
    size = len(next(iter(omiq.state.values(file).values())))
    omiq.state.repeat[file] = -(-events // size)
    omiq.state.link_life = 3600.0
    await run(0, sandbox, sys.stdout)


@dataclass(frozen=True)
class Counted:
    """Seconds of each step and what came of it; MiB of each process at its peak, where the system tells."""

    size: int
    rows: int
    exported: float
    calls: int
    queried: float
    again: float
    summarized: float
    plain: float
    server: float | None
    worker: float | None
    plain_peak: float | None


async def counted(folder: Path, events: int = EVENTS) -> Counted:
    """One server over stdio, with the platform in a process apart, and a plain reader after it."""
    async with running(("benchmarks.events", "serve", str(events)), environment(folder)) as platform:
        place = (await platform.line())["omiq"]
        environ = environment(
            folder,
            PENTAD_OMIQ_URL=place["url"],
            PENTAD_OMIQ_TOKEN=place["credentials"]["token"],
            PENTAD_DOWNLOADS=str(folder / "downloads"),
            PENTAD_RESULTS=str(folder / "kept"),
            PENTAD_QUOTA="4096",
        )
        samples = Sandbox().platforms["omiq"].samples
        async with running(("pentad", "serve"), environ) as server:
            await server.shake_hands()
            return await _measured(server, str(samples["big_workflow"]), str(samples["file"]), folder)


async def _measured(server: Process, workflow: str, file: str, folder: Path) -> Counted:
    asked: dict[str, Any] = {"workflow_id": workflow}
    _, described, _ = await _until(server, "omiq_describe_workflow", {**asked, "fields": ["id", "path"]})
    ids, (name, *_) = zip(*described["rows"][:_POPULATIONS], strict=True)
    every = {**asked, "populations": ids, "file": file, "options": ["reverse_transform"]}
    exported, saved, calls = await _until(server, "omiq_export_events", every)
    sql = f'SELECT count(*) AS n, sum("{name}") AS inside, median("{_FEATURE}") AS m FROM {saved["result"]}'
    queried, first, _ = await _until(server, "query_results", {"sql": sql})
    again, _, _ = await _until(server, "query_results", {"sql": sql})
    told = {**asked, "populations": ids[:2], "files": [file], "features": ["CD3", "FSC-A"]}
    summarized, summary, _ = await _until(server, "omiq_summarize_population", told)
    peaks = server.memory.peak(), next((worker.peak() for worker in server.memory.children()), None)
    if first["rows"][0][1] != summary["rows"][0][2]:
        raise RuntimeError(f"two ways to count disagree: {first['rows']} and {summary['rows']}")
    environ = environment(folder)
    async with running(("benchmarks.events", "read", saved["path"], name), environ) as plain:
        alone = await plain.line()
        peak = plain.memory.peak()
    if alone["inside"] != first["rows"][0][1]:
        raise RuntimeError(f"the plain reader counts otherwise: {alone} and {first['rows']}")
    return Counted(
        saved["size"], saved["row_count"], exported, calls, queried, again, summarized,
        alone["seconds"], *peaks, peak,
    )  # fmt: skip


async def _until(server: Process, name: str, arguments: dict[str, Any]) -> tuple[float, dict[str, Any], int]:
    """Seconds, answer and number of calls, the same call being made until it is not running any more."""
    before = perf_counter()
    for calls in range(1, _MOST + 1):
        result = await server.request("tools/call", name=name, arguments=arguments)
        told: dict[str, Any] = json.loads(result["content"][0]["text"])
        if result.get("isError"):
            raise RuntimeError(told)
        if "status" not in {**told, **told.get("about", {})}:
            return perf_counter() - before, told, calls
    raise RuntimeError(f"{name} still runs after {_MOST} calls")


def read(path: str, flag: str) -> None:
    """Count and take a median as a script would: each line through the csv module."""
    before, inside, values = perf_counter(), 0, list[float]()
    with Path(path).open(newline="", encoding="utf-8") as file:
        rows: Iterator[list[str]] = csv.reader(file)
        header = next(rows)
        at, of = header.index(flag), header.index(_FEATURE)
        for row in rows:
            inside += row[at] == "1"
            values.append(float(row[of]))
    told = {"inside": inside, "median": median(values), "seconds": perf_counter() - before}
    print(json.dumps(told), flush=True)
    # Until it has been looked at.
    sys.stdin.read()


async def measured(folder: Path) -> Figures:
    found = await counted(folder)
    what = f"serving process while {found.size / 2**20:,.0f} MiB of events are exported"
    peak = found.server
    known = [] if peak is None else [Promise(what, f"≤ {TARGET} MiB", f"{peak:.0f} MiB", peak <= TARGET)]
    return Figures(known, [table(found)])


def table(counted: Counted) -> Table:
    def seconds(value: float) -> str:
        return f"{value:.1f} s"

    def memory(value: float | None) -> str:
        return "" if value is None else f"{value:.0f}"

    rows = [
        (f"exported to disk, {counted.calls} calls", seconds(counted.exported), memory(counted.server), ""),
        (
            "count, sum and median in SQL, the first time",
            seconds(counted.queried),
            "",
            memory(counted.worker),
        ),
        ("the same again", seconds(counted.again), "", ""),
        ("summarized anew: export, count, shares, four medians", seconds(counted.summarized), "", ""),
        ("Python's csv module over the saved file", seconds(counted.plain), memory(counted.plain_peak), ""),
    ]
    return Table(
        f"{counted.rows:,} events, {counted.size / 2**20:,.0f} MiB of CSV over a socket",
        ("step", "figure", "peak MiB, process", "peak MiB, worker"),
        rows,
        (f"The serving process may have {TARGET} MiB in all.",),
    )


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[2])))
    else:
        read(*sys.argv[2:4])
