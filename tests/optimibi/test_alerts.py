"""Alerts and jobs through a real MCP client: conditions and schedules in words, in both editions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad_tools.optimibi.alerts.alerts import gathered
from pentad_tools.optimibi.alerts.words import condition
from pentad_tools.optimibi.times import every, schedule, told_time
from tests.inside import World

EDITIONS = ["newer", "older"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_alerts_come_with_condition_and_schedule_in_words(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    told = await world.ask("optimibi_list_alerts")
    rows = {row[0]: row for row in told["rows"]}

    assert told["columns"] == ["name", "report", "condition", "schedule", "enabled"]
    assert rows["low_net_sales"][1:] == [
        world.sample("optimibi", "report"),
        "Net amount < 250000 in any row",
        "WEEKLY on Mon from 2026-02-02 07:30 UTC",
        True,
    ]
    assert rows["store_quantity"][2] == "Quantity between 10 and 400 in any row"


async def test_alerts_of_a_report_are_found_by_its_path_and_by_its_name(world: World) -> None:
    path = world.sample("optimibi", "report")
    by_path = await world.ask("optimibi_list_alerts", report=path)
    name = path.rpartition("/")[2].removesuffix(".datafor")
    by_name = await world.ask("optimibi_list_alerts", report=name.lower())
    wrong = await world.refused("optimibi_list_alerts", report=f"{name}x")

    assert by_path["rows"] == by_name["rows"]
    assert {row[1] for row in by_path["rows"]} == {path}
    assert f"did you mean {name!r}" in wrong["message"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_one_alert_tells_its_mail_and_its_query(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    told = await world.ask("optimibi_get_alert", alert="Net sales below plan")

    assert told["name"] == "low_net_sales"
    assert told["query"] == {"model": "RetailSales", "measures": ["Net amount"], "levels": ["Region"]}
    assert told["mail"]["content"] == "The value is ${value}."
    assert told["next_run"].endswith(" UTC")


async def test_an_unknown_alert_is_answered_with_the_nearest(world: World) -> None:
    told = await world.refused("optimibi_get_alert", alert="carrier_dely")

    assert "did you mean carrier_delay" in told["message"]


async def test_jobs_tell_what_they_are_about_and_never_the_token_they_carry(world: World) -> None:
    told = await world.ask("optimibi_list_scheduled_jobs")
    state = world.sandbox.platforms["optimibi"].state
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]

    assert {row["recurrence"] for row in rows} == {"every week"}
    assert "low_net_sales" in {row["about"] for row in rows}
    assert not [secret for secret in state.secrets if secret in json.dumps(told)]


@pytest.mark.parametrize("most", [20, 50, 1000])
async def test_alerts_of_every_page_are_there_once_whatever_the_server_makes_of_pages(most: int) -> None:
    there = [{"name": f"alert {number}"} for number in range(130)]

    async def paged(start: int) -> list[dict[str, str]]:
        return there if most > len(there) else there[start : start + most]

    assert await gathered(paged) == there


CONDITIONS: list[tuple[Any, str | None]] = [
    (None, None),
    ({"conditions": []}, None),
    ({"conditions": [{"id": "m.1", "comparator": "is empty", "value": [1]}]}, "Net is empty in any row"),
    (
        {
            "logical": "or",
            "conditions": [
                {"id": "m.1", "comparator": "in", "value": [1, "a"], "match": "all"},
                {"id": "x", "uniqueName": "[Measures].[x]", "comparator": "==", "value": "7"},
            ],
        },
        "Net in 1, a in every row or [Measures].[x] == 7 in any row",
    ),
]


@pytest.mark.parametrize(("rule", "words"), CONDITIONS)
def test_rules_are_put_into_words(rule: Any, words: str | None) -> None:
    assert condition(rule, {"m.1": "Net"}) == words


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (1772436600000, "2026-03-02 07:30 UTC"),
        ("1772436600000", "2026-03-02 07:30 UTC"),
        ("2026-03-02T07:30:00.000+00:00", "2026-03-02 07:30 UTC"),
        ("2026-03-02T07:30:00+02:00", "2026-03-02 07:30 +02:00"),
        ("2026-02-03 09:20:00.0", "2026-02-03 09:20"),
        ("tomorrow", "tomorrow"),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_times_of_every_spelling_are_told_to_the_minute(sent: Any, words: str | None) -> None:
    assert told_time(sent) == words


def test_recurrences_are_put_into_words() -> None:
    assert every("604800") == "every week"
    assert every(5400) == "every 90 minutes"
    assert every("0") == every(None) == ""
    assert schedule({"complexJobTrigger": {"cronString": "0 0 7 * * ?"}}) == "cron 0 0 7 * * ?"
    assert schedule({}) is None
