"""Tasks on clariBI's organisation: its data sources, who makes reports, what they cost, and forecasts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.claribi import all_reports, state
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox


def failing_sources(sandbox: Sandbox) -> object:
    return [
        [one.name, one.full()["last_synced_at"]]
        for one in state(sandbox).sources.values()
        if one.status == "error"
    ]


@task(
    "single",
    "Which of clariBI's data sources are in error, and when did each last deliver?",
    expects=failing_sources,
    enable=("claribi_list_data_sources_unversioned",),
)
async def failing(agent: Agent) -> object:
    told = await agent.call(
        "claribi_list_data_sources_unversioned",
        "data sources with errors",
        status="error",
        fields=["name", "last_synced_at"],
    )
    return told["rows"]


@failing.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("claribi_list_data_sources_unversioned", status="error", page_size=100)
    return [[one["name"], one["last_synced_at"]] for one in told["results"]]


def cause(sandbox: Sandbox) -> object:
    now = state(sandbox)
    report = now.reports[9051]
    (source,) = [now.sources[one] for one in report.source_ids]
    return [report.full(0.0)["error_message"], source.name, source.engine, source.status]


@task(
    "steps",
    "Why did clariBI's report 9051 fail, and what is the state of the data source that it reads from?",
    expects=cause,
)
async def blamed(agent: Agent) -> object:
    report = await agent.call("claribi_get_report", "one report", report_id="9051")
    (wanted,) = report["data_source_ids"]
    source = await agent.call(
        "claribi_get_data_source", "state of one data source", data_source_id=str(wanted)
    )
    return report["error_message"], source["name"], source["engine"], source["status"]


@blamed.bridged
async def _(bridge: Bridge) -> object:
    report = await bridge.call("claribi_get_report", report_id=9051)
    (wanted,) = report["data_source_ids"]
    source = await bridge.call("claribi_get_data_source", data_source_id=wanted)
    return report["error_message"], source["name"], source["engine"], source["status"]


def by_owner(sandbox: Sandbox) -> object:
    reports = state(sandbox).reports.values()
    counted = Counter(one.owner["name"] for one in reports)
    lost = Counter(one.owner["name"] for one in reports if one.settled == "failed" and one.run is None)
    return {name: [number, lost[name]] for name, number in counted.items()}


@task(
    "steps",
    "How many reports does each person own in clariBI, and how many of these have failed?",
    expects=by_owner,
)
async def owners(agent: Agent) -> object:
    listed = await agent.call(
        "claribi_list_reports", "list reports and their status", limit=1000, fields=["id"]
    )
    sql = (
        "SELECT owner.name, COUNT(*) AS reports, COUNT(*) FILTER (status = 'failed') AS failed "
        f"FROM {listed['more']['result']} GROUP BY 1"
    )
    told = await agent.call("query_results", sql=sql)
    return {name: counts for name, *counts in told["rows"]}


@owners.bridged
async def _(bridge: Bridge) -> object:
    counts: dict[str, list[int]] = {}
    for one in await all_reports(bridge):
        count = counts.setdefault(one["owner"]["name"], [0, 0])
        count[0] += 1
        count[1] += one["status"] == "failed"
    return counts


WANTED = (9010, 9012, 9013)


def nearly_broke(sandbox: Sandbox) -> None:
    for one in state(sandbox).directory.users.values():
        one.account.credits = 10


def price(sandbox: Sandbox) -> object:
    now = state(sandbox)
    cost = sum(now.reports[one].cost for one in WANTED)
    left = now.directory.users["analyst@northwind.test"].account.credits
    return [cost, left, cost <= left]


@task(
    "steps",
    "What would it cost to generate clariBI's reports 9010, 9012 and 9013, and are there credits enough? Do "
    "not generate anything.",
    expects=price,
    befalls=nearly_broke,
)
async def affordable(agent: Agent) -> object:
    reports = [await agent.call("claribi_get_report", "one report", report_id=str(one)) for one in WANTED]
    cost = sum(one["credits_per_run"] for one in reports)
    usage = await agent.call("claribi_get_usage", "AI credits left")
    return cost, usage["ai_credits"]["remaining"], cost <= usage["ai_credits"]["remaining"]


@affordable.bridged
async def _(bridge: Bridge) -> object:
    reports: list[Any] = [await bridge.call("claribi_get_report", report_id=one) for one in WANTED]
    cost = sum(one["credits_per_run"] for one in reports)
    usage = await bridge.call("claribi_get_usage")
    return cost, usage["ai_credits"]["remaining"], cost <= usage["ai_credits"]["remaining"]


def latest_forecast(sandbox: Sandbox) -> object:
    latest = max(state(sandbox).forecasts, key=lambda one: str(one["last_run_at"]))
    return [latest["name"], latest["confidence"]]


@task(
    "single",
    "Which clariBI forecast ran last, and how sure is it?",
    expects=latest_forecast,
    enable=("claribi_list_forecasts",),
)
async def forecast(agent: Agent) -> object:
    told = await agent.call(
        "claribi_list_forecasts", "list forecasts", fields=["name", "confidence", "last_run_at"]
    )
    latest = max(told["rows"], key=lambda row: row[2])
    return latest[:2]


@forecast.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("claribi_list_forecasts", page_size=100)
    latest = max(told["results"], key=lambda one: one["last_run_at"])
    return latest["name"], latest["confidence"]
