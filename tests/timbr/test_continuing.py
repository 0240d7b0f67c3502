"""Reading on where a row limit ended an answer: every row and every related entity, exactly once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.reading import Rows, pages, rows_of, truth, whole

RUN = "timbr_run_query"
LINES, SHIPMENTS = "has_line[po_line]", "fulfilled_by[shipment]"
ORDERS = (
    "SELECT `entity_id`, `has_line[po_line].entity_id` FROM `dtimbr`.`purchase_order` ORDER BY `entity_id`"
)
BOTH = (
    "SELECT `entity_id`, `has_line[po_line].entity_id`, `fulfilled_by[shipment].entity_id` "
    "FROM `dtimbr`.`purchase_order` WHERE `po_id` < 7081 AND "
    "`has_line[po_line].quantity` * 40 > `fulfilled_by[shipment].freight_cost` ORDER BY `entity_id`"
)
SUPPLIERS = "SELECT `company_id`, `supplier_name` FROM `dtimbr`.`supplier` ORDER BY `company_id`"
Related = dict[str, dict[str, set[str]]]


def related(flat: Rows, *paths: str) -> Related:
    """By order and relationship, the related entities that flat rows hold."""
    found: Related = defaultdict(lambda: {path: set() for path in paths})
    for row in flat:
        for path in paths:
            found[row["entity_id"]][path] |= {row[f"{path}.entity_id"]} - {None}
    return dict(found)


def gathered(rows: Rows, *paths: str) -> Related:
    """The same of nested rows, read page after page: of an order that comes twice, the later occurrence."""
    found: Related = {}
    for row in rows:
        ids = {path: [one["entity_id"] for one in row[path]] for path in paths}
        assert all(len(set(one)) == len(one) for one in ids.values())
        found[row["entity_id"]] = {path: set(one) for path, one in ids.items()}
    return found


async def nested(world: World, sql: str, **arguments: Any) -> dict[str, Any]:
    flags = ["nested", *arguments.pop("flags", ())]
    return await world.ask(RUN, ontology="supply_chain", sql=sql, flags=flags, **arguments)


async def test_every_order_and_every_line_is_reached_through_cursors_and_handles(world: World) -> None:
    told = await pages(world, RUN, ontology="supply_chain", sql=ORDERS, flags=["nested"])
    rows: Rows = []
    for page in told:
        own = await whole(world, page)
        shown = [
            {name: value for name, value in row.items() if name != "incomplete"} for row in rows_of(page)
        ]
        assert own[: len(shown)] == shown
        assert len(own) == len(shown) + page["more"].get("rows", 0)
        assert ["incomplete" in row for row in own] == [False] * (len(own) - 1) + [page is not told[-1]]
        rows += own
    found, expected = gathered(rows, LINES), related(truth(world, ORDERS), LINES)

    assert (len(expected), sum(len(one[LINES]) for one in expected.values())) == (5_000, 50_000)
    assert found == expected
    assert len(rows) == 5_000 + len(told) - 1
    assert all(
        "marked incomplete" in page["note"] and "comes again, whole" in page["note"] for page in told[:-1]
    )
    assert len(world.sent("timbr")) == len(told)


@pytest.mark.parametrize("limit", [41, 250])
async def test_two_relationships_that_a_condition_compares_are_read_whole(world: World, limit: int) -> None:
    flags = ["nested"]
    told = await pages(world, RUN, ontology="supply_chain", sql=BOTH, flags=flags, limit=limit)
    rows = [row for page in told for row in await whole(world, page)]
    flat = truth(world, BOTH)

    assert gathered(rows, LINES, SHIPMENTS) == related(flat, LINES, SHIPMENTS)
    # Orders of the sample where some pairs of line and shipment pass the condition and some do not.
    assert len(flat) < sum(
        len(one[LINES]) * len(one[SHIPMENTS]) for one in gathered(rows, LINES, SHIPMENTS).values()
    )


@pytest.mark.parametrize("sql", [ORDERS, BOTH])
async def test_hidden_ids_do_not_change_where_reading_goes_on(world: World, sql: str) -> None:
    shown = await nested(world, sql, limit=60)
    hidden = await nested(world, sql, limit=60, flags=["ignore_entity_id"])

    assert "entity_id" not in hidden["columns"]
    assert hidden["more"]["cursor"].partition("-")[0] == shown["more"]["cursor"].partition("-")[0]


async def test_rows_multiplied_by_what_is_not_shown_do_not_hide_a_limit(world: World) -> None:
    """An order with two shipments has each line twice, though the answer holds it once."""
    sql = ORDERS.replace("ORDER", "WHERE `fulfilled_by[shipment].freight_cost` > 0 ORDER")
    told = await nested(world, sql, limit=100)
    flat = truth(world, sql)[:100]

    assert sum(len(row[LINES]) for row in await whole(world, told)) < 100
    assert told["more"]["cursor"].partition("-")[0] == str(
        [row["entity_id"] for row in flat].index(flat[-1]["entity_id"])
    )


async def test_related_rows_that_look_alike_do_not_hide_a_limit(world: World) -> None:
    sql = ORDERS.replace("po_line].entity_id", "po_line].is_backordered")
    told = await nested(world, sql, limit=100)

    assert "the limit of 100 rows was met" in told["note"]
    assert "nesting may need `has_line[po_line].entity_id`" in told["note"]
    assert told["more"]["cursor"]


async def test_relationships_under_one_short_name_do_not_hide_a_limit(world: World) -> None:
    sql = (
        "SELECT `entity_id`, `stocks[component].entity_id`, `stocks[finished_good].entity_id` "
        "FROM `dtimbr`.`warehouse` ORDER BY `entity_id`"
    )
    told = await nested(world, sql, limit=1_000, flags=["minimize_relationships"])

    assert {len(row["stocks"]) < 100 for row in await whole(world, told)} == {True}
    assert "the limit of 1,000 rows was met" in told["note"]


async def test_a_check_with_flat_rows_that_fails_does_not_lose_the_answer(world: World) -> None:
    world.sandbox.platforms["timbr"].faults.add(Fault("delay", delay=60, skip=1))
    told = await nested(world, BOTH, limit=41)

    assert told["rows"]
    assert "cursor" not in told["more"]
    assert "whether the limit of 41 rows was met cannot be told" in told["note"]


async def test_an_order_that_tears_entities_apart_gets_no_cursor(world: World) -> None:
    told = await nested(world, ORDERS.replace("BY ", "BY `has_line[po_line].unit_price`, "), limit=50)

    assert "cursor" not in told["more"]
    assert "without ORDER BY `entity_id` others may lack some too" in told["note"]


async def test_one_entity_larger_than_the_limit_is_marked_and_does_not_go_on_for_ever(world: World) -> None:
    sql = ORDERS.replace("ORDER", "WHERE `po_id` < 7011 ORDER")
    limit = max(len(one[LINES]) for one in related(truth(world, sql), LINES).values()) - 1
    told = await pages(world, RUN, ontology="supply_chain", sql=sql, flags=["nested"], limit=limit)
    (*_, last) = await whole(world, told[-1])

    assert len(last[LINES]) == limit
    assert last["incomplete"] is True
    assert "of one entity alone: raise limit" in told[-1]["note"]


async def test_a_limit_of_the_statement_that_ends_inside_an_entity_marks_it(world: World) -> None:
    sizes = [len(one[LINES]) for one in related(truth(world, f"{ORDERS} LIMIT 60"), LINES).values()]
    told = await nested(world, f"{ORDERS} LIMIT {sizes[0] + 1}")

    assert [len(row[LINES]) for row in rows_of(told)] == [sizes[0], 1]
    assert [row["incomplete"] for row in rows_of(told)] == [None, True]
    assert "cursor" not in told["more"]


async def test_a_limit_of_the_statement_that_is_reached_while_reading_on_marks_the_last(world: World) -> None:
    told = await pages(
        world, RUN, ontology="supply_chain", sql=f"{ORDERS} LIMIT 60 OFFSET 1", flags=["nested"], limit=41
    )
    rows = await whole(world, told[-1])

    assert len(told) > 1
    assert rows[-1]["incomplete"] is True
    assert "OFFSET counts flat rows too" in told[0]["note"]


@pytest.mark.parametrize(
    ("tail", "first", "count"),
    [("", 0, 200), (" LIMIT 25", 0, 25), (" LIMIT 25 OFFSET 190", 190, 10), (" OFFSET 170", 170, 30)],
)
@pytest.mark.parametrize("limit", [10, 13])
async def test_flat_rows_are_read_on_exactly(
    world: World, tail: str, first: int, count: int, limit: int
) -> None:
    told = await pages(world, RUN, ontology="supply_chain", sql=SUPPLIERS + tail, limit=limit)
    rows = [row for page in told for row in rows_of(page)]

    assert rows == truth(world, SUPPLIERS)[first : first + count]
    assert all(len(page["rows"]) <= limit for page in told)
    assert all("exact if ORDER BY leaves no ties" in page["note"] for page in told[:-1])


async def test_rows_in_no_order_get_no_cursor_but_how_to_get_one(world: World) -> None:
    told = await world.ask(RUN, ontology="supply_chain", sql=SUPPLIERS.partition(" ORDER")[0], limit=7)

    assert "more" not in told
    assert "add ORDER BY a unique column to read on with a cursor" in told["note"]


@pytest.mark.parametrize(("tail", "limit"), [("", 201), (" LIMIT 5", 5)])
async def test_what_is_complete_is_not_said_to_be_cut(world: World, tail: str, limit: int) -> None:
    told = await world.ask(RUN, ontology="supply_chain", sql=SUPPLIERS + tail, limit=limit)

    assert "note" not in told
    assert "cursor" not in told.get("more", {})


@pytest.mark.parametrize(
    "other",
    [
        {"sql": SUPPLIERS.replace("supplier_name", "supplier_country")},
        {"flags": ["nested"]},
        {"datasource": "archive_postgres"},
        {"ontology": "fleet"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_a_cursor_of_other_arguments_is_refused_unsent(world: World, other: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"ontology": "supply_chain", "sql": SUPPLIERS, "limit": 5}
    told = await world.ask(RUN, **asked)
    refused = await world.refused(RUN, **asked | other, cursor=told["more"]["cursor"])

    assert refused["problems"] == {"cursor": ["belongs to a call with other arguments"]}
    assert len(world.sent("timbr")) == 1


@pytest.mark.parametrize(
    "forged", ["5-000000", "5", "-1-abcdef", "5-ABCDEF", "1.0.5-abcdef", "5; DROP TABLE x"]
)
async def test_a_forged_cursor_is_refused_unsent(world: World, forged: str) -> None:
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, cursor=forged)

    assert set(told["problems"]) == {"cursor"}
    assert world.sent("timbr") == []


@pytest.mark.parametrize("limit", [0, -1, 100_001, True, "many"])
async def test_a_limit_out_of_bounds_is_refused_unsent(world: World, limit: Any) -> None:
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, limit=limit)

    assert set(told["problems"]) == {"limit"}
    assert world.sent("timbr") == []


@pytest.mark.parametrize("limit", [1, 100_000])
async def test_the_limit_is_what_the_platform_is_told(world: World, limit: int) -> None:
    await world.ask(RUN, ontology="supply_chain", sql=SUPPLIERS, limit=limit)
    (sent,) = world.sent("timbr")

    assert sent.request_headers["results-limit"] == str(limit)
