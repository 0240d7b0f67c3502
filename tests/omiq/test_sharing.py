"""OMIQ's access rights and people: what reaches others is shown first, and sent exactly as it was shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside import World


def body_of(world: World, path: str) -> Any:
    """The one request to this path, decoded."""
    (sent,) = [one for one in world.sent("omiq") if one.path.endswith(path)]
    return json.loads(sent.request_body)


def changes(world: World) -> list[str]:
    return [exchange.path for exchange in world.sent("omiq") if exchange.method != "GET"]


async def test_sharing_shows_what_whom_and_how_before_anything_is_sent(world: World) -> None:
    workflow, group, user = (world.sample("omiq", name) for name in ("workflow", "group", "user"))
    plan = await world.ask(
        "omiq_share_resource",
        resource_id=workflow,
        resource_type="workflow",
        user_ids=[user],
        group_ids=[group],
        role="editor",
        message="for the review",
    )
    names = {one["id"]: one["name"] for one in (*plan["body"]["users"], *plan["body"]["groups"])}

    assert changes(world) == []
    assert "EDITOR" in plan["will"]
    assert "reading of its dataset" in plan["will"]
    assert "no e-mail" in plan["will"]
    assert plan["now"]["dataset_id"] == world.sample("omiq", "dataset")
    assert plan["now"]["name"] == plan["body"]["resourceName"]
    assert set(names) == {user, group}
    assert "not readable here" not in names.values()
    assert "no endpoint that takes access back" in plan["undo"]


async def test_an_applied_plan_shares_once_and_answers_with_the_policies(world: World) -> None:
    dataset, user = world.sample("omiq", "dataset"), world.sample("omiq", "user")
    plan = await world.ask("omiq_share_resource", resource_id=dataset, user_ids=[user], notify=True)
    done = await world.ask("apply_plan", plan=plan["plan"])
    listed = await world.ask("omiq_list_policies", resource_id=dataset)

    assert body_of(world, "/sharing") == {
        "resourceType": "DATASET",
        "resourceId": int(dataset),
        "resourceName": plan["now"]["name"],
        "role": "READER",
        "userIds": [int(user)],
        "groupIds": [],
        "message": "",
        "noEmail": False,
    }
    assert "OMIQ mails them" in plan["will"]
    assert len(world.sandbox.platforms["omiq"].state.mails) == 1
    assert sorted(map(str, done["rows"])) == sorted(map(str, listed["rows"]))


async def test_sharing_with_nobody_is_refused_before_anything_is_read(world: World) -> None:
    told = await world.refused("omiq_share_resource", resource_id=world.sample("omiq", "dataset"))

    assert "user_ids" in told["problems"]
    assert world.sent("omiq") == []


@pytest.mark.parametrize("wrong", [{"role": "owner"}, {"resource_type": "FILE"}, {"user_ids": ["x1"]}])
async def test_other_roles_types_and_ids_are_refused_with_the_valid_ones(
    world: World, wrong: dict[str, Any]
) -> None:
    given = {"resource_id": world.sample("omiq", "dataset"), "user_ids": ["1"]} | wrong
    told = await world.refused("omiq_share_resource", **given)

    assert next(iter(told["problems"])).startswith(next(iter(wrong)))
    assert world.sent("omiq") == []


async def test_a_change_of_owner_names_the_present_one_and_sends_four_members(world: World) -> None:
    dataset, group = world.sample("omiq", "small_dataset"), world.sample("omiq", "group")
    plan = await world.ask(
        "omiq_change_owner", resource_id=dataset, owner_id=group, owner_type="group", resource_type="dataset"
    )
    assert changes(world) == []
    await world.ask("apply_plan", plan=plan["plan"])
    owners = await world.ask("omiq_list_dataset_owners")
    now = dict(zip(owners["columns"], next(r for r in owners["rows"] if r[0] == dataset), strict=True))

    assert plan["now"]["owner_id"] != group
    assert body_of(world, "/iam/policies/changeowners") == {
        "resourceId": int(dataset),
        "updatedOwnerId": int(group),
        "updatedOwnerType": "GROUP",
        "resourceType": "DATASET",
    }
    assert now["owner_id"] == group


async def test_a_connection_is_answered_by_a_plan_with_a_number_and_a_flag(world: World) -> None:
    requester = world.sample("omiq", "requester")
    plan = await world.ask("omiq_answer_connection_request", requester_id=requester, accept=False)
    assert changes(world) == []
    done = await world.ask("apply_plan", plan=plan["plan"])

    assert body_of(world, "/users/connection") == {"requesterId": int(requester), "connect": False}
    assert done == {"requester_id": requester, "answer": "declined"}


async def test_members_of_a_group_say_who_is_external(world: World) -> None:
    groups = await world.ask("omiq_list_groups")
    told = [await world.ask("omiq_list_group_members", group_id=group) for group, _ in groups["rows"]]

    assert all(one["columns"][-1] == "external" for one in told)
    assert {row[-1] for one in told for row in one["rows"]} <= {True, False}


async def test_people_are_found_by_a_part_of_their_name_with_signs_in_it(world: World) -> None:
    told = await world.ask("omiq_search_users", query="a&b c/é")

    assert told["total"] == len(told["rows"]) == 0
    (sent,) = world.sent("omiq")
    assert sent.query == [("query", "a&b c/é")]


async def test_a_preference_is_sent_with_those_that_are_there(world: World) -> None:
    before = (await world.ask("omiq_get_current_user")).get("prefs", {})
    told = await world.ask("omiq_update_user_preferences", preferences={"compactView": True, "gone": None})

    assert body_of(world, "/user/setprefs") == {"prefs": before | {"compactView": True}}
    assert told.get("preferences", {}).get("compactView") is True or "not checked" in str(told)


async def test_the_configuration_of_the_installation_is_handed_on(world: World) -> None:
    assert "config" in await world.ask("omiq_get_platform_config")


async def test_owners_of_workflows_come_by_workflow_id(world: World) -> None:
    told = await world.ask("omiq_list_workflow_owners")

    assert told["columns"][0] == "workflow_id"
    assert world.sample("omiq", "workflow") in [row[0] for row in told["rows"]]


async def test_transfers_are_asked_for_with_the_platforms_own_spelling(world: World) -> None:
    dataset = world.sample("omiq", "dataset")
    told = await world.ask("omiq_list_dataset_transfers", dataset_id=dataset)

    assert told["total"] == len(told["rows"])
    (sent,) = world.sent("omiq")
    assert sent.query == [("datasetid", dataset)]
