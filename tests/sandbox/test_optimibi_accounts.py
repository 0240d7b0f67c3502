"""Accounts, roles, registration and tokens: what is changed is read again, and refusals are as documented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from pentad.sandbox.optimibi.accounts import FIRST_PASSWORD, INVITED, TECHNICIAN
from tests.sandbox.optimibi_desk import A, D, Desk, M, basic

PERSON: dict[str, Any] = {
    "name": "Ines Prado",
    "email": "ines@brightwater.example",
    "usertype": "SYS_Reader",
    "enabled": "1",
}
LOCKED: dict[str, Any] = {**PERSON, "enabled": "0"}
CONFIGURATION: dict[str, Any] = {
    "name": "ops",
    "algorithm": "HS256",
    "expire": 60,
    "fieldmap": {"username": "sub"},
}
EDITIONS = ["newer", "older"]


def base(desk: Desk) -> str:
    return M if desk.state.newer else A


async def every_account_call(desk: Desk) -> None:
    """One good request to each route of this area."""
    here = base(desk)
    forms: list[tuple[str, dict[str, Any]]] = [
        (
            f"{here}/user/insertOrUpdate",
            {"username": "ines", "password": "first-1", "roles": "Finance", **PERSON},
        ),
        (f"{here}/roles/insert", {"authority": "Night shift"}),
        (f"{here}/roles/delete", {"authority": "Night shift"}),
        (f"{here}/user/sendRegisterCode", {"email": "somebody@brightwater.example", "locale": "en-US"}),
        (f"{here}/user/isRightEmailForAdd", {"email": INVITED}),
        (f"{here}/user/isRightUsernameForAdd", {"username": "newhire"}),
    ]
    if desk.state.newer:
        changed: dict[str, Any] = {"username": TECHNICIAN, "oldPwd": FIRST_PASSWORD, "newPwd": "next-1"}
        forms += [
            (f"{M}/user/updatePassword", changed),
            (f"{M}/user/batchActivation", {"usernames": f"ines&{TECHNICIAN}", "enabled": "0"}),
            (f"{M}/user/batchDelete", {"usernames": "ines&nobody"}),
        ]
    forms.append((f"{here}/user/delete", {"username": "ines"}))
    for path, fields in forms:
        assert (await desk.form(path, **fields))["success"] is True, path
    invited = {"email": INVITED, "code": "402917"}
    hire = {"username": "newhire", "name": "New Hire", "password": "a-long-passphrase", **invited}
    assert (await desk.send(f"{here}/user/verifyRegisterCode", invited))["success"] is True
    assert (await desk.send(f"{here}/user/register", hire))["success"] is True
    await _every_token_call(desk)


async def _every_token_call(desk: Desk) -> None:
    assert (await desk.send(f"{M}/token/update", {**CONFIGURATION, "secret": "x" * 32}))["success"] is True
    if desk.state.newer:
        assert (await desk.read(f"{M}/token/content?name=ops"))["secret"] == "************"
        assert (await desk.read(f"{M}/token/personal/config"))["enabled"] is True
        (mine,) = (await desk.read(f"{M}/token/personal/list"))["data"]
        assert (await desk.send(f"{M}/token/personal/revoke", {"jti": mine["jti"]}))["success"] is True
    assert (await desk.form(f"{M}/token/delete", name="ops"))["success"] is True
    assert (await desk.send(f"{M}/token/deleteBatch", ["ops", "kiosk"]))["success"] is True
    assert [one["name"] for one in (await desk.read(f"{M}/token/list"))["data"]] == ["portal"]


async def listed(desk: Desk) -> dict[str, Any]:
    told = await desk.read(f"{base(desk)}/user/list?withRole=true")
    return {one["username"]: one for one in told["data"]["list"]}


def signed(secret: str, **claims: Any) -> dict[str, str]:
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, {"exp": 10**11, **claims})]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    seal = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return {"Authorization": f"Bearer {text}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"}


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_saved_account_is_listed_signs_in_and_leaves_its_traces_when_deleted(edition: str) -> None:
    desk = Desk(edition)
    here = base(desk)
    told = await desk.form(f"{here}/user/insertOrUpdate", username="ines", password="pa&ss 1", **PERSON)
    who = basic("ines", "pa&ss 1")
    assert told == {"success": True, "username": "ines"}
    held = (await listed(desk))["ines"]
    assert (held["usertype"], held["roles"], held["email"]) == ("SYS_Reader", "", "ines@brightwater.example")
    assert (await desk.read(f"{here}/user/detail", who))["data"]["user"]["name"] == "Ines Prado"
    assert await desk.read(f"{M}/user-settings/favorites", who) == []

    await desk.form(f"{here}/user/insertOrUpdate", username="ines", **LOCKED)
    assert (await desk.ask("GET", f"{here}/user/detail", who=who)).status_code == 401
    await desk.form(f"{here}/user/delete", username="klind")
    assert "klind" not in await listed(desk)
    assert [path for path in desk.state.nodes if path.startswith("/home/klind")]
    assert (await desk.form(f"{here}/user/delete", username="klind"))["success"] is True


async def test_roles_and_type_are_one_list_of_which_what_is_not_sent_is_lost() -> None:
    desk = Desk()
    path = f"{M}/user/insertOrUpdate"
    await desk.form(path, username="klind", dept="Finance")
    assert (await listed(desk))["klind"]["roles"] == "Store managers&Logistik Süd"
    await desk.form(path, username="klind", roles="Finance&Board")
    assert (await listed(desk))["klind"]["roles"] == "Finance&Board"
    assert "usertype" not in (await listed(desk))["klind"]
    await desk.form(path, username="klind", usertype="SYS_Creator")
    assert (await listed(desk))["klind"]["roles"] == ""


async def test_who_does_not_administer_changes_their_own_profile_alone() -> None:
    desk = Desk()
    own, path = desk.held["reader_username"], f"{M}/user/insertOrUpdate"
    refused = {"success": False, "msg": "no auth", "code": "401"}
    assert (await desk.form(path, desk.reader, username=own, title="Boss", usertype="Administrator"))[
        "success"
    ]
    assert (desk.state.users[own].title, desk.state.users[own].admin) == ("Boss", False)
    assert await desk.form(path, desk.reader, username="klind", title="Boss") == refused
    denied: tuple[tuple[str, dict[str, Any]], ...] = (
        ("user/delete", {"username": "klind"}),
        ("roles/insert", {"authority": "x"}),
        ("roles/delete", {"authority": "Finance"}),
    )
    for path, fields in denied:
        assert await desk.form(f"{M}/{path}", desk.reader, **fields) == refused
    for path in ("user/batchDelete", "user/batchActivation", "token/update"):
        assert (await desk.form(f"{M}/{path}", desk.reader))["code"] == "403"
    other = await desk.form(f"{M}/user/updatePassword", desk.reader, username="klind", oldPwd="a", newPwd="b")
    assert other["code"] == "403"


async def test_several_accounts_are_deleted_up_to_the_first_that_cannot_be() -> None:
    desk = Desk()
    desk.state.undeletable.append("dmeyer")
    told = await desk.form(f"{M}/user/batchDelete", usernames="bcosta&dmeyer&eholm")
    assert (told["success"], told["msg"]) == (False, "failed to delete dmeyer")
    assert not desk.state.users.keys() & {"bcosta"}
    assert {"dmeyer", "eholm"} <= desk.state.users.keys()


async def test_a_body_in_another_encoding_does_nothing() -> None:
    desk = Desk()
    before = list(desk.state.users)
    assert (await desk.send(f"{M}/user/delete", {"username": "klind"}))["success"] is False
    assert (await desk.form(f"{M}/token/deleteBatch", names=["portal"]))["success"] is True
    assert (await desk.form(f"{M}/token/update", **CONFIGURATION))["success"] is False
    assert (await desk.form(f"{M}/user/register", username="a", code="402917"))["code"] == "400"
    assert (list(desk.state.users), list(desk.state.token_configurations)) == (before, ["portal", "kiosk"])


async def test_a_password_is_changed_by_who_knows_the_present_one() -> None:
    desk = Desk()
    path, own = f"{M}/user/updatePassword", basic(TECHNICIAN, FIRST_PASSWORD)
    wrong = await desk.form(path, own, oldPwd="guess", newPwd="next-1")
    assert wrong == {"success": False, "msg": "wrong password", "code": ""}
    assert (await desk.form(path, own, oldPwd=FIRST_PASSWORD, newPwd="next-1"))["success"] is True
    assert (await desk.ask("GET", f"{M}/user/detail", who=own)).status_code == 401
    assert (await desk.read(f"{M}/user/detail", basic(TECHNICIAN, "next-1")))["success"] is True


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_role_can_be_held_after_it_is_gone_and_signs_are_checked_by_the_newer_edition(
    edition: str,
) -> None:
    desk = Desk(edition)
    here = base(desk)
    assert (await desk.form(f"{here}/roles/insert", authority="A & B"))["success"] is (edition == "older")
    assert (await desk.form(f"{here}/roles/insert", authority="Finance"))["success"] is False
    await desk.form(f"{here}/roles/delete", authority="Finance")
    roles = (await desk.read(f"{here}/roles/list"))["data"]["list"]
    assert "Finance" not in [one["authority"] for one in roles]
    assert (await listed(desk))["anovak"]["roles"] == "Finance"
    assert (await desk.form(f"{here}/roles/delete", authority="Finance"))["success"] is True


@pytest.mark.parametrize("edition", EDITIONS)
async def test_registration_takes_a_code_of_thirty_minutes_once(edition: str) -> None:
    desk, nobody = Desk(edition), dict[str, str]()
    here, address = base(desk), "pia@brightwater.example"
    number = (lambda code: code) if edition == "older" else str
    assert (await desk.form(f"{here}/user/sendRegisterCode", nobody, email=address))["success"] is True
    again = await desk.form(f"{here}/user/sendRegisterCode", nobody, email=address)
    assert (again["success"], again["code"]) == (False, "send.later")
    code = desk.state.registration_codes[address].code
    hire = {"username": "KLIND", "name": "Pia", "email": address, "password": "pass-1", "code": code}
    taken = await desk.send(f"{here}/user/register", hire, nobody)
    assert taken == {"success": False, "msg": "KLIND already existed", "code": number(409)}
    desk.clock.advance(1_800)
    late = await desk.send(f"{here}/user/register", hire | {"username": "pia"}, nobody)
    assert late == {"success": False, "msg": "Check verify code please", "code": number(412)}
    await desk.form(f"{here}/user/sendRegisterCode", nobody, email=address)
    hire |= {"username": "pia", "code": desk.state.registration_codes[address].code}
    assert (await desk.send(f"{here}/user/register", hire, nobody))["success"] is True
    assert (await desk.read(f"{here}/user/detail", basic("pia", "pass-1")))["success"] is True
    named = await desk.form(f"{here}/user/isRightUsernameForAdd", nobody, username="PIA")
    addressed = await desk.form(f"{here}/user/isRightEmailForAdd", nobody, email=address)
    assert [named["code"], addressed["code"]] == ["409", "409"]
    desk.state.system["allowRegister"] = "false"
    assert (await desk.form(f"{here}/user/sendRegisterCode", nobody, email="x@y.example"))["code"] == "403"


@pytest.mark.parametrize("edition", EDITIONS)
async def test_tokens_are_taken_as_long_as_their_configuration_stands(edition: str) -> None:
    desk, path = Desk(edition), f"{M}/token/update"
    who, profile = signed("k" * 32, sub="klind"), f"{base(desk)}/user/detail"
    assert (await desk.read(profile, who))["data"] == {}
    await desk.send(path, {**CONFIGURATION, "secret": "k" * 32, "enable": "1"})
    assert (await desk.read(profile, who))["data"]["user"]["username"] == "klind"
    await desk.send(path, {**CONFIGURATION, "secret": "************", "enable": "1", "initroles": []})
    assert (await desk.read(profile, who))["data"]["user"]["username"] == "klind"
    (kept,) = [one for one in (await desk.read(f"{M}/token/list"))["data"] if one["name"] == "ops"]
    assert kept["secret"] == ("k" * 32 if edition == "older" else "************")
    desk.state.users["klind"].enabled = "0"
    assert (await desk.read(profile, who))["data"] == {}
    desk.state.users["klind"].enabled = "1"
    await desk.form(f"{M}/token/delete", name="ops")
    assert (await desk.read(profile, who))["data"] == {}
    assert (await desk.form(f"{M}/token/delete", name="ops"))["code"] == "404"


async def test_a_personal_token_is_revoked_by_its_owner_and_runs_out_by_itself() -> None:
    desk = Desk()
    (mine,) = (await desk.read(f"{M}/token/personal/list"))["data"]
    assert mine["status"] == "active"
    foreign = await desk.ask("POST", f"{M}/token/personal/revoke", {"jti": mine["jti"]}, desk.reader)
    assert foreign.json()["code"] == "404"
    await desk.send(f"{M}/token/personal/revoke", {"jti": mine["jti"]})
    assert (await desk.read(f"{M}/token/personal/list"))["data"][0]["status"] == "revoked"
    desk.clock.advance(11 * 86_400)
    (other,) = (await desk.read(f"{M}/token/personal/list", desk.reader))["data"]
    assert other["status"] == "expired"
    desk.state.token_configurations["portal"]["enable"] = "0"
    assert (await desk.read(f"{M}/token/personal/config"))["enabled"] is False
    assert (await desk.read(f"{D}/extension/auth/fetchUser"))["islogged"] is True
