"""`python -m benchmarks.tasks [AREA | AREA.TASK ...]`: do them, and say what it came to."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks import promises
from benchmarks.tasks import figures, suite
from benchmarks.tasks.upstream import WAY


async def main(wanted: list[str]) -> int:
    chosen = suite.tasks(*wanted)
    if not chosen:
        print(f"There is no such task: {', '.join(wanted)}")
        return 1
    with tempfile.TemporaryDirectory(prefix="pentad-tasks-") as folder:
        outcomes = await suite.outcomes(chosen, Path(folder))
    if wanted:
        for one in outcomes:
            print(f"\n{one.task.name}, {one.way}: {one.tokens} tokens. {one.problem or 'Done.'}")
            for turn in one.turns:
                print(f"  > {turn.call}\n  < {turn.answer[:2000]}")
    else:
        print(promises.table("Tasks", figures.promises(outcomes)).text())
    for table in figures.tables(outcomes):
        print(f"\n{table.text()}")
    return int(any(one.problem for one in outcomes if one.way != WAY))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
