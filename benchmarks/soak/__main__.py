"""`python -m benchmarks.soak`: ten minutes of fifty sessions, as promises and tables. Ends with code 1 where
a promise is not met. `--write` keeps them in SOAK.md."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.soak.figures import measured
from benchmarks.soak.run import SECONDS, SESSIONS

RESULTS = Path(__file__).parents[1] / "SOAK.md"
# Beyond the seconds of the run: starting, results that expire, the end.
_BESIDE = 180.0


def header() -> str:
    today = datetime.now(UTC).date()
    where = f"Python {platform.python_version()}, MCP SDK {version('mcp')}, {os.cpu_count()} CPUs"
    return f"# Soak of {today}\n\n{where}, {platform.system()}. Written by `make soak`."


async def soak(seconds: float, sessions: int) -> tuple[str, bool]:
    """The text of a run, and whether every promise is met. Raises TimeoutError if it does not end."""
    with tempfile.TemporaryDirectory(prefix="pentad-soak-") as folder:
        async with asyncio.timeout(seconds * 1.2 + _BESIDE):
            found = await measured(Path(folder), seconds, sessions)
    parts = [header(), *(table.text() for table in found.tables)]
    return "\n\n".join(parts), all(promise.met for promise in found.promises)


def main() -> int:
    given = argparse.ArgumentParser(prog="benchmarks.soak", description="Sessions for a while; what grows?")
    given.add_argument("--seconds", type=float, default=SECONDS)
    given.add_argument("--sessions", type=int, default=SESSIONS)
    given.add_argument("--write", action="store_true", help=f"keep the tables in {RESULTS.name}")
    options = given.parse_args()
    # Clients that vanish tell of their own broken connections.
    logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)
    text, met = asyncio.run(soak(options.seconds, options.sessions))
    print(text)
    if options.write:
        RESULTS.write_text(f"{text}\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
