"""Spending: counted at its most, limited by kind, and told."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.app import App
from pentad.consent.spending import KINDS, Spending, limits
from pentad.models import Record
from pentad.operations import AnyOperation, Operation
from pentad.settings import Settings, load
from tests.proof import EXAMPLES


async def spend() -> Record:
    """Spends."""
    raise AssertionError


def costing(kind: Literal["credits", "model"] | None, cost: int = 1) -> AnyOperation:
    return Operation(spend, "write", spends=kind, cost=cost)


@settings(max_examples=EXAMPLES)
@given(
    st.dictionaries(st.sampled_from(KINDS), st.integers(0, 60)),
    st.lists(st.tuples(st.sampled_from([*KINDS, None]), st.integers(1, 9))),
)
def test_what_is_sent_only_within_the_limit_never_adds_up_to_more(
    limit: dict[str, int], calls: list[tuple[Literal["credits", "model"] | None, int]]
) -> None:
    spending = Spending(limit)
    used: Counter[str] = Counter()
    for kind, cost in calls:
        operation = costing(kind, cost)
        refused = kind in limit and used[kind] + cost > limit[kind]
        assert spending.exceeds(operation) is refused
        if kind and not refused:
            spending.spent(operation)
            used[kind] += cost

    assert {kind: spending.left(kind) for kind in limit} == {kind: limit[kind] - used[kind] for kind in limit}


def test_an_operation_that_spends_nothing_costs_nothing_and_passes_any_limit() -> None:
    spending = Spending({"credits": 0, "model": 0})
    free = costing(None)
    spending.spent(free)

    assert (spending.cost(free), spending.exceeds(free)) == (0, False)
    assert spending.told() == {"credits": "0 of 0", "model": "0 of 0"}


def test_what_a_plan_spends_beyond_the_limit_counts_and_leaves_nothing() -> None:
    spending = Spending({"credits": 7})
    for _ in range(2):
        spending.spent(costing("credits", 5))
    spending.spent(costing("model"))

    assert (spending.left("credits"), spending.left("model")) == (0, None)
    assert spending.exceeds(costing("credits"))
    assert not spending.exceeds(costing("model"))
    assert spending.told() == {"credits": "10 of 7", "model": "1"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20", {"credits": 20, "model": 20}),
        ("0", {"credits": 0, "model": 0}),
        ("credits=20,model=10", {"credits": 20, "model": 10}),
        (" model = 3 ,", {"model": 3}),
    ],
)
def test_a_limit_is_for_each_kind_or_for_those_named(text: str, read: dict[str, int]) -> None:
    assert limits(text) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("many", "'many' is not a number from 0 to 1000000"),
        ("-1", "'-1' is not a number from 0 to 1000000"),
        ("1000001", "'1000001' is not a number"),
        ("20,model=3", "'20' is not one of credits, model"),
        ("euros=3", "'euros' is not one of credits, model"),
        ("credits=", "'' is not a number"),
        ("credits=1,credits=2", "'credits' is given twice"),
        ("²", "'²' is not a number"),
    ],
)
def test_a_limit_that_is_not_understood_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        limits(text)


def test_a_limit_is_a_setting_and_without_one_nothing_is_limited(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("spend_limit = 20\n", "utf-8")
    environ = {"PENTAD_CONFIG": str(file)}

    assert load(environ).spend_limit == {"credits": 20, "model": 20}
    assert load(environ | {"PENTAD_SPEND_LIMIT": "model=3"}).spend_limit == {"model": 3}
    assert Settings().spend_limit == {}


async def test_a_generation_counts_at_its_dearest_and_a_question_as_one_call() -> None:
    app = App(Settings(sandbox=True))
    spending = Spending({})
    costs = {name: spending.cost(one) for name, one in app.operations.items() if one.spends}
    await app.aclose()

    assert costs == {
        "claribi_create_generated_report": 5,
        "claribi_generate_report": 5,
        "claribi_refresh_dashboard": 5,
        "timbr_answer_question": 1,
        "timbr_ask_question": 1,
    }
