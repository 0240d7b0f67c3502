"""At 20 % mixed faults calls that are safe to repeat succeed, and nothing is done twice; the full counts run
in the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.cells import Playhouse
from tests.faults.loop import LoopHands, SkippingLoop
from tests.faults.storms import changing, reading
from tests.proof import PROOF

CALLS = 10_000 if PROOF else 600
ROUNDS = 40 if PROOF else 2


@pytest.fixture
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=SkippingLoop) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path) -> Playhouse:
    return Playhouse(tmp_path, LoopHands)


def test_of_a_thousand_safe_calls_999_succeed_in_a_storm(runner: asyncio.Runner, house: Playhouse) -> None:
    weather = runner.run(reading(house, CALLS, seed=2))

    assert weather.calls == CALLS
    # One that fails proves nothing among fewer than a thousand.
    assert len(weather.failed) <= max(1, CALLS // 1000), weather.failed
    assert weather.longest <= 45.5


def test_no_change_is_done_twice_in_a_storm_and_what_is_told_of_it_is_true(
    runner: asyncio.Runner, house: Playhouse
) -> None:
    changes = runner.run(changing(house, range(1, 1 + ROUNDS)))

    assert changes.calls >= 100
    assert changes.done > changes.calls / 2
    assert changes.twice == []
    assert changes.untrue == []
