"""`python -m benchmarks.measure`: every number of this run, as tables. `--write` keeps them in RESULTS.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import answers, calls, definitions, events, finding, results, starts
from benchmarks.tables import Table

LIMIT = 400.0
RESULTS = Path(__file__).with_name("RESULTS.md")


def header() -> str:
    today = datetime.now(UTC).date()
    where = f"Python {platform.python_version()}, MCP SDK {version('mcp')}, {os.cpu_count()} CPUs"
    return f"# Measured on {today}: {where}\n\nTokens are those of the o200k encoding."


async def tables(folder: Path) -> AsyncGenerator[Table]:
    yield definitions.table(definitions.costs())
    asked = await answers.Story(folder).tell()
    yield answers.table(asked)
    yield answers.largest(asked)
    for table in results.tables(await results.kept(folder)):
        yield table
    yield events.table(await events.counted(folder / "events"))
    yield finding.table(await finding.asked())
    yield starts.table(await starts.starts(folder))
    yield calls.table(await calls.calls(folder))


async def measure() -> str:
    """Print each table when it is there; return all of them."""
    parts = [header()]
    print(parts[0], flush=True)
    with tempfile.TemporaryDirectory(prefix="pentad-measure-") as folder:
        async with asyncio.timeout(LIMIT):
            async for table in tables(Path(folder)):
                parts.append(table.text())
                print(f"\n{parts[-1]}", flush=True)
    return "\n\n".join(parts)


def main() -> None:
    given = argparse.ArgumentParser(prog="benchmarks.measure", description="Numbers beside a peer.")
    given.add_argument("--write", action="store_true", help=f"keep the tables in {RESULTS.name}")
    write = given.parse_args().write
    text = asyncio.run(measure())
    if write:
        RESULTS.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
