"""What keeping results costs: a large answer stored and queried, and what a small call pays for it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.processes import Process, environment, running
from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table

SIZE = 200 * 2**20
ROWS = 1_000_000
SMALL = 200
TARGET = 150
MIB = 2**20
_ROW = (
    '{{"po_id":{id},"po_number":"PO-{id}","status":"{status}","total_value":{id}.50,"region":"R{region:02}",'
    '"note":"{note}"}}'
)
_STATES = ("draft", "open", "shipped", "closed", "cancelled", "returned", "on hold")
_SQL = "SELECT `po_id` FROM `dtimbr`.`purchase_order`"
_GROUPED = "SELECT status, region, COUNT(*) AS n, SUM(total_value) AS value FROM {} GROUP BY ALL"


def body(rows: int, size: int) -> bytes:
    """An answer of Timbr's own form with so many rows, and about so many bytes."""
    pad = "x" * max(0, size // rows - len(_row(rows, "")) - 1)
    texts = ",".join(_row(number, pad) for number in range(rows))
    return f'{{"status":"success","data":[{texts}]}}'.encode()


def _row(number: int, note: str) -> str:
    return _ROW.format(id=number, status=_STATES[number % 7], region=number % 50, note=note)


async def serve() -> None:
    """Answer every statement: one that is limited to `SMALL` rows with as many, others with all. The first
    line on standard output says where."""
    bodies = {True: body(SMALL, SMALL * SIZE // ROWS), False: body(ROWS, SIZE)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(line for line in head.splitlines() if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                told = bodies[b"results-limit: %d\r\n" % SMALL in head]
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(told))
                for at in range(0, len(told), MIB):
                    writer.write(told[at : at + MIB])
                    await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class Kept:
    """Seconds of each step; MiB of each process when idle and at its peak, where the system tells."""

    small: float
    again: float
    stored: float
    grouped: float
    repeated: float
    groups: int
    server: tuple[float | None, float | None]
    worker: tuple[float | None, float | None]
    imported: bool


async def kept(folder: Path) -> Kept:
    """One server over stdio, with the platform in a process apart."""
    async with running(("benchmarks.results",), environment(folder)) as platform:
        environ = environment(
            folder,
            PENTAD_TIMBR_URL=(await platform.line())["url"],
            PENTAD_TIMBR_API_KEY="tk-measured-0123456789",
            PENTAD_RESULTS=str(folder / "kept"),
        )
        async with running(("pentad", "serve"), environ) as server:
            await server.shake_hands()
            return await _measured(server)


async def _measured(server: Process) -> Kept:
    small = await _small(server)
    imported = server.memory.has_loaded("duckdb")
    # A statement over nothing starts the worker, so that what it takes by itself is known.
    await _tool(server, "query_results", sql="SELECT 1 AS one")
    (worker,) = server.memory.children()
    idle = server.memory.resident(), worker.resident()
    stored, told = await _timed(lambda: _query(server, 100_000))
    statement = _GROUPED.format(told["more"]["result"])
    grouped, groups = await _timed(lambda: _tool(server, "query_results", sql=statement))
    repeated, _ = await _timed(lambda: _tool(server, "query_results", sql=statement))
    peak = server.memory.peak(), worker.peak()
    again = await _small(server)
    if told["more"]["rows"] + len(told["rows"]) != ROWS or groups["total"] != len(_STATES) * 50:
        raise RuntimeError(f"not every row was kept: {told['more']}, {groups['total']} groups")
    return Kept(
        small, again, stored, grouped, repeated, groups["total"],
        (idle[0], peak[0]), (idle[1], peak[1]), imported,
    )  # fmt: skip


async def _small(server: Process) -> float:
    """The median of a statement's small answer, which is kept in memory."""
    took = [(await _timed(lambda: _query(server, SMALL)))[0] for _ in range(50)]
    return median(took[10:])


async def _query(server: Process, limit: int) -> dict[str, Any]:
    return await _tool(server, "timbr_run_query", ontology="x", sql=_SQL, limit=limit)


async def _tool(server: Process, name: str, **arguments: Any) -> dict[str, Any]:
    result = await server.request("tools/call", name=name, arguments=arguments)
    if result.get("isError"):
        raise RuntimeError(result["content"][0]["text"])
    told: dict[str, Any] = json.loads(result["content"][0]["text"])
    return told


async def _timed(work: Callable[[], Awaitable[dict[str, Any]]]) -> tuple[float, dict[str, Any]]:
    before = perf_counter()
    told = await work()
    return perf_counter() - before, told


async def measured(folder: Path) -> Figures:
    found = await kept(folder)
    memory = [
        Promise(f"{name}'s memory over a body of {SIZE // MIB} MiB", f"≤ {TARGET} MiB above idle",
                f"{peak - idle:.0f} MiB", peak - idle <= TARGET)
        for name, (idle, peak) in (("serving process", found.server), ("worker", found.worker))
        if idle is not None and peak is not None
    ]  # fmt: skip
    loaded = Promise("DuckDB in the serving process", "never", "loaded" if found.imported else "not loaded",
                     not found.imported)  # fmt: skip
    return Figures([*memory, loaded], tables(found))


def tables(kept: Kept) -> list[Table]:
    steps = [
        (f"a body of {SIZE // MIB} MiB with {ROWS:,} rows, fetched and kept", f"{kept.stored:.1f} s"),
        (f"group-by over its handle, {kept.groups} groups, the first time", f"{kept.grouped:.1f} s"),
        ("the same again", f"{kept.repeated:.2f} s"),
        (f"a call with {SMALL} rows before all that", f"{kept.small * 1000:.1f} ms"),
        ("the same call afterwards", f"{kept.again * 1000:.1f} ms"),
        ("DuckDB in the serving process", "yes" if kept.imported else "no"),
    ]
    memory = [
        (name, f"{idle:.0f}", f"{peak:.0f}", f"{peak - idle:.0f}")
        for name, (idle, peak) in (("serving process", kept.server), ("worker", kept.worker))
        if idle is not None and peak is not None
    ]
    return [
        Table("A large answer kept and queried", ("step", "figure"), steps),
        Table(
            "Memory meanwhile, in MiB",
            ("process", "idle", "peak", "above idle"),
            memory,
            (f"The target is {TARGET} above idle for each.",),
        ),
    ]


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
