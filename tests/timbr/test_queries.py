"""One statement through the tool: the route it takes, what is said about it, and what goes wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.results.tokens import estimate
from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.reading import rows_of, truth, whole

RUN = "timbr_run_query"
ENVELOPED = "/timbr/api/query/"
RAW = "/timbr/openapi/ontology/supply_chain/query"
SUPPLIERS = "SELECT `supplier_name` FROM `dtimbr`.`supplier` ORDER BY `company_id` LIMIT 2"
REPLAY = "SELECT `shipment_id` FROM `vtimbr`.`network_replay` LIMIT 3"
ORDER = "FROM `dtimbr`.`purchase_order` WHERE `po_id` = 7001"


async def ask(world: World, sql: str, **arguments: Any) -> dict[str, Any]:
    return await world.ask(RUN, ontology="supply_chain", sql=sql, **arguments)


async def refused(world: World, sql: str, **arguments: Any) -> dict[str, Any]:
    return await world.refused(RUN, ontology="supply_chain", sql=sql, **arguments)


def paths(world: World) -> list[str]:
    return [exchange.path for exchange in world.sent("timbr")]


def fail(world: World, **fault: Any) -> None:
    world.sandbox.platforms["timbr"].faults.add(Fault(**fault))


# --- notes on nesting


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ("`PO_Number`, `has_line[po_line].sku`", "come back flat, because the statement does not select"),
        ("COUNT(*) AS n", "nested has no effect on this statement"),
        ("DISTINCT `entity_id`, `status`", "nested has no effect on this statement"),
        (
            "`entity_id`, `has_line[po_line].sku`",
            "nesting may need `has_line[po_line].entity_id` among the selected columns",
        ),
        (
            "`entity_id`, `fulfilled_by[shipment].carried_by[carrier].entity_id`",
            "nesting may need `fulfilled_by[shipment].entity_id` among the selected columns",
        ),
    ],
)
async def test_a_statement_that_nests_badly_says_what_it_lacks(world: World, columns: str, note: str) -> None:
    told = await ask(world, f"SELECT {columns} {ORDER}", flags=["nested"])

    assert note in told["note"]


@pytest.mark.parametrize("as_object", [True, False])
async def test_a_related_entity_may_come_with_or_without_its_list(world: World, as_object: bool) -> None:
    world.sandbox.platforms["timbr"].state.engine.to_one_as_object = as_object
    columns = (
        "`entity_id`, `placed_with[supplier].entity_id`, `has_line[po_line].entity_id`, "
        "`has_line[po_line].orders_product[product].entity_id`"
    )
    sql = f"SELECT {columns} {ORDER} ORDER BY `entity_id`"
    told = await ask(world, sql, flags=["nested"], limit=2)
    (row,) = rows_of(told)
    supplier, lines = row["placed_with[supplier]"], row["has_line[po_line]"]

    assert supplier == ({"entity_id": "supplier:118"} if as_object else [{"entity_id": "supplier:118"}])
    assert isinstance(lines[0]["orders_product[product]"], dict) is as_object
    assert len(lines) == 2
    # It was counted as the two flat rows that it is.
    assert row["incomplete"] is True
    assert len(world.sent("timbr")) == 1


async def test_nothing_is_said_about_a_statement_that_nests_well(world: World) -> None:
    told = await ask(world, world.sample("timbr", "nested_sql"), flags=["nested"])

    assert set(told) == {"columns", "rows"}


async def test_nested_rows_are_shown_whole_rather_than_many_and_shortened(world: World) -> None:
    sql = (
        "SELECT `entity_id`, `has_line[po_line].entity_id`, `has_line[po_line].sku` "
        "FROM `dtimbr`.`purchase_order` WHERE `po_id` < 7101 ORDER BY `entity_id`"
    )
    arguments = {"ontology": "supply_chain", "sql": sql, "flags": ["nested"]}
    answer = await world.app.call(RUN, arguments)
    told = json.loads(answer.text)
    kept = await whole(world, told)

    assert estimate(answer.text) <= world.app.settings.budget
    assert 1 < len(told["rows"]) < len(kept) == 100
    assert rows_of(told) == kept[: len(told["rows"])]
    assert told["more"]["rows"] == 100 - len(told["rows"])


async def test_one_nested_row_larger_than_an_answer_stays_within_the_budget(world: World) -> None:
    sql = (
        "SELECT `entity_id`, `received_order[purchase_order].entity_id`, "
        "`received_order[purchase_order].has_line[po_line].entity_id` "
        "FROM `dtimbr`.`supplier` WHERE `company_id` = 118"
    )
    arguments = {"ontology": "supply_chain", "sql": sql, "flags": ["nested"]}
    answer = await world.app.call(RUN, arguments)
    (row,) = await whole(world, json.loads(answer.text))
    lines = [line for order in row["received_order[purchase_order]"] for line in order["has_line[po_line]"]]

    assert estimate(answer.text) <= world.app.settings.budget
    assert len(lines) == len([one for one in truth(world, sql) if list(one.values())[-1]]) > 100


# --- routes


async def test_a_plain_statement_takes_the_documented_route(world: World) -> None:
    told = await ask(world, SUPPLIERS)
    (sent,) = world.sent("timbr")

    assert sent.path == ENVELOPED
    assert json.loads(sent.request_body) == {"ontology_name": "supply_chain", "query": SUPPLIERS}
    assert rows_of(told) == truth(world, SUPPLIERS)


async def test_a_datasource_travels_in_the_query_of_the_raw_route(world: World) -> None:
    told = await ask(world, SUPPLIERS, datasource="archive_postgres")
    (sent,) = world.sent("timbr")

    assert (sent.path, sent.query) == (RAW, [("datasource", "archive_postgres")])
    assert sent.request_body.decode() == SUPPLIERS
    assert sent.request_headers["content-type"] == "application/text"
    assert rows_of(told) == truth(world, SUPPLIERS)


async def test_an_unknown_datasource_is_refused_in_the_platforms_words(world: World) -> None:
    told = await refused(world, SUPPLIERS, datasource="cellar & attic")

    assert told["error"] == "rejected"
    assert "Datasource cellar & attic does not exist" in told["platform_says"]


@pytest.mark.parametrize("extra", [{"datasource": "archive_postgres"}, {"background": True}], ids=str)
async def test_nesting_on_the_raw_route_is_called_unconfirmed(world: World, extra: dict[str, Any]) -> None:
    told = await ask(world, world.sample("timbr", "nested_sql"), flags=["nested"], **extra)

    assert "nesting is not confirmed for the route" in told["note"]
    assert len(rows_of(told)) == 1


async def test_the_raw_route_can_be_asked_for_by_name(world: World) -> None:
    told = await world.ask("timbr_run_ontology_query", ontology="supply_chain", sql=SUPPLIERS)

    assert paths(world) == [RAW]
    assert rows_of(told) == truth(world, SUPPLIERS)


async def test_an_impersonated_user_is_served_by_the_raw_route(world: World) -> None:
    key = world.sandbox.platforms["timbr"].credentials["api_key"]
    world.as_user("timbr", api_key=key, impersonate="viewer")
    told = await ask(world, "SELECT timbr_username() AS me")
    denied = await refused(world, SUPPLIERS)

    assert told["rows"] == [["viewer"]]
    assert denied["error"] == "rejected"
    assert "another schema may be allowed" in denied["message"]
    assert {one.request_headers["x-api-impersonate-user"] for one in world.sent("timbr")} == {"viewer"}
    assert ENVELOPED not in paths(world)


# --- what goes wrong


async def test_a_slow_statement_is_sent_once_and_answered_for_in_time(world: World) -> None:
    before = world.clock.now
    told = await refused(world, REPLAY)

    assert world.clock.now - before <= 45
    assert told["error"] == "unavailable"
    assert "it may still be running" in told["message"]
    assert "background=true" in told["message"]
    assert paths(world) == [ENVELOPED]


async def test_slow_statements_do_not_count_as_a_platform_in_trouble(world: World) -> None:
    for _ in range(9):
        await refused(world, REPLAY)

    assert rows_of(await ask(world, SUPPLIERS)) == truth(world, SUPPLIERS)


async def test_the_engines_words_arrive_shortened_with_the_names_that_were_meant(world: World) -> None:
    told = await refused(world, "SELECT `suplier_name` FROM `dtimbr`.`supplier`")

    assert told["error"] == "rejected"
    assert told["platform_says"] == "Column `suplier_name` could not be resolved"
    assert "the nearest are supplier_name" in told["problems"]["sql"][0]


async def test_a_novel_of_an_error_is_cut(world: World) -> None:
    words = json.dumps({"status": "error", "data": "java.sql.SQLException: at org.timbr.Engine\n" * 500})
    fail(world, kind="status", status=200, path=ENVELOPED, body=words)
    told = await refused(world, SUPPLIERS)

    assert told["error"] == "rejected"
    assert "java.sql.SQLException" in told["platform_says"]
    assert len(told["message"]) < 600


async def test_text_under_a_500_is_a_refusal_that_is_not_repeated(world: World) -> None:
    words = "Syntax error: mismatched input"
    fail(world, kind="status", status=500, path=RAW, times=9, body=words)
    told = [await refused(world, SUPPLIERS, datasource="archive_postgres") for _ in range(9)]

    assert {one["error"] for one in told} == {"rejected"}
    assert all(words in one["platform_says"] for one in told)
    assert paths(world).count(RAW) == 9
    assert (await ask(world, SUPPLIERS))["rows"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 502},
        {"kind": "truncate"},
        {"kind": "truncate_json"},
        {"kind": "reset"},
        {"kind": "html"},
        {"kind": "empty"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
@pytest.mark.parametrize("extra", [{}, {"datasource": "archive_postgres"}], ids=["enveloped", "raw"])
async def test_a_passing_fault_is_met_with_a_repeat(
    world: World, fault: dict[str, Any], extra: dict[str, Any]
) -> None:
    fail(world, **fault)
    told = await ask(world, SUPPLIERS, **extra)

    assert rows_of(told) == truth(world, SUPPLIERS)
    assert len(world.sent("timbr")) == 2


async def test_rows_that_are_no_objects_are_malformed(world: World) -> None:
    fail(world, kind="wrong_shape", times=None, path=ENVELOPED, body='{"status": "success", "data": [1]}')

    assert (await refused(world, SUPPLIERS))["error"] == "malformed"


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE `dtimbr`.`supplier`",
        "SELECT 1; DELETE FROM `dtimbr`.`supplier`",
        "SHOW TOKEN",
        "WITH x AS (INSERT INTO t VALUES (1)) SELECT 1",
        "CREATE ONTOLOGY mine",
        "-- nothing",
        "",
    ],
)
@pytest.mark.parametrize("tool", [RUN, "timbr_run_ontology_query"])
@pytest.mark.parametrize("background", [False, True])
async def test_what_is_no_reading_statement_never_reaches_the_platform(
    world: World, tool: str, sql: str, background: bool
) -> None:
    told = await world.refused(tool, ontology="supply_chain", sql=sql, background=background)

    assert set(told["problems"]) == {"sql"}
    assert world.sent("timbr") == []
    assert world.sandbox.platforms["timbr"].state.engine.changes == []
