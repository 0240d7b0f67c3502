"""OMIQ datasets through a real MCP client: lists, tags that keep their neighbours, and the trash."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad_tools.omiq.datasets import dataset_row
from pentad_tools.omiq.tags import completed, differences, remark
from tests.inside import World


def bodies(world: World, method: str = "POST") -> list[Any]:
    """What was sent to be changed, decoded."""
    return [json.loads(exchange.request_body) for exchange in world.sent("omiq", method)]


async def test_datasets_come_with_name_and_tags_and_their_ids_are_text(world: World) -> None:
    told = await world.ask("omiq_list_datasets")

    assert told["columns"] == ["id", "name", "tags"]
    assert told["total"] == len(told["rows"]) == 3
    assert world.sample("omiq", "dataset") in [row[0] for row in told["rows"]]
    (sent,) = world.sent("omiq", "GET")
    assert ("limit", "50") in sent.query


async def test_a_limit_that_was_met_is_said_because_the_platform_states_no_total(world: World) -> None:
    told = await world.ask("omiq_list_datasets", limit=2)

    assert len(told["rows"]) == 2
    assert "total" not in told
    assert "limit=0 lists all" in told["note"]


async def test_a_new_dataset_is_asked_for_by_its_name_alone(world: World) -> None:
    made = await world.ask("omiq_create_dataset", name="VAX-07 visit 3")
    found = await world.ask("omiq_get_dataset", dataset_id=made["id"])

    assert bodies(world) == [{"displayName": "VAX-07 visit 3"}]
    assert made["name"] == found["name"] == "VAX-07 visit 3"


@pytest.mark.parametrize("merges", [False, True])
async def test_setting_one_tag_keeps_the_others_whether_the_platform_merges_or_replaces(
    world: World, merges: bool
) -> None:
    world.sandbox.platforms["omiq"].state.merges = merges
    dataset = world.sample("omiq", "dataset")
    before = (await world.ask("omiq_get_dataset", dataset_id=dataset))["tags"]
    gone, *_ = before
    told = await world.ask("omiq_update_dataset_tags", dataset_id=dataset, tags={"analyst": "mo", gone: None})

    wanted = {name: value for name, value in before.items() if name != gone} | {"analyst": "mo"}
    assert bodies(world) == [{"metadata": wanted}]
    assert told["tags"] == (await world.ask("omiq_get_dataset", dataset_id=dataset))["tags"]
    assert told["tags"] == wanted | ({gone: before[gone]} if merges else {})
    assert (f"{gone!r} was left out and is still stored" in told.get("note", "")) is merges


async def test_a_tag_that_is_withheld_from_answers_is_not_lost_by_setting_another(world: World) -> None:
    dataset, secret = world.sample("omiq", "dataset"), "tk_5f3a9c1e7b2d4f6a8c0e"
    await world.ask("omiq_update_dataset_tags", dataset_id=dataset, tags={"instrument": secret})
    told = await world.ask("omiq_update_dataset_tags", dataset_id=dataset, tags={"analyst": "mo"})

    assert bodies(world)[-1]["metadata"]["instrument"] == secret
    assert told["tags"]["instrument"] == "(secret)"
    assert "differs" not in told["note"]


async def test_a_dataset_goes_to_the_trash_only_when_its_plan_is_applied(world: World) -> None:
    dataset = world.sample("omiq", "small_dataset")
    name = (await world.ask("omiq_get_dataset", dataset_id=dataset))["name"]
    plan = await world.ask("omiq_delete_dataset", dataset_id=dataset)
    sent_before = world.sent("omiq", "POST")
    done = await world.ask("apply_plan", plan=plan["plan"])
    left = await world.ask("omiq_list_datasets", limit=0)

    assert plan["now"]["name"] == done["name"] == name
    assert plan["now"]["files"] > 0
    assert "nothing known takes a dataset out of the trash" in plan["undo"]
    assert sent_before == []
    assert bodies(world) == [{"delete": True}]
    assert done["in_trash"] == dataset
    assert dataset not in [row[0] for row in left["rows"]]


@pytest.mark.parametrize(
    ("sent", "stored", "clauses"),
    [
        ({"a": "1"}, {"a": 1}, []),
        ({"a": "1"}, {}, ["'a' was sent and is not stored"]),
        ({}, {"a": "1"}, ["'a' was left out and is still stored"]),
        ({"a": "x"}, {"a": "y"}, ["'a' was sent as 'x' and is stored as 'y'"]),
        ({"api_key": "k", "a\u200b": "x"}, {"api_key": "(secret)", "a": "x"}, []),
    ],
)
def test_what_is_stored_otherwise_is_named(sent: Any, stored: Any, clauses: list[str]) -> None:
    assert differences(sent, stored) == clauses


def test_a_long_list_of_differences_is_cut_and_counted() -> None:
    assert remark([f"d{n}" for n in range(8)]).endswith("d4, d5 and 2 more")


def test_null_removes_and_everything_else_stays_as_it_was() -> None:
    there = {"a": 1, "b": "x", "c": None}

    assert completed(there, {"b": None, "d": "y", "e": None}) == {"a": 1, "c": None, "d": "y"}
    assert completed(None, {"d": "y"}) == {"d": "y"}


def test_a_dataset_without_the_inferred_members_says_null_and_keeps_the_rest() -> None:
    told = dataset_row({"id": 7, "tags": {"study": "X"}, "ownerId": 9, "hot": True})

    assert told == {"id": "7", "name": None, "tags": {"study": "X"}, "ownerId": "9", "hot": True}
