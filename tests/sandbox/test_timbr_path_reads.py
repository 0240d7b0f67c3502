"""Reading concepts and views by their paths, and that only the engine's own errors ever come out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.model import ONTOLOGIES
from pentad.sandbox.timbr.terms import ROW_CAP, Flags, StatementError
from tests.proof import EXAMPLES
from tests.sandbox.supply_chain import ANALYST, read

GRAPH = ONTOLOGIES["supply_chain"]
NESTED = Flags(nested=True)


def path_read(
    kind: Any,
    name: str,
    filters: dict[str, str] | None = None,
    flags: Flags | None = None,
    cap: int = ROW_CAP,
) -> list[dict[str, Any]]:
    return Engine.seeded(1).read("supply_chain", kind, name, filters or {}, ANALYST, flags or Flags(), cap)


@pytest.mark.parametrize(
    "filters",
    [
        {"PO_Number": "PO-7001"},
        {"po_number": "PO-7001", "total_value": "1840.5"},
        {"entity_id": "purchase_order:7001"},
        {"Is_Expedited": "1", "po_id": "7001"},
        {"is_expedited": "true", "supplier_id": "118", "PO_NUMBER": "PO-7001"},
    ],
)
def test_filters_compare_properties_with_texts(filters: dict[str, str]) -> None:
    rows = path_read("concept", "purchase_order", filters)

    assert rows == read("SELECT * FROM dtimbr.purchase_order WHERE po_id = 7001")


def test_a_filter_takes_its_text_as_it_is() -> None:
    name = next(
        row["supplier_name"] for row in path_read("concept", "supplier") if "'" in row["supplier_name"]
    )

    assert {row["supplier_name"] for row in path_read("concept", "supplier", {"supplier_name": name})} == {
        name
    }
    assert path_read("concept", "supplier", {"supplier_name": "x' OR '1'='1"}) == []


@pytest.mark.parametrize(
    ("kind", "name", "filters", "said"),
    [
        ("concept", "shipmnt", {}, "Table or concept shipmnt does not exist"),
        ("view", "purchase_order", {}, "Table or concept purchase_order does not exist"),
        ("concept", "supplier", {"colour": "red"}, "Property `colour` does not exist in concept supplier"),
        ("concept", "purchase_order", {"has_line[po_line].sku": "x"}, "does not exist in concept"),
        ("view", "open_orders", {"status": "open"}, "Property `status` does not exist in view open_orders"),
        ("concept", "supplier", {"company_id": "many"}, "Value 'many' cannot be cast"),
    ],
)
def test_what_is_not_there_is_named(kind: str, name: str, filters: dict[str, str], said: str) -> None:
    with pytest.raises(StatementError, match=said):
        path_read(kind, name, filters)


@pytest.mark.parametrize("concept", [one.name for one in GRAPH.concepts])
def test_a_nested_read_brings_ids_and_labels_one_hop_far(concept: str) -> None:
    flat, nested = path_read("concept", concept, cap=4), path_read("concept", concept, flags=NESTED, cap=4)
    hops = [hop for hop in GRAPH.hops(concept) if not hop.inverse and hop.depth is None]
    keys = [f"{hop.name}[{hop.target}]" for hop in hops]

    assert list(nested[0]) == [*flat[0], *keys]
    for key in keys:
        assert all(set(one) == {"entity_id", "entity_label"} for one in nested[0][key])


def test_a_nested_read_finds_every_related_row() -> None:
    (order,) = path_read("concept", "purchase_order", {"PO_Number": "PO-7001"}, NESTED)

    assert order["placed_with[supplier]"] == [
        {"entity_id": "supplier:118", "entity_label": "Nordhaven Castings"}
    ]
    assert [one["entity_id"] for one in order["has_line[po_line]"]] == ["po_line:7001-1", "po_line:7001-2"]
    assert order["ships_from[port]"] == [{"entity_id": "port:11", "entity_label": "Valencia"}]


def test_a_view_keeps_its_own_columns_and_a_cube_is_summed_up() -> None:
    flags = Flags(nested=True, format_properties=True, case_sensitivity=True)
    (order,) = path_read("view", "open_orders", {"PO_Number": "PO-7001"}, flags)
    (spent,) = path_read(
        "view", "supplier_scorecard", {"supplier_name": "Nordhaven Castings", "status": "open"}
    )
    by_hand = (
        "SELECT SUM(total_value) AS total, COUNT(*) AS orders FROM purchase_order "
        "WHERE supplier_id = 118 AND status = 'open'"
    )

    assert set(order) == {"entity_id", "PO_Number", "Is_Expedited", "total_value", "has_line[po_line]"}
    assert [spent["measure.total_spend"], spent["measure.order_count"]] == list(read(by_hand)[0].values())


def test_a_path_read_asks_for_the_permission_of_its_schema() -> None:
    reader = replace(ANALYST, schemas=frozenset({"vtimbr"}))
    engine = Engine.seeded(1)
    with pytest.raises(StatementError, match="schema dtimbr") as caught:
        engine.read("supply_chain", "concept", "supplier", {}, reader)

    assert caught.value.denied
    assert engine.read("supply_chain", "view", "open_orders", {}, reader)


CELLS = [
    "`entity_id`",
    "p.`status`",
    "`has_line[po_line].sku`",
    "`placed_with[supplier].entity_id`",
    "*",
    "p.*",
    "SUM(`measure.total_spend`)",
    "`measure.order_count`",
    "COUNT(*)",
    "`has_line.sku`",
    "`nothing`",
    "NULL",
    "'O''B'",
    "UPPER(`status`)",
    "MAX(`po_id`)",
    "timbr_username()",
    "`fulfilled_by[shipment]_type_of_late_shipment`",
]
TABLES = [
    "`dtimbr`.`purchase_order`",
    "timbr.purchase_order",
    "vtimbr.open_orders",
    "timbr.sys_concepts",
    "gone",
]
ENDS = [
    "",
    " GROUP BY 1",
    " ORDER BY 1",
    " WHERE `status` = 'open'",
    " HAVING 1",
    " LIMIT 2",
    " UNION SELECT 1",
    ")",
    "'",
]


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    cells=st.lists(st.sampled_from(CELLS), min_size=1, max_size=4),
    table=st.sampled_from(TABLES),
    ends=st.lists(st.sampled_from(ENDS), max_size=2),
    cap=st.integers(0, 9),
    flags=st.builds(Flags, *[st.booleans()] * 6),
)
def test_whatever_is_sent_the_answer_is_rows_or_an_error_of_the_engine(
    cells: list[str], table: str, ends: list[str], cap: int, flags: Flags
) -> None:
    sql = " ".join(["SELECT", ", ".join(cells), "FROM", table, "p", *ends])
    said = ""
    try:
        assert len(read(sql, flags=flags, cap=cap)) <= cap
    except StatementError as error:
        said = error.message

    assert len(said) < 1000
    assert "duckdb" not in said.lower()
