"""Tasks on clariBI: reports, their files, data sources."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.claribi.files import file_bytes
from pentad.sandbox.claribi.seeding import COMPLETED_CSV, PENDING
from pentad.sandbox.claribi.state import State


def state(sandbox: Sandbox) -> State:
    """The organisation as it is now."""
    found: State = sandbox.platforms["claribi"].state
    return found


async def all_reports(bridge: Bridge) -> list[Any]:
    """Page by page, as many rows on each as there may be."""
    told = await bridge.insist("claribi_list_reports", page_size=100)
    reports: list[Any] = told["results"]
    while told["next"] is not None:
        page = len(reports) // 100 + 1
        told = await bridge.insist("claribi_list_reports", page=page, page_size=100)
        reports += told["results"]
    return reports


def largest_source(sandbox: Sandbox) -> object:
    active = [one for one in state(sandbox).sources.values() if one.status == "active"]
    largest = max(active, key=lambda one: one.row_count)
    return [largest.name, largest.row_count]


@task("single", "Which data source in clariBI has the most rows, and how many?", expects=largest_source)
async def largest(agent: Agent) -> object:
    told = await agent.call(
        "claribi_list_data_sources", "list data sources with their rows", fields=["name", "row_count"]
    )
    return max(told["rows"], key=lambda row: row[1])


@largest.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("claribi_list_data_sources", page_size=100)
    found = max(told["results"], key=lambda one: one["row_count"])
    return found["name"], found["row_count"]


def last_completed(sandbox: Sandbox) -> object:
    done = [one for one in state(sandbox).reports.values() if one.settled == "completed" and one.run is None]
    newest = max(done, key=lambda one: one.created)
    return [newest.id, newest.owner["name"]]


@task("steps", "Which completed clariBI report was made last, and whose is it?", expects=last_completed)
async def newest(agent: Agent) -> object:
    listed = await agent.call("claribi_list_reports", "list reports and their status", limit=1000)
    sql = f"SELECT id, owner.name FROM {listed['more']['result']} WHERE status = 'completed' "
    told = await agent.call("query_results", sql=sql + "ORDER BY created_at DESC LIMIT 1")
    return told["rows"][0]


@newest.bridged
async def _(bridge: Bridge) -> object:
    done = [one for one in await all_reports(bridge) if one["status"] == "completed"]
    found = max(done, key=lambda one: one["created_at"])
    return found["id"], found["owner"]["name"]


def revenue_of_file(sandbox: Sandbox) -> object:
    report = state(sandbox).reports[COMPLETED_CSV]
    rows = csv.DictReader(io.StringIO(file_bytes(report).decode()))
    return sum(Decimal(row["revenue"]) for row in rows)


@task("steps", "What revenue do the rows of report 9002's file add up to?", expects=revenue_of_file)
async def file_total(agent: Agent) -> object:
    file = await agent.call("claribi_download_report", "download the file of a report", report_id="9002")
    # Columns of a CSV file are text.
    sql = f"SELECT SUM(CAST(revenue AS DECIMAL(18, 2))) AS total FROM {file['result']}"
    told = await agent.call("query_results", sql=sql)
    return told["rows"][0][0]


@file_total.bridged
async def _(bridge: Bridge) -> object:
    text = await bridge.call("claribi_download_report", report_id=9002)
    return sum(Decimal(row["revenue"]) for row in csv.DictReader(io.StringIO(text)))


def generated(sandbox: Sandbox) -> object:
    now = state(sandbox)
    report = now.reports[PENDING]
    assert report.run is not None
    return [report.run.failure or "completed", sum(one.credits for one in now.ledger)]


@task(
    "writes",
    "Generate report 9010. How did it end, and how many credits did it take?",
    expects=generated,
    changes=("claribi.reports.9010.run*", "claribi.ledger.0.*", "claribi.directory.*.credits"),
)
async def generate(agent: Agent) -> object:
    told = await agent.call("claribi_generate_report", "generate a report and wait for it", report_id="9010")
    return told["status"], told["credits_per_run"]


@generate.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("claribi_generate_report", report_id=9010)
    while told["status"] in ("pending", "generating"):
        bridge.wait(5)
        told = await bridge.call("claribi_get_report", report_id=9010)
    return told["status"], told["credits_per_run"]
