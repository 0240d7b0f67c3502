"""Every tool that is shown by default keeps its promise in every fault: it succeeds, or says what failed,
whether repeating helps and what may have been done, in the time that was promised."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.clock import ManualClock
from tests.faults.cells import Playhouse, played
from tests.faults.loop import LoopHands, SkippingLoop
from tests.faults.troubles import TROUBLES


@pytest.fixture(scope="module")
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=SkippingLoop) as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Playhouse:
    return Playhouse(tmp_path_factory.mktemp("house"), LoopHands)


@pytest.mark.parametrize("number", range(len(TROUBLES)), ids=lambda number: TROUBLES[number].name)
def test_every_tool_keeps_its_promise(runner: asyncio.Runner, house: Playhouse, number: int) -> None:
    cells = runner.run(played(house, TROUBLES[number], number + 1))

    assert len(cells) >= 30
    assert [cell for cell in cells if not cell.held] == []


async def test_what_is_computed_beside_keeps_its_promises_too(tmp_path: Path) -> None:
    aside = Playhouse(tmp_path, ManualClock)
    cells = [cell for each in TROUBLES for cell in await played(aside, each, 0, beside=True)]

    assert len(cells) == 2 * len(TROUBLES)
    assert [cell for cell in cells if not cell.held] == []
