"""The measured numbers that do not depend on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import answers, definitions

from tests.cli.test_demo import CALLS


@pytest.fixture(scope="module")
def costs() -> definitions.Costs:
    return definitions.costs()


def test_definitions_stay_within_their_budgets(costs: definitions.Costs) -> None:
    assert sum(costs["core"].values()) <= definitions.CORE
    assert sum(costs["lean"].values()) <= definitions.LEAN
    assert max(costs[definitions.PERMITTED].values()) <= definitions.ONE


def test_no_definition_grows_without_its_recorded_figure(costs: definitions.Costs) -> None:
    assert definitions.grown(costs[definitions.PERMITTED], definitions.recorded()) == []


def test_growth_beyond_a_twentieth_is_noticed_and_so_is_what_comes_and_goes() -> None:
    before = {"same": 100, "within": 100, "beyond": 100, "gone": 5}
    assert definitions.grown({"same": 90, "within": 105, "beyond": 106, "new": 1}, before) == [
        "beyond",
        "gone",
        "new",
    ]


def test_every_exposure_is_part_of_the_widest(costs: definitions.Costs) -> None:
    widest = costs[definitions.PERMITTED].items()
    assert all(tools and tools.items() <= widest for tools in costs.values())


async def test_answers_are_smaller_than_what_the_platforms_sent_for_them(tmp_path: Path) -> None:
    asked = await answers.Story(tmp_path).tell()

    assert [each.tool for each in asked] == CALLS
    assert [each for each in asked if each.raw > 500 and each.answer >= each.raw] == []
    assert sum(each.raw > 500 for each in asked) >= 5


async def test_tables_name_every_tool_and_every_call(tmp_path: Path, costs: definitions.Costs) -> None:
    asked = await answers.Story(tmp_path).tell()
    told = definitions.table(costs).text() + answers.table(asked).text()

    assert all(f"| {name} " in told for name in (*costs[definitions.PERMITTED], "total", "apply_plan"))
