"""Tasks on Timbr's rows: concepts and views read without SQL, nested entities, cubes, long statements."""

from __future__ import annotations

from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from benchmarks.tasks.timbr import stored
from benchmarks.tasks.timbr_graph import asked, described, sent
from pentad.sandbox import Sandbox


def rail_carriers(sandbox: Sandbox) -> object:
    sql = "SELECT carrier_name FROM supply_chain.map_carrier WHERE transport_mode = 'rail' AND is_active"
    return sorted(name for (name,) in stored(sandbox, sql))


@task("single", "Which active carriers in the supply chain go by rail?", expects=rail_carriers)
async def rail(agent: Agent) -> object:
    told = await agent.call(
        "timbr_read_concept",
        "rows of a concept with filters",
        ontology="supply_chain",
        name="carrier",
        filters={"transport_mode": "rail", "is_active": 1},
        fields=["carrier_name"],
    )
    return sorted(row[0] for row in told["rows"])


@rail.bridged
async def _(bridge: Bridge) -> object:
    sql = "SELECT `carrier_name` FROM `dtimbr`.`carrier` WHERE `transport_mode` = 'rail' AND `is_active` = 1"
    return sorted(row[0] for row in await sent(bridge, sql))


def late_from_piraeus(sandbox: Sandbox) -> object:
    sql = (
        "SELECT COUNT(*) FROM supply_chain.map_shipment AS s "
        "JOIN supply_chain.map_purchase_order AS o ON o.po_id = s.po_id "
        "JOIN supply_chain.map_port AS p ON p.location_id = o.ships_from_id "
        "WHERE s.days_late > 0 AND p.location_name = 'Piraeus'"
    )
    return stored(sandbox, sql)[0][0]


@task(
    "single",
    "How many shipments from Piraeus came late, by the view late_inbound_by_port?",
    expects=late_from_piraeus,
)
async def late(agent: Agent) -> object:
    told = await agent.call(
        "timbr_read_concept",
        "rows of a view with filters",
        ontology="supply_chain",
        name="late_inbound_by_port",
        kind="view",
        filters={"port": "Piraeus"},
    )
    return told["rows"][0][1]


@late.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call(
        "timbr_query_view",
        ontology_name="supply_chain",
        view_name="late_inbound_by_port",
        filters={"port": "Piraeus"},
    )
    return told["data"][0]["late_shipments"]


_EXPRESS = (
    "FROM supply_chain.map_purchase_order AS o JOIN supply_chain.map_port AS p "
    "ON p.location_id = o.ships_from_id JOIN supply_chain.map_po_line AS l ON l.po_id = o.po_id "
    "WHERE o.status = 'open' AND o.Is_Expedited AND p.location_name = 'Rotterdam' "
    "AND o.ordered_on >= DATE '2025-07-01'"
)


def express_orders(sandbox: Sandbox) -> object:
    sql = (
        "SELECT COUNT(DISTINCT o.po_id), COUNT(*), SUM(l.quantity) FILTER (l.is_backordered), "
        f"(SELECT o.PO_Number {_EXPRESS} GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1) {_EXPRESS}"
    )
    return stored(sandbox, sql)[0]


NESTED = (
    "SELECT `entity_id`, `PO_Number`, `has_line[po_line].entity_id`, `has_line[po_line].quantity`, "
    "`has_line[po_line].is_backordered` FROM `dtimbr`.`purchase_order` WHERE `status` = 'open' "
    "AND `Is_Expedited` = 1 AND `ships_from[port].location_name` = 'Rotterdam' "
    "AND `ordered_on` >= '2025-07-01'"
)


@task(
    "steps",
    "Fetch the open express orders since July 2025 that leave from Rotterdam, each with its lines in it, to "
    "go on from there. How many orders and lines are these, how many pieces are on backorder, and which "
    "order has the most lines?",
    expects=express_orders,
)
async def express(agent: Agent) -> object:
    fetched = await agent.call(
        "timbr_run_query",
        "run a statement of SQL",
        ontology="supply_chain",
        sql=NESTED,
        flags=["nested"],
    )
    sql = (
        'WITH o AS (SELECT po_number, len("has_line[po_line]") AS n, '
        'list_sum(list_transform("has_line[po_line]", lambda l: l.quantity * l.is_backordered)) AS late '
        f"FROM {fetched['more']['result']}) "
        "SELECT COUNT(*), SUM(n), SUM(late), arg_max(po_number, n) FROM o"
    )
    return (await agent.call("query_results", sql=sql))["rows"][0]


