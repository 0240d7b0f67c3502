"""The agent that works with Pentad, the same in every exposure mode."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.clock import ManualClock
from tests.inside import VERBS

from benchmarks.tasks.reader import Ask, CallFailed, Reader


class Agent(Reader):
    """Calls what it has as a tool, and finds the rest once by the words it would look for. `folder` is the
    user's: files may be taken from there and are put there."""

    def __init__(self, ask: Ask, clock: ManualClock, tools: frozenset[str], folder: Path) -> None:
        super().__init__(ask, clock)
        self.folder = folder
        self._tools = tools
        # Operations that some answer of find_operations had, and the verb that runs each.
        self._found: dict[str, str] = {}

    async def call(self, operation: str, words: str = "", /, **arguments: Any) -> Any:
        """What the model reads of it. Raises CallFailed."""
        return await self._run(operation, words, arguments, fails=False)

    async def refused(self, operation: str, words: str = "", /, **arguments: Any) -> Any:
        """The error that the model reads. Raises CallFailed if there is none."""
        return await self._run(operation, words, arguments, fails=True)

    async def _run(self, operation: str, words: str, arguments: Mapping[str, Any], *, fails: bool) -> Any:
        if not words and operation not in VERBS:
            raise CallFailed(operation, "say what the model would look for: it is not a tool in every mode")
        if operation in self._tools:
            return await self._told(operation, arguments, fails=fails)
        if operation not in self._found:
            await self._find(operation, words)
        asked = {"name": operation, **({"arguments": arguments} if arguments else {})}
        return await self._told(self._found[operation], asked, fails=fails)

    async def _find(self, operation: str, words: str) -> None:
        told = await self._told("find_operations", {"query": words}, fails=False)
        for call, terms, *_ in told.get("rows", ()):
            name = str(call).partition("(")[0]
            self._found[name] = "call_operation" if str(terms).startswith("read") else "change_operation"
        if operation not in self._found:
            raise CallFailed("find_operations", f"{operation} is not found by {words!r}")
