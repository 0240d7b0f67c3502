"""SQL over kept results, as a model calls it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.inside import World

ORDERS = "SELECT `PO_Number`, `total_value`, `status` FROM `dtimbr`.`purchase_order` ORDER BY `po_id`"


async def orders(world: World) -> str:
    """The handle of all purchase orders."""
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=ORDERS)
    return str(told["more"]["result"])


async def ask(world: World, sql: str, **arguments: Any) -> dict[str, Any]:
    return await world.ask("query_results", sql=sql, **arguments)


async def test_a_figure_is_computed_over_all_rows_and_not_only_those_shown(world: World) -> None:
    handle = await orders(world)
    told = await ask(world, f"SELECT status, COUNT(*) AS n FROM {handle} GROUP BY status ORDER BY n DESC")

    assert told["columns"] == ["status", "n"]
    assert sum(n for _, n in told["rows"]) == 5000


async def test_results_of_two_platforms_are_joined_in_one_statement(world: World) -> None:
    handle = await orders(world)
    reports = (await world.ask("claribi_list_reports", limit=100))["more"]["result"]
    sql = (
        f"SELECT o.status, COUNT(*) AS n FROM {handle} o JOIN {reports} r "
        "ON TRY_CAST(r.id AS INT) - 2000 = TRY_CAST(substr(o.po_number, 4) AS INT) GROUP BY ALL"
    )

    assert sum(n for _, n in (await ask(world, sql))["rows"]) == 100


async def test_an_answer_is_a_result_that_can_be_asked_in_turn(world: World) -> None:
    handle = await orders(world)
    first = await ask(world, f"SELECT status, SUM(total_value) AS total FROM {handle} GROUP BY status")
    second = await ask(world, f"SELECT COUNT(*) AS n FROM {first['more']['result']}")

    assert second["rows"] == [[first["total"]]]


async def test_columns_are_described_on_request(world: World) -> None:
    told = await ask(world, f"DESCRIBE {await orders(world)}")

    assert told["rows"] == [["po_number", "VARCHAR"], ["total_value", "DECIMAL(18,2)"], ["status", "VARCHAR"]]


async def test_nested_entities_are_unnested_by_path(world: World) -> None:
    nested = (
        "SELECT `entity_id`, `has_line[po_line].entity_id`, `has_line[po_line].quantity` "
        "FROM `dtimbr`.`purchase_order` WHERE `po_id` < 7100 ORDER BY `entity_id`"
    )
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=nested, flags=["nested"])
    flat = await world.ask("timbr_run_query", ontology="supply_chain", sql=nested)
    sql = (
        f'SELECT SUM(l.quantity) AS q FROM {told["more"]["result"]} o, UNNEST(o."has_line[po_line]") AS t(l)'
    )
    same = f'SELECT SUM("has_line[po_line].quantity") AS q FROM {flat["more"]["result"]}'

    assert (await ask(world, sql))["rows"] == (await ask(world, same))["rows"]


async def test_more_rows_than_the_limit_are_told(world: World) -> None:
    told = await ask(world, f"SELECT * FROM {await orders(world)}", limit=10)

    assert len(told["rows"]) == 10
    assert "more than the 10 rows" in told["note"]
    assert "total" not in told


async def test_a_wrong_column_is_answered_with_the_nearest(world: World) -> None:
    told = await world.refused("query_results", sql=f"SELECT statuss FROM {await orders(world)}")

    assert "Did you mean status?" in told["message"]


async def test_a_handle_that_is_gone_names_the_call_that_makes_it_again(world: World) -> None:
    handle = await orders(world)
    world.clock.advance(3700)
    told = await world.refused("query_results", sql=f"SELECT COUNT(*) FROM {handle}")

    assert (told["error"], told["again"]["name"]) == ("not_found", "timbr_run_query")


async def test_files_of_this_machine_stay_out_of_reach(world: World) -> None:
    told = await world.refused("query_results", sql="SELECT * FROM read_csv('/etc/passwd')")

    assert told["error"] == "rejected"
    assert "root" not in str(told)


async def test_other_calls_are_answered_while_a_statement_runs(world: World) -> None:
    handle = await orders(world)
    heavy = f"SELECT COUNT(*) AS n FROM {handle} a, {handle} b WHERE a.total_value > b.total_value"
    running = asyncio.create_task(ask(world, heavy))
    listed = await world.ask("claribi_list_reports", limit=1)

    assert not running.done()
    assert listed["total"] == 120
    assert (await running)["rows"][0][0] > 0
