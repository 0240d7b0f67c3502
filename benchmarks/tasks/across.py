"""Tasks that need several platforms."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from benchmarks.tasks import claribi, timbr
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox

_MARCH = "`ordered_on` >= '2025-03-01' AND `ordered_on` < '2025-04-01'"
DEAREST = (
    f"SELECT `ordered_on` FROM `dtimbr`.`purchase_order` WHERE {_MARCH} ORDER BY `total_value` DESC LIMIT 1"
)
ORDERED = f"SELECT SUM(`total_value`) AS `value` FROM `dtimbr`.`purchase_order` WHERE {_MARCH}"


def _stored(sandbox: Sandbox, what: str, then: str = "") -> object:
    where = "WHERE ordered_on >= DATE '2025-03-01' AND ordered_on < DATE '2025-04-01'"
    return timbr.stored(sandbox, f"SELECT {what} FROM supply_chain.map_purchase_order {where} {then}")[0][0]


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def report_of_day(sandbox: Sandbox) -> object:
    day = str(_stored(sandbox, "ordered_on", "ORDER BY total_value DESC NULLS LAST LIMIT 1"))
    return [one.id for one in claribi.state(sandbox).reports.values() if _day(one.created) == day]


@task(
    "across",
    "Which clariBI reports were made on the day of the most expensive purchase order of March 2025 in Timbr?",
    expects=report_of_day,
)
async def same_day(agent: Agent) -> object:
    order = await agent.call(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=DEAREST
    )
    reports = await agent.call("claribi_list_reports", "list reports and when they were made", limit=1000)
    sql = (
        f"SELECT id FROM {reports['more']['result']} WHERE CAST(created_at AS DATE) = '{order['rows'][0][0]}'"
    )
    told = await agent.call("query_results", sql=sql)
    return [row[0] for row in told["rows"]]


@same_day.bridged
async def _(bridge: Bridge) -> object:
    order = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=DEAREST)
    day = order["data"][0]["ordered_on"]
    return [one["id"] for one in await claribi.all_reports(bridge) if one["created_at"].startswith(day)]


def earned_and_ordered(sandbox: Sandbox) -> object:
    reports = claribi.state(sandbox).reports.values()
    march = [one for one in reports if _day(one.created).startswith("2025-03")]
    earned = sum((Decimal(one.metrics["net_revenue"]) for one in march), Decimal())
    return [earned, _stored(sandbox, "SUM(total_value)")]


@task(
    "across",
    "What net revenue do clariBI's reports of March 2025 add up to, and what Timbr's orders of that month?",
    expects=earned_and_ordered,
)
async def march(agent: Agent) -> object:
    reports = await agent.call("claribi_list_reports", "list reports and their metrics", limit=1000)
    sql = f"SELECT SUM(metrics.net_revenue) FROM {reports['more']['result']} WHERE created_at "
    earned = await agent.call("query_results", sql=f"{sql} >= '2025-03-01' AND created_at < '2025-04-01'")
    ordered = await agent.call(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=ORDERED
    )
    return earned["rows"][0][0], ordered["rows"][0][0]


@march.bridged
async def _(bridge: Bridge) -> object:
    reports = await claribi.all_reports(bridge)
    month = [one["metrics"]["net_revenue"] for one in reports if one["created_at"].startswith("2025-03")]
    ordered = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=ORDERED)
    return sum(Decimal(str(one)) for one in month), ordered["data"][0]["value"]