@express.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=NESTED, nested="true")
    orders: list[Any] = told["data"]
    lines = [line for order in orders for line in order["has_line[po_line]"]]
    late_pieces = sum(line["quantity"] for line in lines if line["is_backordered"])
    longest = max(orders, key=lambda order: len(order["has_line[po_line]"]))
    return len(orders), len(lines), late_pieces, longest["po_number"]


def to_rotterdam(sandbox: Sandbox) -> object:
    sql = (
        "SELECT COUNT(*), COUNT(DISTINCT c.carrier_name) FROM supply_chain.map_shipment AS s "
        "JOIN supply_chain.map_warehouse AS w ON w.location_id = s.warehouse_id "
        "JOIN supply_chain.map_carrier AS c ON c.company_id = s.carrier_id "
        "WHERE w.warehouse_city = 'Rotterdam'"
    )
    return stored(sandbox, sql)[0]


REPLAY = (
    "SELECT COUNT(*) AS `moves`, COUNT(DISTINCT `carrier_name`) AS `carriers` FROM `vtimbr`.`network_replay` "
    "WHERE `warehouse_city` = 'Rotterdam'"
)


@task(
    "steps",
    "How many movements does the view network_replay have to Rotterdam, and by how many carriers? It takes "
    "more than a minute, so let it run in the background.",
    expects=to_rotterdam,
)
async def replay(agent: Agent) -> object:
    told: Any = {"about": {"status": "running"}}
    # Asked again, it is not started anew.
    while told.get("about", {}).get("status") == "running":
        told = await agent.call(
            "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=REPLAY, background=True
        )
    return told["rows"][0]


@replay.bridged
async def _(bridge: Bridge) -> object:
    arguments = {"ontology": "supply_chain", "x-async": "true", "body": REPLAY}
    told = await bridge.call("timbr_run_ontology_query", arguments)
    looked: Any = {"status": "running"}
    while looked["status"] == "running":
        bridge.wait(45)
        looked = await bridge.call("timbr_get_async_result", response_id=told["response_id"])
    return [*looked["response"][0].values()]


def most_open(sandbox: Sandbox) -> object:
    sql = (
        "SELECT c.country_name, SUM(o.total_value) AS spend, COUNT(*) "
        "FROM supply_chain.map_purchase_order AS o "
        "JOIN supply_chain.map_supplier AS s ON s.company_id = o.supplier_id "
        "JOIN supply_chain.map_country AS c ON c.country_code = s.country_code "
        "WHERE o.status = 'open' GROUP BY 1 ORDER BY spend DESC LIMIT 1"
    )
    return stored(sandbox, sql)[0]


SCORECARD = (
    "SELECT `country_name`, SUM(`measure.total_spend`) AS `spend`, COUNT(`measure.order_count`) AS `orders` "
    "FROM `vtimbr`.`supplier_scorecard` WHERE `status` = 'open' GROUP BY `country_name` "
    "ORDER BY `spend` DESC LIMIT 1"
)


@task(
    "steps",
    "By the cube supplier_scorecard, with suppliers of which country are the most valuable orders open, how "
    "much is that and how many orders are these?",
    expects=most_open,
)
async def scorecard(agent: Agent) -> object:
    about = await described(agent, "supplier_scorecard")
    assert "SUM(`measure.total_spend`)" in str(about["properties"])
    return (await asked(agent, SCORECARD))[0]


@scorecard.bridged
async def _(bridge: Bridge) -> object:
    columns = str(await sent(bridge, "DESC `vtimbr`.`supplier_scorecard`"))
    assert "measure.total_spend" in columns
    return (await sent(bridge, SCORECARD))[0]
