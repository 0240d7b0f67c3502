"""Alerts made, changed, run and deleted: what the plan says, what is sent, what a read shows then."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World, text_of

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])
CONDITION = {"measure": "Net amount", "comparator": "<", "value": 5}
MAIL = {"to": "hpark", "subject": "Look", "content": "It is ${value}."}
_BARE = '{"success":true,"msg":"success"}'
MONDAYS = {"every": "week", "days": ["Monday", "fri"], "at": "07:30", "from": "2027-03-01"}


def state_of(world: World, edition: str = "newer") -> Any:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    return state


async def planned(world: World, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The plan, for which nothing but reads was sent."""
    state = world.sandbox.platforms["optimibi"].state
    before = json.dumps([state.mails, [one.definition for one in state.alerts.values()]])
    plan = await world.ask(name, **arguments)
    assert json.dumps([state.mails, [one.definition for one in state.alerts.values()]]) == before
    return plan


async def done(world: World, name: str, /, **arguments: Any) -> dict[str, Any]:
    plan = await planned(world, name, **arguments)
    return await world.ask("apply_plan", plan=plan["plan"])


@EDITIONS
async def test_a_change_sends_the_whole_alert_back_and_shows_in_words_what_differs(
    world: World, edition: str
) -> None:
    state = state_of(world, edition)
    before = deepcopy(state.alerts["low_net_sales"].definition)
    change = {"alert": "net sales below PLAN", "conditions": [CONDITION], "schedule": MONDAYS, "mail": MAIL}
    plan = await planned(world, "optimibi_update_alert", **change)

    assert "(condition, schedule, mail)" in plan["will"]
    assert "it mails hpark when 'Net amount < 5 in any row'" in plan["will"]
    assert plan["body"]["changes"] == {
        "condition": {"from": "Net amount < 250000 in any row", "to": "Net amount < 5 in any row"},
        "schedule": {
            "from": "WEEKLY on Mon from 2026-02-02 07:30 UTC",
            "to": "WEEKLY on Mon, Fri from 2027-03-01 07:30 UTC",
        },
        "mail.toUsers": {"from": ["klind"], "to": ["hpark"]},
        "mail.subject": {"from": "Net sales below plan", "to": "Look"},
        "mail.content": {"from": "The value is ${value}.", "to": "It is ${value}."},
    }
    told = await world.ask("apply_plan", plan=plan["plan"])
    after = state.alerts["low_net_sales"].definition
    read = await world.ask("optimibi_get_alert", alert="low_net_sales")

    assert told["mails"] == ["hpark"]
    assert read["condition"] == "Net amount < 5 in any row"
    changed = {"rule", "cron", "emailConfig"}
    assert {name for name, part in after.items() if part != before[name]} == changed
    assert after.keys() == before.keys()
    assert after["emailConfig"]["ccUsers"] == []
    assert after["rule"] == {
        "logical": "or",
        "conditions": [before["rule"]["conditions"][0] | {"comparator": "<", "value": [5]}],
    }


async def test_where_an_alert_itself_tells_nothing_the_list_is_read_and_sent_back_uncleaned(
    world: World,
) -> None:
    state = state_of(world)
    platform = world.sandbox.platforms["optimibi"]
    platform.faults.add(Fault("wrong_shape", path="*/alert/detail", body=_BARE, times=None))
    stored = state.alerts["cold_store"].definition
    stored["emailConfig"] |= {"executor": "nfo\u200bster", "more": 1.10}
    before = deepcopy(stored)
    await done(world, "optimibi_update_alert", alert="cold_store", enabled=False)
    listed = await world.ask("optimibi_list_scheduled_jobs")

    assert state.alerts["cold_store"].definition == before | {"enabled": "0"}
    assert "cold_store" not in json.dumps(listed)


