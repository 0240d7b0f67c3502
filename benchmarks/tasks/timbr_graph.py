"""Tasks on what Timbr's graph knows of itself: concepts, relationships, measures, names, stored questions."""

from __future__ import annotations

import re
from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from benchmarks.tasks.timbr import stored
from pentad.sandbox import Sandbox


async def described(agent: Agent, name: str) -> Any:
    """One concept or view."""
    return await agent.call("timbr_describe", "properties of a concept", ontology="supply_chain", name=name)


async def asked(agent: Agent, sql: str) -> Any:
    """The rows of a statement."""
    told = await agent.call("timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=sql)
    return told["rows"]


async def sent(bridge: Bridge, sql: str) -> Any:
    """The rows of a statement over the bridge, as lists."""
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=sql)
    return [[*row.values()] for row in told["data"]]


LINKS = (
    "SELECT `relationship_name`, `target_concept`, `transitivity` FROM `timbr`.`sys_concept_relationships` "
    "WHERE `concept` ="
)


def strategic_suppliers(sandbox: Sandbox) -> object:
    sql = "SELECT COUNT(*) FROM supply_chain.map_supplier WHERE supplier_rating >= 4.5 AND is_active"
    return ["`supplier_rating` >= 4.5", stored(sandbox, sql)[0][0]]


LOGIC = "SELECT DISTINCT `query` FROM `timbr`.`sys_ontology` WHERE `concept` = 'strategic_supplier'"
STRATEGIC = "SELECT COUNT(*) AS `n` FROM `dtimbr`.`strategic_supplier` WHERE `is_active` = 1"


@task(
    "steps",
    "What makes a supplier a strategic one in the graph 'supply_chain', and how many active ones are there?",
    expects=strategic_suppliers,
)
async def strategic(agent: Agent) -> object:
    about = await described(agent, "strategic_supplier")
    return about["logic"].partition(" WHERE ")[2], (await asked(agent, STRATEGIC))[0][0]


@strategic.bridged
async def _(bridge: Bridge) -> object:
    ((logic,),) = await sent(bridge, LOGIC)
    return logic.partition(" WHERE ")[2], (await sent(bridge, STRATEGIC))[0][0]


def freight_by_mode(sandbox: Sandbox) -> object:
    sql = (
        "SELECT c.transport_mode, SUM(s.freight_cost), MAX(s.days_late) FROM supply_chain.map_shipment AS s "
        "JOIN supply_chain.map_carrier AS c ON c.company_id = s.carrier_id GROUP BY ALL ORDER BY 1"
    )
    return stored(sandbox, sql)


FREIGHT = (
    "SELECT `carried_by[carrier].transport_mode` AS `mode`, SUM(`measure.freight`) AS `freight`, "
    "MAX(`measure.worst_delay`) AS `delay` FROM `dtimbr`.`shipment` "
    "GROUP BY `carried_by[carrier].transport_mode` ORDER BY `mode`"
)


@task(
    "steps",
    "What have transports in the supply chain cost by sea, air, road and rail, and what was the longest "
    "delay of each? Use the graph's own measures.",
    expects=freight_by_mode,
)
async def freight(agent: Agent) -> object:
    about = await described(agent, "shipment")
    uses = [row[about["measures"]["columns"].index("use")] for row in about["measures"]["rows"]]
    assert all(use in FREIGHT for use in uses)
    await described(agent, "carrier")
    return await asked(agent, FREIGHT)


@freight.bridged
async def _(bridge: Bridge) -> object:
    about = str(await sent(bridge, "DESC CONCEPT `shipment`"))
    assert "measure.freight" in about
    assert "carried_by[carrier].transport_mode" in about
    return await sent(bridge, FREIGHT)


def tiers_of_bearing(sandbox: Sandbox) -> object:
    sql = (
        "SELECT transitivity_level, COUNT(*) FROM supply_chain.pairs_part_of "
        "WHERE source_id = 1001 AND transitivity_level <= 4 GROUP BY 1 ORDER BY 1"
    )
    return stored(sandbox, sql)


TIERS = (
    "SELECT `part_of[component*4]_transitivity_level` AS `level`, "
    "COUNT(DISTINCT `part_of[component*4].product_id`) AS `parts` FROM `dtimbr`.`component` "
    "WHERE `sku` = 'BRG-22' GROUP BY `part_of[component*4]_transitivity_level` ORDER BY `level`"
)


@task(
    "steps",
    "Into how many larger parts does the bearing BRG-22 go, on each level, up to the four that the graph "
    "follows?",
    expects=tiers_of_bearing,
)
async def tiers(agent: Agent) -> object:
    about = await described(agent, "component")
    assert "part_of[component*4]" in str(about["relationships"])
    return await asked(agent, TIERS)


