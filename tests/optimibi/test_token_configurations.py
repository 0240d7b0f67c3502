"""How tokens are taken, and one's own, through a real MCP client: kept keys stay where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside import World, lay_out_secrets
from tests.optimibi.test_accounts import box, settings_for
from tests.optimibi.test_staffing import applied, carried_out, planned

SAVE = "save_token_configuration"
EDITIONS = ["newer", "older"]


def sent(world: World) -> Any:
    """The body of the last change."""
    (last,) = [one for one in world.sent("optimibi", "POST") if "/token/" in one.path][-1:]
    assert last.request_headers["content-type"] == "application/json"
    return json.loads(last.request_body)


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_change_sends_everything_else_back_as_it_was_and_keeps_the_key(
    world: World, edition: str
) -> None:
    state = box(world).state
    state.edition = edition
    before = dict(state.token_configurations["portal"])
    plan = await planned(world, SAVE, name="Portal", expire_seconds=600, email_claim="mail")
    told = await carried_out(world, plan)
    assert plan["body"]["changes"] == {
        "expire": {"from": 28_800, "to": 600},
        "fieldmap.email": {"from": "email", "to": "mail"},
    }
    assert "stop working" not in plan["will"]
    assert (told["changed"], told["expire_seconds"], told["email_claim"]) == ("portal", 600, "mail")

    claims = before["fieldmap"] | {"email": "mail"}
    after = before | {"expire": 600, "fieldmap": claims}
    if edition == "older":
        del after["self_service"]
    assert state.token_configurations["portal"] | {"lastModifiedDate": 0} == after | {"lastModifiedDate": 0}
    assert sent(world)["secret"] == (before["secret"] if edition == "older" else "************")
    assert [secret for secret in state.secrets if secret in str((plan, told))] == []


@pytest.mark.parametrize("edition", EDITIONS)
async def test_lists_and_single_ones_show_no_key(world: World, edition: str) -> None:
    state = box(world).state
    state.edition = edition
    told = await world.ask("optimibi_list_token_configurations")
    assert [row[:3] for row in told["rows"]] == [["portal", "HS256", True], ["kiosk", "RS256", True]]
    one = await world.refused("optimibi_get_token_configuration", name="portals")
    assert "did you mean portal" in one["message"]
    if edition == "newer":
        one = await world.ask("optimibi_get_token_configuration", name="PORTAL")
        assert (one["login_claim"], one["initial_roles"]) == ("login", ["SYS_Reader"])
    hidden = [*state.secrets, *(held["secret"] for held in state.token_configurations.values())]
    assert [secret for secret in hidden if secret in str((told, one))] == []


async def test_a_new_one_takes_a_key_of_its_kind_by_name_and_its_tokens_work(world: World) -> None:
    lay_out_secrets(world)
    new = {"name": "ops", "login_claim": "sub", "initial_roles": ["sys_reader", "Finance"]}
    plan = await planned(world, SAVE, signing_secret="signing", creates_users=True, **new)
    told = await carried_out(world, plan)
    key = box(world).state.token_configurations["ops"]["secret"]
    assert plan["will"].startswith("Create the token configuration ops with the key in the secret signing.")
    assert "gets an account" in plan["will"]
    assert (told["created"], told["initial_roles"]) == ("ops", ["SYS_Reader", "Finance"])
    assert key.startswith("canary-signing")
    assert key not in str((plan, told))

    public = await planned(
        world, SAVE, name="ops", algorithm="ES256", public_key="-----BEGIN PUBLIC KEY-----x"
    )
    assert "Tokens that are signed with its present key stop working." in public["will"]
    await carried_out(world, public)
    assert sent(world)["secret"] == "-----BEGIN PUBLIC KEY-----x"


async def test_what_no_configuration_can_be_is_told_before_anything_is_sent(world: World) -> None:
    lay_out_secrets(world)
    for wrong, problems in (
        ({"name": "portals"}, {"signing_secret", "login_claim"}),
        ({"name": "portal", "public_key": "x"}, {"public_key"}),
        ({"name": "portal", "algorithm": "RS256"}, {"public_key"}),
        ({"name": "kiosk", "signing_secret": "signing"}, {"signing_secret"}),
        ({"name": "portal", "initial_roles": ["Finanze"]}, {"initial_roles"}),
    ):
        assert set((await world.refused(f"optimibi_{SAVE}", **wrong))["problems"]) == problems
    same = await world.refused(f"optimibi_{SAVE}", name="portal", enabled=True)
    assert "Nothing would change" in same["message"]
    assert SAVE not in box(world).state.calls


@pytest.mark.parametrize("edition", EDITIONS)
async def test_deleted_configurations_are_gone_with_the_sign_ins_that_they_took(
    world: World, edition: str
) -> None:
    state = box(world).state
    state.edition = edition
    world.as_user("optimibi", **settings_for(world, "header"))
    plan = await planned(world, "delete_token_configuration", name="kiosk")
    assert "Tokens that are signed with its key stop working." in plan["will"]
    assert "Pentad itself signs in with a token" in plan["will"]
    assert (await carried_out(world, plan)) == {"deleted": "kiosk"}
    unknown = await world.refused("optimibi_delete_token_configurations", names=["portal", "kiosk"])
    assert unknown["error"] == "not_found"
    assert (await applied(world, "delete_token_configurations", names=["portal"]))["deleted"] == ["portal"]
    assert sent(world) == ["portal"]
    assert state.token_configurations == {}
    assert (await world.refused("optimibi_get_own_profile"))["error"] == "auth_failed"


async def test_a_personal_token_is_found_by_label_and_revoked_once(world: World) -> None:
    policy = await world.ask("optimibi_get_personal_token_policy")
    assert policy == {
        "allowed": True,
        "configuration": "portal",
        "longest_seconds": 2_592_000,
        "signed_in_by_token": False,
    }
    (before,) = (await world.ask("optimibi_list_personal_tokens"))["rows"]
    assert before[1:3] == ["notebook", "active"]
    told = await applied(world, "revoke_personal_token", token_id="Notebook")
    assert told == {"revoked": before[0], "label": "notebook"}
    ((_, _, status, _),) = (await world.ask("optimibi_list_personal_tokens"))["rows"]
    again = await world.refused("optimibi_revoke_personal_token", token_id=before[0])
    unknown = await world.refused("optimibi_revoke_personal_token", token_id="laptop")
    assert (status, "revoked already" in str(again["problems"])) == ("revoked", True)
    assert unknown["error"] == "not_found"
