"""Tasks on Timbr: statements on the knowledge graph."""

from __future__ import annotations

from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.timbr.seeding import database


def stored(sandbox: Sandbox, sql: str) -> list[Any]:
    """Rows of the tables behind the graph, without its dialect: `supply_chain.map_<concept>`."""
    seed: int = sandbox.platforms["timbr"].state.engine.seed
    return [list(row) for row in database(seed).cursor().execute(sql).fetchall()]


def order(sandbox: Sandbox) -> object:
    sql = "SELECT status, total_value FROM supply_chain.map_purchase_order WHERE PO_Number = 'PO-7042'"
    return stored(sandbox, sql)[0]


ORDER = "SELECT `status`, `total_value` FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7042'"


@task("single", "What is the status of purchase order PO-7042, and what is it worth?", expects=order)
async def order_value(agent: Agent) -> object:
    told = await agent.call("timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=ORDER)
    return told["rows"][0]


@order_value.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=ORDER)
    return told["data"][0]["status"], told["data"][0]["total_value"]


def countries(sandbox: Sandbox) -> object:
    sql = "SELECT supplier_country, COUNT(*) AS n FROM supply_chain.map_supplier GROUP BY ALL"
    return stored(sandbox, f"{sql} ORDER BY n DESC, supplier_country LIMIT 1")[0]


COUNTRIES = (
    "SELECT `supplier_country`, COUNT(1) AS `n` FROM `dtimbr`.`supplier` GROUP BY `supplier_country` "
    "ORDER BY `n` DESC, `supplier_country` LIMIT 1"
)


@task("steps", "From which country do most suppliers in the graph deliver, and how many?", expects=countries)
async def suppliers(agent: Agent) -> object:
    about = await agent.call(
        "timbr_describe", "properties of a concept", ontology="supply_chain", name="supplier"
    )
    names = [row[0] for row in about["properties"]["rows"]]
    assert "supplier_country" in names
    told = await agent.call(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=COUNTRIES
    )
    return told["rows"][0]


@suppliers.bridged
async def _(bridge: Bridge) -> object:
    about = await bridge.call(
        "timbr_run_query", ontology_name="supply_chain", query="DESC CONCEPT `supplier`"
    )
    assert "supplier_country" in str(about)
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=COUNTRIES)
    return told["data"][0]["supplier_country"], told["data"][0]["n"]
