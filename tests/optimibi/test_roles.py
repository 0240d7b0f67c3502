"""Business roles made and deleted through a real MCP client, and what stays of them."""

from __future__ import annotations

import pytest

from tests.inside import World
from tests.optimibi.test_accounts import box
from tests.optimibi.test_staffing import applied, carried_out, listed, planned


async def roles(world: World) -> list[str]:
    return [row[0] for row in (await world.ask("optimibi_list_roles", kind="business"))["rows"]]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_role_is_made_given_to_users_and_deleted(world: World, edition: str) -> None:
    box(world).state.edition = edition
    told = await applied(world, "create_role", role="Night shift")
    assert told["created"] == "Night shift"
    assert "Night shift" in await roles(world)
    await applied(world, "save_user", username="klind", roles=["Night shift"])

    plan = await planned(world, "delete_role", role="night SHIFT")
    assert "which 1 user has: they keep it" in plan["will"]
    assert plan["now"] == {"users": ["klind"]}
    gone = await carried_out(world, plan)
    assert gone == {"deleted": "Night shift", "still_held_by": ["klind"], "holders": 1}
    assert "Night shift" not in await roles(world)
    assert (await listed(world))["klind"][2] == ["Night shift"]


async def test_a_name_that_no_role_can_have_is_refused_before_it_is_sent(world: World) -> None:
    for role, why in (("A & B", "no &"), ("a/b", "no &"), ("finance", "there is Finance"), (" ", "empty")):
        told = await world.refused("optimibi_create_role", role=role)
        assert why in str(told["problems"]["role"])
    assert "create_role" not in box(world).state.calls


async def test_what_is_no_business_role_is_not_deleted(world: World) -> None:
    kind = await world.refused("optimibi_delete_role", role="Administrator")
    near = await world.refused("optimibi_delete_role", role="Finanze")
    assert "is a user type" in str(kind["problems"])
    assert "did you mean Finance" in near["message"]
    assert "delete_role" not in box(world).state.calls


async def test_who_does_not_administer_is_told_so(world: World) -> None:
    held = box(world).credentials
    world.as_user("optimibi", username=held["reader_username"], password=held["reader_password"])
    plan = await planned(world, "create_role", role="Night shift")
    told = await world.refused("apply_plan", plan=plan["plan"])
    assert "no auth" in str(told)
    assert "Night shift" not in box(world).state.roles
