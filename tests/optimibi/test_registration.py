"""Registration through a real MCP client: a code by mail, the checks before it, the account after it."""

from __future__ import annotations

import json

import pytest

from tests.inside import World, lay_out_secrets
from tests.optimibi.test_accounts import box
from tests.optimibi.test_staffing import applied, carried_out, planned

ADDRESS = "pia@brightwater.example"
EDITIONS = ["newer", "older"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_mailed_code_makes_an_account_whose_password_nobody_sees(world: World, edition: str) -> None:
    state, _ = box(world).state, lay_out_secrets(world)
    state.edition = edition
    plan = await planned(world, "send_registration_code", email=ADDRESS, locale="en-US")
    assert plan["will"] == f"Mail a registration code to {ADDRESS}."
    assert ADDRESS not in state.registration_codes
    assert (await carried_out(world, plan))["mailed_to"] == ADDRESS
    soon = await planned(world, "send_registration_code", email=ADDRESS)
    assert "less than a minute ago" in str(await world.refused("apply_plan", plan=soon["plan"]))

    code = state.registration_codes[ADDRESS].code
    about = {"username": "pia", "name": "Pia", "email": ADDRESS, "code": code, "dept": "Stores"}
    made = await planned(world, "register_user", password_secret="login", **about)
    told = await carried_out(world, made)
    assert told == {"registered": "pia", "email": ADDRESS}
    assert made["body"] == about | {"password": "(secret login)"}
    sent = json.loads(world.sent("optimibi", "POST")[-1].request_body)
    assert sent == about | {"password": state.users["pia"].password}
    assert state.users["pia"].password not in str((plan, made, told))


@pytest.mark.parametrize("edition", EDITIONS)
async def test_checks_answer_yes_or_no_and_fail_only_where_they_cannot_tell(
    world: World, edition: str
) -> None:
    box(world).state.edition = edition
    name, mail = "optimibi_verify_registration_username", "optimibi_verify_registration_email"
    invited = {"email": world.sample("optimibi", "invited")}
    right = await world.ask(
        "optimibi_verify_registration_code", code=world.sample("optimibi", "invitation"), **invited
    )
    wrong = await world.ask("optimibi_verify_registration_code", code="111111", **invited)

    assert [(await world.ask(name, username=one))["free"] for one in ("KLIND", "pia")] == [False, True]
    taken = await world.ask(mail, email="klind@brightwater.example")
    assert taken == {"email": "klind@brightwater.example", "free": False}
    assert (right["valid"], wrong["valid"]) == (True, False)
    assert set((await world.refused(mail, email="nowhere"))["problems"]) == {"email"}


async def test_what_has_an_account_gets_no_code_and_no_second_account(world: World) -> None:
    lay_out_secrets(world)
    taken = await world.refused("optimibi_send_registration_code", email="klind@brightwater.example")
    about = {"username": "KLIND", "name": "K", "email": ADDRESS, "code": "123456", "password_secret": "login"}
    named = await world.refused("optimibi_register_user", **about)
    assert (set(taken["problems"]), set(named["problems"])) == ({"email"}, {"username"})
    assert not {"send_registration_code", "register_user"} & box(world).state.calls.keys()


async def test_a_code_that_is_wrong_and_a_server_that_takes_nobody_are_told(world: World) -> None:
    lay_out_secrets(world)
    about = {"username": "pia", "name": "Pia", "email": ADDRESS, "code": "123456", "password_secret": "login"}
    plan = await planned(world, "register_user", **about)
    assert "Check verify code please" in str(await world.refused("apply_plan", plan=plan["plan"]))
    box(world).state.system["allowRegister"] = "false"
    plan = await planned(world, "send_registration_code", email=ADDRESS)
    told = await world.refused("apply_plan", plan=plan["plan"])
    assert "registration is not allowed" in str(told)
    assert "pia" not in box(world).state.users
    box(world).state.system["allowRegister"] = "true"
    assert (await applied(world, "send_registration_code", email=ADDRESS))["minutes"] == 30
