"""Answers that are more than memory should hold: told like any other, and read from disk."""

from __future__ import annotations

from typing import Any

from pentad.http.bodies import LARGE
from pentad.results.record import NOWHERE, Stored
from tests.inside import World

PADDED = "RPAD(`PO_Number`, 900, '-') AS `padding`"
FLAT = f"SELECT `PO_Number`, `total_value`, {PADDED} FROM `dtimbr`.`purchase_order` ORDER BY `po_id`"
NESTED = (
    f"SELECT `entity_id`, {PADDED}, `has_line[po_line].entity_id`, `has_line[po_line].sku` "
    "FROM `dtimbr`.`purchase_order` ORDER BY `entity_id`"
)


async def ask(world: World, sql: str, **arguments: Any) -> dict[str, Any]:
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=sql, **arguments)
    assert len(world.sent("timbr")[-1].response_body) > LARGE
    return told


def kept(world: World, told: dict[str, Any]) -> Stored:
    return world.app.session.store.get(told["more"]["result"], "local")


async def test_a_large_flat_answer_is_kept_as_it_came(world: World) -> None:
    told = await ask(world, FLAT, limit=5000)
    small = await world.ask("timbr_run_query", ontology="supply_chain", sql=FLAT, limit=1000)

    assert told["columns"] == small["columns"] == ["po_number", "total_value", "padding"]
    assert told["rows"] == small["rows"][: len(told["rows"])]
    assert told["more"]["rows"] + len(told["rows"]) == 5000
    assert kept(world, told)[:1000] == kept(world, small)[:]
    assert len(world.app.session.store.kept) == 2


async def test_where_a_limit_cut_a_large_nested_answer_is_marked_in_it(world: World) -> None:
    told = await ask(world, NESTED, flags=["nested"], limit=49_990)
    end = str(len(kept(world, told)) - 1)
    last = (await world.ask("read_result", result=told["more"]["result"], cursor=end))["rows"]
    sums = await world.ask(
        "query_results",
        sql='SELECT SUM(GREATEST(LEN("has_line[po_line]"), 1)) AS flat, COUNT(incomplete) AS cut '
        f"FROM {told['more']['result']}",
    )

    assert "the last entity may lack related ones and is marked incomplete" in told["note"]
    assert told["more"]["cursor"].startswith("499")
    assert last[0][-1] is True
    assert sums["rows"][0] == [49_990, 1]


async def test_a_large_background_answer_is_told_again_until_it_is_gone(world: World) -> None:
    first = await ask(world, FLAT, limit=5000, background=True)
    (ticket,) = world.app.session.connections["timbr"].memory["tickets"]
    again = await world.ask("timbr_get_query_result", ticket=ticket)
    assert again["more"]["result"] == first["more"]["result"]

    world.clock.advance(3600)
    world.app.session.store.put([{"a": 1}], (), NOWHERE, "local")
    gone = await world.refused("timbr_get_query_result", ticket=ticket)
    assert gone["error"] == "not_found"
    assert "run the statement again" in gone["message"]


async def test_fields_of_a_large_answer_can_be_chosen_afterwards(world: World) -> None:
    wide = await world.ask(
        "timbr_read_concept", ontology="supply_chain", name="po_line", limit=20_000, fields=["sku"]
    )

    assert wide["columns"] == ["sku"]
    assert wide["more"]["rows"] + len(wide["rows"]) == 20_000


async def test_a_wrong_field_of_a_large_answer_loses_no_rows(world: World) -> None:
    told = await world.refused(
        "timbr_read_concept", ontology="supply_chain", name="po_line", limit=20_000, fields=["sku_"]
    )

    assert "did you mean sku?" in told["message"]
    assert len(world.app.session.store.get(told["result"], "local")) == 20_000
