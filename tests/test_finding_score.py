"""Plain questions find the right operation; the list grows with each platform."""

from __future__ import annotations

import pytest
from benchmarks import finding

from pentad.catalogue import catalogue


@pytest.fixture(scope="module")
def callable_names() -> set[str]:
    return {row["name"] for row in catalogue() if row["effect"]}


def test_every_question_names_operations_that_exist(callable_names: set[str]) -> None:
    listed = finding.questions()

    assert len(listed) >= 100
    assert len({ask for ask, _ in listed}) == len(listed)
    assert [(ask, right) for ask, right in listed if not right or not set(right) <= callable_names] == []


async def test_the_right_operation_is_found_for_nearly_every_question() -> None:
    asked = await finding.asked()
    missed = [(one.ask, one.found) for one in asked if not one.among]

    assert finding.share([one.among for one in asked]) >= finding.FIVE, missed
    assert finding.share([one.first for one in asked]) >= finding.FIRST
    assert "| all " in finding.table(asked).text()
