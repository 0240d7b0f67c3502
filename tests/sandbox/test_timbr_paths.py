"""Column paths mean the joins that they stand for."""

from __future__ import annotations

import pytest

from pentad.sandbox.timbr.seeding import database
from pentad.sandbox.timbr.terms import StatementError
from tests.sandbox.supply_chain import read, unordered, values

SELECT = "SELECT {} FROM {}"

EQUALS = {
    "many to one": (
        "SELECT PO_Number, `placed_with[supplier].supplier_name` FROM dtimbr.purchase_order",
        "SELECT p.PO_Number, s.supplier_name FROM timbr.purchase_order p "
        "LEFT JOIN timbr.supplier s ON s.company_id = p.supplier_id",
    ),
    "several hops": (
        "SELECT PO_Number, `ships_from[port].located_in[country].country_name` FROM dtimbr.purchase_order",
        "SELECT p.PO_Number, c.country_name FROM timbr.purchase_order p LEFT JOIN timbr.port l "
        "ON l.location_id = p.ships_from_id LEFT JOIN timbr.country c ON c.country_code = l.country_code",
    ),
    "one to many": (
        "SELECT PO_Number, `has_line[po_line].line_id` FROM dtimbr.purchase_order WHERE po_id < 7800",
        "SELECT p.PO_Number, l.line_id FROM timbr.purchase_order p "
        "LEFT JOIN timbr.po_line l ON l.po_id = p.po_id WHERE p.po_id < 7800",
    ),
    "one to one": (
        "SELECT shipment_id, `cleared_by[customs_clearance].duty_amount` FROM dtimbr.shipment",
        "SELECT s.shipment_id, c.duty_amount FROM timbr.shipment s "
        "LEFT JOIN timbr.customs_clearance c ON c.shipment_id = s.shipment_id",
    ),
    "the inverse by its own name": (
        "SELECT entity_id, `received_order[purchase_order].PO_Number` FROM dtimbr.supplier",
        "SELECT s.entity_id, p.PO_Number FROM timbr.supplier s "
        "LEFT JOIN timbr.purchase_order p ON p.supplier_id = s.company_id",
    ),
    "the inverse by a tilde": (
        "SELECT entity_id, `~placed_with[purchase_order].PO_Number` FROM dtimbr.supplier",
        "SELECT entity_id, `received_order[purchase_order].PO_Number` FROM dtimbr.supplier",
    ),
    "an inherited relationship": (
        "SELECT entity_id, `based_in[country].population` FROM dtimbr.carrier",
        "SELECT c.entity_id, n.population FROM timbr.carrier c "
        "LEFT JOIN timbr.country n ON n.country_code = c.country_code",
    ),
    "a sub-concept as target": (
        "SELECT line_id, `orders_product[component].material` FROM dtimbr.po_line WHERE po_id < 7800",
        "SELECT l.line_id, c.material FROM timbr.po_line l "
        "LEFT JOIN timbr.component c ON c.product_id = l.product_id WHERE l.po_id < 7800",
    ),
    "a derived concept as target": (
        "SELECT PO_Number, `fulfilled_by[late_shipment].days_late` FROM dtimbr.purchase_order",
        "SELECT p.PO_Number, s.days_late FROM timbr.purchase_order p "
        "LEFT JOIN timbr.shipment s ON s.po_id = p.po_id AND s.days_late > 0",
    ),
    "two targets under one name": (
        "SELECT entity_id, `delivered_to[warehouse].warehouse_city`, `delivered_to[customer].segment` "
        "FROM dtimbr.shipment",
        "SELECT s.entity_id, w.warehouse_city, c.segment FROM timbr.shipment s "
        "LEFT JOIN timbr.warehouse w ON w.location_id = s.warehouse_id "
        "LEFT JOIN timbr.customer c ON c.company_id = s.customer_id",
    ),
    "paths that share their beginning": (
        "SELECT line_id, `line_of[purchase_order].PO_Number`, "
        "`line_of[purchase_order].placed_with[supplier].supplier_name` FROM dtimbr.po_line "
        "WHERE po_id < 7800",
        "SELECT l.line_id, p.PO_Number, s.supplier_name FROM timbr.po_line l "
        "LEFT JOIN timbr.purchase_order p ON p.po_id = l.po_id "
        "LEFT JOIN timbr.supplier s ON s.company_id = p.supplier_id WHERE l.po_id < 7800",
    ),
    "several relationships": (
        "SELECT PO_Number, `has_line[po_line].line_id`, `fulfilled_by[shipment].entity_id` "
        "FROM dtimbr.purchase_order WHERE po_id < 7100",
        "SELECT p.PO_Number, l.line_id, s.entity_id FROM timbr.purchase_order p "
        "LEFT JOIN timbr.po_line l ON l.po_id = p.po_id "
        "LEFT JOIN timbr.shipment s ON s.po_id = p.po_id WHERE p.po_id < 7100",
    ),
    "any case of letters": (
        "SELECT `PO_NUMBER`, `Placed_With[SUPPLIER].Supplier_Name` FROM `DTIMBR`.`Purchase_Order`",
        "SELECT PO_Number, `placed_with[supplier].supplier_name` FROM dtimbr.purchase_order",
    ),
    "a qualified path": (
        "SELECT l.line_id, p.`placed_with[supplier].entity_id` FROM dtimbr.po_line l "
        "JOIN dtimbr.purchase_order AS p ON p.po_id = l.po_id WHERE l.po_id < 7800",
        "SELECT line_id, `line_of[purchase_order].placed_with[supplier].entity_id` FROM dtimbr.po_line "
        "WHERE po_id < 7800",
    ),
    "a path from an inner query outwards": (
        "SELECT entity_id FROM dtimbr.purchase_order p WHERE EXISTS (SELECT 1 FROM timbr.country c "
        "WHERE c.country_name = p.`placed_with[supplier].supplier_country` AND c.population < 1000000)",
        "SELECT entity_id FROM dtimbr.purchase_order "
        "WHERE `placed_with[supplier].supplier_country` = 'Curaçao'",
    ),
    "a star without the paths": (
        "SELECT * FROM dtimbr.purchase_order WHERE `placed_with[supplier].entity_id` = 'supplier:118'",
        "SELECT * FROM timbr.purchase_order WHERE supplier_id = 118",
    ),
    "a membership": (
        "SELECT `company_type_of_supplier`, COUNT(*) FROM dtimbr.company GROUP BY 1",
        "SELECT CASE WHEN entity_type = 'supplier' THEN 1 ELSE 0 END, COUNT(*) FROM timbr.company GROUP BY 1",
    ),
    "a membership in a derived concept": (
        "SELECT entity_id FROM dtimbr.purchase_order "
        "WHERE `fulfilled_by[shipment]_type_of_late_shipment` = 1",
        "SELECT p.entity_id FROM timbr.purchase_order p JOIN timbr.late_shipment s ON s.po_id = p.po_id",
    ),
    "a measure": (
        "SELECT status, SUM(`measure.total_spend`), COUNT(`measure.order_count`) FROM dtimbr.purchase_order "
        "GROUP BY status",
        "SELECT status, SUM(total_value), COUNT(*) FROM timbr.purchase_order GROUP BY status",
    ),
    "a measure across a relationship": (
        "SELECT entity_id, SUM(`measure.received_order[purchase_order].total_spend`), "
        "COUNT(`measure.received_order[purchase_order].order_count`) FROM dtimbr.supplier GROUP BY entity_id",
        "SELECT s.entity_id, SUM(p.total_value), COUNT(p.po_id) FROM timbr.supplier s "
        "LEFT JOIN timbr.purchase_order p ON p.supplier_id = s.company_id GROUP BY s.entity_id",
    ),
}


