"""What the demo's answers cost a model, beside the bodies the platforms sent for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clock import ManualClock

from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table, ratio
from benchmarks.tokens import count
from pentad import story
from pentad.app import App
from pentad.sandbox import Sandbox
from pentad.settings import Settings

LARGE = 500


@dataclass(frozen=True)
class Asked:
    """One call: tokens of the answer and of the upstream bodies, and how many of those there were. Where the
    answer has a handle, `aggregate` are the tokens of one that counts its rows by one of their columns."""

    tool: str
    answer: int
    raw: int
    responses: int
    aggregate: int | None = None


class Story:
    """The calls of `pentad demo`, on a clock that waits in no time."""

    def __init__(self, folder: Path) -> None:
        clock = ManualClock()
        self.sandbox = Sandbox(clock=clock)
        self.app = App(Settings(downloads=folder), clock=clock, sandbox=self.sandbox)
        self.asked: list[Asked] = []

    async def tell(self) -> list[Asked]:
        try:
            await story.Story(lambda _: None, self._ask).tell()
        finally:
            await self.app.aclose()
        return self.asked

    async def _ask(self, name: str, arguments: dict[str, Any], *, fails: bool = False) -> dict[str, Any]:
        for platform in self.sandbox.platforms.values():
            platform.log.clear()
        answer = await self.app.call(name, arguments)
        assert answer.is_error is fails
        bodies = [one.response_body for platform in self.sandbox.platforms.values() for one in platform.log]
        raw = sum(count(body.decode("utf-8", "replace")) for body in bodies)
        told: dict[str, Any] = json.loads(answer.text)
        handle = told.get("more", {}).get("result")
        aggregate = await self._aggregate(handle) if handle else None
        self.asked.append(Asked(name, count(answer.text), raw, len(bodies), aggregate))
        return told

    async def _aggregate(self, handle: str) -> int | None:
        """Tokens of how many rows have each of the values, for the column with the fewest above one."""
        columns = [name for name, _ in await self._rows(f"DESCRIBE {handle}")]
        counts = ", ".join(f'COUNT(DISTINCT "{name}")' for name in columns)
        (found,) = await self._rows(f"SELECT {counts} FROM {handle}")
        several = [(number, name) for number, name in zip(found, columns, strict=True) if number > 1]
        if not several:
            return None
        by = f'SELECT "{min(several)[1]}", COUNT(*) AS n FROM {handle} GROUP BY ALL ORDER BY n DESC LIMIT 10'
        return count((await self.app.call("query_results", {"sql": by})).text)

    async def _rows(self, sql: str) -> list[list[Any]]:
        rows: list[list[Any]] = json.loads((await self.app.call("query_results", {"sql": sql})).text)["rows"]
        return rows


async def measured(folder: Path) -> Figures:
    asked = await Story(folder).tell()
    large = [each for each in asked if each.raw > LARGE]
    smaller = sum(each.answer < each.raw for each in large)
    what = f"answers of the demo smaller than what came, of those over {LARGE} tokens"
    return Figures(
        [Promise(what, "all", f"{smaller} of {len(large)}", smaller == len(large))],
        [table(asked), largest(asked)],
    )


def table(asked: Sequence[Asked]) -> Table:
    rows = [
        (each.tool, f"{each.answer:,}", f"{each.raw:,}", str(each.responses), ratio(each.answer, each.raw))
        for each in asked
    ]
    answer, raw = sum(each.answer for each in asked), sum(each.raw for each in asked)
    responses = sum(each.responses for each in asked)
    rows.append(("total", f"{answer:,}", f"{raw:,}", str(responses), ratio(answer, raw)))
    return Table(
        "Answers of the demo, in tokens",
        ("call", "answer", "raw", "responses", "answer / raw"),
        rows,
        ("Raw are the bodies of all responses during the call. Calls without one were answered from here.",),
    )


def largest(asked: Sequence[Asked], most: int = 10) -> Table:
    """The answers that would cost most as they came."""
    ranked = sorted(asked, key=lambda each: each.raw, reverse=True)[:most]
    rows = [
        (
            each.tool,
            f"{each.raw:,}",
            f"{each.answer:,}",
            "-" if each.aggregate is None else str(each.aggregate),
        )
        for each in ranked
    ]
    return Table(
        "The largest answers of the demo, in tokens",
        ("call", "raw", "compact", "aggregate"),
        rows,
        ("The aggregate counts the rows behind a handle by the column that divides them most coarsely.",),
    )
