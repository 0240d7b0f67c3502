"""Figures of models through a real MCP client, each checked against SQL over the tables behind them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from pentad.errors import Malformed, Rejected
from pentad.sandbox.optimibi.warehouse import query
from pentad_tools.optimibi.models.cubes import understood
from tests.inside import World

EDITIONS = ["newer", "older"]
SALES = """FROM sales.ticket_line JOIN sales.ticket USING (ticket_id) JOIN sales.store USING (store_id)
JOIN sales.product USING (product_id)"""


def by_sql(world: World, sql: str) -> list[list[Any]]:
    """Rows computed beside the platform, numbers as figures have them."""
    seed = world.sandbox.platforms["optimibi"].state.dice.seed
    return [[str(cell) for cell in row] for row in query(seed, "retail_dw", sql)[1]]


def texts(rows: list[list[Any]]) -> list[list[str]]:
    return [
        [str(Decimal(str(cell))) if isinstance(cell, int | float) else str(cell) for cell in row]
        for row in rows
    ]


def bodies(world: World) -> list[dict[str, Any]]:
    sent = [one for one in world.sent("optimibi", "POST") if one.path.endswith("/cube/query/execute")]
    return [json.loads(one.request_body) for one in sent]


def same(told: list[list[Any]], computed: list[list[str]]) -> bool:
    pairs = zip(sorted(texts(told)), sorted(computed), strict=True)
    return all(
        one == two or Decimal(one) == Decimal(two)
        for left, right in pairs
        for one, two in zip(left, right, strict=True)
    )


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("form", ["cells", "rows"])
async def test_figures_by_caption_are_those_of_the_tables_in_either_form_of_the_answer(
    world: World, edition: str, form: str
) -> None:
    state = world.sandbox.platforms["optimibi"].state
    state.edition, state.cube_answer = edition, form
    told = await world.ask(
        "optimibi_query_cube",
        model=world.sample("optimibi", "model_caption"),
        measures="Net amount, Quantity",
        levels=["Region", "category"],
    )
    computed = by_sql(world, f"SELECT region, category, sum(net_amount), sum(quantity) {SALES} GROUP BY 1, 2")

    assert told["columns"] == ["Region", "Category", "Net amount", "Quantity"]
    assert same(told["rows"], computed)
    assert told["about"] == {"model": "RetailSales"}


async def test_chosen_members_stand_among_the_rows_and_others_are_left_out(world: World) -> None:
    regions = [row[0] for row in by_sql(world, "SELECT DISTINCT region FROM sales.store ORDER BY 1")]
    told = await world.ask(
        "optimibi_query_cube",
        model="RetailSales",
        measures=["[Measures].[ticket_line.net_amount]"],
        levels=["Category"],
        filters={"Region": regions[0].upper(), "Category": by_categories(world)[:2]},
    )
    chosen = ", ".join(f"'{one}'" for one in by_categories(world)[:2])
    where = f"WHERE region = '{regions[0]}' AND category IN ({chosen})"
    computed = by_sql(world, f"SELECT category, region, sum(net_amount) {SALES} {where} GROUP BY 1, 2")

    assert told["columns"] == ["Category", "Region", "Net amount"]
    assert same(told["rows"], computed)


def by_categories(world: World) -> list[str]:
    return [row[0] for row in by_sql(world, "SELECT DISTINCT category FROM sales.product ORDER BY 1")]


@pytest.mark.parametrize("filters", [{"Year": [2025]}, {"Year": "2025"}, '{"year": ["2025"]}'])
async def test_members_may_be_numbers_or_stand_alone_or_come_as_text(world: World, filters: Any) -> None:
    told = await world.ask("optimibi_query_cube", model="RetailSales", measures="Quantity", filters=filters)
    year = "WHERE year(sold_at) = 2025"

    assert told["columns"] == ["Year", "Quantity"]
    assert same(told["rows"], by_sql(world, f"SELECT '2025', sum(quantity) {SALES} {year}"))


async def test_filters_of_another_form_are_answered_with_an_example(world: World) -> None:
    told = await world.refused(
        "optimibi_query_cube", model="RetailSales", measures="Quantity", filters="North"
    )

    assert told["problems"]["filters"][0].startswith(
        'Input should be members by level, such as {"Region": ["North"]}'
    )


async def test_a_member_that_no_row_has_is_named_with_the_nearest(world: World) -> None:
    region = by_sql(world, "SELECT DISTINCT region FROM sales.store ORDER BY 1")[0][0]
    told = await world.ask(
        "optimibi_query_cube", model="RetailSales", measures="Quantity", filters={"Region": [region + "x"]}
    )

    assert told["rows"] == []
    assert f"no row has Region {region + 'x'!r}; there is {region}" in told["note"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_an_alert_lends_its_query_which_may_be_asked_for_other_measures(
    world: World, edition: str
) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    alert = world.sample("optimibi", "alert")
    plain = await world.ask("optimibi_query_cube", alert=alert)
    other = await world.ask("optimibi_query_cube", alert=alert, measures="Quantity")
    computed = by_sql(world, f"SELECT region, sum(net_amount) {SALES} GROUP BY 1")
    quantity = by_sql(world, f"SELECT region, sum(quantity) {SALES} GROUP BY 1")

    assert plain["about"] == {"model": "RetailSales", "alert": alert}
    assert same(plain["rows"], computed)
    assert same(other["rows"], quantity)
    assert all(body["properties"]["datafor.query.sum.bottom"] == "false" for body in bodies(world))


async def test_an_alerts_query_can_be_narrowed_beside_its_own_levels(world: World) -> None:
    category = by_categories(world)[0]
    told = await world.ask(
        "optimibi_query_cube", alert=world.sample("optimibi", "alert"), filters={"Category": category}
    )
    where = f"WHERE category = '{category}'"
    computed = by_sql(world, f"SELECT region, category, sum(net_amount) {SALES} {where} GROUP BY 1, 2")

    assert told["columns"] == ["Region", "Category", "Net amount"]
    assert same(told["rows"], computed)


async def test_a_limit_is_sent_and_said_when_it_was_met(world: World) -> None:
    told = await world.ask(
        "optimibi_query_cube", model="RetailSales", measures="Quantity", levels="Product", limit=3
    )

    assert len(told["rows"]) == 3
    assert bodies(world)[-1]["properties"]["datafor.query.pick.row"] == "0,3"
    assert "there may be more rows" in told["note"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"measures": "Net amout"},
            "There is no measure 'Net amout' in model RetailSales; did you mean 'Net amount'",
        ),
        ({"measures": "Quantity", "levels": ["Regoin"]}, "did you mean Region"),
        ({"measures": "Quantity", "filters": {"Regoin": ["x"]}}, "did you mean Region"),
        ({"measures": "Quantity", "model": "RetialSales"}, "did you mean RetailSales"),
        ({"alert": "low_net_sale"}, "did you mean low_net_sales"),
    ],
)
async def test_unknown_names_are_answered_with_the_nearest(
    world: World, asked: dict[str, Any], words: str
) -> None:
    told = await world.refused("optimibi_query_cube", **{"model": "RetailSales"} | asked)

    assert told["error"] == "not_found"
    assert words in told["message"]
    assert bodies(world) == []


async def test_what_the_platform_cannot_compute_is_told_in_its_words(world: World) -> None:
    told = await world.refused("optimibi_query_cube", alert="old_margin")

    assert told["error"] == "not_found"
    assert "ticket_line.margin" in told["platform_says"]


def test_an_answer_that_is_not_understood_is_an_error_that_tells_its_form_and_never_empty() -> None:
    with pytest.raises(Malformed) as strange:
        understood("Optimibi", {"grid": {"n": 4}, "runtime": 3})
    with pytest.raises(Rejected) as failed:
        understood("Optimibi", {"cellset": None, "error": "Mondrian Error: out of memory"})

    assert "an object of (grid: an object of (n: a number); runtime: a number)" in strange.value.message
    assert "out of memory" in str(failed.value.quote)
    assert understood("Optimibi", {"cellset": [], "error": None}).rows == []


async def test_neither_a_model_nor_an_alert_is_a_question_of_what_to_give(world: World) -> None:
    told = await world.refused("optimibi_query_cube", measures="Quantity")

    assert "Give model with measures, or alert" in told["message"]
