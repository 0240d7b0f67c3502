"""From flat rows to nested ones: the six flags, and that nothing is lost or doubled on the way."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.nesting import Column, Look, Nesting
from pentad.sandbox.timbr.terms import Flags
from tests.proof import EXAMPLES
from tests.sandbox.supply_chain import read

SELECT = "SELECT {} FROM `dtimbr`.`purchase_order` WHERE `po_id` = 7001"
AGAIN = "WITH q AS ({}) SELECT * FROM q"
OWN = "`entity_id`, `PO_Number`, `Is_Expedited`, `total_value`"
WORKED = SELECT.format(f"{OWN}, `has_line[po_line].entity_id`, `has_line[po_line].sku`")

NAMES = (
    "nested",
    "format_properties",
    "case_sensitivity",
    "format_booleans",
    "ignore_entity_id",
    "minimize_relationships",
)
LINES = [{"entity_id": "po_line:7001-1", "sku": "BRG-22"}, {"entity_id": "po_line:7001-2", "sku": "SEAL-08"}]
ORDER = {
    "entity_id": "purchase_order:7001",
    "po_number": "PO-7001",
    "is_expedited": 1,
    "total_value": Decimal("1840.50"),
}
FLAT = [{**ORDER, **{f"has_line[po_line].{name}": cell for name, cell in line.items()}} for line in LINES]
NESTED = {**ORDER, "has_line[po_line]": LINES}
PRETTY = {**NESTED, "total_value": "$1,840.50"}
SKUS = [{"sku": "BRG-22"}, {"sku": "SEAL-08"}]
WITHOUT_IDS = {
    "po_number": "PO-7001",
    "is_expedited": 1,
    "total_value": "$1,840.50",
    "has_line[po_line]": SKUS,
}
AS_WRITTEN = {
    "entity_id": "purchase_order:7001",
    "PO_Number": "PO-7001",
    "Is_Expedited": 1,
    "total_value": "$1,840.50",
    "has_line[po_line]": LINES,
}
SHORT = {**ORDER, "total_value": "$1,840.50", "has_line": LINES}
ALL_SIX = {"PO_Number": "PO-7001", "Is_Expedited": "true", "total_value": "$1,840.50", "has_line": SKUS}


def sent(*names: str) -> Flags:
    return Flags(**dict.fromkeys(names, True))


@pytest.mark.parametrize(
    ("flags", "answer"),
    [
        ((), FLAT),
        (("nested",), [NESTED]),
        (("nested", "format_properties"), [PRETTY]),
        (("nested", "format_properties", "case_sensitivity"), [AS_WRITTEN]),
        (("nested", "format_properties", "format_booleans"), [{**PRETTY, "is_expedited": "true"}]),
        (("nested", "format_properties", "ignore_entity_id"), [WITHOUT_IDS]),
        (("nested", "format_properties", "minimize_relationships"), [SHORT]),
        (NAMES, [ALL_SIX]),
        (("nested", "format_booleans"), [NESTED]),
        (("case_sensitivity", "format_booleans", "ignore_entity_id", "minimize_relationships"), FLAT),
    ],
)
def test_the_worked_example_comes_out_as_published(flags: tuple[str, ...], answer: list[Any]) -> None:
    found = read(WORKED, flags=sent(*flags))

    assert found == answer
    assert [list(row) for row in found] == [list(row) for row in answer]


def test_without_the_roots_entity_id_the_answer_stays_flat() -> None:
    found = read(SELECT.format("`PO_Number`, `has_line[po_line].sku`"), flags=sent("nested"))

    assert found == [{"po_number": "PO-7001", "has_line[po_line].sku": line["sku"]} for line in LINES]


def expected(on: dict[str, bool]) -> list[dict[str, Any]]:
    """The worked example by the dependency table: two masters, and four that need both of them."""
    both = on["nested"] and on["format_properties"]
    four = {name: both and on[name] for name in NAMES[2:]}
    root: dict[str, Any] = {} if four["ignore_entity_id"] else {"entity_id": "purchase_order:7001"}
    root["PO_Number" if four["case_sensitivity"] else "po_number"] = "PO-7001"
    yes = "true" if four["format_booleans"] else 1
    root["Is_Expedited" if four["case_sensitivity"] else "is_expedited"] = yes
    root["total_value"] = "$1,840.50" if on["format_properties"] else Decimal("1840.50")
    lines = SKUS if four["ignore_entity_id"] else LINES
    if on["nested"]:
        return [{**root, "has_line" if four["minimize_relationships"] else "has_line[po_line]": lines}]
    return [{**root, **{f"has_line[po_line].{name}": cell for name, cell in line.items()}} for line in lines]


def test_every_combination_of_the_six_flags_follows_the_dependency_table() -> None:
    for choice in product((False, True), repeat=6):
        on: dict[str, bool] = dict(zip(NAMES, choice, strict=True))
        assert read(WORKED, flags=Flags(**on)) == expected(on), on


@pytest.mark.parametrize(
    "sql",
    [
        SELECT.format("DISTINCT `entity_id`, `has_line[po_line].sku`"),
        SELECT.format("`entity_id`, `has_line[po_line].sku`") + " GROUP BY 1, 2",
        SELECT.format("`entity_id`, MAX(`has_line[po_line].sku`) AS x") + " GROUP BY 1",
        SELECT.format("`entity_id`, `has_line[po_line].sku`, ROW_NUMBER() OVER () AS n"),
        SELECT.format("`entity_id`, CONCAT(`has_line[po_line].sku`, `ships_from[port].port_code`) AS x"),
        "SELECT p.`entity_id`, p.`has_line[po_line].sku` FROM purchase_order p "
        "JOIN supplier s ON s.company_id = p.supplier_id WHERE p.po_id = 7001",
        SELECT.format("`entity_id`, `PO_Number`"),
    ],
)
def test_rows_that_are_not_those_of_entities_stay_flat(sql: str) -> None:
    assert read(sql, flags=sent("nested")) == read(sql)


def test_hops_nest_and_attributes_sit_in_the_related_object() -> None:
    sql = (
        "SELECT `entity_id`, `supplies[product].entity_id`, `supplies[product]_unit_price`, "
        "`supplies[product].stocked_in[warehouse].entity_id`, "
        "`supplies[product].stocked_in[warehouse].located_in[country].country_name` "
        "FROM `dtimbr`.`supplier` WHERE `company_id` < 103"
    )
    flat, nested = read(sql), read(sql, flags=sent("nested"))

    assert [row["entity_id"] for row in nested] == ["supplier:101", "supplier:102"]
    for supplier in nested:
        offers = supplier["supplies[product]"]
        assert len(offers) == 12
        assert all(set(one) == {"entity_id", "_unit_price", "stocked_in[warehouse]"} for one in offers)
    shelves = [
        one for row in nested for offer in row["supplies[product]"] for one in offer["stocked_in[warehouse]"]
    ]
    assert len(shelves) == sum(
        row["supplies[product].stocked_in[warehouse].entity_id"] is not None for row in flat
    )
    assert all(len(one["located_in[country]"]) == 1 for one in shelves)


def test_an_alias_renames_a_value_and_leaves_it_where_it_belongs() -> None:
    columns = "`entity_id` AS id, `has_line[po_line].sku` AS article, UPPER(`has_line[po_line].sku`) AS shout"
    article = [{"article": sku["sku"], "shout": sku["sku"]} for sku in SKUS]

    assert read(SELECT.format(columns), flags=sent("nested")) == [
        {"id": "purchase_order:7001", "has_line[po_line]": article}
    ]
    assert read(SELECT.format(columns), flags=sent(*NAMES)) == [{"has_line": article}]


def test_a_view_and_a_subquery_nest_by_the_names_of_their_columns() -> None:
    of_view = read("SELECT * FROM vtimbr.open_orders WHERE PO_Number = 'PO-7001'", flags=sent("nested"))
    of_query = read(AGAIN.format(WORKED), flags=sent("nested"))

    assert of_view == of_query == [NESTED]


def test_one_name_with_two_targets_shares_a_short_key() -> None:
    sql = (
        "SELECT entity_id, `delivered_to[warehouse].entity_id`, `delivered_to[customer].entity_id` "
        "FROM shipment WHERE po_id IN (7003, 7004)"
    )
    long, short = read(sql, flags=sent("nested")), read(sql, flags=sent(*NAMES[:2], NAMES[5]))

    assert [one["delivered_to"] for one in short] == [
        [*one["delivered_to[warehouse]"], *one["delivered_to[customer]"]] for one in long
    ]
    assert {len(one["delivered_to"]) for one in short} == {1}


def test_a_switch_makes_objects_of_what_leads_to_one_only() -> None:
    engine = Engine(1, to_one_as_object=True)
    sql = SELECT.format("`entity_id`, `placed_with[supplier].entity_id`, `has_line[po_line].sku`")
    shipped = SELECT.format(
        "`entity_id`, `fulfilled_by[shipment].days_late`, `fulfilled_by[shipment].po_id`, "
        "`fulfilled_by[shipment].cleared_by[customs_clearance].entity_id`"
    )

    assert read(sql, flags=sent("nested"), engine=engine) == [
        {
            "entity_id": "purchase_order:7001",
            "placed_with[supplier]": {"entity_id": "supplier:118"},
            "has_line[po_line]": SKUS,
        }
    ]
    (order,) = read(shipped, flags=sent("nested"), engine=engine)
    assert order["fulfilled_by[shipment]"] == [
        {"days_late": None, "po_id": 7001, "cleared_by[customs_clearance]": None}
    ]


def test_the_cap_cuts_flat_rows_before_they_are_nested() -> None:
    sql = "SELECT `entity_id`, `has_line[po_line].entity_id` FROM purchase_order WHERE po_id >= 7001"
    whole, cut = read(sql, flags=sent("nested")), read(sql, flags=sent("nested"), cap=7)

    assert sum(max(len(row["has_line[po_line]"]), 1) for row in cut) == 7
    assert cut[:-1] == whole[: len(cut) - 1]
    assert (
        cut[-1]["has_line[po_line]"]
        == whole[len(cut) - 1]["has_line[po_line]"][: len(cut[-1]["has_line[po_line]"])]
    )


INNER = st.lists(st.integers(0, 3), unique=True, max_size=3)
OUTER = st.lists(st.tuples(st.integers(0, 3), INNER), unique_by=lambda pair: pair[0], max_size=3)
FOREST = st.lists(st.tuples(OUTER, INNER), max_size=4)
NOBODY: tuple[Any, Any] = (None, None)
NAME = {one: f"v{one}" for one in range(4)}
Forest = list[tuple[list[tuple[int, list[int]]], list[int]]]


def or_none(found: list[int]) -> list[Any]:
    return found or [None]


def flattened(forest: Forest, identified: bool) -> list[tuple[Any, ...]]:
    """What joining everything gives: the relationships of a root multiplied by one another."""
    rows: list[tuple[Any, ...]] = []
    for root, (outer, others) in enumerate(forest):
        left = [(one, deep) for one, inner in outer for deep in or_none(inner)]
        for (one, deep), other in product(left or [NOBODY], or_none(others)):
            named = [one] if identified else []
            rows.append((root, *named, NAME.get(one), deep, other))
    return rows


def built(forest: Forest, identified: bool) -> list[dict[str, Any]]:
    def outer_object(one: int, inner: list[int]) -> dict[str, Any]:
        ids = {"entity_id": one} if identified else {}
        return {**ids, "name": NAME[one], "c[c]": [{"entity_id": deep} for deep in inner]}

    return [
        {
            "entity_id": root,
            "a[a]": [outer_object(one, inner) for one, inner in outer],
            "b[b]": [{"entity_id": other} for other in others],
        }
        for root, (outer, others) in enumerate(forest)
    ]


def sorted_within(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(sorted_within, value), key=repr)
    return {name: sorted_within(cell) for name, cell in value.items()} if isinstance(value, dict) else value


@settings(max_examples=EXAMPLES, deadline=None)
@given(forest=FOREST, identified=st.booleans(), data=st.data())
def test_no_related_row_is_lost_or_multiplied(forest: Forest, identified: bool, data: st.DataObject) -> None:
    columns = [
        Column("entity_id", (), "entity_id", identifies=True),
        *([Column("a[a].entity_id", ("a[a]",), "entity_id", identifies=True)] if identified else []),
        Column("a[a].name", ("a[a]",), "name"),
        Column("a[a].c[c].entity_id", ("a[a]", "c[c]"), "entity_id", identifies=True),
        Column("b[b].entity_id", ("b[b]",), "entity_id", identifies=True),
    ]
    nesting = Nesting(columns, Look(nested=True), lambda _: False)
    rows = flattened(forest, identified)
    shuffled = data.draw(st.permutations(rows))
    answer = nesting.nested(shuffled)

    assert nesting.nested(rows) == built(forest, identified)
    assert sorted_within(answer) == sorted_within(built(forest, identified))
    assert [one["entity_id"] for one in answer] == list(dict.fromkeys(row[0] for row in shuffled))