@pytest.mark.parametrize(("paths", "joins"), EQUALS.values(), ids=EQUALS)
def test_a_path_stands_for_its_joins(paths: str, joins: str) -> None:
    found = unordered(paths)

    assert found == unordered(joins)
    assert len(set(found)) > 1


def test_attributes_belong_to_the_pair_from_both_sides() -> None:
    forward = (
        "SELECT company_id, `supplies[product].product_id`, `supplies[product]_unit_price` FROM supplier"
    )
    back = (
        "SELECT `supplied_by[supplier].company_id`, product_id, `~supplies[supplier]_unit_price` "
        "FROM product WHERE `supplied_by[supplier].company_id` = `~supplies[supplier].company_id`"
    )
    pairs = (
        database(1).cursor().sql("SELECT source_id, target_id, unit_price FROM supply_chain.pairs_supplies")
    )

    assert unordered(forward) == unordered(back) == sorted(map(repr, pairs.fetchall()))


@pytest.mark.parametrize(("written", "depth"), [("", 4), ("*1", 1), ("*2", 2), ("*5", 5), ("*9", 9)])
def test_a_transitive_path_goes_as_deep_as_it_says_or_as_the_relationship_does(
    written: str, depth: int
) -> None:
    """`part_of` has a depth of its own, four."""
    step = f"part_of[component{written}]"
    columns = f"product_id, `{step}.product_id`, `{step}_transitivity_level`"
    pairs = values(SELECT.format(columns, "component"))
    found = {(part, whole): level for part, whole, level in pairs if whole is not None}

    assert found == walked(depth)
    assert max(found.values()) == min(depth, 5)


