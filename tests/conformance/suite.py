"""The official suite against the server of this package, in a process of its own, over loopback HTTP."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import environment

from tests.conformance import tree
from tests.conformance.verdicts import Generation, Reasons, read, required

REVISIONS = ("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26")
STARTING = 60.0
_ADDRESS = re.compile(r"http://\S+")
_LISTED = re.compile(r"^  - (\S+)", re.MULTILINE)


@dataclass
class Served:
    """A server: its address, and once it has ended the lines that it had written since it told it."""

    url: str
    log: list[str] = field(default_factory=list[str])

    async def listen(self, stream: asyncio.StreamReader) -> None:
        self.log.extend([line.decode("utf-8", "replace").rstrip() async for line in stream])


def private(folder: Path, **more: str) -> dict[str, str]:
    """This environment without anything of the user's, and with the folder for whatever is kept."""
    own = {name: str(folder / name) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "MCP_STORAGE_DIR")}
    return environment(folder, **own, **more)


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[Served]:
    """The server with the suite's fixtures, until the block is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.conformance.server"),
        stderr=asyncio.subprocess.PIPE,
        cwd=tree.ROOT,
        env=private(folder),
    )
    assert process.stderr is not None
    reading: list[asyncio.Task[None]] = []
    try:
        found = Served(await _address(process.stderr))
        reading.append(asyncio.create_task(found.listen(process.stderr)))
        yield found
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await asyncio.gather(*reading)


async def _address(stream: asyncio.StreamReader) -> str:
    """What the first line names. Raises RuntimeError with all that was written instead."""
    first = (await asyncio.wait_for(stream.readline(), STARTING)).decode()
    address = _ADDRESS.search(first)
    if address is None:
        raise RuntimeError(f"the server did not start: {first}{(await stream.read()).decode()}")
    return address[0]


async def judged(url: str, revision: str, folder: Path) -> Generation:
    """Everything that the suite has for servers of this revision. For older ones there is no list of what is
    required: all that applies to them is run."""
    results = folder / revision
    results.mkdir()
    requirements = tree.REQUIREMENTS / f"{revision}.yaml"
    frozen = requirements.is_file()
    chosen = ("--requirements" if frozen else "--spec-version", revision)
    asked = ("server", "--url", url, *chosen, "--output-dir", str(results))
    await tree.node(tree.SUITE, *asked, environ=private(folder))
    reasons = required(requirements.read_text("utf-8")) if frozen else await _applying(revision, folder)
    return read(results, revision, reasons)


async def _applying(revision: str, folder: Path) -> Reasons:
    listed = await tree.node(
        tree.SUITE, "list", "--server", "--spec-version", revision, environ=private(folder)
    )
    return dict.fromkeys(_LISTED.findall(listed.out))
