"""Statements: what each kind answers, several in one text, what is recorded, how faults are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.model import DATASOURCES, ONTOLOGIES, SYSTEM
from pentad.sandbox.timbr.terms import ROW_CAP, StatementError
from tests.sandbox.supply_chain import ANALYST, read, values

GRAPH = ONTOLOGIES["supply_chain"]
EXPLAIN = "EXPLAIN SELECT {} FROM `dtimbr`.`{}`"
ZERO_ROWS = "SELECT * FROM ({}) explainable_query WHERE 1=0"
VIEWER = replace(ANALYST, name="viewer", schemas=frozenset({"vtimbr"}))


def refused(sql: str) -> str:
    with pytest.raises(StatementError) as caught:
        read(sql)
    return caught.value.message


def test_show_statements_answer_as_they_are_named() -> None:
    concepts = [one.name for one in GRAPH.concepts]

    assert [row["concept"] for row in read("SHOW CONCEPTS")] == concepts
    assert [row["table_name"] for row in read("show tables in `dtimbr`")] == concepts
    assert [row["table_name"] for row in read("SHOW TABLES IN vtimbr;")] == [
        view.name for view in GRAPH.views
    ]
    assert "sys_ontology" in [row["table_name"] for row in read("SHOW TABLES FROM timbr")]
    assert [row["is_active"] for row in read("SHOW DATASOURCES")] == [1, 0]
    assert {"name": "default_transitivity", "value": "3"} in read("SHOW CONFIG")
    assert [row["ontology"] for row in read("SHOW ONTOLOGIES")] == ["supply_chain", "fleet"]
    assert {
        "target_type": "property",
        "target_name": "total_value",
        "tag_name": "format",
        "tag_value": "$#,##0.00",
    } in read("SHOW TAGS")


def test_show_tables_is_refused_where_the_schema_is() -> None:
    with pytest.raises(StatementError, match="No permission for knowledge graph schema dtimbr") as caught:
        read("SHOW TABLES IN dtimbr", user=VIEWER)

    assert caught.value.denied
    assert read("SHOW TABLES IN vtimbr", user=VIEWER)


def test_show_token_prints_tokens_as_ordinary_rows() -> None:
    engine = Engine(1, tokens={"bea": "tk_bea"})

    assert read("SHOW TOKEN", ontology=SYSTEM) == [{"token": "tk_analyst"}]
    assert read("/* so */ SHOW -- it\n TOKEN FOR `bea`", engine=engine) == [{"token": "tk_bea"}]
    assert "User nobody does not exist" in refused("SHOW TOKEN FOR nobody")


def test_the_version_changes_when_the_model_does() -> None:
    engine = Engine.seeded(1)
    before = read("SHOW VERSION", engine=engine)
    engine.publish("supply_chain")
    published = read("SHOW VERSION", engine=engine)
    read("CREATE CONCEPT supplier_group; GRANT QUERY ON SCHEMA dtimbr TO USER viewer", engine=engine)

    versions = [row["id"] for row in (*before, *published, *read("SHOW VERSION", engine=engine))]
    assert versions == [versions[0], versions[0] + 1, versions[0] + 2]
    assert read("SHOW VERSION", engine=engine, ontology="fleet") == before


def test_describe_lists_columns_as_deep_as_it_is_asked_to() -> None:
    sql = "describe concept `dtimbr`.`purchase_order` options (graph_depth='{}')"
    none, one, two = (read(sql.format(depth), cap=100_000) for depth in range(3))

    assert [set(row) for row in one] == [{"col_name", "data_type", "comment", "key"}] * len(one)
    assert one == read("desc `dtimbr`.purchase_order")
    assert len(none) < len(one) < len(two)
    keys = {row["col_name"]: row["key"] for row in one}
    assert (keys["po_id"], keys["supplier_id"], keys["total_value"]) == ("PK", "FK", "")
    types = {row["col_name"]: row["data_type"] for row in two}
    assert types["has_line[po_line].unit_price"] == "decimal"
    assert types["allocated_to[order]_allocated_quantity"] == "int"
    assert types["measure.total_spend"] == types["measure.fulfilled_by[shipment].freight"] == "decimal"
    assert types["ships_from[port].located_in[country].country_name"] == "string"
    assert types["fulfilled_by[shipment]_type_of_late_shipment"] == "int"


@pytest.mark.parametrize("concept", [one.name for one in GRAPH.concepts])
def test_every_column_that_describe_lists_can_be_selected(concept: str) -> None:
    names = [row["col_name"] for row in read(f"DESCRIBE CONCEPT `dtimbr`.`{concept}`")]
    cells = [f"MAX(`{name}`)" if name.startswith("measure.") else f"ANY_VALUE(`{name}`)" for name in names]
    for start in range(0, len(cells), 60):
        assert read(EXPLAIN.format(", ".join(cells[start : start + 60]), concept))[0]["PLAN"]


def test_describe_tells_about_views_and_system_tables_too() -> None:
    assert [row["col_name"] for row in read("DESC vtimbr.late_inbound_by_port")] == ["port", "late_shipments"]
    assert [row["col_name"] for row in read("DESC timbr.sys_concepts")] == ["concept", "description"]
    extended = [row["col_name"] for row in read("DESC etimbr.product")]
    assert extended[-4:] == ["material", "tolerance_mm", "model_year", "ean"]
    assert "concept nothing does not exist" in refused("DESC dtimbr.nothing")
    assert "schema nothing does not exist" in refused("SHOW TABLES IN nothing")


def test_explain_checks_a_statement_in_full_and_tells_the_steps() -> None:
    sql = "SELECT `placed_with[supplier].supplier_name` AS s FROM purchase_order WHERE po_id = 1 LIMIT 3"

    assert read(f"EXPLAIN {sql}") == [
        {
            "PLAN": "Project [s]\n  Limit [3]\n    Filter [po_id = 1]\n      Join placed_with[supplier]\n"
            "        Scan purchase_order"
        }
    ]
    assert refused("EXPLAIN SELECT lead_tyme FROM supplier") == "Column `lead_tyme` could not be resolved"
    assert "mismatched input 'DROP'" in refused("EXPLAIN DROP CONCEPT x")


def test_the_zero_row_wrapper_of_the_vendors_validation_works() -> None:
    inner = "SELECT `entity_id`, `has_line[po_line].sku` FROM purchase_order ORDER BY 1 LIMIT 5"

    assert read(ZERO_ROWS.format(inner)) == []


def test_several_statements_run_and_the_last_one_answers() -> None:
    engine = Engine.seeded(1)
    text = "SELECT 1 AS a; INSERT INTO x VALUES (';', 'a''b'); -- so; far\nSHOW VERSION; SELECT ';' AS b;"

    assert read(text, engine=engine) == [{"b": ";"}]
    assert engine.changes == ["INSERT INTO x VALUES (';', 'a''b')"]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP CONCEPT `supplier`",
        "delete from dtimbr.supplier",
        "GRANT AUTH ON user.viewer TO USER analyst",
        "REFRESH PERMISSIONS",
        "WITH q AS (INSERT INTO x VALUES (1)) SELECT 1",
        "WITH q AS (SELECT 1) UPDATE x SET a = 1",
    ],
)
def test_what_changes_something_is_recorded_and_answers_nothing(sql: str) -> None:
    engine = Engine.seeded(1)

    assert read(sql, engine=engine) == []
    assert engine.changes == [sql]
    assert len(values("SELECT 1 FROM supplier")) == 200


def test_create_ontology_is_a_statement_too() -> None:
    engine = Engine.seeded(1)
    read("CREATE ONTOLOGY `returns`", engine=engine)

    assert "returns" in engine.ontologies
    with pytest.raises(StatementError, match="Ontology returns already exists"):
        read("create ontology returns", engine=engine)


@pytest.mark.parametrize(
    ("sql", "token"),
    [
        ("SELECT * FROM dtimbr.order", "order"),
        ("SELECT group FROM supplier", "group"),
        ("SELECT 1 FROM WHERE", "WHERE"),
        ("SELECT 1 FROM supplier WHERE (company_id = 1", "1"),
        ("SELCT 1", "SELCT"),
        ("SELECT 'a FROM supplier", "<EOF>"),
        ("SHOW NOTHING", "NOTHING"),
        ("", "<EOF>"),
        (" ; -- nothing", "<EOF>"),
        ("EXPLAIN", "<EOF>"),
        ("DESC", "<EOF>"),
    ],
)
def test_a_syntax_error_names_the_token_and_its_cause(sql: str, token: str) -> None:
    message = refused(sql)

    assert f"mismatched input '{token}'" in message
    assert "Caused by:" in message


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT lead_tyme FROM supplier", "Column `lead_tyme` could not be resolved"),
        ("SELECT s.lead_tyme FROM supplier s", "Column `lead_tyme` could not be resolved"),
        ("SELECT status FROM purchase_order GROUP BY nothing", "Column `nothing` could not be resolved"),
        ("SELECT x.status FROM purchase_order p", "Table or alias x could not be resolved"),
        (
            "SELECT po_id FROM po_line l JOIN purchase_order p ON l.po_id = p.po_id",
            "Column `po_id` is ambiguous",
        ),
        ("SELECT status, COUNT(*) FROM purchase_order", "Column `status` is neither grouped nor aggregated"),
        ("SELECT NOTHING(1)", "Function nothing does not exist"),
        ("SELECT SUM(status) FROM purchase_order", "Function sum does not take these arguments"),
        (
            "SELECT 1 FROM po_line WHERE quantity = 'many'",
            "Value 'many' cannot be cast to the type of the column",
        ),
        ("SELECT CAST('soon' AS DATE)", "Value 'soon' cannot be cast to the type of the column"),
    ],
)
def test_faults_are_told_in_the_engines_own_words(sql: str, said: str) -> None:
    assert refused(sql) == said


def test_results_are_keyed_in_lower_case_and_expressions_by_their_text() -> None:
    (row,) = read("SELECT timbr_username(), timbr_username() AS Me, COUNT(*) FROM supplier")

    assert row == {"analyst": "analyst", "me": "analyst", "count(*)": 200}
    assert values("SELECT CURRENT_USER AS me") == [("analyst",)]


def test_a_doubled_quote_is_one_and_a_backslash_is_itself() -> None:
    assert values(r"SELECT 'O''Brien', 'a\', '--', ';'") == [("O'Brien", "a\\", "--", ";")]


def test_every_answer_is_capped_and_metadata_too() -> None:
    for sql in (
        "SELECT * FROM po_line",
        "SELECT * FROM po_line LIMIT 50",
        "SHOW CONCEPTS",
        "DESC dtimbr.order_",
    ):
        assert len(read(sql.replace("order_", "`order`"), cap=3)) == 3
    assert read("SELECT * FROM supplier", cap=0) == []
    assert len(read("SELECT * FROM po_line")) == ROW_CAP
    assert len(read("SELECT * FROM po_line LIMIT 2", cap=3)) == 2


def test_a_data_source_has_to_be_known() -> None:
    engine = Engine.seeded(1)
    for name in DATASOURCES:
        assert engine.rows("supply_chain", "SELECT 1", ANALYST, datasource=name)
    with pytest.raises(StatementError, match="Datasource nowhere does not exist"):
        engine.rows("supply_chain", "SELECT 1", ANALYST, datasource="nowhere")


@pytest.mark.parametrize(
    ("sql", "seconds"),
    [
        ("SELECT * FROM `vtimbr`.`network_replay`", 70.0),
        ("SELECT COUNT(*) FROM supplier_scorecard", 12.0),
        ("SELECT * FROM timbr.sys_views WHERE view_name = 'network_replay'", 0.05),
        ("DESC vtimbr.network_replay", 0.05),
        ("SELECT 1 -- network_replay", 0.05),
    ],
)
def test_only_reading_a_slow_view_takes_long(sql: str, seconds: float) -> None:
    assert Engine.seeded(1).duration("supply_chain", sql) == seconds