def walked(depth: int) -> dict[tuple[int, int], int]:
    """The shortest level of every pair, found step by step."""
    direct = "SELECT product_id, `part_of[component*1].product_id` FROM component"
    wholes: dict[int, set[int]] = {}
    for part, whole in values(direct):
        if whole is not None:
            wholes.setdefault(part, set()).add(whole)
    levels = {(part, whole): 1 for part, found in wholes.items() for whole in found}
    for level in range(2, depth + 1):
        ends = [pair for pair, reached in levels.items() if reached == level - 1]
        for part, middle in ends:
            for whole in wholes.get(middle, ()):
                levels.setdefault((part, whole), level)
    return levels


def test_without_a_depth_of_its_own_a_relationship_takes_that_of_the_ontology() -> None:
    level = "MAX(`subsidiary_of[company{}]_transitivity_level`) FROM supplier"

    assert values(f"SELECT {level.format('')}") == [(3,)]
    assert values(f"SELECT {level.format('*9')}") == [(5,)]


def test_a_filter_on_the_level_excludes_levels() -> None:
    rows = values(
        "SELECT `part_of[component*3]_transitivity_level` FROM component "
        "WHERE `part_of[component*3]_transitivity_level` > 1"
    )

    assert {level for (level,) in rows} == {2, 3}


def test_the_way_back_along_a_transitive_relationship_finds_the_same_pairs() -> None:
    forward = "SELECT product_id, `part_of[component*3].product_id` FROM component"
    back = "SELECT `has_part[component*3].product_id`, product_id FROM component"

    assert {row for row in values(forward) if None not in row} == {
        row for row in values(back) if None not in row
    }


@pytest.mark.parametrize(
    "path",
    [
        "has_line[supplier].sku",
        "has_line[po_line].skuu",
        "has_line[po_line]_sku",
        "has_line[po_line*2].sku",
        "~has_line[po_line].sku",
        "placed_with[company].company_name",
        "placed_with[supplier]_type_of_carrier",
        "purchase_order_type_of_supplier",
    ],
)
def test_a_path_that_leads_nowhere_is_named(path: str) -> None:
    with pytest.raises(StatementError) as caught:
        read(SELECT.format(f"`{path}`", "dtimbr.purchase_order"))

    assert caught.value.message == f"Column `{path}` could not be resolved"


@pytest.mark.parametrize("column", ["`has_line.sku`", "has_line.sku"])
def test_the_style_without_brackets_is_refused_with_the_way_out(column: str) -> None:
    with pytest.raises(StatementError, match=r"`has_line\.sku` could not be resolved: .*brackets"):
        read(SELECT.format(column, "dtimbr.purchase_order"))


def test_a_relationship_may_still_be_the_name_of_an_alias() -> None:
    assert values("SELECT has_line.PO_Number FROM purchase_order has_line WHERE po_id = 7001") == [
        ("PO-7001",)
    ]


def test_paths_are_offered_by_the_denormalised_schema_only() -> None:
    for schema in ("timbr", "etimbr"):
        with pytest.raises(StatementError, match="could not be resolved"):
            read(SELECT.format("`has_line[po_line].sku`", f"{schema}.purchase_order"))


def test_a_path_that_two_tables_offer_has_to_be_qualified() -> None:
    tables = "FROM purchase_order a JOIN purchase_order b ON a.po_id = b.po_id"
    with pytest.raises(StatementError, match="is ambiguous"):
        read(f"SELECT `placed_with[supplier].entity_id` {tables}")

    assert len(values(f"SELECT b.`placed_with[supplier].entity_id` {tables}")) == 5000


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT `measure.total_spend` FROM purchase_order", "must be wrapped in an aggregate"),
        ("SELECT entity_id FROM purchase_order WHERE `measure.total_spend` > 1", "must be wrapped"),
        ("SELECT UPPER(`measure.total_spend`) FROM purchase_order", "must be wrapped"),
        ("SELECT COUNT(DISTINCT `measure.order_count`) FROM purchase_order", "COUNT DISTINCT is not allowed"),
        ("SELECT SUM(`measure.nothing`) FROM purchase_order", "`measure.nothing` could not be resolved"),
        ("SELECT `measure.total_spend` FROM vtimbr.supplier_scorecard", "must be wrapped"),
    ],
)
def test_a_measure_is_only_good_inside_an_aggregate(sql: str, said: str) -> None:
    with pytest.raises(StatementError, match=said):
        read(sql)
