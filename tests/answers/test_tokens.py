"""The estimate against the real tokenizer: hardly ever below, and not far above."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from benchmarks.tokens import count
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.jsontext import dumps
from pentad.results.tokens import estimate, fits
from tests.answers.given import NAMES, PROSE
from tests.inside import EVERYTHING, World, example_of
from tests.proof import EXAMPLES

_SHORT_BY = 0.97
_LONGER_BY = 1.6


def _table(cells: Callable[[random.Random], list[Any]], columns: int = 3) -> str:
    dice = random.Random(7)
    names = [f"column_{index}" for index in range(columns)]
    return dumps({"columns": names, "rows": [cells(dice) for _ in range(40)]})


def _moment(dice: random.Random) -> str:
    day, hour = f"{dice.randint(1, 12):02}-{dice.randint(1, 28):02}", f"{dice.randint(0, 23):02}"
    return f"2026-{day}T{hour}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}Z"


def _identifier(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def _link(dice: random.Random) -> str:
    return f"https://app.example.com/v1/reports/{dice.randint(1, 9999)}?tab=overview&utm_source=mail"


def _code(dice: random.Random) -> str:
    return f"SKU-{dice.randint(1000, 9999)}-{dice.choice('ABCXYZ')}{dice.randint(10, 99)}"


def _nest(depth: int) -> Any:
    leaf = {"id": depth, "tags": ["x", None, True], "of": {}}
    return leaf if depth == 0 else {"level": depth, "children": [_nest(depth - 1), _nest(depth - 1)]}


_QUERY = (
    "SELECT c.customer_id, SUM(o.total_amount) AS revenue FROM sales.orders o JOIN customers c "
    "ON c.id = o.customer_id WHERE o.order_date >= '2025-01-01' GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
)
_COLUMNS = ["customer_lifetime_value", "createdAt", "HTTPStatusCode", "organisationUnitId", "ml_score_v2"]

MADE: Mapping[str, str] = {
    "uuids": _table(lambda dice: [_identifier(dice)], 1),
    "prices": _table(
        lambda d: [f"{d.uniform(0, 9999):.2f}", round(d.uniform(0, 9e4), 2), d.randint(0, 10**7)]
    ),
    "floats": _table(lambda dice: [dice.random(), dice.gauss(0, 1e-5)], 2),
    "dates": _table(lambda dice: [_moment(dice), _moment(dice)[:10]], 2),
    "names": _table(lambda dice: [dice.choice(NAMES), dice.randint(1, 9999)], 2),
    "literals": _table(lambda dice: [dice.choice([True, False, None]) for _ in range(5)], 5),
    "links": _table(lambda dice: [_link(dice)], 1),
    "codes": _table(lambda dice: [_code(dice), dice.choice(["ACTIVE", "ON HOLD", "CANCELLED"])], 2),
    "cursors": _table(lambda dice: [base64.urlsafe_b64encode(dice.randbytes(24)).decode()], 1),
    "base64": dumps({"data": base64.b64encode(random.Random(7).randbytes(3000)).decode()}),
    "hex": dumps({"sha": random.Random(7).randbytes(600).hex(), "UP": "C0FFEE" * 20}),
    "nested": dumps(_nest(4)),
    "quoted": dumps({"body": dumps([{"a": 'x\ny\t"q"', "path": "C:\\temp\\new"}] * 10)}),
    "query": dumps({"sql": _QUERY}),
    "columns": dumps({"columns": _COLUMNS * 4}),
    "loud": dumps({"t": "ACME HOLDINGS INTERNATIONAL GMBH & CO. KG, SALES DIVISION " * 5}),
    **{name: dumps({"text": f"{text} " * 5}) for name, text in PROSE.items()},
}


@pytest.mark.parametrize("name", MADE)
def test_the_estimate_is_never_much_below_the_count(name: str) -> None:
    assert estimate(MADE[name]) >= count(MADE[name]) * _SHORT_BY


def test_the_estimate_is_not_far_above_the_count_on_average() -> None:
    ratios = [estimate(text) / count(text) for text in MADE.values()]
    assert sum(ratios) / len(ratios) <= _LONGER_BY
    assert max(ratios) <= 2.6


async def test_real_answers_are_estimated_closely(tmp_path: Path) -> None:
    world = World(tmp_path, **EVERYTHING)
    ratios: list[float] = []
    for operation in world.app.operations.values():
        given = await world.app.call(operation.name, example_of(world, operation))
        assert estimate(given.text) >= count(given.text) * _SHORT_BY, given.text
        ratios.append(estimate(given.text) / count(given.text))
    await world.app.aclose()
    assert len(ratios) > 20
    assert sum(ratios) / len(ratios) <= 1.3


def test_a_text_that_no_answer_can_hold_is_not_looked_at_closely() -> None:
    assert estimate("x" * 100_001) > 30_000


def test_nothing_takes_nothing() -> None:
    assert estimate("") == 0
    assert estimate("  ") == 1


@settings(max_examples=EXAMPLES)
@given(
    st.one_of(st.text(max_size=60), st.text(st.characters(max_codepoint=127), max_size=200)),
    st.integers(0, 120),
)
def test_a_text_fits_exactly_when_its_estimate_does(text: str, budget: int) -> None:
    assert fits(text, budget) is (estimate(text) <= budget)
