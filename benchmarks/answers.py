"""What the demo's answers cost a model, beside the bodies the platforms sent for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clock import ManualClock

from benchmarks.tables import Table, ratio
from benchmarks.tokens import count
from pentad.app import App
from pentad.demo import ORDERS, PEOPLE
from pentad.platforms.timbr.flags import FLAGS
from pentad.sandbox import Sandbox
from pentad.settings import Settings


@dataclass(frozen=True)
class Asked:
    """One call: tokens of the answer and of the upstream bodies, and how many of those there were."""

    tool: str
    answer: int
    raw: int
    responses: int


class Story:
    """The calls of `pentad demo`, on a clock that waits in no time."""

    def __init__(self, folder: Path) -> None:
        clock = ManualClock()
        self.sandbox = Sandbox(clock=clock)
        self.app = App(Settings(expose="all", downloads=folder), clock=clock, sandbox=self.sandbox)
        self.asked: list[Asked] = []

    async def tell(self) -> list[Asked]:
        try:
            await self._reports()
            await self._batch()
            await self._graph()
        finally:
            await self.app.aclose()
        return self.asked

    async def _reports(self) -> None:
        await self._ask("claribi_list_reports", limit=12)
        await self._ask("claribi_list_reports", limit=12, feilds=["id", "title"])
        listed = await self._ask("claribi_list_reports", limit=12, fields=["id", "title", "updated_at"])
        await self._ask("claribi_generate_report", report_id=listed["rows"][9][0])
        await self._ask("claribi_download_report", report_id=listed["rows"][1][0])

    async def _batch(self) -> None:
        groups = await self._ask("optimized_list_groups", limit=3, sort="-created_at")
        group = groups["rows"][0][0]
        planned = await self._ask("optimized_create_batch", group_id=group, profiles=PEOPLE)
        await self._ask("apply_plan", plan=planned["plan"])

    async def _graph(self) -> None:
        await self._ask("timbr_describe", ontology="supply_chain", name="purchase_order")
        asked = {"ontology": "supply_chain", "sql": ORDERS}
        await self._ask("timbr_run_query", **asked)
        await self._ask("timbr_run_query", **asked, flags=["nested"])
        for flag in FLAGS[1:]:
            await self._ask("timbr_run_query", **asked, flags=["nested", flag])
        await self._ask("timbr_run_query", **asked | {"sql": "WITH a AS (SHOW TOKEN) SELECT * FROM a"})

    async def _ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        for platform in self.sandbox.platforms.values():
            platform.log.clear()
        answer = await self.app.call(tool, arguments)
        bodies = [one.response_body for platform in self.sandbox.platforms.values() for one in platform.log]
        raw = sum(count(body.decode("utf-8", "replace")) for body in bodies)
        self.asked.append(Asked(tool, count(answer.text), raw, len(bodies)))
        told: dict[str, Any] = json.loads(answer.text)
        return told


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
