"""What an ontology holds: told from its system tables, with paths that really run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.timbr.model import ONTOLOGIES
from pentad.sandbox.timbr.ontology import View
from tests.inside import World
from tests.timbr.asking import SUPPLY, faulty, told
from tests.timbr.older import older_server
from tests.timbr.reading import rows_of


def inner(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows of a table within an answer, by name."""
    return {row["name"]: row for row in rows_of(table)}


async def test_the_overview_tells_kinds_names_parents_and_how_many_there_are(world: World) -> None:
    answer = await told(world, "describe", ontology=SUPPLY)
    model = ONTOLOGIES[SUPPLY]
    cubes = {one.name for one in model.views if one.is_cube}
    derived = {one.name for one in model.concepts if one.logic}
    by_kind: dict[str, set[str]] = {}
    for row in rows_of(answer):
        by_kind.setdefault(row["kind"], set()).add(row["name"])

    assert answer["about"] == {"ontology": SUPPLY, "version": "17"}
    assert answer["total"] == len(answer["rows"])
    assert by_kind == {
        "concept": {one.name for one in model.concepts} - derived,
        "derived concept": derived,
        "view": {one.name for one in model.views} - cubes,
        "cube": cubes,
        "measure": {one.name for one in model.measures},
    }
    supplier = next(row for row in rows_of(answer) if row["name"] == "supplier")
    assert (supplier["inherits"], supplier["description"]) == ("company", "Company that we buy from")


async def test_a_concept_has_its_own_and_inherited_properties_and_its_place_in_the_graph(
    world: World,
) -> None:
    answer = await told(world, "describe", ontology=SUPPLY, name="supplier")

    assert answer["from"] == "`dtimbr`.`supplier`"
    assert (answer["inherits"], answer["inherited_by"]) == (["company", "thing"], ["strategic_supplier"])
    assert answer["key"] == ["company_id"]
    expected = set(ONTOLOGIES[SUPPLY].columns("supplier")) - {"entity_id", "entity_type", "entity_label"}
    properties = inner(answer["properties"])
    assert set(properties) == expected
    assert properties["company_name"] == {
        "name": "company_name",
        "type": "string",
        "description": "Registered name",
    }
    assert answer["also"] == "entity_id, entity_type, entity_label"


async def test_a_measure_is_shown_in_its_own_aggregate(world: World) -> None:
    uses: dict[str, str] = {}
    for concept in ("purchase_order", "po_line", "shipment", "supplier"):
        answer = await told(world, "describe", ontology=SUPPLY, name=concept)
        uses |= {name: row["use"] for name, row in inner(answer["measures"]).items()}

    aggregates = {one.name: one.aggregate for one in ONTOLOGIES[SUPPLY].measures}
    assert uses == {name: f"{aggregate}(`measure.{name}`)" for name, aggregate in aggregates.items()}


async def test_relationships_tell_target_inverse_levels_and_attributes(world: World) -> None:
    supplier = inner((await told(world, "describe", ontology=SUPPLY, name="supplier"))["relationships"])
    order = inner((await told(world, "describe", ontology=SUPPLY, name="purchase_order"))["relationships"])
    component = inner((await told(world, "describe", ontology=SUPPLY, name="component"))["relationships"])

    assert {name: supplier[name]["target"] for name in supplier} == {
        "based_in": "country",
        "subsidiary_of": "company",
        "has_subsidiary": "company",
        "supplies": "product",
        "received_order": "purchase_order",
    }
    assert supplier["supplies"]["many_to_many"] is True
    assert supplier["supplies"]["attributes"] == [
        "`supplies[product]_unit_price`",
        "`supplies[product]_lead_time_days`",
    ]
    assert supplier["received_order"]["inverse"] == "placed_with"
    assert supplier["based_in"]["levels"] is None
    assert (supplier["subsidiary_of"]["levels"], component["part_of"]["levels"]) == (3, 4)
    assert component["part_of"]["path"] == "`part_of[component*4].product_name`"
    assert order["placed_with"]["path"] == "`placed_with[supplier].supplier_name`"


def columns(answer: dict[str, Any]) -> Iterator[str]:
    """Everything of a description that is there to be pasted into a SELECT, measures aside."""
    for row in rows_of(answer["properties"]):
        yield f"`{row['name']}`"
    for row in rows_of(answer["relationships"]) if "relationships" in answer else ():
        yield from (row["path"], *(row.get("attributes") or ()))


async def runs(world: World, ontology: str, answer: dict[str, Any], chosen: Sequence[str]) -> None:
    """A few at a time: relationships multiply each other."""
    async with world.client() as client:
        for first in range(0, len(chosen), 3):
            some = ", ".join(chosen[first : first + 3])
            sql = " ".join(["SELECT", some, "FROM", answer["from"], "LIMIT 1"])
            result = await client.call_tool("timbr_run_query", {"ontology": ontology, "sql": sql})
            assert not result.is_error, sql


@pytest.mark.parametrize("ontology", ONTOLOGIES)
async def test_every_path_that_is_shown_runs(world: World, ontology: str) -> None:
    for concept in ONTOLOGIES[ontology].concepts:
        answer = await told(world, "describe", ontology=ontology, name=concept.name)
        uses = [row["use"] for row in rows_of(answer["measures"])] if "measures" in answer else []
        await runs(world, ontology, answer, list(columns(answer)))
        await runs(world, ontology, answer, uses)


