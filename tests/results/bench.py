"""Kept rows, a worker over them, and what it answers."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pentad import jsontext
from pentad.results.query import Answer, Worker
from pentad.results.sources import Source

ORDERS = [
    {"id": 9007199254740993, "region": "north", "amount": 10.10, "day": "2024-01-31", "tags": ["a", "b"]},
    {"id": 2, "region": "south", "amount": 0.20, "day": "2024-02-01", "ship": {"to": {"city": "Oslo"}}},
    {"id": 3, "region": "north", "amount": 5, "day": "2024-03-01", "tags": []},
]


def source(folder: Path, name: str, rows: Iterable[Mapping[str, Any] | str]) -> Source:
    """Rows as objects or as the JSON text that stands for one."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path = folder / f"{name}.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    columns = dict.fromkeys(column for line in lines for column in json.loads(line))
    return Source(name, path, tuple(columns))


@dataclass
class Bench:
    """One worker and the folder its answers go to."""

    folder: Path
    worker: Worker
    _numbers: Iterable[int] = field(default_factory=itertools.count)

    def into(self) -> Path:
        return self.folder / f"answer-{next(iter(self._numbers))}.ndjson"

    async def rows(self, sql: str, *sources: Source, limit: int = 1000) -> list[dict[str, Any]]:
        return (await self.answer(sql, *sources, limit=limit))[1]

    async def answer(
        self, sql: str, *sources: Source, limit: int = 1000
    ) -> tuple[Answer, list[dict[str, Any]]]:
        into = self.into()
        answer = await self.worker.query(sql, sources, into, limit)
        return answer, [jsontext.loads(line) for line in into.read_text("utf-8").splitlines()]

    def orders(self) -> Source:
        return source(self.folder, "rows_orders", ORDERS)


@contextlib.asynccontextmanager
async def bench(folder: Path, **limits: Any) -> AsyncGenerator[Bench]:
    worker = Worker(folder / "worker", **limits)
    try:
        yield Bench(folder, worker)
    finally:
        await worker.aclose()
