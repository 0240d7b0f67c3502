"""Other Python processes: started alike, spoken to in lines, and always ended."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0
ROOT = Path(__file__).parents[1]
REVISION = "2025-06-18"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """This environment without anything that configures Python or Pentad; bytecode is kept."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PENTAD_"))}
    return kept | {"XDG_CONFIG_HOME": str(folder)} | more


@dataclass(frozen=True)
class Memory:
    """What the system tells of a process; nothing where it tells nothing."""

    process: int

    def resident(self) -> float | None:
        """MiB that it has now."""
        return self._status("VmRSS")

    def peak(self) -> float | None:
        """MiB that it had at most."""
        return self._status("VmHWM")

    def busy(self) -> float | None:
        """Seconds that its threads have kept a processor busy."""
        threads = (self._lines(f"task/{task}/schedstat") for task in self._tasks())
        spent = [int(lines[0].split()[0]) / 1e9 for lines in threads if lines]
        return sum(spent) if spent else None

    def has_loaded(self, library: str) -> bool:
        """Whether it has ever loaded a library of this name."""
        return any(library in line for line in self._lines("maps"))

    def children(self) -> list[Memory]:
        told = " ".join(self._lines(f"task/{self.process}/children"))
        return [Memory(int(process)) for process in told.split()]

    def _tasks(self) -> list[str]:
        try:
            return os.listdir(f"/proc/{self.process}/task")
        except OSError:
            return []

    def _status(self, name: str) -> float | None:
        found = (line.split() for line in self._lines("status") if line.startswith(f"{name}:"))
        return next((int(words[1]) / 1024 for words in found), None)

    def _lines(self, what: str) -> list[str]:
        try:
            return Path(f"/proc/{self.process}/{what}").read_text("utf-8").splitlines()
        except OSError:
            return []


class Process:
    """A process that reads and writes lines of JSON."""

    def __init__(self, inner: asyncio.subprocess.Process) -> None:
        self._inner = inner
        self._id = 0

    async def line(self) -> Any:
        """The next line, decoded. Raises RuntimeError if the process ended, TimeoutError if it is silent."""
        assert self._inner.stdout is not None
        text = await asyncio.wait_for(self._inner.stdout.readline(), PATIENCE)
        if not text:
            raise RuntimeError("a measured process ended before it answered")
        return json.loads(text)

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._inner.stdin is not None
        self._inner.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def request(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of an MCP request; notifications that come before it are passed over."""
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        while (reply := await self.line()).get("id") != self._id:
            pass
        if "result" not in reply:
            raise RuntimeError(f"{method} was refused: {reply}")
        result: dict[str, Any] = reply["result"]
        return result

    async def answered(self, method: str, count: int, at_once: int, **params: Any) -> list[dict[str, Any]]:
        """The results of so many equal requests, the next of which is sent when one is answered."""
        first, sent, results = self._id + 1, 0, list[dict[str, Any]]()
        while len(results) < count:
            while sent < min(count, len(results) + at_once):
                self._send({"id": first + sent, "method": method, "params": params})
                sent += 1
            reply = await self.line()
            if "error" in reply:
                raise RuntimeError(f"{method} was refused: {reply}")
            results += [reply["result"]] if "result" in reply else []
        self._id += sent
        return results

    async def shake_hands(self) -> None:
        """Open an MCP session."""
        client = {"name": "measure", "version": "0"}
        await self.request("initialize", protocolVersion=REVISION, capabilities={}, clientInfo=client)
        self._send({"method": "notifications/initialized"})

    @property
    def memory(self) -> Memory:
        return Memory(self._inner.pid)


@asynccontextmanager
async def running(
    arguments: Sequence[str], environ: Mapping[str, str], *, python: Path = Path(sys.executable)
) -> AsyncGenerator[Process]:
    """`python -m` these arguments until the block is left; what a server logs goes nowhere."""
    pipe = asyncio.subprocess.PIPE
    inner = await asyncio.create_subprocess_exec(
        str(python),
        "-m",
        *arguments,
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 24,
        cwd=ROOT,
        env=dict(environ),
    )
    try:
        yield Process(inner)
    finally:
        with suppress(ProcessLookupError):
            inner.kill()
        await inner.communicate()
