"""The seeded ontologies by name, ids that stay the same for every seed, and questions with their answers."""

from __future__ import annotations

from typing import Literal

from pentad.sandbox.timbr.fleet import FLEET
from pentad.sandbox.timbr.graph import SUPPLY_CHAIN

SYSTEM = "system_db"
ONTOLOGIES = {one.name: one for one in (SUPPLY_CHAIN, FLEET)}

Schema = Literal["timbr", "etimbr", "dtimbr", "vtimbr"]
SCHEMAS: tuple[Schema, ...] = ("timbr", "etimbr", "dtimbr", "vtimbr")

SAMPLE_ORDER = "purchase_order:7001"
SAMPLE_ORDER_NUMBER = "PO-7001"
SAMPLE_LINES = ("po_line:7001-1", "po_line:7001-2")
SAMPLE_SUPPLIER = "supplier:118"
SAMPLE_PORT = "port:11"

DATASOURCES = ("warehouse_snowflake", "archive_postgres")
ACTIVE_DATASOURCE = DATASOURCES[0]

AGENT = "logistics_agent"
KNOWLEDGE_BASE = "logistics_kb"

# Questions in plain language, each with a statement that truly runs on the supply chain.
EXAMPLES = (
    (
        "Which suppliers did we spend most with?",
        "SELECT `placed_with[supplier].supplier_name` AS supplier, SUM(`measure.total_spend`) AS spend "
        "FROM `dtimbr`.`purchase_order` GROUP BY `placed_with[supplier].supplier_name` "
        "ORDER BY spend DESC LIMIT 10",
    ),
    (
        "Late shipments per carrier",
        "SELECT `carried_by[carrier].carrier_name` AS carrier, COUNT(*) AS late "
        "FROM `dtimbr`.`late_shipment` GROUP BY `carried_by[carrier].carrier_name` "
        "ORDER BY late DESC LIMIT 20",
    ),
    (
        "From which ports do late shipments come?",
        "SELECT `port`, `late_shipments` FROM `vtimbr`.`late_inbound_by_port` "
        "ORDER BY `late_shipments` DESC LIMIT 20",
    ),
    (
        "What is on purchase order PO-7001?",
        "SELECT `entity_id`, `PO_Number`, `total_value`, `has_line[po_line].entity_id`, "
        "`has_line[po_line].sku`, `has_line[po_line].quantity` "
        "FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001' LIMIT 50",
    ),
    (
        "Stock of bearings in each warehouse city",
        "SELECT `warehouse_city`, SUM(`stocks[component]_on_hand_quantity`) AS units "
        "FROM `dtimbr`.`warehouse` WHERE `stocks[component].sku` LIKE 'BRG-%' "
        "GROUP BY `warehouse_city` ORDER BY units DESC LIMIT 50",
    ),
    (
        "Spend on orders shipped from Spain, by supplier",
        "SELECT `placed_with[supplier].supplier_name` AS supplier, SUM(`measure.total_spend`) AS spend "
        "FROM `dtimbr`.`purchase_order` WHERE `ships_from[port].located_in[country].country_name` = 'Spain' "
        "GROUP BY `placed_with[supplier].supplier_name` ORDER BY spend DESC LIMIT 20",
    ),
    (
        "Which larger parts does bearing BRG-22 go into?",
        "SELECT `part_of[component*3].product_name` AS part, "
        "`part_of[component*3]_transitivity_level` AS level "
        "FROM `dtimbr`.`component` WHERE `sku` = 'BRG-22' ORDER BY level, part LIMIT 50",
    ),
    (
        "Average rating of active suppliers by country",
        "SELECT `supplier_country`, AVG(`supplier_rating`) AS rating FROM `dtimbr`.`supplier` "
        "WHERE `is_active` = 1 GROUP BY `supplier_country` ORDER BY rating DESC LIMIT 50",
    ),
)
