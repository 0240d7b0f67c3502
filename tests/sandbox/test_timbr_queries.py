"""Ordinary SQL works as it does everywhere, and values look as the formatting tags say."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from pentad.sandbox.timbr.rendering import formatted, plain
from pentad.sandbox.timbr.terms import Flags, StatementError
from tests.sandbox.supply_chain import read, unordered, values

ALIKE = {
    "a common table expression": (
        "WITH q AS (SELECT * FROM supplier), r AS (SELECT company_id FROM q) SELECT * FROM r",
        "SELECT company_id FROM supplier",
    ),
    "one that hides the concept it reads": (
        "WITH supplier AS (SELECT * FROM supplier WHERE company_id < 105) SELECT company_id FROM supplier",
        "SELECT company_id FROM supplier WHERE company_id < 105",
    ),
    "one that is seen from inside a subquery": (
        "WITH q AS (SELECT 118 AS id) SELECT company_id FROM supplier WHERE company_id IN (SELECT id FROM q)",
        "SELECT company_id FROM supplier WHERE company_id = 118",
    ),
    "a recursive one": (
        "WITH RECURSIVE up AS (SELECT 5 AS id UNION ALL SELECT c.parent_company_id FROM up "
        "JOIN timbr.company c ON c.company_id = up.id WHERE c.parent_company_id IS NOT NULL) "
        "SELECT id FROM up",
        "SELECT company_id FROM timbr.company WHERE company_id <= 5",
    ),
    "one with paths inside": (
        "WITH q AS (SELECT `placed_with[supplier].company_id`, po_id FROM purchase_order) "
        "SELECT `placed_with[supplier].company_id` FROM q WHERE po_id = 7001",
        "SELECT supplier_id FROM purchase_order WHERE po_id = 7001",
    ),
    "a union": (
        "SELECT company_id FROM supplier UNION ALL SELECT company_id FROM carrier",
        "SELECT company_id FROM company WHERE entity_type IN ('supplier', 'carrier')",
    ),
    "a difference of sets": (
        "SELECT po_id FROM purchase_order EXCEPT SELECT po_id FROM po_line",
        "SELECT po_id FROM purchase_order WHERE status = 'draft'",
    ),
    "a join of several kinds of tables": (
        "SELECT v.port, n.population FROM vtimbr.late_inbound_by_port v "
        "JOIN timbr.port p ON p.location_name = v.port "
        "LEFT JOIN dtimbr.country n ON n.country_code = p.country_code",
        "SELECT v.port, p.`located_in[country].population` FROM late_inbound_by_port v "
        "JOIN port p ON p.location_name = v.port",
    ),
    "having": (
        "SELECT supplier_id FROM purchase_order GROUP BY supplier_id HAVING COUNT(*) >= 30",
        "SELECT q.id FROM (SELECT supplier_id AS id, COUNT(*) AS n FROM purchase_order GROUP BY 1) q "
        "WHERE q.n >= 30",
    ),
    "an alias as written or not": (
        "SELECT `Supplier_Name` FROM `DTIMBR`.`SUPPLIER` S WHERE s.`COMPANY_ID` = 118",
        "SELECT dtimbr.supplier.supplier_name FROM dtimbr.supplier WHERE supplier.company_id = 118",
    ),
    "booleans as words and numbers": (
        "SELECT po_id FROM purchase_order WHERE `Is_Expedited` = 1",
        "SELECT po_id FROM purchase_order WHERE `Is_Expedited` IS TRUE",
    ),
    "functions of the data source": (
        "SELECT po_id FROM purchase_order WHERE YEAR(ordered_on) = 2025 AND NVL(buyer_note, '-') = '-' "
        "AND DATE_FORMAT(ordered_on, 'yyyy-MM') = '2025-03'",
        "SELECT po_id FROM purchase_order WHERE buyer_note IS NULL "
        "AND ordered_on BETWEEN '2025-03-01' AND '2025-03-31'",
    ),
    "moments as text and as timestamps": (
        "SELECT shipment_id FROM shipment WHERE shipped_at < CAST('2024-06-01 12:00:00' AS TIMESTAMP)",
        "SELECT shipment_id FROM shipment WHERE shipped_at < '2024-06-01 12:00:00'",
    ),
}


@pytest.mark.parametrize(("sql", "same"), ALIKE.values(), ids=ALIKE)
def test_sql_means_what_it_means_elsewhere(sql: str, same: str) -> None:
    assert unordered(sql) == unordered(same) != []


def test_rows_come_in_the_order_asked_for_and_page_by_page() -> None:
    sql = "SELECT po_id FROM purchase_order ORDER BY total_value DESC NULLS LAST, po_id LIMIT {} OFFSET {}"

    assert values(sql.format(20, 0)) == [*values(sql.format(10, 0)), *values(sql.format(10, 10))]


def test_without_an_order_rows_come_as_they_were_made_and_related_ones_stay_together() -> None:
    rows = values(
        "SELECT po_id, `has_line[po_line].line_number` FROM purchase_order WHERE status = 'shipped'"
    )

    assert rows == sorted(rows)


def test_moments_are_text_and_have_no_zone() -> None:
    (row,) = values(
        "SELECT CURRENT_TIMESTAMP, DATE '2026-01-31', CAST('2026-01-31 10:00:00' AS TIMESTAMP), NULL"
    )

    assert datetime.fromisoformat(row[0]).tzinfo is None
    assert row[1:] == ("2026-01-31", "2026-01-31 10:00:00", None)
    with pytest.raises(StatementError, match="time zone is not supported"):
        read("SELECT CAST('2026-01-31' AS TIMESTAMP) AT TIME ZONE 'UTC' AS x")


def test_values_without_a_table_are_rows_too() -> None:
    assert values("VALUES (1, 'a'), (2, NULL)") == [(1, "a"), (2, None)]


def test_formatting_follows_the_property_through_aliases_but_not_through_expressions() -> None:
    sql = (
        "SELECT `total_value` AS money, `ordered_on`, `approved_at`, `discount_rate`, `PO_Number`, "
        "`total_value` * 1 AS computed, `placed_with[supplier].founded_on` AS since FROM purchase_order "
        "WHERE po_id = 7001"
    )
    (flat,) = read(sql)
    (shown,) = read(sql, flags=Flags(format_properties=True))

    assert (shown["money"], shown["computed"], shown["po_number"]) == (
        "$1,840.50",
        Decimal("1840.50"),
        "PO-7001",
    )
    for name, pattern in (
        ("ordered_on", "%d/%m/%Y"),
        ("approved_at", "%Y-%m-%d %H:%M"),
        ("since", "%d/%m/%Y"),
    ):
        assert shown[name] == datetime.fromisoformat(flat[name]).strftime(pattern)
    assert shown["discount_rate"] == f"{flat['discount_rate'] * 100:.1f}%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, 1),
        (2**63, 2**63),
        (Decimal("1840.50"), Decimal("1840.50")),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (0.5, 0.5),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),  # noqa: DTZ001 - the database's have none
        (time(3, 4), "03:04:00"),
        (b"\x01\xff", "01ff"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_every_value_becomes_something_that_json_has(value: Any, shown: Any) -> None:
    assert repr(plain(value)) == repr(shown)


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        (Decimal("1840.50"), "$#,##0.00", "$1,840.50"),
        (-5, "€#,##0.00", "-€5.00"),
        (0.125, "0.0%", "12.5%"),
        (date(2026, 1, 2), "dd/MM/yyyy", "02/01/2026"),
        (None, "$#,##0.00", None),
        ("n/a", "0.0%", "n/a"),
        ("soon", "dd/MM/yyyy", "soon"),
        (7, None, 7),
        (7, "unheard of", 7),
    ],
)
def test_a_pattern_shapes_the_values_that_it_fits(value: Any, pattern: str | None, shown: Any) -> None:
    assert formatted(value, pattern) == shown
