"""One client's way of calling: a call is thought about first, timed, and held against what was expected."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent

from benchmarks.soak.ledger import CANCELLED, DONE, EXPIRED, REFUSED, Ledger

_WHOLE = 90.0
_RESOURCE = "resources/read"


class Surprise(Exception):
    """An errand ends early: a call went otherwise than it was meant to, which the ledger has already, or the
    time is up."""


@dataclass
class Caller:
    """`think` are the seconds between two calls on average, `ends` is when no more are made, a time of the
    loop; `downloads` is the server's own folder."""

    client: Client
    ledger: Ledger
    dice: random.Random
    think: float
    ends: float
    downloads: Path

    async def ask(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """A call that has to be answered, unless a result that it names has expired meanwhile. Raises
        Surprise."""
        told = await self._called(tool, arguments)
        if "again" in told:
            self.ledger.count(tool, EXPIRED)
            raise Surprise
        if "error" in told:
            raise self._surprised(tool, told)
        self.ledger.count(tool, DONE)
        return told

    async def refused(self, kind: str, tool: str, /, **arguments: Any) -> None:
        """A call that has to be refused, with this kind of error. Raises Surprise."""
        told = await self._called(tool, arguments)
        if told.get("error") != kind:
            raise self._surprised(tool, told)
        self.ledger.count(tool, REFUSED)
        self.ledger.error(kind)

    async def given_up(self, after: float, tool: str, /, **arguments: Any) -> None:
        """A call that nobody waits for any longer than so many seconds."""
        await self.pause()
        try:
            async with asyncio.timeout(after):
                await self.client.call_tool(tool, arguments)
        except TimeoutError:
            self.ledger.count(tool, CANCELLED)
        else:
            self.ledger.count(tool, DONE)

    async def taken(self, tool: str, /, **arguments: Any) -> None:
        """A call that leaves a file with the user, who takes it away."""
        told = await self.ask(tool, **arguments)
        if not _removed(Path(told["path"]), self.downloads):
            raise self._surprised(tool, told)

    async def read(self, handle: str) -> None:
        """A result as a resource, unless it has expired meanwhile."""
        await self.pause()
        try:
            await self.client.read_resource(f"pentad://results/{handle}.csv")
        except MCPError as error:
            if "is no longer kept" not in error.message:
                raise
            self.ledger.count(_RESOURCE, EXPIRED)
        else:
            self.ledger.count(_RESOURCE, DONE)

    async def pause(self) -> None:
        """Raises Surprise when the time is up."""
        await asyncio.sleep(self.dice.uniform(0.5, 1.5) * self.think)
        if asyncio.get_running_loop().time() >= self.ends:
            raise Surprise

    async def _called(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        await self.pause()
        before = perf_counter()
        try:
            async with asyncio.timeout(_WHOLE):
                told = _told(await self.client.call_tool(tool, arguments))
        except MCPError as error:
            told = {"error": f"protocol {error.code}", "message": error.message}
        except TimeoutError:
            told = {"error": "silence", "message": f"no answer in {_WHOLE:.0f} s"}
        self.ledger.seconds[tool].append(perf_counter() - before)
        return told

    def _surprised(self, tool: str, told: dict[str, Any]) -> Surprise:
        self.ledger.count(tool, "surprising")
        self.ledger.strange(f"{tool}: {json.dumps(told, ensure_ascii=False)}")
        return Surprise()


def _removed(path: Path, folder: Path) -> bool:
    """Whether it lay in this folder, and lies there no longer."""
    if path.parent != folder or not path.is_file():
        return False
    path.unlink()
    return True


def _told(result: CallToolResult) -> dict[str, Any]:
    part = result.content[0]
    told: Any = json.loads(part.text) if isinstance(part, TextContent) else None
    return told if isinstance(told, dict) else {"error": "form", "message": "no JSON object"}
