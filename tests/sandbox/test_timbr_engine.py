"""The seeded graph: what each schema shows, who may read it, what the data are like."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.model import EXAMPLES, ONTOLOGIES, SAMPLE_LINES, SAMPLE_ORDER, SCHEMAS
from pentad.sandbox.timbr.system_records import example_name
from pentad.sandbox.timbr.terms import Flags, StatementError, UnknownOntologyError
from tests.sandbox.supply_chain import ANALYST, WHOLE, read, unordered, values

GRAPH = ONTOLOGIES["supply_chain"]
STAR = "SELECT * FROM {} LIMIT 1"
ALL = "SELECT * FROM timbr.{}"
COUNT = "SELECT COUNT(*) FROM {}"
TYPES = "SELECT entity_type, COUNT(*) FROM {} GROUP BY 1 ORDER BY 1"
MAPPED = [one.name for one in GRAPH.concepts if one.source is not None]


def count(table: str) -> int:
    return int(values(COUNT.format(table))[0][0])


def columns(table: str) -> list[str]:
    return list(read(STAR.format(table))[0])


def test_importing_the_engine_loads_neither_the_parser_nor_the_database() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pentad.sandbox.timbr.engine; print({'duckdb', 'sqlglot'} & sys.modules.keys())",
        ],
        capture_output=True,
        check=True,
    )

    assert done.stdout.strip() == b"set()"


@pytest.mark.parametrize("concept", [one.name for one in GRAPH.concepts])
def test_a_concept_has_its_own_and_inherited_columns_in_every_schema(concept: str) -> None:
    own = [name.lower() for name in GRAPH.columns(concept)]

    assert columns(f"timbr.`{concept}`") == columns(f"dtimbr.`{concept}`") == own
    assert columns(f"etimbr.`{concept}`") == [name.lower() for name in GRAPH.extended_columns(concept)]


@pytest.mark.parametrize("schema", ["timbr", "etimbr", "dtimbr"])
def test_the_rows_of_sub_concepts_are_rows_of_the_concept(schema: str) -> None:
    types = values(TYPES.format(f"{schema}.company"))

    assert types == [("carrier", 25), ("company", 12), ("customer", 300), ("supplier", 200)]
    apart = sum(count(f"{schema}.`{name}`") for name in MAPPED if name != "company")
    assert count(f"{schema}.thing") == apart + 12


def test_the_extended_schema_adds_what_only_sub_concepts_own() -> None:
    found = values(
        "SELECT entity_type, COUNT(*), COUNT(material), COUNT(ean) FROM etimbr.product GROUP BY 1 ORDER BY 1"
    )

    assert found == [("component", 400, 400, 0), ("finished_good", 150, 0, 150)]
    with pytest.raises(StatementError, match="Column `material` could not be resolved"):
        read("SELECT material FROM timbr.product")


@pytest.mark.parametrize(
    ("derived", "condition"),
    [
        ("late_shipment", "shipment WHERE days_late > 0"),
        ("strategic_supplier", "supplier WHERE supplier_rating >= 4.5"),
    ],
)
def test_a_derived_concept_holds_what_its_logic_selects(derived: str, condition: str) -> None:
    of_parent = unordered(ALL.format(condition))

    assert unordered(ALL.format(derived)) == of_parent
    assert of_parent


def test_a_table_without_a_schema_is_a_concept_or_else_a_view() -> None:
    assert count("purchase_order") == count("dtimbr.purchase_order") == 5000
    assert count("open_orders") == count("vtimbr.open_orders")
    for table in ("shipmnt", "sys_concepts", "vtimbr.purchase_order", "timbr.open_orders"):
        with pytest.raises(StatementError, match=f"concept {table.rpartition('.')[2]} does not exist"):
            count(table)


@pytest.mark.parametrize("table", ["supply_chain.map_supplier", "information_schema.tables", "main.x"])
def test_what_lies_beneath_the_schemas_is_out_of_reach(table: str) -> None:
    with pytest.raises(StatementError, match=f"schema {table.partition('.')[0]} does not exist"):
        count(table)


@pytest.mark.parametrize("table", ["range(3)", "duckdb_tables()", "read_csv('/etc/hosts')", "'/etc/hosts'"])
def test_nothing_but_tables_of_the_ontology_can_be_read(table: str) -> None:
    with pytest.raises(StatementError):
        count(table)


@pytest.mark.parametrize("denied", SCHEMAS)
def test_permission_is_given_by_schema(denied: str) -> None:
    user = replace(ANALYST, schemas=ANALYST.schemas - {denied})
    tables = {schema: "open_orders" if schema == "vtimbr" else "supplier" for schema in SCHEMAS}
    for schema, table in tables.items():
        sql = COUNT.format(f"`{schema}`.`{table}`")
        if schema == denied:
            with pytest.raises(
                StatementError, match=f"No permission for knowledge graph schema {schema}"
            ) as caught:
                read(sql, user=user)
            assert caught.value.denied
        else:
            assert read(sql, user=user)


def test_views_are_readable_without_the_schemas_that_they_are_made_of() -> None:
    reader = replace(ANALYST, schemas=frozenset({"vtimbr"}))
    for view in GRAPH.views:
        assert read(STAR.format(f"vtimbr.{view.name}"), user=reader)


@pytest.mark.parametrize("view", GRAPH.views, ids=lambda view: view.name)
def test_a_view_has_the_columns_that_are_declared(view: Any) -> None:
    plain = [name.lower() for name, _ in view.columns if not name.startswith("measure.")]

    assert columns(f"vtimbr.{view.name}") == plain


def test_a_cube_is_grouped_when_it_is_read() -> None:
    cube = (
        "SELECT country_name, SUM(`measure.total_spend`), COUNT(`measure.order_count`) "
        "FROM vtimbr.supplier_scorecard GROUP BY country_name"
    )
    by_hand = (
        "SELECT c.country_name, SUM(p.total_value), COUNT(*) FROM timbr.purchase_order p "
        "JOIN timbr.supplier s ON s.company_id = p.supplier_id "
        "JOIN timbr.country c ON c.country_code = s.country_code GROUP BY c.country_name"
    )

    assert unordered(cube) == unordered(by_hand)


def test_the_graph_is_as_large_as_promised() -> None:
    lines = [number for _, number in values("SELECT po_id, COUNT(*) FROM po_line GROUP BY po_id")]

    assert (count("purchase_order"), count("po_line"), count("supplier")) == (5000, 50_000, 200)
    assert len(lines) < 5000
    assert (min(lines), max(lines)) == (1, 20)
    assert len(GRAPH.concepts) - 1 >= 8
    assert len(GRAPH.relationships) >= 12
    kinds = {one.cardinality for one in GRAPH.relationships}
    assert kinds == {"one to one", "one to many", "many to one", "many to many"}


def test_values_are_of_many_kinds_and_lose_no_digit() -> None:
    (order,) = read("SELECT * FROM purchase_order WHERE po_id = 7001")
    tracking = max(number for (number,) in values("SELECT tracking_number FROM shipment"))
    names = {name for (name,) in values("SELECT supplier_name FROM supplier")}

    assert (order["entity_id"], str(order["total_value"]), order["is_expedited"]) == (
        SAMPLE_ORDER,
        "1840.50",
        1,
    )
    assert [row for (row,) in values("SELECT entity_id FROM po_line WHERE po_id = 7001")] == list(
        SAMPLE_LINES
    )
    assert order["approved_at"][:10] >= order["ordered_on"]
    assert tracking > 2**53
    assert any("'" in name for name in names)
    assert any(not name.isascii() for name in names)
    assert (None,) in values("SELECT total_value FROM purchase_order")


def test_totals_are_the_sums_of_the_lines() -> None:
    sums = dict(values("SELECT po_id, SUM(quantity * unit_price) FROM po_line GROUP BY po_id"))
    totals = dict(values("SELECT po_id, total_value FROM purchase_order"))

    assert totals == {id_: sums.get(id_) for id_ in totals}
    assert sums[7001] == Decimal("1840.50")


def test_the_data_depend_on_the_seed_alone() -> None:
    sql = "SELECT * FROM dtimbr.purchase_order ORDER BY po_id"
    first, again, other = (read(sql, engine=Engine.seeded(seed), cap=WHOLE) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    fixed = ("entity_id", "PO_Number", "Is_Expedited", "total_value", "supplier_id")
    assert [first[0][name.lower()] for name in fixed] == [other[0][name.lower()] for name in fixed]


@pytest.mark.parametrize(("question", "sql"), EXAMPLES)
def test_every_stored_example_runs_and_finds_something(question: str, sql: str) -> None:
    assert question
    assert read(sql)


def test_stored_examples_have_names_of_their_own() -> None:
    assert len({example_name(question) for question, _ in EXAMPLES}) == len(EXAMPLES) >= 6


def test_the_second_ontology_has_a_model_of_its_own() -> None:
    rows = read("SELECT plate, `driven_by[driver].driver_name` AS who FROM vehicle", ontology="fleet")

    assert len(rows) == 12
    assert {row["who"] is None for row in rows} == {True, False}
    with pytest.raises(StatementError, match="concept supplier does not exist"):
        read("SELECT * FROM supplier", ontology="fleet")


def test_an_ontology_that_is_not_there_looks_like_one_that_may_not_be_seen() -> None:
    narrow = replace(ANALYST, ontologies=frozenset({"fleet"}))
    for name, user in (("nowhere", ANALYST), ("supply_chain", narrow)):
        with pytest.raises(UnknownOntologyError, match=f"Ontology {name} does not exist"):
            read("SHOW VERSION", ontology=name, user=user)
        with pytest.raises(UnknownOntologyError):
            Engine.seeded(1).read(name, "concept", "thing", {}, user, Flags())


def test_a_new_ontology_is_empty_and_known_to_its_engine_only() -> None:
    engine, other = Engine.seeded(1), Engine.seeded(1)
    engine.create_ontology("returns")
    user = replace(ANALYST, ontologies=frozenset({"returns"}))

    assert engine.ontologies == ("supply_chain", "fleet", "returns")
    assert other.ontologies == ("supply_chain", "fleet")
    assert read("SELECT * FROM thing", engine=engine, ontology="returns", user=user) == []
    assert read("SELECT concept FROM timbr.sys_concepts", engine=engine, ontology="returns", user=user) == [
        {"concept": "thing"}
    ]


@pytest.mark.parametrize("name", ["supply_chain", "SYSTEM_DB", "1st", "a b", "", "a;b"])
def test_an_ontology_needs_a_good_and_new_name(name: str) -> None:
    with pytest.raises(StatementError):
        Engine.seeded(1).create_ontology(name)