@tiers.bridged
async def _(bridge: Bridge) -> object:
    links = await sent(bridge, f"{LINKS} 'component'")
    assert ["part_of", "component", 4] in links
    return await sent(bridge, TIERS)


def best_offer(sandbox: Sandbox) -> object:
    sql = (
        "SELECT s.supplier_name, o.unit_price, o.lead_time_days FROM supply_chain.pairs_supplies AS o "
        "JOIN supply_chain.map_supplier AS s ON s.company_id = o.source_id "
        "WHERE o.target_id = 2002 ORDER BY o.unit_price LIMIT 1"
    )
    return stored(sandbox, sql)[0]


OFFERS = (
    "SELECT `supplied_by[supplier].supplier_name` AS `supplier`, "
    "`supplied_by[supplier]_unit_price` AS `price`, "
    "`supplied_by[supplier]_lead_time_days` AS `days` FROM `dtimbr`.`product` WHERE `sku` = 'FG-2002' "
    "ORDER BY `price` LIMIT 1"
)


@task(
    "steps",
    "Who offers the product FG-2002 cheapest, at what price and in how many days?",
    expects=best_offer,
)
async def offer(agent: Agent) -> object:
    about = await described(agent, "product")
    assert "supplied_by[supplier]_unit_price" in str(about["relationships"])
    return (await asked(agent, OFFERS))[0]


@offer.bridged
async def _(bridge: Bridge) -> object:
    about = await sent(bridge, "DESC CONCEPT `product`")
    assert "supplied_by[supplier]_unit_price" in str(about)
    return (await sent(bridge, OFFERS))[0]


def ordered_from_nordhaven(sandbox: Sandbox) -> object:
    sql = (
        "SELECT COUNT(*), SUM(o.total_value) FROM supply_chain.map_purchase_order AS o "
        "JOIN supply_chain.map_supplier AS s ON s.company_id = o.supplier_id "
        "WHERE s.supplier_name = 'Nordhaven Castings'"
    )
    return stored(sandbox, sql)[0]


MISSPELT = (
    "SELECT COUNT(*) AS `orders`, SUM(`total_values`) AS `value` FROM `dtimbr`.`purchase_order` "
    "WHERE `placed_at[supplier].supplier_name` = 'Nordhaven Castings'"
)


@task(
    "steps",
    f"A colleague's statement on supply_chain fails: {MISSPELT}. Mend its names; what does it find?",
    expects=ordered_from_nordhaven,
)
async def mended(agent: Agent) -> object:
    told = await agent.refused(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=MISSPELT
    )
    sql = MISSPELT
    for wrong, nearest in re.findall(r"'(\w+)'; the nearest (?:is|are) (\w+)", str(told["problems"]["sql"])):
        sql = sql.replace(f"`{wrong}", f"`{nearest}")
    return (await asked(agent, sql))[0]


@mended.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=MISSPELT)
    assert told["status"] == "error"
    links = await sent(bridge, f"{LINKS} 'purchase_order'")
    assert any(link[0] == "placed_with" for link in links)
    properties = await sent(bridge, "DESC `timbr`.`purchase_order`")
    assert any(one[0] == "total_value" for one in properties)
    sql = MISSPELT.replace("total_values", "total_value").replace("placed_at", "placed_with")
    return (await sent(bridge, sql))[0]


def bearings_in_stock(sandbox: Sandbox) -> object:
    sql = (
        "SELECT w.warehouse_city, SUM(s.on_hand_quantity) AS units FROM supply_chain.pairs_stocks AS s "
        "JOIN supply_chain.map_warehouse AS w ON w.location_id = s.source_id "
        "JOIN supply_chain.map_component AS c ON c.product_id = s.target_id "
        "WHERE c.sku LIKE 'BRG-%' GROUP BY 1 ORDER BY units DESC LIMIT 1"
    )
    return stored(sandbox, sql)[0]


QUESTION = "How many bearings are in stock in each warehouse city?"


@task(
    "steps",
    "Is there a proven statement in the knowledge base logistics_kb for the bearings in stock per warehouse "
    "city? If so: which city has most, and how many?",
    expects=bearings_in_stock,
)
async def proven(agent: Agent) -> object:
    told = await agent.call(
        "timbr_search_knowledge_base",
        "search the knowledge base for a stored question",
        question=QUESTION,
        knowledge_bases=["logistics_kb"],
        top=1,
    )
    ((_, sql, *_),) = told["rows"]
    return (await asked(agent, sql))[0]


@proven.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call(
        "timbr_search_knowledge_base", question=QUESTION, knowledge_bases=["logistics_kb"], top_k=1
    )
    return (await sent(bridge, told["matches"][0]["query"]))[0]
