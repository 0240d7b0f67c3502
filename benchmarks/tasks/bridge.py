"""The agent that works with the bridge: a server generated from the same contracts, in its own process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.tasks.reader import CallFailed, Reader

# Seconds before each further try; the bridge does not tell what a platform asked for.
_PAUSES = (5.0, 15.0, 30.0, 60.0)


class Bridge(Reader):
    """Every operation is a tool, `<platform>_<operationId>`, with the arguments that the contract has."""

    async def call(self, tool: str, arguments: Mapping[str, Any] | None = None, /, **more: Any) -> Any:
        """The body as the platform sent it; `arguments` are those whose names are no names in Python. Raises
        CallFailed."""
        return _inner(await self._told(tool, {**(arguments or {}), **more}, fails=False))

    async def insist(self, tool: str, arguments: Mapping[str, Any] | None = None, /, **more: Any) -> Any:
        """The same, tried again after a while where it failed. Raises CallFailed if it never succeeds."""
        for pause in _PAUSES:
            try:
                return await self.call(tool, arguments, **more)
            except CallFailed:
                self.wait(pause)
        return await self.call(tool, arguments, **more)

    async def refused(self, tool: str, arguments: Mapping[str, Any] | None = None, /, **more: Any) -> Any:
        """The error that the model reads. Raises CallFailed if there is none."""
        return await self._told(tool, {**(arguments or {}), **more}, fails=True)


def _inner(told: Any) -> Any:
    """Where a contract leaves a body open, the bridge puts it under `result`."""
    return told["result"] if isinstance(told, dict) and [*told] == ["result"] else told