async def test_an_alert_whose_definition_no_answer_tells_is_not_sent_back(world: World) -> None:
    state = state_of(world)
    del state.alerts["cold_store"].definition["qm"]
    told = await world.refused("optimibi_update_alert", alert="cold_store", enabled=False)

    assert "cannot be sent back whole" in told["message"]
    assert state.alerts["cold_store"].definition["enabled"] == "1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"alert": "low_net_salse", "title": "x"}, "did you mean low_net_sales"),
        ({"conditions": [CONDITION | {"measure": "Net amuont"}]}, "did you mean 'Net amount'"),
        ({"conditions": [CONDITION | {"comparator": "between"}]}, "between takes 2 value(s)"),
        ({"conditions": [CONDITION | {"comparator": "is empty"}]}, "is empty takes no value(s)"),
        ({"conditions": [CONDITION | {"comparator": "in", "value": []}]}, "in takes one or more"),
        ({"mail": {"to": ["a@b.example"]}}, "by user name, not by address"),
        ({"mail": {"to": ["hparkk"]}}, "did you mean hpark"),
        ({"mail": {"to": []}}, "is required"),
        ({"mail": {"too": "x"}}, "mail.too"),
        ({"schedule": {"every": "week", "at": "7:30"}}, "schedule.at"),
        ({"schedule": {"every": "day", "at": "07:30", "zone": "Europe/Olso"}}, "did you mean Europe/Oslo"),
        ({"title": "Net sales below plan"}, "Nothing would change"),
        ({}, "Nothing would change"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    world: World, change: dict[str, Any], says: str
) -> None:
    before = deepcopy(state_of(world).alerts)
    told = await world.refused("optimibi_update_alert", **({"alert": "low_net_sales"} | change))

    assert says in json.dumps(told)
    assert state_of(world).alerts == before


@EDITIONS
async def test_an_alert_is_made_like_another_one(world: World, edition: str) -> None:
    state = state_of(world, edition)
    model = state.alerts["low_net_sales"].definition
    model["qm"]["properties"]["datafor.query.paging.size"] = "20"
    plan = await planned(
        world, "optimibi_create_alert", name="mine", from_alert="low_net_sales", mail={"to": ["hpark"]}
    )
    assert "it mails hpark when 'Net amount < 250000 in any row'" in plan["will"]
    assert "runs WEEKLY on Mon" in plan["will"]
    told = await world.ask("apply_plan", plan=plan["plan"])
    made = state.alerts["mine"].definition

    assert (told["created"], told["mails"], "job" in told) == ("mine", ["hpark"], edition == "newer")
    assert (made["title"], made["componentId"], made["cron"]) == (
        "mine",
        model["componentId"],
        model["cron"],
    )
    assert "datafor.query.paging.size" not in made["qm"]["properties"]
    assert (await world.ask("optimibi_get_alert", alert="mine"))["mail"]["toUsers"] == ["hpark"]


@EDITIONS
async def test_an_alert_is_made_on_measures_of_a_model_and_its_query_runs(world: World, edition: str) -> None:
    state_of(world, edition)
    asked: dict[str, Any] = {
        "name": "few_sold",
        "report": "outlet trading week",
        "model": "retail sales",
        "measures": "Quantity",
        "levels": "Region",
        "conditions": CONDITION | {"measure": "quantity"},
        "schedule": {"every": "month", "at": "23:15", "start": "2027-07-05", "zone": "Europe/Oslo"},
        "mail": MAIL,
    }
    plan = await planned(world, "optimibi_create_alert", **asked)
    assert plan["body"]["query"] == {"model": "RetailSales", "measures": ["Quantity"], "levels": ["Region"]}
    assert plan["body"]["schedule"] == "MONTHLY from 2027-07-05 23:15 +02:00"
    await world.ask("apply_plan", plan=plan["plan"])
    figures = await world.ask("optimibi_query_cube", alert="few_sold")
    run = await world.ask("optimibi_execute_alert_by_name", alert="few_sold")

    assert figures["columns"] == ["Region", "Quantity"]
    assert "Quantity < 5 in any row" in run["will"]
    taken = await world.refused("optimibi_create_alert", **(asked | {"name": "FEW_SOLD"}))
    assert "is an alert 'FEW_SOLD' already" in taken["message"]


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ({"name": "x"}, {"report", "model", "measures", "conditions", "mail"}),
        ({"name": "x", "from_alert": "low_net_sales", "report": "/public/Retail/Overview"}, {"from_alert"}),
        ({"name": "x", "from_alert": "low_net_sales", "mail": {"subject": ""}}, {"mail.subject"}),
    ],
)
async def test_an_alert_that_lacks_something_is_not_made(
    world: World, asked: dict[str, Any], problems: set[str]
) -> None:
    told = await world.refused("optimibi_create_alert", **asked)

    assert set(told["problems"]) == problems
    assert "x" not in state_of(world).alerts


