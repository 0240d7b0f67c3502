"""Sign-on by CAS, LDAP, OAuth 2 and SAML: read, completed, shown, sent back whole; secrets stay unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.inside import World, lay_out_secrets

CHANGES: dict[str, dict[str, Any]] = {
    "cas": {"center_url": "https://cas2.example.com/cas"},
    "ldap": {"url": "ldap://dir2.example.com:389"},
    "oauth2": {"jsonpath": {"name": "$.name"}},
    "saml": {"allowed_clock_skew": "5"},
}


def state(world: World, edition: str = "newer") -> Any:
    found = world.sandbox.platforms["optimibi"].state
    found.edition = edition
    return found


def sent(world: World, end: str) -> list[Any]:
    """The last answer or request of an address."""
    return [one for one in world.sent("optimibi", "POST") if one.path.endswith(end)]


def stored(world: World, kind: str) -> dict[str, Any]:
    """What the platform told last, secrets included."""
    (*_, last) = [one for one in sent(world, "/query") if f"datafor-{kind}/" in one.path]
    found: dict[str, Any] = json.loads(last.response_body)["data"]
    return found


@pytest.mark.parametrize("edition", ["newer", "older"])
@pytest.mark.parametrize("kind", list(CHANGES))
async def test_what_was_not_asked_to_change_is_sent_back_as_it_was_read(
    world: World, kind: str, edition: str
) -> None:
    held = state(world, edition)
    before = await world.ask(f"optimibi_get_{kind}_config")
    plan = await world.ask(f"optimibi_save_{kind}_config", settings={"enable": True, **CHANGES[kind]})
    now = stored(world, kind)
    assert sent(world, "/update") == []
    done = await world.ask("apply_plan", plan=plan["plan"])
    (update,) = sent(world, "/update")
    body = json.loads(update.request_body)
    after = await world.ask(f"optimibi_get_{kind}_config")

    (member,) = CHANGES[kind]
    changed = {name for name in body if body[name] != now.get(name)}
    assert changed == {"enable", member}
    assert set(body) == set(now)
    assert body["enable"] == "1"
    assert done["enabled"] is True
    assert "lock everybody out" in plan["will"]
    assert {name for name in after if after[name] != before.get(name)} == {"enable", member}
    told = json.dumps([before, after, plan, done])
    assert not [text for text in held.secrets if text in told]


async def test_objects_are_completed_and_numbers_stay_numbers(world: World) -> None:
    plans = [
        await world.ask(f"optimibi_save_{kind}_config", settings=CHANGES[kind]) for kind in ("oauth2", "saml")
    ]

    assert plans[0]["body"]["changes"] == {"jsonpath.name": {"to": "$.name"}}
    assert plans[1]["body"]["changes"] == {"allowed_clock_skew": {"from": 2, "to": 5}}


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "\u0661", True])
async def test_a_number_that_nobody_can_mean_is_refused(world: World, number: Any) -> None:
    told = await world.refused("optimibi_save_saml_config", settings={"allowed_clock_skew": number})

    assert "what is stored is a number" in told["message"]
    assert sent(world, "/update") == []


@pytest.mark.parametrize(("edition", "unit"), [("newer", "minutes"), ("older", "seconds")])
async def test_the_unit_of_the_clock_skew_is_told(world: World, edition: str, unit: str) -> None:
    state(world, edition)
    told = await world.ask("optimibi_get_saml_config")

    assert f"counts {unit}" in told["note"]


async def test_new_secrets_are_named_and_neither_plan_nor_answer_nor_audit_has_them(world: World) -> None:
    folder = lay_out_secrets(world)
    secrets = {name: (folder / name).read_text("utf-8").strip() for name in ("signing", "login")}
    asked = {"client_secret": "signing", "initial_password_secret": "login"}
    plan = await world.ask("optimibi_save_oauth2_config", settings={"scope": "openid"}, **asked)
    done = await world.ask("apply_plan", plan=plan["plan"])
    body = json.loads(sent(world, "/update")[0].request_body)
    assert world.settings.audit is not None
    audit = "".join(file.read_text() for file in Path(world.settings.audit).iterdir())

    assert (body["client_secret"], body["initpwd"]) == (secrets["signing"], secrets["login"])
    changes = plan["body"]["changes"]
    assert changes["client_secret"] == {"from": "(secret)", "to": "(secret signing)"}
    assert changes["initpwd"]["to"] == "(secret login)"
    told = json.dumps([plan, done]) + audit
    assert not [text for text in (*secrets.values(), *state(world).secrets) if text in told]


async def test_settings_in_json_text_are_opened_completed_and_keep_their_secret(world: World) -> None:
    before = await world.ask("optimibi_get_ldap_config")
    plan = await world.ask("optimibi_save_ldap_config", settings={"config": {"timeout": "900"}})
    await world.ask("apply_plan", plan=plan["plan"])
    now = json.loads(stored(world, "ldap")["config"])
    config = json.loads(json.loads(sent(world, "/update")[0].request_body)["config"])

    assert before["config"] == {"timeout": "5000", "password": "(secret)"}
    assert plan["body"]["changes"] == {"config.timeout": {"from": "5000", "to": "900"}}
    assert config == now | {"timeout": "900"}


@pytest.mark.parametrize(("edition", "name"), [("newer", "dn"), ("older", "administrator")])
async def test_who_binds_is_stored_under_the_name_that_the_server_has(
    world: World, edition: str, name: str
) -> None:
    state(world, edition)
    for spelling in ("dn", "administrator"):
        plan = await world.ask("optimibi_save_ldap_config", settings={spelling: f"cn={spelling}"})
        assert list(plan["body"]["changes"]) == [name]


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        ("ldap", {"urll": "ldap://x"}, "did you mean url"),
        ("oauth2", {"client_secret": "abc"}, "must not pass through a model"),
        ("ldap", {"config": {"password": "abc"}}, "must not pass through a model"),
        ("saml", {"enable": "maybe"}, "neither on nor off"),
        ("cas", {"ignoreList": {"a": 1}}, "what is stored is a list"),
        ("cas", {"enable": False}, "Nothing would change"),
    ],
)
async def test_what_cannot_be_stored_is_refused_before_anything_is_sent(
    world: World, kind: str, settings: dict[str, Any], says: str
) -> None:
    told = await world.refused(f"optimibi_save_{kind}_config", settings=settings)

    assert says in told["message"]
    assert sent(world, "/update") == []


async def test_accounts_made_on_first_sign_in_need_a_password(world: World) -> None:
    lay_out_secrets(world)
    state(world).sign_on["cas"] = {"enable": "0", "inituser": "0", "type": "jasig"}
    told = await world.refused("optimibi_save_cas_config", settings={"inituser": True})
    plan = await world.ask(
        "optimibi_save_cas_config", settings={"inituser": True}, initial_password_secret="login"
    )

    assert "initial_password_secret" in told["problems"]
    assert plan["body"]["changes"] == {
        "inituser": {"from": "0", "to": "1"},
        "initpwd": {"to": "(secret login)"},
    }


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_bind_is_tried_with_what_is_stored_and_the_secret_goes_nowhere_else(
    world: World, edition: str
) -> None:
    state(world, edition)
    folder = lay_out_secrets(world)
    bound = await world.ask("optimibi_verify_ldap_config", bind_secret="bind")
    (folder / "bind").write_text("wrong-one\n", "utf-8")
    refused = await world.refused("optimibi_verify_ldap_config", bind_secret="bind", dn="cn=other")
    elsewhere = await world.refused("optimibi_verify_ldap_config", bind_secret="bind", url="ldap://x")
    first, second = [json.loads(one.request_body) for one in sent(world, "/verifyConfig")]

    assert bound == {"bound": True, "dn": "cn=binder,dc=brightwater", "url": first["url"]}
    assert set(first) == {"dn", "initial", "url", "authtype", "secret"}
    assert (second["dn"], second["url"]) == ("cn=other", "ldap://dir.brightwater.example:389")
    assert "invalid credentials" in json.dumps(refused)
    assert "no such argument" in json.dumps(elsewhere)


@pytest.mark.parametrize("call", ["get_cas_config", "save_cas_config"])
async def test_a_missing_plugin_is_named_before_its_calls_are_made(world: World, call: str) -> None:
    state(world).missing.append("datafor-cas")
    asked = {"settings": {"enable": True}} if call.startswith("save") else {}
    told = await world.refused(f"optimibi_{call}", **asked)

    assert "without the plugin datafor-cas" in told["message"]
    assert sent(world, "/query") == sent(world, "/update") == []
