"""A table of fifty megabytes, over a socket: the real processes, and what they take."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import events

EVENTS = 300_000


async def test_a_large_export_takes_little_memory_and_its_numbers_agree_three_ways(tmp_path: Path) -> None:
    """In SQL over the handle, as a summary, and by a plain reader of the saved file; else it raises."""
    counted = await events.counted(tmp_path, EVENTS)

    assert counted.rows >= EVENTS
    assert counted.size > 50 * 10**6
    if counted.server is None or counted.worker is None:
        pytest.skip("the system does not tell")
    assert counted.server < events.TARGET
    assert counted.worker < 700
