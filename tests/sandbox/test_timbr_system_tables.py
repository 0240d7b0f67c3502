"""The sys_* tables are true to the model, to the data and to who reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.model import EXAMPLES, ONTOLOGIES, SCHEMAS, SYSTEM
from pentad.sandbox.timbr.system_columns import COLUMNS, PLATFORM_WIDE
from pentad.sandbox.timbr.terms import StatementError
from tests.sandbox.supply_chain import ANALYST, WHOLE, read

GRAPH = ONTOLOGIES["supply_chain"]
ALL = "SELECT * FROM timbr.{}"
COUNT = "SELECT COUNT(*) AS n FROM {}"
PRESENT = "SELECT `{0}` FROM `{1}` WHERE `{0}` IS NOT NULL LIMIT 1"


def table(name: str, **options: Any) -> list[dict[str, Any]]:
    return read(ALL.format(name), cap=WHOLE, **options)


# As the fact sheet lists them.
DOCUMENTED = {
    "sys_ontologies": "ontology description",
    "sys_domains": "name description ontologies",
    "sys_ontology": "concept inheritance inheritance_level primary_keys label_keys description query",
    "sys_concepts": "concept description",
    "sys_properties": "property_name property_type is_measure is_multi description logic_query",
    "sys_concept_properties": "concept property_name property_type tables datasource_id",
    "sys_concept_relationships": "concept relationship_name target_concept inverse_name is_inverse is_mtm "
    "source_properties target_properties transitivity description tables datasource_id",
    "sys_views": "view_name description is_cube tables number_of_rows view_json view_properties",
    "sys_view_properties": "view_name property_name property_type",
    "sys_concept_mappings": "concept mapping_name number_of_rows tables datasource_id",
    "sys_properties_statistics": "property_name target_name target_type distinct_count non_null_count stats "
    "updated_at",
    "sys_permissions": "permission resource",
    "sys_agents": "agent_name knowledge_bases",
    "sys_agents_options": "agent_name option_name option_value",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_system_table_can_be_read_under_its_declared_columns(name: str) -> None:
    described = [row["col_name"] for row in read(f"DESC timbr.{name}")]
    rows = table(name)

    assert all(list(row) == described for row in rows)
    assert rows or name in {"sys_agents_running", "sys_agents_benchmarks", "sys_llm_recommendation"}
    assert described == DOCUMENTED.get(name, " ".join(described)).split()
    assert table(name.upper()) == rows


def test_the_platforms_own_tables_are_in_the_system_ontology_and_no_others() -> None:
    for name in COLUMNS:
        if name in PLATFORM_WIDE:
            assert table(name, ontology=SYSTEM) == table(name)
        else:
            with pytest.raises(StatementError, match=f"concept {name} does not exist"):
                table(name, ontology=SYSTEM)
    with pytest.raises(StatementError, match="concept thing does not exist"):
        read("SELECT * FROM dtimbr.thing", ontology=SYSTEM)


def test_inheritance_is_told_by_parents_and_levels() -> None:
    rows = {row["concept"]: row for row in table("sys_ontology")}

    assert [rows[name]["inheritance"] for name in ("thing", "company", "supplier")] == [
        None,
        "thing",
        "company",
    ]
    for row in rows.values():
        parent = rows.get(row["inheritance"])
        assert row["inheritance_level"] == (parent["inheritance_level"] + 1 if parent else 0)
    assert {name for name, row in rows.items() if row["query"]} == {"late_shipment", "strategic_supplier"}
    derived = rows["late_shipment"]["query"]
    assert read(COUNT.format(f"({derived}) AS q")) == read(COUNT.format("late_shipment"))


def test_properties_put_together_along_the_lineage_are_the_columns() -> None:
    own: dict[str, list[str]] = {}
    measures = {row["property_name"] for row in table("sys_properties") if row["is_measure"]}
    for row in table("sys_concept_properties"):
        own.setdefault(row["concept"], []).append(row["property_name"])
    for concept in GRAPH.concepts:
        whole = [name for one in reversed(GRAPH.lineage(concept.name)) for name in own.get(one.name, [])]
        described = [row["col_name"] for row in read(f"DESC timbr.`{concept.name}`")]
        assert [name for name in whole if name not in measures] == described


@pytest.mark.parametrize("inverse", [0, 1])
def test_every_relationship_leads_where_its_row_says(inverse: int) -> None:
    rows = [row for row in table("sys_concept_relationships") if row["is_inverse"] == inverse]

    assert len(rows) == len(GRAPH.relationships)
    for row in rows:
        depth = "" if row["transitivity"] is None else f"*{row['transitivity']}"
        path = f"{row['relationship_name']}[{row['target_concept']}{depth}].entity_id"
        assert read(PRESENT.format(path, row["concept"])), path
        back = {"concept": row["target_concept"], "relationship_name": row["inverse_name"]}
        assert [one for one in table("sys_concept_relationships") if back.items() <= one.items()]


def test_counts_are_those_of_the_data() -> None:
    for row in table("sys_concept_mappings"):
        own = "timbr.`{0}` WHERE entity_type = '{0}'".format(row["concept"])
        assert read(COUNT.format(own)) == [{"n": row["number_of_rows"]}]
    for row in table("sys_views"):
        assert read(COUNT.format(f"vtimbr.{row['view_name']}")) == [{"n": row["number_of_rows"]}]
        assert [one["name"] for one in json.loads(row["view_json"])] == row["view_properties"].split(",")


def test_statistics_are_those_of_the_data() -> None:
    rows = {(row["target_name"], row["property_name"]): row for row in table("sys_properties_statistics")}
    total = rows["map_purchase_order", "total_value"]
    (counted,) = read(
        "SELECT COUNT(DISTINCT total_value) AS distinct_count, COUNT(total_value) AS non_null_count, "
        "CAST(MAX(total_value) AS STRING) AS greatest FROM purchase_order"
    )

    assert (total["distinct_count"], total["non_null_count"]) == tuple(counted.values())[:2]
    assert json.loads(total["stats"])["max"] == counted["greatest"]
    assert rows["late_inbound_by_port", "port"]["target_type"] == "view"


def test_what_may_not_be_read_is_not_listed() -> None:
    viewer = replace(ANALYST, schemas=frozenset({"vtimbr"}))
    modeller = replace(ANALYST, schemas=frozenset({"dtimbr"}))
    listed = {
        name: (len(table(name, user=viewer)), len(table(name, user=modeller)))
        for name in ("sys_views", "sys_view_properties", "sys_concept_mappings", "sys_concepts")
    }
    kinds = [
        {row["target_type"] for row in table("sys_properties_statistics", user=one)}
        for one in (viewer, modeller)
    ]

    assert [bool(count) for counts in listed.values() for count in counts] == [
        True,
        False,
        True,
        False,
        False,
        True,
        True,
        True,
    ]
    assert kinds == [{"view"}, {"mapping"}]


def test_permissions_are_the_users_own() -> None:
    viewer = replace(ANALYST, schemas=frozenset({"vtimbr"}), ontologies=frozenset({"fleet"}))
    mine = {row["resource"] for row in table("sys_permissions")}

    assert mine == {f"`ontology`.`{name}`.`schema`.`{schema}`" for name in ONTOLOGIES for schema in SCHEMAS}
    assert table("sys_permissions", user=viewer, ontology="fleet") == [
        {"permission": "QUERY", "resource": "`ontology`.`fleet`.`schema`.`vtimbr`"}
    ]


def test_a_new_ontology_is_listed_for_those_who_see_it() -> None:
    engine = Engine.seeded(1)
    engine.create_ontology("returns")
    insider = replace(ANALYST, ontologies=ANALYST.ontologies | {"returns"})
    seen = [
        [row["ontology"] for row in table("sys_ontologies", user=one, engine=engine)]
        for one in (ANALYST, insider)
    ]

    assert seen == [["supply_chain", "fleet"], ["supply_chain", "fleet", "returns"]]


def test_stored_questions_are_listed_with_their_statements() -> None:
    rows = table("sys_knowledgebase_examples")

    assert [(row["question"], row["query"]) for row in rows] == list(EXAMPLES)
    assert {row["knowledge_base"] for row in rows} == {row["knowledge_bases"] for row in table("sys_agents")}
    assert all(row["changed_on"] for row in rows)


def test_a_system_table_is_cut_at_the_cap_like_any_other() -> None:
    assert len(read("SELECT * FROM timbr.sys_concepts", cap=5)) == 5
