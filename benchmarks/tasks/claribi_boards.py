"""Tasks on clariBI's dashboards and what is on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.claribi import state
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox

LISTS = "list dashboards"


def furthest_below(sandbox: Sandbox) -> object:
    board = max(state(sandbox).dashboards.values(), key=lambda one: len(one.widgets))
    figures = [one for one in board.widgets if one["type"] == "kpi"]
    worst = max(figures, key=lambda one: Decimal(one["target"]) - one["value"])
    return [board.name, worst["title"], worst["value"], worst["target"]]


@task(
    "steps",
    "Which key figure of clariBI's dashboard with the most widgets is the furthest below its target? Tell me "
    "the dashboard, the figure, its value and its target.",
    expects=furthest_below,
)
async def below_target(agent: Agent) -> object:
    boards = await agent.call("claribi_list_dashboards", LISTS, limit=100, fields=["id", "widget_count"])
    largest = max(boards["rows"], key=lambda row: row[1])[0]
    board = await agent.call("claribi_get_dashboard", "widgets of a dashboard", dashboard_id=largest)
    figures = [row for row in board["rows"] if row[1] == "kpi"]
    _, _, title, value, target = max(figures, key=lambda row: row[4] - row[3])
    return board["about"]["name"], title, value, target


@below_target.bridged
async def _(bridge: Bridge) -> object:
    boards = (await bridge.call("claribi_list_dashboards", page_size=100))["results"]
    largest = max(boards, key=lambda one: one["widget_count"])
    board = await bridge.call("claribi_get_dashboard", dashboard_id=largest["id"])
    figures = [one for one in board["widgets"] if one["type"] == "kpi"]
    worst = max(figures, key=lambda one: one["target"] - one["value"])
    return board["name"], worst["title"], worst["value"], worst["target"]


def orders_charted(sandbox: Sandbox) -> object:
    (board,) = [one for one in state(sandbox).dashboards.values() if one.name == CHARTED]
    charts = [one for one in board.widgets if one["type"] == "bar_chart"]
    return {str(one["id"]): sum(point["y"] for point in one["series"][0]["points"]) for one in charts}


CHARTED = "売上レポート 52"


@task(
    "steps",
    f"How many orders do the bars of each bar chart on the clariBI dashboard '{CHARTED}' add up to?",
    expects=orders_charted,
)
async def bars(agent: Agent) -> object:
    boards = await agent.call("claribi_list_dashboards", LISTS, limit=100, fields=["id", "name"])
    (wanted,) = [row[0] for row in boards["rows"] if row[1] == CHARTED]
    board = await agent.call("claribi_get_dashboard", "widgets of a dashboard", dashboard_id=wanted)
    sql = (
        "SELECT id, list_sum(list_transform(series[1].points, lambda p: p.y)) AS orders "
        f"FROM {board['more']['result']} WHERE type = 'bar_chart'"
    )
    return dict((await agent.call("query_results", sql=sql))["rows"])


@bars.bridged
async def _(bridge: Bridge) -> object:
    boards = (await bridge.call("claribi_list_dashboards", page_size=100))["results"]
    (wanted,) = [one["id"] for one in boards if one["name"] == CHARTED]
    board = await bridge.call("claribi_get_dashboard", dashboard_id=wanted)
    charts = [one for one in board["widgets"] if one["type"] == "bar_chart"]
    return {one["id"]: sum(point["y"] for point in one["series"][0]["points"]) for one in charts}


def left_after_refresh(sandbox: Sandbox) -> object:
    now = state(sandbox)
    figures = [one["value"] for one in now.dashboards[54].widgets if one["type"] == "kpi"]
    left = now.directory.users["analyst@northwind.test"].account.credits
    return [figures, sum(one.credits for one in now.ledger), left]


@task(
    "writes",
    "Bring clariBI's dashboard 54 up to date. Which values do its key figures have now, how many credits did "
    "that take, and how many are left?",
    expects=left_after_refresh,
    changes=("claribi.dashboards.54.*", "claribi.ledger.0.*", "claribi.directory.*.credits"),
)
async def refreshed(agent: Agent) -> object:
    before = await _credits(agent)
    board = await agent.call(
        "claribi_refresh_dashboard", "recompute the data of a dashboard", dashboard_id="54"
    )
    after = await _credits(agent)
    return [row[3] for row in board["rows"] if row[1] == "kpi"], before - after, after


async def _credits(agent: Agent) -> Any:
    return (await agent.call("claribi_get_usage", "AI credits left"))["ai_credits"]["remaining"]


@refreshed.bridged
async def _(bridge: Bridge) -> object:
    before = (await bridge.call("claribi_get_usage"))["ai_credits"]["remaining"]
    board = await bridge.call("claribi_refresh_dashboard", dashboard_id=54)
    after = (await bridge.call("claribi_get_usage"))["ai_credits"]["remaining"]
    return [one["value"] for one in board["widgets"] if one["type"] == "kpi"], before - after, after


OLD_NAME, NEW_NAME = "Rentabilité 51", "Rentabilité 2025"


def renamed_board(sandbox: Sandbox) -> object:
    return [[one.id, one.name] for one in state(sandbox).dashboards.values() if one.name == NEW_NAME]


@task(
    "writes",
    f"Call clariBI's dashboard '{OLD_NAME}' '{NEW_NAME}' from now on; show me what changes before it does.",
    expects=renamed_board,
    changes=("claribi.dashboards.51.name", "claribi.dashboards.51.updated"),
    user=reading(OLD_NAME, NEW_NAME),
    enable=("claribi_update_dashboard",),
)
async def renamed(agent: Agent) -> object:
    boards = await agent.call("claribi_list_dashboards", LISTS, limit=100, fields=["id", "name"])
    (wanted,) = [row[0] for row in boards["rows"] if row[1] == OLD_NAME]
    told = await agent.call(
        "claribi_update_dashboard", "rename a dashboard", dashboard_id=wanted, name=NEW_NAME
    )
    return [[told["id"], told["name"]]]


@renamed.bridged
async def _(bridge: Bridge) -> object:
    boards = (await bridge.call("claribi_list_dashboards", page_size=100))["results"]
    (wanted,) = [one["id"] for one in boards if one["name"] == OLD_NAME]
    told = await bridge.call("claribi_update_dashboard", dashboard_id=wanted, name=NEW_NAME)
    return [[told["id"], told["name"]]]


def stalest_left(sandbox: Sandbox) -> object:
    left = state(sandbox).dashboards
    return [len(left), min(left.values(), key=lambda one: one.updated).name]


@task(
    "writes",
    "Delete the clariBI dashboard that has gone without an update the longest, once I have seen its name. "
    "How many are left, and which of them is now the stalest?",
    expects=stalest_left,
    changes=("claribi.dashboards.72.*",),
    user=reading("Delete dashboard", "Pipeline health 72"),
    allow=("destructive",),
    enable=("claribi_delete_dashboard",),
)
async def deleted(agent: Agent) -> object:
    boards = await agent.call(
        "claribi_list_dashboards", LISTS, limit=100, fields=["id", "name", "updated_at"]
    )
    stalest, next_one, *_ = sorted(boards["rows"], key=lambda row: row[2])
    await agent.call("claribi_delete_dashboard", "delete a dashboard", dashboard_id=stalest[0])
    return boards["total"] - 1, next_one[1]


@deleted.bridged
async def _(bridge: Bridge) -> object:
    boards = await bridge.call("claribi_list_dashboards", page_size=100)
    stalest, next_one, *_ = sorted(boards["results"], key=lambda one: one["updated_at"])
    await bridge.call("claribi_delete_dashboard", dashboard_id=stalest["id"])
    return boards["count"] - 1, next_one["name"]
