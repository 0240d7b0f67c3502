"""The process that runs SQL over kept results: `python -I -m pentad.results.worker FOLDER LIMITS`.

One job per line on standard input, one answer per line on standard output, both JSON. A job is `sources` and
the `seconds` it has, alone or with `sql`, `into` and `limit`, or with `parquet` or `plot`, and `into`; an
answer is what its module returns, or `failed` with `text`. DuckDB and matplotlib live in this process alone:
it is killed from outside when it takes too long, so that nothing here has to be interruptible, and its own
alarm ends it should nobody be left to do so.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import IO, Any

from pentad.results.locks import Limits, confine

# The process that waits kills first; this is for the case that it is gone.
_GRACE = 5


def main(folder: str, limits: str) -> None:
    bounds = Limits(**json.loads(limits))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import duckdb  # noqa: F401 - loads its libraries before the limits bind

    confine(bounds)
    for line in sys.stdin:
        job = json.loads(line)
        _alarm(int(job["seconds"]) + _GRACE)
        _say(answers, _perform(Path(folder), job, bounds))
        _alarm(0)


def _perform(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The answer to one job; every failure becomes words, as the one who asks cannot see a traceback."""
    from pentad.results import failures, parquet, plotting, reading

    try:
        if "sql" in job:
            return reading.query(folder, job, limits)
        if "plot" in job:
            return plotting.plot(folder, job, limits)
        if "parquet" in job:
            return parquet.write(folder, job, limits)
        return reading.describe(folder, job, limits)
    except Exception as error:
        return failures.told(error)


def _say(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:3])
