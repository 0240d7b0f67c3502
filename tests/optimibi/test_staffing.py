"""Accounts as administrators change them through a real MCP client, and what a plan says of it before."""

from __future__ import annotations

from typing import Any

import pytest

from pentad.sandbox.optimibi.signing_in import checked
from tests.inside import World, lay_out_secrets
from tests.optimibi.test_accounts import box
from tests.optimibi.test_connections import forms


async def planned(world: World, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The plan of a change, of which nothing has reached the platform."""
    before = dict(box(world).state.calls)
    told = await world.ask(f"optimibi_{name}", **arguments)
    assert box(world).state.calls.get(name) == before.get(name)
    return told


async def applied(world: World, name: str, /, **arguments: Any) -> dict[str, Any]:
    """What a change answers whose plan is carried out."""
    return await carried_out(world, await planned(world, name, **arguments))


async def carried_out(world: World, plan: dict[str, Any]) -> dict[str, Any]:
    """The same of a plan that was looked at. What was read before may have held secrets."""
    told = await world.ask("apply_plan", plan=plan["plan"])
    return {name: part for name, part in told.items() if name != "note"}


async def listed(world: World) -> dict[str, list[Any]]:
    """Name, type, roles and whether it may sign in, by login name."""
    return {row[0]: row[1:] for row in (await world.ask("optimibi_list_users"))["rows"]}


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_change_of_an_account_sends_back_what_would_be_lost(world: World, edition: str) -> None:
    box(world).state.edition = edition
    plan = await planned(world, "save_user", username="KLIND", dept="Finance", add_roles=["finance"])
    assert plan["will"] == "Change the account klind ('Karin Lindgren')."
    held = ["Store managers", "Logistik Süd"]
    roles = {"from": held, "to": [*held, "Finance"]}
    assert plan["body"] == {"changes": {"dept": {"from": "Analytics", "to": "Finance"}, "roles": roles}}

    told = await carried_out(world, plan)
    (sent,) = forms(world, "/user/insertOrUpdate")[-1:]
    assert told == {"changed": "klind", "set": ["dept", "roles"], "roles": [*held, "Finance"]}
    assert sent == {
        "username": "klind",
        "name": "Karin Lindgren",
        "email": "klind@brightwater.example",
        "usertype": "SYS_Creator",
        "enabled": "1",
        "roles": "Store managers&Logistik Süd&Finance",
        "dept": "Finance",
    }
    assert (await listed(world))["klind"] == ["Karin Lindgren", "SYS_Creator", [*held, "Finance"], True]
    await applied(world, "save_user", username="klind", remove_roles=held, enabled=False)
    assert (await listed(world))["klind"] == ["Karin Lindgren", "SYS_Creator", ["Finance"], False]


async def test_a_new_account_signs_in_with_a_password_that_nobody_was_shown(world: World) -> None:
    lay_out_secrets(world)
    made = {"name": "Ines Prado", "email": "ines@brightwater.example", "user_type": "SYS_Reader"}
    plan = await planned(world, "save_user", username="ines", password_secret="login", **made)
    told = await carried_out(world, plan)
    password = box(world).state.users["ines"].password
    assert "with the password in the secret login" in plan["will"]
    assert plan["body"]["changes"]["password"] == {"to": "(secret)"}
    assert (told["created"], told["roles"]) == ("ines", [])
    assert password.startswith("canary-login")
    assert world.settings.audit is not None
    logs = "".join(file.read_text("utf-8") for file in world.settings.audit.iterdir())
    assert [text for text in (str(plan), str(told), logs) if password in text] == []

    assert checked(box(world).state, "ines", password) is box(world).state.users["ines"]


async def test_what_no_account_can_be_is_told_before_anything_is_sent(world: World) -> None:
    save = "optimibi_save_user"
    new = await world.refused(save, username="klimd", dept="Finance")
    both = await world.refused(save, username="klind", roles=["Board"], add_roles=["Finance"])
    role = await world.refused(save, username="klind", add_roles=["Finanze"])
    torn = await world.refused(save, username="fzhang", dept="Finance")
    same = await world.refused(save, username="klind", dept="Analytics")
    mail = await world.refused(save, username="klind", email="nowhere")

    assert "did you mean klind" in new["message"]
    assert set(new["problems"]) == {"name", "email", "user_type"}
    assert set(both["problems"]) == {"roles"}
    assert "did you mean Finance" in role["message"]
    assert "'Web & Mobile' cannot be sent" in torn["message"]
    assert "Nothing would change" in same["message"]
    assert set(mail["problems"]) == {"email"}
    assert "save_user" not in box(world).state.calls


async def test_a_plan_warns_administrators_of_locking_themselves_out(world: World) -> None:
    own = await planned(world, "save_user", username="mvega", user_type="SYS_Reader")
    other = await planned(world, "save_user", username="pduarte", enabled=False)
    last = await planned(world, "set_users_enabled", usernames=["pduarte", "mvega"], enabled=False)

    assert "THIS IS THE ACCOUNT THAT PENTAD SIGNS IN WITH" in own["will"]
    assert "NO ADMINISTRATOR" not in own["will"]
    assert "THIS IS" not in other["will"]
    assert "NO ADMINISTRATOR WHO MAY SIGN IN WOULD BE LEFT" in last["will"]


async def test_accounts_that_are_switched_are_those_that_differ(world: World) -> None:
    usernames = ["zleaver", "klind", "KLIND"]
    told = await applied(world, "set_users_enabled", usernames=usernames, enabled=False)
    assert told == {"disabled": ["klind"]}
    assert forms(world, "/user/batchActivation") == [{"usernames": "klind", "enabled": "0"}]
    assert (await listed(world))["klind"][-1] is False
    again = await world.refused("optimibi_set_users_enabled", usernames=usernames, enabled=False)
    assert "Nothing would change" in again["message"]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_deletion_says_what_stays_and_is_never_of_oneself_or_of_nobody(
    world: World, edition: str
) -> None:
    box(world).state.edition = edition
    plan = await planned(world, "delete_user", username="klind")
    own = await world.refused("optimibi_delete_user", username="mvega")
    nobody = await world.refused("optimibi_delete_user", username="klin")
    assert plan["will"].startswith("Delete 1 account for good: klind ('Karin Lindgren'). The home folder")
    assert "the account that Pentad signs in with" in str(own["problems"])
    assert nobody["error"] == "not_found"

    told = await carried_out(world, plan)
    assert told["deleted"] == "klind"
    assert "klind" not in await listed(world)


async def test_a_deletion_that_stopped_tells_who_is_gone(world: World) -> None:
    box(world).state.undeletable.append("dmeyer")
    plan = await planned(world, "delete_users", usernames=["bcosta", "dmeyer", "eholm"])
    told = await world.refused("apply_plan", plan=plan["plan"])
    assert "Deleted: bcosta. Still there: dmeyer, eholm." in told["message"]
    assert (await applied(world, "delete_users", usernames=["eholm", "cdubois"]))["deleted"] == [
        "eholm",
        "cdubois",
    ]
    assert not {"bcosta", "eholm", "cdubois"} & (await listed(world)).keys()


async def test_a_password_is_changed_by_secrets_and_a_wrong_one_is_told(world: World) -> None:
    lay_out_secrets(world)
    technician = box(world).state.users["oquinn"]
    first = technician.password
    wrong = {"old_password_secret": "next_login", "new_password_secret": "mail"}
    refused = await world.refused(
        "apply_plan", plan=(await planned(world, "change_password", username="oquinn", **wrong))["plan"]
    )
    assert "wrong password" in str(refused)
    assert technician.password == first

    right = {"old_password_secret": "login", "new_password_secret": "next_login"}
    same = dict.fromkeys(right, "login")
    assert set((await world.refused("optimibi_change_password", **same))["problems"]) == {
        "new_password_secret"
    }
    own = await planned(world, "change_password", **right)
    other = await planned(world, "change_password", username="oquinn", **right)
    assert "set PENTAD_OPTIMIBI_PASSWORD" in own["will"]
    assert "PENTAD_OPTIMIBI_PASSWORD" not in other["will"]
    told = await carried_out(world, other)
    assert told == {"password_changed": "oquinn"}
    assert [text for text in (str(own), str(other), str(told)) if technician.password in text] == []
    assert technician.password.startswith("canary-next_login")


async def test_people_to_share_with_are_listed_in_pages_without_an_administrator(world: World) -> None:
    held = box(world).credentials
    world.as_user("optimibi", username=held["reader_username"], password=held["reader_password"])
    told = await world.ask("optimibi_list_grantable_users", limit=12, enabled=True)
    rest = await world.ask(
        "optimibi_list_grantable_users", limit=12, enabled=True, cursor=told["more"]["cursor"]
    )
    assert told["columns"] == ["username", "name", "dept", "user_type", "may_author"]
    seen = [row[0] for row in (*told["rows"], *rest["rows"])]
    assert (len(seen), len(set(seen)), "zleaver" in seen) == (19, 19, False)
    found = await world.ask("optimibi_list_grantable_users", search="finance")
    assert {row[2] for row in found["rows"]} == {"Finance"}
