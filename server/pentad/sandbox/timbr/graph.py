"""The ontology `supply_chain`: measures and views, on top of its concepts and relationships."""

from __future__ import annotations

from pentad.sandbox.timbr.graph_concepts import CONCEPTS
from pentad.sandbox.timbr.graph_properties import PROPERTIES
from pentad.sandbox.timbr.graph_relationships import RELATIONSHIPS
from pentad.sandbox.timbr.ontology import Measure, Ontology, View

# An unmatched row counts for nothing.
_ONE = "CASE WHEN `entity_id` IS NOT NULL THEN 1 END"

_MEASURES = (
    Measure("total_spend", "purchase_order", "decimal", "SUM", "`total_value`", "Value of purchase orders"),
    Measure("order_count", "purchase_order", "bigint", "COUNT", _ONE, "Number of purchase orders"),
    Measure("ordered_quantity", "po_line", "bigint", "SUM", "`quantity`", "Pieces ordered"),
    Measure("line_value", "po_line", "decimal", "AVG", "`quantity` * `unit_price`", "Value of a line"),
    Measure("freight", "shipment", "decimal", "SUM", "`freight_cost`", "Price of transports"),
    Measure("worst_delay", "shipment", "int", "MAX", "`days_late`", "Days of the longest delay"),
    Measure("best_rating", "supplier", "decimal", "MAX", "`supplier_rating`", "Best rating"),
)

_LATE_INBOUND = """
SELECT `fulfils[purchase_order].ships_from[port].location_name` AS port, COUNT(*) AS late_shipments
FROM `dtimbr`.`late_shipment` GROUP BY `fulfils[purchase_order].ships_from[port].location_name`
"""

_OPEN_ORDERS = """
SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`,
  `has_line[po_line].entity_id`, `has_line[po_line].sku`
FROM `dtimbr`.`purchase_order` WHERE `status` = 'open'
"""

_SCORECARD = """
SELECT `placed_with[supplier].supplier_name` AS supplier_name,
  `placed_with[supplier].based_in[country].country_name` AS country_name, `status`,
  `measure.total_spend`, `measure.order_count`
FROM `dtimbr`.`purchase_order`
"""

_REPLAY = """
SELECT `shipment_id` AS Shipment_Id, `fulfils[purchase_order].PO_Number` AS PO_Number,
  `fulfils[purchase_order].ships_from[port].port_code` AS port_code,
  `carried_by[carrier].carrier_name` AS carrier_name,
  `delivered_to[warehouse].warehouse_city` AS warehouse_city, `shipped_at`, `arrived_on`
FROM `dtimbr`.`shipment`
"""

_VIEWS = (
    View(
        "late_inbound_by_port",
        "How many shipments came late from each port",
        _LATE_INBOUND,
        (("port", "string"), ("late_shipments", "bigint")),
    ),
    View(
        "open_orders",
        "Orders that nothing was sent for yet, with their lines",
        _OPEN_ORDERS,
        (
            ("entity_id", "string"),
            ("PO_Number", "string"),
            ("Is_Expedited", "boolean"),
            ("total_value", "decimal"),
            ("has_line[po_line].entity_id", "string"),
            ("has_line[po_line].sku", "string"),
        ),
    ),
    View(
        "supplier_scorecard",
        "What was ordered from whom; group by what you need",
        _SCORECARD,
        (
            ("supplier_name", "string"),
            ("country_name", "string"),
            ("status", "string"),
            ("measure.total_spend", "decimal"),
            ("measure.order_count", "bigint"),
        ),
        is_cube=True,
    ),
    View(
        "network_replay",
        "Every movement in the network, worked out anew at each reading: takes more than a minute",
        _REPLAY,
        (
            ("Shipment_Id", "int"),
            ("PO_Number", "string"),
            ("port_code", "string"),
            ("carrier_name", "string"),
            ("warehouse_city", "string"),
            ("shipped_at", "timestamp"),
            ("arrived_on", "date"),
        ),
    ),
)

SUPPLY_CHAIN = Ontology(
    name="supply_chain",
    description="Procurement and logistics",
    storage="supply_chain",
    concepts=CONCEPTS,
    properties=PROPERTIES,
    relationships=RELATIONSHIPS,
    measures=_MEASURES,
    views=_VIEWS,
)
