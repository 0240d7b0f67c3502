"""All tasks, and doing them in each way in which they can be done."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from subprocess import SubprocessError

import benchmarks.tasks
from benchmarks.peers.environment import peers_python
from benchmarks.tasks.doing import MODES, Mode, Outcome, with_pentad
from benchmarks.tasks.task import Task
from benchmarks.tasks.upstream import opened

# Tasks under way at once: while one waits for the process that runs SQL to start, another goes on.
_ABREAST = 3


def tasks(*wanted: str) -> list[Task]:
    """Those of every area, in order of name; only those named, by area or whole name, if any are."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.tasks.__path__)]
    modules = [import_module(f"benchmarks.tasks.{name}") for name in names if name != "__main__"]
    found = {one.name: one for module in modules for one in vars(module).values() if isinstance(one, Task)}
    return [
        one
        for name, one in sorted(found.items())
        if not wanted or name in wanted or name.partition(".")[0] in wanted
    ]


async def outcomes(chosen: Sequence[Task], folder: Path) -> list[Outcome]:
    """In every way there is here."""
    return [*await over_pentad(chosen, folder), *await over_bridge(chosen, folder)]


async def over_pentad(chosen: Sequence[Task], folder: Path) -> list[Outcome]:
    """Every task in every exposure mode."""
    places = asyncio.Semaphore(_ABREAST)

    async def one(task: Task, mode: Mode) -> Outcome:
        async with places:
            return await with_pentad(task, mode, folder)

    return await asyncio.gather(*(one(task, mode) for mode in MODES for task in chosen))


async def over_bridge(chosen: Sequence[Task], folder: Path) -> list[Outcome]:
    """Every task; nothing where the bridge cannot be installed."""
    try:
        peers_python()
    except (OSError, SubprocessError):
        return []
    async with opened(folder) as upstream:
        return [await upstream.with_bridge(task) for task in chosen]
