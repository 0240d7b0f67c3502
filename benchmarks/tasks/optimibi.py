"""Tasks on Optimibi: content, lineage, alerts, tables."""

from __future__ import annotations

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi.content import REPORT
from pentad.sandbox.optimibi.state import State


def state(sandbox: Sandbox) -> State:
    """The server as it is now."""
    found: State = sandbox.platforms["optimibi"].state
    return found


def alerts_on_report(sandbox: Sandbox) -> object:
    return sorted(name for name, alert in state(sandbox).alerts.items() if alert.page == REPORT)


@task("single", "Which alerts watch the Optimibi report 'Outlet trading week'?", expects=alerts_on_report)
async def alerts(agent: Agent) -> object:
    told = await agent.call("optimibi_list_alerts", "list alerts and the reports they watch")
    return sorted(row[0] for row in told["rows"] if row[1].endswith("/Outlet trading week.datafor"))


@alerts.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimibi_list_alerts")
    watching = (one for one in told["data"] if one["pagePath"].endswith("/Outlet trading week.datafor"))
    return sorted(one["name"] for one in watching)


def connections_of_report(sandbox: Sandbox) -> object:
    now = state(sandbox)
    return sorted({now.models[name].connection for name in now.nodes[REPORT].models})


@task(
    "steps",
    "From which data connections does Optimibi's 'Outlet trading week' take its data?",
    expects=connections_of_report,
)
async def origin(agent: Agent) -> object:
    found = await agent.call("optimibi_find_content", "find a report by name", query="Outlet trading week")
    item = found["rows"][0][found["columns"].index("path")]
    told = await agent.call("optimibi_get_lineage", "what a report depends on", item=item)
    return sorted(name for kind, name, *_ in told["rows"] if kind == "connection")


@origin.bridged
async def _(bridge: Bridge) -> object:
    found = await bridge.call("optimibi_search_repository", word="Outlet trading week")
    told = await bridge.call("optimibi_get_lineage_graph", pathIds=[found["data"][0]["path"]])
    return sorted(one["name"] for one in told["objs"] if one["type"] == "connection")
