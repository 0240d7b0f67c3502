"""A platform that is gone is not flooded, is found again by itself, and nobody else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from pentad.sandbox import Fault
from tests.faults.loop import LoopHands, SkippingLoop
from tests.faults.outages import FAILING, REFUSED, SILENT, beside, latencies, outage
from tests.inside import EVERYTHING, World


@pytest.fixture
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=SkippingLoop) as made:
        yield made


def world(folder: Path) -> World:
    return World(folder / "files", LoopHands(), **EVERYTHING)


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("fault", [REFUSED, FAILING], ids=["refused", "503"])
def test_an_outage_is_not_answered_with_more_requests_than_calls(
    runner: asyncio.Runner, tmp_path: Path, fault: Fault, size: int
) -> None:
    async def story() -> None:
        found = await outage(world(tmp_path), fault, bursts=300 // size, size=size)

        assert found.calls == 300
        assert found.amplification <= 1.1
        assert found.recovered <= 30.0

    runner.run(story())


@pytest.mark.parametrize("fault", [REFUSED, SILENT], ids=["refused", "silent"])
def test_calls_of_other_platforms_take_as_long_beside_a_dead_one(
    runner: asyncio.Runner, tmp_path: Path, fault: Fault
) -> None:
    async def story() -> None:
        alone = await latencies(world(tmp_path / "alone"))

        assert await beside(world(tmp_path / "beside"), fault, 16) == alone
        assert max(alone) > 1.0

    runner.run(story())
