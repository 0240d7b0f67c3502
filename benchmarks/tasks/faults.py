"""Tasks on which the platforms fail in passing."""

from __future__ import annotations

from benchmarks.tasks import claribi, optimibi, timbr
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Fault, Sandbox


def failed_reports(sandbox: Sandbox) -> object:
    return sum(one.settled == "failed" for one in claribi.state(sandbox).reports.values())


def busy(sandbox: Sandbox) -> None:
    later = {"Retry-After": "7"}
    fault = Fault("status", path="/api/v1/reports", status=429, headers=later, skip=1, times=2)
    sandbox.platforms["claribi"].faults.add(fault)


@task(
    "faults",
    "How many clariBI reports have failed? The platform is busy and refuses the second request twice.",
    expects=failed_reports,
    befalls=busy,
)
async def limited(agent: Agent) -> object:
    listed = await agent.call("claribi_list_reports", "list reports and their status", limit=1000)
    sql = f"SELECT COUNT(*) FROM {listed['more']['result']} WHERE status = 'failed'"
    return (await agent.call("query_results", sql=sql))["rows"][0][0]


@limited.bridged
async def _(bridge: Bridge) -> object:
    reports = await claribi.all_reports(bridge)
    return sum(one["status"] == "failed" for one in reports)


def shaky(sandbox: Sandbox) -> None:
    faults = sandbox.platforms["timbr"].faults
    faults.add(Fault("status", path="/timbr/api/query*", status=503))
    faults.add(Fault("reset", path="/timbr/api/query*"))


@task(
    "faults",
    "What is the status of purchase order PO-7042, and what is it worth? Timbr's gateway is shaky.",
    expects=timbr.order,
    befalls=shaky,
)
async def gateway(agent: Agent) -> object:
    told = await agent.call(
        "timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=timbr.ORDER
    )
    return told["rows"][0]


@gateway.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.insist("timbr_run_query", ontology_name="supply_chain", query=timbr.ORDER)
    return told["data"][0]["status"], told["data"][0]["total_value"]


def ended(sandbox: Sandbox) -> None:
    sandbox.platforms["optimibi"].faults.add(Fault("expire", path="*/alert/list"))


@task(
    "faults",
    "Which alerts watch Optimibi's 'Outlet trading week'? The session has ended meanwhile.",
    expects=optimibi.alerts_on_report,
    befalls=ended,
)
async def session(agent: Agent) -> object:
    return await optimibi.alerts.script(agent)


@session.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.insist("optimibi_list_alerts")
    watching = (one for one in told["data"] if one["pagePath"].endswith("/Outlet trading week.datafor"))
    return sorted(one["name"] for one in watching)
