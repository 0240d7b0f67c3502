"""Tasks that set figures of two platforms beside each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from benchmarks.tasks import claribi, timbr
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.joins import kept
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.claribi.records import stamp


def dearest_mode(sandbox: Sandbox) -> object:
    sql = (
        "SELECT mode, SUM(freight_cost) AS cost FROM freight.shipment JOIN freight.carrier USING (carrier_id)"
    )
    ((mode, cost),) = kept(sandbox, "freight", f"{sql} GROUP BY mode ORDER BY cost DESC LIMIT 1")
    of_mode = f"SELECT COUNT(*) FROM supply_chain.map_carrier WHERE transport_mode = '{mode}'"
    return [mode, cost, timbr.stored(sandbox, of_mode)[0][0]]


def carriers(mode: str) -> str:
    return f"SELECT COUNT(1) AS `n` FROM `dtimbr`.`carrier` WHERE `transport_mode` = '{mode}'"


@task(
    "across",
    "Which Mode has the highest Freight cost in Optimibi's model 'Shipments', how much is it, and how many "
    "carriers with that mode of transport does Timbr know?",
    expects=dearest_mode,
)
async def modes(agent: Agent) -> object:
    told = await agent.call(
        "optimibi_query_cube",
        "figures of a model by a level",
        model="Shipments",
        measures=["Freight cost"],
        levels=["Mode"],
    )
    mode, cost = max(told["rows"], key=lambda row: row[1])
    counted = await agent.call(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=carriers(mode)
    )
    return mode, cost, counted["rows"][0][0]


def cube(model: str, measure: str, hierarchy: str, level: str) -> dict[str, Any]:
    """A query as the contract and its sample have it, with no more than it needs. Unique names are what
    the model's own description would tell in a call more."""
    rows = {"location": "ROWS", "nonEmpty": True}
    rows["hierarchies"] = [{"name": hierarchy, "levels": {level: {"name": level, "selection": {}}}}]
    columns = {"location": "COLUMNS", "nonEmpty": True, "hierarchies": []}
    measures = [{"name": measure, "uniqueName": f"[Measures].[{measure}]", "type": "EXACT"}]
    details = {"axis": "COLUMNS", "location": "BOTTOM", "measures": measures}
    of = {"uniqueName": f"[{model}].[{model}].[{model}].[{model}]", "name": model}
    of |= dict.fromkeys(("connection", "catalog", "schema"), model)
    axes = {"ROWS": rows, "COLUMNS": columns}
    return {
        "cube": of,
        "queryModel": {"axes": axes, "details": details},
        "queryType": "OLAP",
        "type": "QUERYMODEL",
    }


def cells(told: Any) -> list[tuple[str, Decimal]]:
    """The first member of each row, and the figure behind it."""
    rows = [row for row in told["cellset"] if row[0]["type"] == "ROW_HEADER"]
    return [(row[0]["value"], Decimal(str(row[-1]["properties"]["raw"]))) for row in rows]


@modes.bridged
async def _(bridge: Bridge) -> object:
    query = cube("Shipments", "shipment.freight_cost", "[carrier].[mode]", "mode")
    told = await bridge.call("optimibi_execute_cube_query", query)
    mode, cost = max(cells(told), key=lambda row: row[1])
    counted = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=carriers(mode))
    return mode, cost, counted["data"][0]["n"]


def best_month(sandbox: Sandbox) -> object:
    earned: dict[str, Decimal] = {}
    for one in claribi.state(sandbox).reports.values():
        month = stamp(one.created)[:7]
        earned[month] = earned.get(month, Decimal()) + one.metrics["net_revenue"]
    best = max(earned, key=lambda month: earned[month])
    sql = f"SELECT SUM(net_amount) FROM sales.ticket_detail WHERE strftime(sold_at, '%Y-%m') = '{best}'"
    return [best, earned[best], kept(sandbox, "retail_dw", sql)[0][0]]


@task(
    "across",
    "In which month do the clariBI reports that were made in it add up to most net revenue, how much, and "
    "what was the net amount of Optimibi's retail sales in that month?",
    expects=best_month,
)
async def months(agent: Agent) -> object:
    reports = await agent.call(
        "claribi_list_reports", "list reports and their metrics", limit=1000, fields=["id"]
    )
    sql = (
        "SELECT strftime(CAST(created_at AS TIMESTAMP), '%Y-%m') AS month, SUM(metrics.net_revenue) AS net "
        f"FROM {reports['more']['result']} GROUP BY month ORDER BY net DESC LIMIT 1"
    )
    ((month, earned),) = (await agent.call("query_results", sql=sql))["rows"]
    sold = await agent.call(
        "optimibi_query_cube",
        "figures of a model by a level",
        model="RetailSales",
        measures=["Net amount"],
        levels=["Month"],
    )
    return month, earned, dict(sold["rows"])[month]


@months.bridged
async def _(bridge: Bridge) -> object:
    earned: dict[str, Decimal] = {}
    for one in await claribi.all_reports(bridge):
        month = one["created_at"][:7]
        earned[month] = earned.get(month, Decimal()) + Decimal(str(one["metrics"]["net_revenue"]))
    best = max(earned, key=lambda month: earned[month])
    query = cube("RetailSales", "ticket_line.net_amount", "[ticket_sold_at].[calendar]", "month")
    sold = dict(cells(await bridge.call("optimibi_execute_cube_query", query)))
    return best, earned[best], sold[best]