@pytest.mark.parametrize("view", ONTOLOGIES[SUPPLY].views[:3], ids=lambda view: view.name)
async def test_every_column_of_a_view_that_is_shown_runs(world: World, view: View) -> None:
    answer = await told(world, "describe", ontology=SUPPLY, name=view.name)
    shown = rows_of(answer["properties"])
    plain = [f"`{row['name']}`" for row in shown if not row.get("use")]
    uses = [row["use"] for row in shown if row.get("use")]
    group = f"GROUP BY {', '.join(plain)}" if uses else ""
    sql = " ".join(["SELECT", ", ".join([*plain, *uses]), "FROM", answer["from"], group, "LIMIT 1"])

    assert bool(uses) is view.is_cube
    assert "error" not in await told(world, "run_query", ontology=SUPPLY, sql=sql), sql


@pytest.mark.parametrize("concept", ["supplier", "component", "port"])
async def test_an_older_server_that_tells_no_paths_gets_them_by_the_grammar(
    world: World, concept: str
) -> None:
    older_server(world, lacking=("DESCRIBE CONCEPT",))
    answer = await told(world, "describe", ontology=SUPPLY, name=concept)
    paths = [row["path"] for row in rows_of(answer["relationships"])]

    assert any(path.startswith("`~") for path in paths)
    await runs(world, SUPPLY, answer, paths)


@pytest.mark.parametrize(
    ("name", "kind", "column"),
    [
        ("late_inbound_by_port", "view", "late_shipments"),
        ("supplier_scorecard", "cube", "measure.total_spend"),
    ],
)
async def test_a_view_has_its_columns_and_where_to_read_it_from(
    world: World, name: str, kind: str, column: str
) -> None:
    answer = await told(world, "describe", ontology=SUPPLY, name=name)

    assert answer[kind] == name
    assert answer["from"] == f"`vtimbr`.`{name}`"
    assert column in inner(answer["properties"])


@pytest.mark.parametrize("name", ["SUPPLIER", "Purchase_Order", "Late_Inbound_By_Port"])
async def test_a_name_in_another_case_is_understood(world: World, name: str) -> None:
    answer = await told(world, "describe", ontology=SUPPLY, name=name)

    assert answer.get("concept", answer.get("view")) == name.lower()


async def test_an_unknown_name_is_answered_with_the_nearest(world: World) -> None:
    answer = await told(world, "describe", ontology=SUPPLY, name="suplier")

    assert answer["error"] == "not_found"
    assert "the nearest are supplier" in answer["problems"]["name"][0]


async def test_an_unknown_ontology_is_answered_with_the_nearest(world: World) -> None:
    answer = await told(world, "describe", ontology="suply_chain")

    assert "the nearest are supply_chain" in answer["problems"]["ontology"][0]


@pytest.mark.parametrize("table", ["sys_views", "sys_properties", "sys_ontology", "SHOW VERSION"])
async def test_an_older_server_without_a_table_is_described_by_the_others(world: World, table: str) -> None:
    older_server(world, lacking=(table,))
    overview = await told(world, "describe", ontology=SUPPLY)
    supplier = await told(world, "describe", ontology=SUPPLY, name="supplier")
    lost = {"sys_views": {"view", "cube"}, "sys_properties": {"measure"}, "sys_ontology": {"derived concept"}}

    kinds = {"concept", "derived concept", "view", "cube", "measure"}
    assert {row["kind"] for row in rows_of(overview)} == kinds - lost.get(table, set())
    assert ("version" in overview["about"]) is (table != "SHOW VERSION")
    assert "supplier_name" in inner(supplier["properties"])


@pytest.mark.parametrize("table", ["sys_concept_properties", "sys_concept_relationships"])
async def test_an_older_server_without_the_details_leaves_them_out(world: World, table: str) -> None:
    older_server(world, lacking=(table,))
    answer = await told(world, "describe", ontology=SUPPLY, name="supplier")

    assert answer["concept"] == "supplier"
    assert ("relationships" in answer) is (table == "sys_concept_properties")


async def test_columns_that_an_older_server_lacks_are_left_out(world: World) -> None:
    older_server(world, without={"description", "is_cube", "transitivity", "is_mtm", "inverse_name", "query"})
    overview = await told(world, "describe", ontology=SUPPLY)
    supplier = await told(world, "describe", ontology=SUPPLY, name="supplier")

    assert {row["kind"] for row in rows_of(overview)} == {"concept", "view", "measure"}
    assert "supplies" in inner(supplier["relationships"])


async def test_a_server_that_shows_neither_concepts_nor_views_is_told_as_refusing(world: World) -> None:
    older_server(world, lacking=("sys_ontology", "sys_concepts", "sys_views"))
    answer = await told(world, "describe", ontology=SUPPLY)

    assert answer["error"] == "rejected"
    assert "does not exist" in answer["platform_says"]


FAULTS = [
    (Fault("status", status=503, times=None), "unavailable"),
    (Fault("html", status=200, times=None), "malformed"),
    (Fault("status", status=401, times=None), "auth_failed"),
    (Fault("status", status=429, times=None), "rate_limited"),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=[kind for _, kind in FAULTS])
async def test_a_platform_in_trouble_is_an_error_and_no_empty_description(
    world: World, fault: Fault, kind: str
) -> None:
    faulty(world, fault)
    assert (await told(world, "describe", ontology=SUPPLY))["error"] == kind
    world.sandbox.platforms["timbr"].faults.clear()
    world.clock.advance(200)
    await told(world, "describe", ontology=SUPPLY)
    faulty(world, fault)
    answer = await told(world, "describe", ontology=SUPPLY, name="supplier")
    world.sandbox.platforms["timbr"].faults.clear()
    world.clock.advance(200)

    assert answer["error"] == kind
    healed = await told(world, "describe", ontology=SUPPLY, name="supplier")
    assert "supplier_name" in inner(healed["properties"])
