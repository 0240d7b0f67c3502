"""Reading a concept or a view by filters, without SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Exchange, Fault
from tests.inside import World
from tests.timbr.asking import SUPPLY, faulty, sent, sign_in, told
from tests.timbr.reading import rows_of, truth

NORWAY = {"supplier_country": "Norway"}


async def read(world: World, name: str = "supplier", **more: Any) -> dict[str, Any]:
    return await told(world, "read_concept", ontology=SUPPLY, name=name, **more)


def reads(world: World) -> list[Exchange]:
    """What went to the routes for concepts and views."""
    return [one for one in sent(world) if one.path.startswith("/timbr/api/q/")]


async def test_a_concept_is_read_by_filters_and_all_its_rows_fit_them(world: World) -> None:
    answer = await read(world, filters=NORWAY, fields=["entity_id", "supplier_country"])
    (one,) = reads(world)
    sql = "SELECT `entity_id` FROM `dtimbr`.`supplier` WHERE `supplier_country` = 'Norway'"

    assert (one.path, one.query) == ("/timbr/api/q/supply_chain/concept/supplier", list(NORWAY.items()))
    assert {row["entity_id"] for row in rows_of(answer)} == {row["entity_id"] for row in truth(world, sql)}
    assert {row["supplier_country"] for row in rows_of(answer)} == {"Norway"}
    assert "note" not in answer


async def test_sub_concepts_are_among_the_rows(world: World) -> None:
    answer = await read(world, "location", limit=1000, fields=["entity_type"])

    assert {row["entity_type"] for row in rows_of(answer)} == {"port", "warehouse"}


@pytest.mark.parametrize("tool", ["read_concept", "read_view"])
async def test_a_view_is_read_by_either_tool(world: World, tool: str) -> None:
    kind = {"kind": "view"} if tool == "read_concept" else {}
    asked = {"ontology": SUPPLY, "name": "late_inbound_by_port", "filters": {"port": "Genoa"}}
    answer = await told(world, tool, **asked, **kind)
    (one,) = reads(world)

    assert one.path == "/timbr/api/q/supply_chain/view/late_inbound_by_port"
    assert [row["port"] for row in rows_of(answer)] == ["Genoa"]


async def test_a_cube_brings_its_measures(world: World) -> None:
    answer = await read(world, "supplier_scorecard", kind="view", limit=1)

    assert answer["columns"][-2:] == ["measure.total_spend", "measure.order_count"]


async def test_flags_and_limit_are_sent_as_headers_and_filters_alone_as_query(world: World) -> None:
    flags = ["nested", "minimize_relationships"]
    answer = await read(world, "purchase_order", filters={"po_id": 7001}, flags=flags, limit=7)
    (one,) = reads(world)

    named = {
        name: value for name, value in one.request_headers.items() if name.startswith(("nested", "api-"))
    }
    assert named == {
        "nested": "true",
        "api-nested-format-properties": "true",
        "api-nested-minimize-relationships": "true",
    }
    assert one.request_headers["results-limit"] == "7"
    assert one.query == [("po_id", "7001")]
    assert "has_line" in answer["more"]["fields"]
    assert "switched on too" in answer["note"]


async def test_a_filters_value_arrives_as_it_was_given(world: World) -> None:
    for value in ("Smith & Sons", "a=b", "Ærø/Łódź?#", "100 %+", "", "a;b,c"):
        answer = await read(world, filters={"supplier_name": value})

        assert [one.query for one in reads(world)] == [[("supplier_name", value)]]
        assert answer["rows"] == []


async def test_a_name_with_every_letter_is_found_by_its_filter(world: World) -> None:
    asked = {"ontology": "fleet", "name": "driver"}
    for name in ("Zoë Brandt", "Seán O'Shea", "Ingrid Ås", "Łukasz Nowak"):
        answer = await told(world, "read_concept", **asked, filters={"driver_name": name})
        assert [row["driver_name"] for row in rows_of(answer)] == [name]


@pytest.mark.parametrize("name", ["ontology_name", "view_name", "limit"])
async def test_a_filter_that_is_called_like_a_part_of_the_path_is_a_filter(world: World, name: str) -> None:
    columns = [{"view_name": "odd", "property_name": name, "property_type": "string"}]
    body = json.dumps({"status": "success", "data": columns})
    faulty(world, Fault("wrong_shape", path="*/query/", skip=4, body=body))
    plain = json.dumps({"status": "success", "data": [{name: "x"}]})
    faulty(world, Fault("wrong_shape", path="*/view/*", body=plain))
    answer = await read(world, "open_orders", kind="view", filters={name: "x"})
    (one,) = reads(world)

    assert (one.path, one.query) == ("/timbr/api/q/supply_chain/view/open_orders", [(name, "x")])
    assert rows_of(answer) == [{name: "x"}]


@pytest.mark.parametrize(
    ("asked", "at", "words"),
    [
        ({"name": "suplier"}, "name", "has no concept or view 'suplier'; the nearest are supplier"),
        ({"filters": {"suplier_country": "x"}}, "filters.suplier_country", "nearest are supplier_country"),
        ({"name": "open_orders"}, "kind", "'open_orders' is a view: read it with kind=view"),
        ({"kind": "view"}, "kind", "'supplier' is a concept: read it with kind=concept"),
        ({"name": "open_orders", "kind": "view", "filters": {"po_nr": 1}}, "filters.po_nr", "PO_Number"),
    ],
)
async def test_what_does_not_exist_is_refused_before_anything_is_read(
    world: World, asked: dict[str, Any], at: str, words: str
) -> None:
    answer = await read(world, **asked)

    assert answer["error"] == "rejected"
    assert words in answer["problems"][at][0]
    assert reads(world) == []


async def test_all_unknown_filters_are_told_at_once(world: World) -> None:
    answer = await read(world, filters={"contry": "x", "supplier_name": "y", "raiting": 1})

    assert list(answer["problems"]) == ["filters.contry", "filters.raiting"]


async def test_names_in_another_case_are_understood(world: World) -> None:
    answer = await read(world, "SUPPLIER", filters={"Supplier_Country": "Norway"}, limit=1)

    assert len(answer["rows"]) == 1
    assert reads(world)[0].path.endswith("/concept/supplier")


async def test_a_limit_that_was_met_is_told_with_the_way_on(world: World) -> None:
    met = await read(world, limit=2)
    short = await read(world, filters=NORWAY, limit=100)

    assert "the limit of 2 rows was met; timbr_run_query with ORDER BY can read on" in met["note"]
    assert "note" not in short


def answers_with(world: World, *rows: dict[str, Any]) -> None:
    body = json.dumps({"status": "success", "data": rows})
    faulty(world, Fault("wrong_shape", path="/timbr/api/q/*", body=body))


async def test_a_server_that_ignores_a_filter_is_told(world: World) -> None:
    answers_with(world, {"supplier_country": "Norway"}, {"supplier_country": "Spain"})
    answer = await read(world, filters=NORWAY)

    assert "did not apply every filter" in answer["note"]
    assert len(answer["rows"]) == 2


async def test_a_server_that_ignores_the_limit_is_told(world: World) -> None:
    answers_with(world, *({"company_id": number} for number in range(5)))
    answer = await read(world, limit=2)

    assert "did not apply the limit: it sent 5 rows" in answer["note"]
    assert "was met" not in answer["note"]


SAME = [
    ("Norway", "NORWAY"),
    (4.5, "4.50"),
    (7, 7.0),
    ("true", 1),
    (1, True),
    ("2026-01-02", "2026-01-02 00:00:00"),
    ("2026-01-02", "2026-01-02T00:00:00.000Z"),
    ("nan", "NaN"),
    (1e21, "1000000000000000000000"),
]
OTHER = [("007", "7a"), ("true", 0), ("2026-01-02", "2026-01-03"), ("", None)]


async def test_one_value_in_two_spellings_is_not_taken_for_a_filter_ignored(world: World) -> None:
    for asked, answered in SAME:
        answers_with(world, {"Supplier_Country": answered})
        assert "note" not in await read(world, filters={"supplier_country": asked}), answered
    for asked, answered in OTHER:
        answers_with(world, {"supplier_country": answered})
        assert "did not apply" in (await read(world, filters={"supplier_country": asked}))["note"]


async def test_formatted_values_are_not_taken_for_a_filter_ignored(world: World) -> None:
    asked = {"PO_Number": "PO-7001", "total_value": 1840.5}
    answer = await read(world, "purchase_order", filters=asked, flags=["nested", "format_properties"])

    assert rows_of(answer)[0]["total_value"] == "$1,840.50"
    assert "note" not in answer


async def test_fields_choose_what_is_shown_and_the_rest_is_kept(world: World) -> None:
    answer = await read(world, "shipment", limit=1, fields=["shipment_id", "days_late"])
    kept = await world.ask("read_result", result=answer["more"]["result"], fields=["freight_cost"])

    assert answer["columns"] == ["shipment_id", "days_late"]
    assert "tracking_number" in answer["more"]["fields"]
    assert kept["columns"] == ["freight_cost"]


async def test_another_users_view_is_read_with_a_word_of_caution(world: World) -> None:
    sign_in(world, impersonate="viewer")
    answer = await read(world, "late_inbound_by_port", kind="view")

    assert "impersonation is not confirmed" in answer["note"]
    assert [one.request_headers["x-api-impersonate-user"] for one in reads(world)] == ["viewer"]


async def test_a_concept_that_the_user_may_not_read_is_refused_with_another_schema_named(
    world: World,
) -> None:
    sign_in(world, "viewer_key")
    answer = await read(world)

    assert answer["error"] == "rejected"
    assert "SHOW TABLES IN vtimbr" in answer["message"]
