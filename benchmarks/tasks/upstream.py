"""The bridge in a process of its own, and a fresh sandbox behind the same port for each task.

The sandbox is served by this process, so that its clock can be moved and its state looked at; the bridge only
ever sees the port.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.clock import ManualClock

from benchmarks.peers.bridging import bridged
from benchmarks.processes import Process
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.doing import Outcome, done, prepared
from benchmarks.tasks.reader import Listed, listed
from benchmarks.tasks.task import Task
from pentad.sandbox import Sandbox
from pentad.sandbox.listening import served

WAY = "bridge"


@dataclass(frozen=True)
class Upstream:
    """The bridge's process, and the port at which it looks for the platforms."""

    process: Process
    port: int
    listed: Listed

    async def with_bridge(self, task: Task) -> Outcome:
        if task.bridge is None:
            return Outcome(task, WAY, task.unbridged, (), self.listed.tokens)
        clock = ManualClock()
        sandbox = prepared(task, Sandbox(clock=clock))
        bridge = Bridge(self._ask, clock)
        async with served(sandbox, self.port):
            problem = await done(task, task.bridge(bridge), sandbox)
        return Outcome(task, WAY, problem, tuple(bridge.turns), self.listed.tokens)

    async def _ask(self, name: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        """The text alone: what is beside it says the same once more."""
        try:
            result = await self.process.request("tools/call", name=name, arguments=dict(arguments))
        except RuntimeError as refused:
            return True, str(refused)
        texts = [part["text"] for part in result["content"] if part["type"] == "text"]
        return bool(result.get("isError")), "".join(texts)


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Upstream]:
    """The bridge, told of a sandbox like all that will be there."""
    async with served(Sandbox(clock=ManualClock())) as told:
        port = urlsplit(told["claribi"]["url"]).port
    assert port is not None
    async with bridged(told, folder) as process:
        await process.shake_hands()
        tools = (await process.request("tools/list"))["tools"]
        yield Upstream(process, port, listed(tools, ""))
