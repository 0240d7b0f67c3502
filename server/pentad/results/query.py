"""SQL over kept results, seen from the serving process: one worker, one job at a time, bounded in time.

DuckDB is not imported here. The worker is started by the first job, and killed when a job takes too long,
when whoever waits for it is cancelled, and when nothing needs it any more; the next job starts a new one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pentad.errors import Rejected, Unavailable
from pentad.results import refusals
from pentad.results.folder import discard
from pentad.results.loading import loaded
from pentad.results.locks import Limits
from pentad.results.sources import Source
from pentad.text import plural

MEMORY = 512 * 2**20
DISK = 2 * 2**30
TIMEOUT = 20.0
# A large CSV file takes longer to load than a statement may. Bytes in a second where two cores are shared
# with others, which is a quarter of what they do alone; and seconds at most, as hosts wait for about 60.
_PACE = 32 * 2**20
_MOST = 25.0
# What an answer's one line may hold: columns and types, or a description of every source.
_LINE = 16 * 2**20


@dataclass(frozen=True)
class Answer:
    """Rows that were written; `more` says that the limit left some out."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    count: int
    more: bool


class Worker:
    """Runs statements in a process of its own. `folder` is private to this worker and holds what it loads
    and spills; `memory` and `disk` are bytes, `timeout` seconds per job."""

    def __init__(
        self, folder: Path, *, memory: int = MEMORY, disk: int = DISK, timeout: float = TIMEOUT
    ) -> None:
        self._folder = folder
        self._limits = Limits(memory, disk, timeout)
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def query(self, sql: str, sources: Sequence[Source], into: Path, limit: int) -> Answer:
        """Check and run one SELECT; its rows are in `into`, a new file, as JSON lines. Raises Rejected for
        a statement that is at fault, Unavailable for what broke its limits."""
        from pentad.results import select

        # A statement that was made to be slow to check must not keep other calls waiting.
        await asyncio.to_thread(select.check, sql, sources)
        told = await self.run({"sql": sql, "into": str(into), "limit": limit}, sources)
        return Answer(tuple(told["columns"]), tuple(told["types"]), told["count"], told["more"])

    async def describe(self, sources: Sequence[Source]) -> Mapping[str, list[tuple[str, str]]]:
        """Column names and types of every source, by handle."""
        told = await self.run({}, sources)
        return {name: [(column, of) for column, of in columns] for name, columns in told["tables"].items()}

    async def export(self, source: Source, columns: Sequence[str], into: Path) -> list[str]:
        """Write columns of a source to `into`, a new Parquet file; answers with their names there: no table
        has two that differ in case only, or one that is empty."""
        positions = [source.columns.index(name) for name in columns]
        told = await self.run({"parquet": positions, "into": str(into)}, [source])
        return list(told["columns"])

    async def plot(
        self, source: Source, into: Path, chart: Mapping[str, str | None], outlines: Source | None = None
    ) -> dict[str, Any]:
        """Draw a source into `into`, a new PNG; answers with `told`, `rows`, `left_out` and `notes`. `chart`
        is kind, x, y, by and title. Raises Rejected with all problems of the columns."""
        asked = {**chart, "outlines": outlines.name if outlines else None}
        sources = [source] if outlines in (None, source) else [source, outlines]
        told = await self.run({"plot": asked, "into": str(into)}, [one for one in sources if one])
        if problems := told.get("problems"):
            count = plural(sum(map(len, problems.values())), "problem")
            raise Rejected(f"plot_result drew nothing: {count}.", problems=problems, outcome="none")
        return told

    async def run(self, job: Mapping[str, Any], sources: Sequence[Source]) -> dict[str, Any]:
        """A job as it is, unchecked: the worker's own locks are all that holds it."""
        given = [{**asdict(source), "path": str(source.path)} for source in sources]
        async with self._turn:
            seconds = self._limits.seconds + min(_MOST, sum(map(self._loading, sources)))
            told = await self._ask({**job, "sources": given, "seconds": seconds}, seconds)
        if "failed" in told:
            _discard(job)
            raise refusals.refusal(told["failed"], told["text"], sources)
        return told

    @property
    def process(self) -> int | None:
        """The id of the running process, to measure it; none before the first job."""
        return self._process.pid if self._process else None

    def forget(self, name: str) -> None:
        """Remove what was loaded of a source that is gone. A statement that reads it goes on."""
        discard(loaded(self._folder, name))

    async def aclose(self) -> None:
        """End the process; a job under way fails."""
        await self._stop()

    def _loading(self, source: Source) -> float:
        """Seconds that a CSV file of any size may take beside the statement, when it is loaded first."""
        if source.csv is None or loaded(self._folder, source.name).exists():
            return 0.0
        return source.csv.mark.size / _PACE

    async def _ask(self, job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(job)
        except TimeoutError:
            await self._abandon(job)
            large = seconds > self._limits.seconds
            advice = (
                "fetch the table with fewer columns or rows" if large else "narrow it or aggregate earlier"
            )
            raise Unavailable(
                f"The statement took longer than {seconds:.3g} s and was stopped; {advice}."
            ) from None
        except (OSError, asyncio.IncompleteReadError) as error:
            await self._abandon(job)
            raise Unavailable(
                "The process that runs SQL ended in the middle of the statement, most likely for want of "
                "memory; narrow it or aggregate earlier. The next statement gets a new one."
            ) from error
        except BaseException:
            await asyncio.shield(self._abandon(job))
            raise

    async def _exchange(self, job: Mapping[str, Any]) -> dict[str, Any]:
        process = await self._running()
        requests, answers = process.stdin, process.stdout
        if requests is None or answers is None:
            raise BrokenPipeError
        requests.write(json.dumps(job).encode() + b"\n")
        await requests.drain()
        told: dict[str, Any] = json.loads(await answers.readuntil(b"\n"))
        return told

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # -I: nothing of the environment or the working folder decides what is imported.
            program = (sys.executable, "-I", "-m", "pentad.results.worker")
            self._process = await asyncio.create_subprocess_exec(
                *program,
                str(self._folder.resolve()),
                json.dumps(asdict(self._limits)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_LINE,
                env=self._environment(),
                cwd=self._folder,
            )
        return self._process

    def _environment(self) -> dict[str, str]:
        """Nothing of ours: it holds tokens."""
        kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        home = str(self._folder)
        return kept | {"HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "2"}

    async def _abandon(self, job: Mapping[str, Any]) -> None:
        await self._stop()
        _discard(job)

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _discard(job: Mapping[str, Any]) -> None:
    """Rows of a statement that failed are no answer."""
    if "into" in job:
        Path(job["into"]).unlink(missing_ok=True)
