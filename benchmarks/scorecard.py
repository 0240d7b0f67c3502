"""`python -m benchmarks.scorecard [SECTION ...]`: what is promised, and every figure behind it, measured in
one run. `--write` keeps all sections in SCORECARD.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from tests.conformance import figures as conformance

from benchmarks import answers, costs, definitions, events, finding, promises, resilience, results
from benchmarks.promises import Figures, Promise
from benchmarks.tasks import figures as tasks

LIMIT = 900.0
CARD = Path(__file__).with_name("SCORECARD.md")
SECTIONS: Mapping[str, Callable[[Path], Awaitable[Figures]]] = {
    "definitions": definitions.measured,
    "finding": finding.measured,
    "answers": answers.measured,
    "costs": costs.measured,
    "tasks": tasks.measured,
    "resilience": resilience.measured,
    "results": results.measured,
    "events": events.measured,
    "conformance": conformance.measured,
}


def header() -> str:
    today = datetime.now(UTC).date()
    machine = f"{os.cpu_count()} CPUs ({_processor()}), {platform.system()}"
    return (
        f"# Scorecard of {today}\n\n"
        f"Python {platform.python_version()}, MCP SDK {version('mcp')}, {machine}. "
        "Written by `make scorecard`. Tokens are those of the o200k encoding; times are of this machine and "
        "move with it, what is set beside them was measured in turns in the same run. The ten minutes of "
        "`make soak` have a page of their own, [SOAK.md](SOAK.md)."
    )


def _processor() -> str:
    """The processor's name, where the system tells."""
    with suppress(OSError, StopIteration):
        told = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(": ")[2] for line in told if line.startswith("model name"))
    return platform.machine()


async def _section(name: str) -> Figures:
    """The section's figures; one that breaks is a promise that was not kept, and the others go on."""
    begun = perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="pentad-scorecard-") as folder:
            found = await SECTIONS[name](Path(folder))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        found = Figures([Promise(name, "measured", "failed", False, reason)], [])
    print(f"{name}: {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return found


async def measured(names: Sequence[str]) -> tuple[str, bool]:
    """The card, and whether every promise was met."""
    async with asyncio.timeout(LIMIT):
        found = [await _section(name) for name in names]
    every = [promise for each in found for promise in each.promises]
    tables = [promises.table("Promises", every), *(table for each in found for table in each.tables)]
    return "\n\n".join([header(), *(table.text() for table in tables)]), all(one.met for one in every)


def main() -> int:
    given = argparse.ArgumentParser(prog="benchmarks.scorecard", description="Promises and figures.")
    given.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; or all")
    given.add_argument("--write", action="store_true", help=f"keep all sections in {CARD.name}")
    asked = given.parse_args()
    wrong = [name for name in asked.sections if name not in SECTIONS]
    if wrong or (asked.write and asked.sections):
        given.error(f"there is no section {wrong[0]}" if wrong else "--write is for all sections")
    text, met = asyncio.run(measured(asked.sections or list(SECTIONS)))
    print(text)
    if asked.write:
        CARD.write_text(f"{text}\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
