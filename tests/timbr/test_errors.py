"""What a failed call says: which name is wrong, what the platform said, and never what is not so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.asking import SUPPLY, credentials, faulty, sent, sign_in, told

ANY = "SELECT `sku` FROM `dtimbr`.`component`"


async def run(world: World, sql: str = ANY, **more: Any) -> dict[str, Any]:
    return await told(world, "run_query", **({"ontology": SUPPLY, "sql": sql} | more))


WRONG = [
    (
        "SELECT `suplier_name` FROM `dtimbr`.`supplier`",
        "supplier has no property 'suplier_name'",
        "supplier_name",
    ),
    ("SELECT `supplier_name` FROM `dtimbr`.`suplier`", "there is no concept 'suplier'", "supplier"),
    ("SELECT `x` FROM `vtimbr`.`late_inbound`", "there is no view 'late_inbound'", "late_inbound_by_port"),
    ("SELECT `suplies[product].sku` FROM `dtimbr`.`supplier`", "no relationship 'suplies'", "supplies"),
    ("SELECT `supplies[produkt].sku` FROM `dtimbr`.`supplier`", "there is no concept 'produkt'", "product"),
    ("SELECT `supplies[product].skuu` FROM `dtimbr`.`supplier`", "product has no property 'skuu'", "sku"),
    ("SELECT `supplies[product]_x`, `suplies[product]_y` FROM `dtimbr`.`supplier`", "'suplies'", "supplies"),
    (
        "SELECT `placed_with[supplier].based_in[country].country_nam` FROM `dtimbr`.`purchase_order`",
        "country has no property 'country_nam'",
        "country_name",
    ),
    ("SELECT SUM(`measure.frieght`) AS f FROM `dtimbr`.`shipment`", "no measure 'frieght'", "freight"),
    (
        "SELECT SUM(`measure.placed_with[supplier].best_ratin`) AS b FROM `dtimbr`.`purchase_order`",
        "supplier has no measure 'best_ratin'",
        "best_rating",
    ),
    ("SELECT `freight` FROM `dtimbr`.`shipment`", "its prefix in an aggregate", "measure"),
    ("SELECT `supplies.sku` FROM `dtimbr`.`supplier`", "with its target", "relationship[concept].property"),
    ("SELECT skuu FROM dtimbr.component", "component has no property 'skuu'", "sku"),
    ("SELECT `sku` FROM `ctimbr`.`component`", "there is no schema 'ctimbr'", "dtimbr"),
    ("SELECT `sku` FROM `vtimbr`.`component`", "'component' is a concept", "`dtimbr`.`component`"),
    ("SELECT `port` FROM `dtimbr`.`late_inbound_by_port`", "is a view", "`vtimbr`.`late_inbound_by_port`"),
    ("SELECT `prt` FROM `vtimbr`.`late_inbound_by_port`", "late_inbound_by_port has no column 'prt'", "port"),
    ("DESCRIBE CONCEPT `dtimbr`.`suplier`", "there is no concept 'suplier'", "supplier"),
    ("EXPLAIN SELECT `skuu` FROM `dtimbr`.`component`", "component has no property 'skuu'", "sku"),
    ("SELECT order_number FROM dtimbr.order", "reserved words need backticks", "`order`"),
    ("SELECT `order_number` FROM order LIMIT 1", "reserved words need backticks", "`order`"),
]


async def test_the_wrong_name_is_told_with_the_right_one(world: World) -> None:
    for sql, wrong, right in WRONG:
        answer = await run(world, sql)

        assert answer["error"] == "rejected", sql
        assert len(answer["problems"]["sql"]) == 1, answer
        assert wrong in answer["problems"]["sql"][0]
        assert right in answer["problems"]["sql"][0]
        assert answer["platform_says"]


@pytest.mark.parametrize("tool", ["run_query", "read_concept", "describe"])
async def test_a_wrong_ontology_is_told_with_the_right_one(world: World, tool: str) -> None:
    arguments = {"run_query": {"sql": ANY}, "read_concept": {"name": "supplier"}}.get(tool, {})
    answer = await told(world, tool, ontology="suply_chain", **arguments)

    assert answer["problems"] == {
        "ontology": ["there is no ontology 'suply_chain'; the nearest are supply_chain"]
    }


# Each reads what exists and fails for the date alone.
RIGHT = [
    "SELECT `supplier_name` AS who FROM `dtimbr`.`supplier` WHERE {} ORDER BY `who`",
    "SELECT `s`.`supplier_name` FROM `dtimbr`.`supplier` AS `s` WHERE {}",
    "SELECT supplier_name FROM dtimbr.supplier WHERE {}",
    "WITH `best` AS (SELECT `supplier_name` AS `who` FROM `dtimbr`.`supplier`) "
    "SELECT `best`.`who`, COUNT(*) AS many FROM `best` WHERE {} GROUP BY `best`.`who`",
    "SELECT `t`.`who` FROM (SELECT `supplier_name` AS `who` FROM `dtimbr`.`supplier`) AS `t` WHERE {}",
    "SELECT `sku` FROM `dtimbr`.`component` WHERE `sku` IN (SELECT `sku` FROM `dtimbr`.`po_line`) AND {}",
    "SELECT `c`.`sku`, `l`.`quantity` FROM `dtimbr`.`component` AS `c` "
    "JOIN `dtimbr`.`po_line` AS `l` ON `l`.`sku` = `c`.`sku` WHERE {}",
    "SELECT `Supplier_NAME` FROM `DTIMBR`.`Supplier` WHERE {}",
    "SELECT `Port` FROM `VTIMBR`.`Late_Inbound_By_Port` WHERE {}",
    "SELECT `port` FROM `late_inbound_by_port` WHERE {}",
    "SELECT `supplier_name`, `entity_id` FROM `etimbr`.`company` WHERE {}",
    "SELECT `Supplies[Product].SKU`, `supplies[product]_unit_price` FROM `dtimbr`.`supplier` WHERE {}",
    "SELECT `~placed_with[purchase_order].PO_Number` FROM `dtimbr`.`supplier` WHERE {}",
    "SELECT `subsidiary_of[company*2]_transitivity_level` FROM `dtimbr`.`supplier` WHERE {}",
    "SELECT `placed_with[strategic_supplier].supplier_name` FROM `dtimbr`.`purchase_order` WHERE {}",
    "SELECT `company_type_of_supplier` FROM `dtimbr`.`company` WHERE {}",
    "SELECT MAX(`measure.best_rating`) AS best FROM `dtimbr`.`supplier` WHERE {}",
    "SELECT SUM(`measure.total_spend`) AS spend FROM `vtimbr`.`supplier_scorecard` WHERE {}",
    "SELECT `view_name` FROM `timbr`.`sys_views` WHERE {}",
]


async def test_names_that_are_right_are_not_blamed_for_another_failure(world: World) -> None:
    for sql in RIGHT:
        answer = await run(world, sql.format("CAST('never' AS DATE) IS NOT NULL"))

        assert answer["error"] == "rejected", sql
        assert "problems" not in answer, sql
        assert "'never'" in answer["platform_says"]


async def test_a_schema_that_is_not_permitted_is_no_matter_of_the_credential(world: World) -> None:
    sign_in(world, "viewer_key")
    for more in ({}, {"datasource": world.sample("timbr", "datasource")}):
        answer = await run(world, **more)

        assert answer["error"] == "rejected"
        assert "The credential works, but its user lacks the right" in answer["message"]
        assert "SHOW TABLES IN vtimbr" in answer["message"]
        assert "problems" not in answer


BODIES = [
    (200, {"status": "error", "data": "Disk on fire"}),
    (200, {"status": "error", "message": "Disk on fire"}),
    (200, {"status": "error", "data": {"error": "Disk on fire"}}),
    (200, {"status": "success", "data": {"error": "Disk on fire"}}),
    (400, {"status": "error", "data": "Disk on fire"}),
    (422, {"detail": "Disk on fire"}),
    (500, {"error": "Disk on fire"}),
    (400, "Disk on fire"),
    (500, "Disk on fire"),
]


@pytest.mark.parametrize("datasource", [None, "archive_postgres"], ids=["envelope route", "raw route"])
async def test_every_form_of_an_error_is_a_refusal_in_the_platforms_words(
    world: World, datasource: str | None
) -> None:
    for status, body in BODIES:
        text = body if isinstance(body, str) else json.dumps(body)
        faulty(world, Fault("wrong_shape", path="*/query*", status=status, body=text))
        answer = await run(world, datasource=datasource)

        assert answer["error"] == "rejected", body
        assert answer["platform_says"] == "Disk on fire"


async def test_a_status_that_is_no_success_is_an_error_even_without_words(world: World) -> None:
    faulty(world, Fault("wrong_shape", body='{"status": "failed"}'))
    answer = await run(world)

    assert answer["error"] == "rejected"
    assert "Upstream" not in answer["message"]


@pytest.mark.parametrize(("status", "kind"), [(502, "unavailable"), (200, "malformed"), (403, "rejected")])
async def test_a_gateways_page_is_told_and_not_quoted(world: World, status: int, kind: str) -> None:
    faulty(world, Fault("html", status=status, times=None))
    answer = await run(world)

    assert answer["error"] == kind
    assert "web page" in answer["message"]
    assert "a gateway or sign-in page answered" in answer["message"]
    assert "<" not in str(answer)


async def test_a_long_cause_is_shortened_and_its_addresses_are_left_out(world: World) -> None:
    cause = "java.sql.SQLException: Error running query: jdbc:hive2://db.internal:10000 is gone"
    trace = "\n".join([cause, *(f"\tat org.timbr.sql.Engine.run(Engine.java:{n})" for n in range(200))])
    faulty(world, Fault("wrong_shape", body=json.dumps({"status": "error", "data": trace})))
    answer = await run(world)

    assert len(answer["message"]) < 500
    assert "java.sql.SQLException: Error running query" in answer["platform_says"]
    assert "db.internal" not in str(answer)


async def test_a_refused_credential_is_told_at_once(world: World) -> None:
    sign_in(world, "revoked_key")
    answer = await run(world)

    assert answer["error"] == "auth_failed"
    assert "did not accept the credential" in answer["message"]
    assert "the user can copy it anew" in answer["message"]
    assert credentials(world)["revoked_key"] not in str(answer)
    assert len(sent(world)) == 1


@pytest.mark.parametrize("words", ["Access denied: the token is over", "You are not authorized to sign in"])
async def test_a_401_that_speaks_of_access_alone_is_about_the_credential(world: World, words: str) -> None:
    faulty(world, Fault("wrong_shape", status=401, body=json.dumps({"status": "error", "data": words})))

    assert (await run(world))["error"] == "auth_failed"


@pytest.mark.parametrize("fault", [Fault("status", status=503, skip=1, times=None), Fault("reset", skip=1)])
async def test_where_the_search_for_a_reason_fails_the_platforms_words_remain(
    world: World, fault: Fault
) -> None:
    faulty(world, fault)
    answer = await run(world, "SELECT `skuu` FROM `dtimbr`.`component`")

    assert answer["error"] == "rejected"
    assert "Column `skuu` could not be resolved" in answer["platform_says"]
