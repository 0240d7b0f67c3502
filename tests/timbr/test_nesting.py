"""The flat rows behind a nested answer are counted right: trees are flattened, cut and nested here."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.models import Row
from pentad.platforms.timbr.flags import Flag
from pentad.platforms.timbr.guard import guard
from pentad.platforms.timbr.nesting import Asked, weights
from tests.proof import EXAMPLES

Flat = dict[str, str | None]
Shape = Mapping[str, Any]
# An order has lines, each with a few products, and shipments.
SHAPE: Shape = {"line[x]": {"of[y]": {}}, "sent[z]": {}}
ROOT, LINE, PRODUCT, SHIPMENT = (
    "entity_id",
    "line[x].entity_id",
    "line[x].of[y].entity_id",
    "sent[z].entity_id",
)
SQL = (
    "SELECT `entity_id`, `line[x].entity_id`, `line[x].of[y].entity_id`, `sent[z].entity_id` "
    "FROM `dtimbr`.`order` ORDER BY `entity_id`"
)
# Shipments multiply the rows of these, though none is shown.
HIDING = (
    SQL.replace(", `sent[z].entity_id`", "").replace("ORDER", "WHERE `sent[z].late` = 1 ORDER"),
    "SELECT * FROM `dtimbr`.`order` ORDER BY `entity_id`",
    SQL.replace(", `sent[z].entity_id`", "").replace("dtimbr", "vtimbr"),
    SQL.replace(", `sent[z].entity_id`", "").replace("`order`", "`order` AS a JOIN `timbr`.`sending` AS b"),
)

# Products of each line, and how many shipments.
orders = st.tuples(st.lists(st.integers(0, 3), max_size=4), st.integers(0, 3))


def flattened(number: int, lines: list[int], shipments: int) -> list[Flat]:
    """The rows of one order, as LEFT JOINs give them."""
    id_ = f"order:{number:03}"
    left: list[tuple[str | None, str | None]] = []
    for line, products in enumerate(lines):
        told = f"{id_}.{line}"
        left += [(told, f"{told}.{one}") for one in range(products)] or [(told, None)]
    right: list[str | None] = [f"{id_}/{one}" for one in range(shipments)]
    pairs = product(left or [(None, None)], right or [None])
    return [{ROOT: id_, LINE: a, PRODUCT: b, SHIPMENT: c} for (a, b), c in pairs]


def nested(rows: list[Flat], shape: Shape = SHAPE, path: str = "", *, bare: bool = False) -> list[Any]:
    """The rows as objects; with `bare` a relationship to one entity comes without its list."""
    groups: dict[str, list[Flat]] = {}
    for row in rows:
        if (id_ := row[f"{path}entity_id"]) is not None:
            groups.setdefault(id_, []).append(row)
    made: list[Any] = []
    for id_, members in groups.items():
        found = {step: nested(members, inner, f"{path}{step}.", bare=bare) for step, inner in shape.items()}
        single = {step: one[0] if bare and len(one) == 1 else one for step, one in found.items()}
        made.append({"entity_id": id_, **single})
    return made


@dataclass
class Engine:
    """Rows in the order of the statement, and how they are nested."""

    rows: list[Flat]
    shape: Shape = field(default_factory=lambda: SHAPE)
    bare: bool = False
    asked_flat: int = 0

    def cut(self, asked: Asked) -> list[Flat]:
        """The rows that the text and the limit of a request leave."""
        found = re.search(r"(?: LIMIT (\d+))?(?: OFFSET (\d+))?$", asked.text)
        limit, offset = (found[1], int(found[2] or 0)) if found else (None, 0)
        end = None if limit is None else offset + int(limit)
        return self.rows[offset:end][: int(asked.headers["results-limit"])]

    def nest(self, rows: list[Flat]) -> list[Row]:
        return list(nested(rows, self.shape, bare=self.bare))

    def read_on(self, asked: Asked) -> tuple[dict[str, Any], bool]:
        """Every entity by its last occurrence, and whether the last one was left incomplete."""
        found: dict[str, Any] = {}
        while True:
            flat = self.cut(asked)
            rows = self.nest(flat)
            tally = asked.tally(rows)
            unsure = asked.unsure(tally)
            self.asked_flat += unsure
            beside = flat if unsure else None
            table, _ = asked.table(rows, tally, beside)
            found |= {row["entity_id"]: row for row in table.rows}
            if table.cursor is None:
                return found, "incomplete" in table.rows[-1] if table.rows else False
            offset = int(table.cursor.partition("-")[0])
            assert offset > asked.offset
            asked = replace(asked, offset=offset)


def engine_of(given_orders: list[Any], dropped: set[int], shuffle: int) -> Engine:
    """Orders one after the other, each in an order of its own, without the rows that a condition drops."""
    dice = random.Random(shuffle)
    rows: list[Flat] = []
    for number, (lines, shipments) in enumerate(given_orders):
        own = flattened(number, lines, shipments)
        rows += dice.sample(own, len(own))
    return Engine([row for index, row in enumerate(rows) if index not in dropped])


def asked(sql: str, limit: int, *flags: Flag) -> Asked:
    return Asked("sales", guard(sql), frozenset[Flag](("nested", *flags)), limit)


engines = st.builds(
    engine_of,
    st.lists(orders, max_size=8),
    st.sets(st.integers(0, 60), max_size=30),
    st.integers(0, 9),
)


@settings(max_examples=EXAMPLES)
@given(engines, st.booleans())
def test_the_flat_rows_of_an_entity_lie_between_its_weights(engine: Engine, bare: bool) -> None:
    for one in nested(engine.rows, bare=bare):
        low, high = weights(one)
        assert low <= len([row for row in engine.rows if row[ROOT] == one["entity_id"]]) <= high


@settings(max_examples=EXAMPLES)
@given(st.tuples(st.lists(st.integers(0, 3), max_size=4), st.integers(0, 1)), st.booleans())
def test_one_relationship_that_multiplies_is_counted_exactly(
    order: tuple[list[int], int], bare: bool
) -> None:
    flat = flattened(1, *order)
    (whole,) = nested(flat, bare=bare)

    assert weights(whole) == (len(flat), len(flat))


@settings(max_examples=EXAMPLES)
@given(engines, st.integers(1, 60), st.booleans(), st.sampled_from((SQL, SQL, *HIDING)))
def test_reading_on_gives_every_related_entity_once(engine: Engine, limit: int, bare: bool, sql: str) -> None:
    """Whatever multiplies rows and however a condition thins them out, shown or not."""
    engine.bare = bare
    if sql in HIDING:
        engine.shape = {"line[x]": SHAPE["line[x]"]}
    found, cut = engine.read_on(asked(sql, limit))
    sizes = [row[ROOT] for row in engine.rows]
    whole = {one["entity_id"]: one for one in nested(engine.rows, engine.shape, bare=bare)}

    if cut:
        last = list(found)[-1]
        assert sizes.count(last) >= limit
        assert found.pop(last)["incomplete"] is True
        whole = {id_: one for id_, one in whole.items() if id_ < last}
    assert found == whole


@settings(max_examples=EXAMPLES)
@given(engines, st.integers(12, 60), st.integers(0, 40), st.integers(0, 20))
def test_a_limit_of_the_statement_is_kept_to_while_reading_on(
    engine: Engine, limit: int, own: int, skipped: int
) -> None:
    within = engine.rows[skipped : skipped + own]
    found, cut = engine.read_on(asked(f"{SQL} LIMIT {own} OFFSET {skipped}", limit))
    whole = {one["entity_id"]: one for one in nested(within)}

    if cut:
        found[list(found)[-1]].pop("incomplete")
    sizes = [row[ROOT] for row in within]
    if all(sizes.count(id_) < limit for id_ in whole):
        assert found == whole
    # It may have ended inside of an entity.
    assert cut or len(within) < own or not within


@settings(max_examples=EXAMPLES)
@given(engines, st.integers(1, 60))
def test_without_an_order_by_entity_no_cursor_is_given(engine: Engine, limit: int) -> None:
    question = asked(SQL.replace("ORDER BY `entity_id`", "ORDER BY `sent[z].late`, `entity_id`"), limit)
    flat = engine.cut(question)
    rows = engine.nest(flat)
    table, notes = question.table(rows, question.tally(rows), flat)

    assert table.cursor is None
    assert ("add ORDER BY `entity_id`" in " ".join(notes)) is (len(flat) >= limit)


@pytest.mark.parametrize("sql", HIDING)
def test_what_the_rows_hide_is_looked_up(sql: str) -> None:
    engine = engine_of([([1], 3), ([1], 3)], set(), 0)
    engine.shape = {"line[x]": SHAPE["line[x]"]}
    found, cut = engine.read_on(asked(sql, 4))

    assert (list(found), cut, engine.asked_flat) == (["order:000", "order:001"], False, 2)


def test_a_limit_that_was_not_met_takes_no_second_look() -> None:
    engine = engine_of([([1, 1], 2), ([3], 1), ([], 3)], set(), 0)
    engine.read_on(asked(SQL, 50))

    assert engine.asked_flat == 0


def test_without_the_flat_rows_nothing_is_claimed_about_a_limit() -> None:
    engine = engine_of([([1, 1, 1], 2), ([1, 1, 1], 2)], {1, 7}, 0)
    question = asked(SQL, 10)
    rows = engine.nest(engine.cut(question))
    table, notes = question.table(rows, question.tally(rows))

    assert table.cursor is None
    assert table.rows[-1]["incomplete"] is True
    assert "cannot be told" in notes[-1]