@EDITIONS
async def test_an_alert_that_is_run_mails_only_once_it_was_approved_and_says_so_where_it_is_told(
    world: World, edition: str
) -> None:
    state = state_of(world, edition)
    state.alerts["low_net_sales"].definition["rule"]["conditions"][0]["value"] = [10**9]
    # What was learnt of the edition must not lead to the other address.
    await world.ask("optimibi_list_models")
    plan = await planned(world, "optimibi_execute_alert_by_name", alert="Net sales below plan")
    assert "it mails klind when 'Net amount < 1000000000 in any row'" in plan["will"]
    told = await world.ask("apply_plan", plan=plan["plan"])

    assert [mail["toUsers"] for mail in state.mails] == [["klind"]]
    assert (told["outcome"] == "mail was sent") is (edition == "newer")
    assert told["recipients"] == ["klind"]


@EDITIONS
async def test_a_trial_mails_with_other_terms_and_stores_none_of_them(world: World, edition: str) -> None:
    state = state_of(world, edition)
    before = deepcopy(state.alerts["low_net_sales"].definition)
    above = CONDITION | {"comparator": ">", "value": [0], "match": "all"}
    trial: dict[str, Any] = {"alert": "low_net_sales", "conditions": [above], "mail": {"to": ["pduarte"]}}
    plan = await planned(world, "optimibi_execute_alert", **trial)
    assert "it mails pduarte when 'Net amount > 0 in every row'" in plan["will"]
    await world.ask("apply_plan", plan=plan["plan"])

    assert [mail["toUsers"] for mail in state.mails] == [["pduarte"]]
    assert state.alerts["low_net_sales"].definition == before
    trial["conditions"] = [above | {"comparator": "<"}]
    told = await done(world, "optimibi_execute_alert", **trial)
    assert len(state.mails) == 1
    assert ("condition not met" in told["outcome"]) is (edition == "newer")


async def test_a_run_whose_answer_is_lost_is_not_sent_to_the_other_address(world: World) -> None:
    platform = world.sandbox.platforms["optimibi"]
    plan = await planned(world, "optimibi_execute_alert_by_name", alert="low_net_sales")
    platform.faults.add(Fault("lost_answer", "POST", "*/alert/executeByName"))
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert told["outcome"] == "unknown"
    assert [one.path.rpartition("/")[2] for one in platform.log if "/alert/exec" in one.path] == [
        "executeByName"
    ]


@EDITIONS
async def test_a_deleted_alert_is_gone_with_its_job_and_its_plan_said_what_it_watched(
    world: World, edition: str
) -> None:
    state = state_of(world, edition)
    plan = await planned(world, "optimibi_delete_alert", alert="Verspätung je Träger")
    assert "it mails cdubois when" in plan["will"]
    assert plan["now"]["report"] == "/public/Logistics/Carriers/Delays.datafor"
    told = await world.ask("apply_plan", plan=plan["plan"])

    assert told == {"deleted": "carrier_delay"}
    assert "carrier_delay" not in state.alerts
    assert "carrier_delay" not in json.dumps(await world.ask("optimibi_list_scheduled_jobs"))
    missing = await world.refused("optimibi_delete_alert", alert="carrier_delay")
    assert missing["error"] == "not_found"


async def test_whoever_may_not_change_an_alert_is_told_so(world: World) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=held["author_username"], password=held["author_password"])
    async with world.client() as client:
        asked = {"alert": "sick_days", "title": "Ill"}
        plan = text_of(await client.call_tool("optimibi_update_alert", asked))
        told = text_of(await client.call_tool("apply_plan", {"plan": plan["plan"]}))

    assert (told["error"], told["platform_says"]) == ("rejected", "no permission")
    assert state_of(world).alerts["sick_days"].definition["title"] == "Sick days"
