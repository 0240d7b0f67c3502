"""Tasks on Optimibi's alerts: when they run, and how they are made, changed and switched off."""

from __future__ import annotations

from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.optimibi import state
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi import alert_records


def first_run(sandbox: Sandbox) -> object:
    now = state(sandbox)
    due = {
        one.name: alert_records.next_run(now.dice, one, now.born)
        for one in now.alerts.values()
        if one.scheduled
    }
    name = min(due, key=lambda one: due[one])
    return [name, _minute(alert_records.iso(due[name])), now.alerts[name].by]


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


@task(
    "single",
    "Which of Optimibi's scheduled jobs runs next: what is it about, when (UTC), and whose is it?",
    expects=first_run,
)
async def next_job(agent: Agent) -> object:
    told = await agent.call("optimibi_list_scheduled_jobs", "scheduled jobs and when they run next")
    rows: list[dict[str, Any]] = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    first = min(rows, key=lambda row: str(row["next_run"]))
    return [first["about"], _minute(first["next_run"]), first["user"]]


@next_job.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimibi_list_scheduled_jobs")
    first = min(told["job"], key=lambda one: str(one["nextRun"]))
    (about,) = [one["value"] for one in first["jobParams"]["jobParams"] if one["name"] == "alert"]
    return [about, _minute(first["nextRun"]), first["userName"]]


def stricter(sandbox: Sandbox) -> object:
    alert = state(sandbox).alerts["discount_high"].definition
    (condition,) = alert["rule"]["conditions"]
    mail = alert["emailConfig"]
    fires = [condition["comparator"], *condition["value"]]
    return [fires, [*mail["toUsers"], *mail["ccUsers"]]]


@task(
    "writes",
    "Optimibi's alert on discounts is to fire above 20 %, not 15, with a copy to Nora Foster (nfoster).",
    expects=stricter,
    changes=(
        "optimibi.alerts.discount_high.definition.rule.conditions.0.*",
        "optimibi.alerts.discount_high.definition.emailConfig.ccUsers*",
    ),
    user=reading("discount_high", "0.2", "nfoster"),
)
async def raised(agent: Agent) -> object:
    listed = await agent.call("optimibi_list_alerts", "list alerts with their conditions")
    (name,) = [row[0] for row in listed["rows"] if "discount" in row[2]]
    told = await agent.call(
        "optimibi_update_alert",
        "change the threshold of an alert",
        alert=name,
        conditions=[{"measure": "Average discount", "comparator": ">", "value": 0.2}],
        mail={"cc": ["nfoster"]},
    )
    comparator, value = told["condition"].removeprefix("Average discount ").split()[:2]
    return [[comparator, value], told["mails"]]


_MEMBERS = (
    "name",
    "title",
    "enabled",
    "pagePath",
    "componentId",
    "componentTitle",
    "rule",
    "qm",
    "cron",
    "channels",
    "emailConfig",
)


@raised.bridged
async def _(bridge: Bridge) -> object:
    listed = await bridge.call("optimibi_list_alerts")
    (alert,) = [one for one in listed["data"] if "iscount" in one["title"]]
    alert["rule"]["conditions"][0]["value"] = [0.2]
    alert["emailConfig"]["ccUsers"] = ["nfoster"]
    await bridge.call("optimibi_update_alert", {name: alert[name] for name in _MEMBERS})
    mail = alert["emailConfig"]
    return [[">", 0.2], [*mail["toUsers"], *mail["ccUsers"]]]


def second(sandbox: Sandbox) -> object:
    made = state(sandbox).alerts.get("freight_watch")
    if made is None:
        return "there is none"
    (condition,) = made.definition["rule"]["conditions"]
    right = condition["comparator"] == ">=" and condition["value"] == [700_000]
    return [made.name, made.page, made.definition["emailConfig"]["toUsers"]] if right else condition


@task(
    "writes",
    "Make a second Optimibi alert 'freight_watch' like 'freight_cost', but from 700,000 on, and to Doris "
    "Meyer (dmeyer) alone.",
    expects=second,
    changes=("optimibi.alerts.freight_watch.*",),
    user=reading("freight_watch", "dmeyer", "700000"),
)
async def created(agent: Agent) -> object:
    told = await agent.call(
        "optimibi_create_alert",
        "make an alert like another one",
        name="freight_watch",
        from_alert="freight_cost",
        conditions=[{"measure": "Freight cost", "comparator": ">=", "value": 700000}],
        mail={"to": ["dmeyer"]},
    )
    return [told["created"], told["report"], told["mails"]]


@created.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimibi_get_alert", name="freight_cost")
    alert: dict[str, Any] = {name: told["data"][name] for name in _MEMBERS}
    alert["name"] = "freight_watch"
    alert["rule"]["conditions"][0] |= {"comparator": ">=", "value": [700000]}
    alert["emailConfig"]["toUsers"] = ["dmeyer"]
    await bridge.call("optimibi_create_alert", alert)
    return [alert["name"], alert["pagePath"], alert["emailConfig"]["toUsers"]]


def pointless(sandbox: Sandbox) -> object:
    now = state(sandbox)
    lost = [one for one in now.alerts.values() if one.page not in now.nodes]
    return [[one.name, one.scheduled] for one in lost]


@task(
    "writes",
    "Switch off the Optimibi alerts that still run although their report is gone.",
    expects=pointless,
    changes=("optimibi.alerts.ghost.definition.enabled",),
    user=reading("ghost"),
)
async def stopped(agent: Agent) -> object:
    listed = await agent.call("optimibi_list_alerts", "list alerts and whether their report is gone")
    sql = f"SELECT name FROM {listed['more']['result']} WHERE report_missing AND enabled"
    lost = (await agent.call("query_results", sql=sql))["rows"]
    for (name,) in lost:
        await agent.call("optimibi_update_alert", "switch an alert off", alert=name, enabled=False)
    return [[name, False] for (name,) in lost]


@stopped.bridged
async def _(bridge: Bridge) -> object:
    listed = await bridge.call("optimibi_list_alerts")
    lost = [one for one in listed["data"] if not one["pageExists"] and one["enabled"] == "1"]
    for one in lost:
        await bridge.call("optimibi_update_alert", {name: one[name] for name in _MEMBERS} | {"enabled": "0"})
    return [[one["name"], False] for one in lost]
