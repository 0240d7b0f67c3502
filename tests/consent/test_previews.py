"""A preview fits the budget, whatever is asked for: what will be done is shortened last, and what is left out
is counted."""

from __future__ import annotations

import json

import pytest

from pentad.answering import question
from pentad.consent.plans import Plan, Preview
from pentad.results.tokens import estimate
from tests.inside import World

MANY = {f"option{number}": "1" for number in range(100)}
LONG = {"x" * 9000: "1"}


@pytest.mark.parametrize("budget", [200, 1500])
@pytest.mark.parametrize(
    ("options", "first"),
    [(MANY, "extraOptions.POSTGRESQL.option0, "), (LONG, "'extraOptions.POSTGRESQL.xxx")],
    ids=["many", "long"],
)
async def test_a_plan_of_many_or_long_names_fits(
    world: World, budget: int, options: dict[str, str], first: str
) -> None:
    world.change(budget=budget)
    answer = await world.app.call(
        "optimibi_update_connection", {"connection": "retail_dw", "options": options}
    )
    told = json.loads(answer.text)

    assert estimate(answer.text) <= budget
    assert told["will"].startswith(f"Change connection retail_dw: {first}")
    assert told["plan"] in told["next"]
    assert set(told) == {"plan", "will", "undo", "expires_in", "next", "now", "body"}


async def test_of_many_changes_the_first_are_shown_with_their_values(world: World) -> None:
    told = await world.ask("optimibi_update_connection", connection="retail_dw", options=MANY)

    changes = told["body"]["changes"]
    assert changes["extraOptions.POSTGRESQL.option0"] == {"to": "1"}
    assert changes["…"] == f"{200 - (len(changes) - 1)} more"
    assert told["will"].partition(".option11 and ")[2].startswith("188 more.")


def test_a_person_is_asked_in_a_bounded_question(world: World) -> None:
    now = {"values": [f"value {number}" for number in range(9000)]}
    preview = Preview("word " * 9000, "x", {"text": "y" * 9000}, undo="back " * 9000, now=now)
    operation = world.app.operations["optimibi_update_connection"]
    asked = question(Plan("x-7k2m9x", operation, {}, "", "default", "", preview, 600.0))

    assert asked.startswith("word word")
    assert asked.count("…(+42,000 characters)") == 2
    assert "…(8,980 more)" in asked
    assert len(asked) < 9000
