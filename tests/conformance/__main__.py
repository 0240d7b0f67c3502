"""`python -m tests.conformance`: everything once, as tables. Ends with 1 if a promise is not met."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.promises import table

from tests.conformance.figures import measured

LIMIT = 420.0


async def run() -> int:
    """Print what was found; 0 if every promise is met."""
    with tempfile.TemporaryDirectory(prefix="pentad-conformance-") as folder:
        async with asyncio.timeout(LIMIT):
            found = await measured(Path(folder))
    texts = [one.text() for one in (*found.tables, table("What is promised", found.promises))]
    sys.stdout.write("\n\n".join(texts) + "\n")
    return 0 if all(promise.met for promise in found.promises) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
