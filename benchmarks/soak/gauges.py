"""What is looked at while it runs: processes from outside, and what the server says that it holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import Process
from benchmarks.soak.judge import Bound, Series

_MIB = 2**20
# MiB are per run: what an allocator keeps for later is no leak, what goes on rising is.
BOUNDS: Mapping[str, Bound] = {
    "server, resident MiB": Bound(0.05, 4.0),
    "worker, resident MiB": Bound(0.05, 4.0),
    "server, open file handles": Bound(0.1, 10.0),
    "worker, open file handles": Bound(0.0, 1.0),
    "server, threads": Bound(0.0, 2.0),
    "server, tasks": Bound(0.1, 20.0),
    "server, remembered of accounts": Bound(0.1, 12.0),
    "server, downloads and uploads under way": Bound(0.0, 2.0),
    # As many as calls in the last minute made, so that they follow how busy the machine lets the crowd be.
    "results kept": Bound(0.5, 50.0),
    "temporary files": Bound(0.15, 5.0),
    "temporary files, MiB": Bound(0.15, 4.0),
}
# Shown beside them, and bounded by their own limits: 200 plans, the sandbox's recorded log.
WATCHED = ("plans remembered", "server, Python objects in 1,000", "sandbox, resident MiB")


@dataclass(frozen=True)
class Places:
    """Folders of the server that is measured."""

    downloads: Path
    results: Path
    audit: Path

    def passing(self) -> list[Path]:
        """Files that nobody was told of: kept results and what is made of them, downloads half-way."""
        kept = [file for file in self.results.rglob("*") if file.is_file()]
        return [*kept, *(file for file in self.downloads.glob(".*") if file.is_file())]


@dataclass
class Gauges:
    """Samples of one run, taken whenever the server tells what it holds; `now` has the latest of each."""

    server: Process
    sandbox: Process
    places: Places
    taken: dict[str, list[tuple[float, float]]] = field(default_factory=dict[str, list[tuple[float, float]]])
    now: dict[str, float] = field(default_factory=dict[str, float])
    answers: Mapping[str, int] = field(default_factory=dict[str, int])
    complaints: Mapping[str, int] = field(default_factory=dict[str, int])
    worker: int | None = None
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow_server(self, clock: Callable[[], float]) -> None:
        """Take a sample at every line of the server. Raises RuntimeError when it ends."""
        while True:
            told = await self.server.line()
            self.complaints = told["complaints"]
            self.now = self._looked(told["held"])
            for name, value in self.now.items():
                self.taken.setdefault(name, []).append((clock(), value))
            self._told.set()

    async def follow_sandbox(self) -> None:
        while True:
            self.answers = await self.sandbox.line()

    async def next(self) -> Mapping[str, float]:
        """What the next sample says."""
        self._told.clear()
        await self._told.wait()
        return self.now

    def within(self, name: str, began: float, ended: float) -> Series:
        return [each for each in self.taken.get(name, ()) if began <= each[0] <= ended]

    def _looked(self, held: Mapping[str, int]) -> dict[str, float]:
        memory, files = self.server.memory, self.places.passing()
        looked: dict[str, float | None] = {
            "server, resident MiB": memory.resident(),
            "server, open file handles": handles(memory.process),
            "server, threads": held["threads"],
            "server, tasks": held["tasks"],
            "server, remembered of accounts": held["remembered"],
            "server, downloads and uploads under way": held["halves"],
            "server, Python objects in 1,000": held["objects"] / 1000,
            "results kept": held["results"],
            "plans remembered": held["plans"],
            "temporary files": len(files),
            "temporary files, MiB": sum(map(_size, files)) / _MIB,
            "sandbox, resident MiB": self.sandbox.memory.resident(),
        }
        for child in memory.children()[:1]:
            self.worker = child.process
            looked["worker, resident MiB"] = child.resident()
            looked["worker, open file handles"] = handles(child.process)
        return {name: float(value) for name, value in looked.items() if value is not None}


def handles(process: int) -> int | None:
    """Open file handles of a process, where the system tells."""
    try:
        return len(os.listdir(f"/proc/{process}/fd"))
    except OSError:
        return None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # gone since it was listed
        return 0
