"""Rows of OMIQ's lists in the words of this server: ids are text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from pentad.models import Row
from pentad.platforms.omiq import Omiq
from pentad.results.record import Stored


async def shaped(omiq: Omiq, rows: Sequence[Row], shape: Callable[[Row], Row]) -> Sequence[Row]:
    """Every row in its new form; rows on disk stay on disk."""
    if not isinstance(rows, Stored):
        return [shape(row) for row in rows]

    def redrawn() -> Stored:
        with omiq.bench.draft() as draft:
            for row in rows:
                draft.add(shape(row))
            return draft.close()

    return await asyncio.to_thread(redrawn)


def plain(row: Row) -> dict[str, Any]:
    """The row with its ids as text: the platform sends them as numbers, which programs may round."""
    return {name: _texted(name, value) for name, value in row.items()}


def _texted(name: str, value: Any) -> Any:
    of_id = name.lower().endswith("id") and isinstance(value, int) and not isinstance(value, bool)
    return str(value) if of_id else value
