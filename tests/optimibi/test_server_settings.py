"""Settings of the server: what is asked for is checked against what is stored, and shown before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.inside import World, lay_out_secrets

TIMEOUT, LIMIT = "mondrian.rolap.queryTimeout", "mondrian.result.limit"


def state(world: World, edition: str = "newer") -> Any:
    found = world.sandbox.platforms["optimibi"].state
    found.edition = edition
    return found


def bodies(world: World, path: str) -> list[Any]:
    """What was sent to an address as JSON, oldest first."""
    sent = [one for one in world.sent("optimibi", "POST") if one.path.endswith(path)]
    return [json.loads(one.request_body) for one in sent]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_engine_settings_are_planned_with_what_they_are_now_and_shown_afterwards(
    world: World, edition: str
) -> None:
    state(world, edition)
    plan = await world.ask("optimibi_update_olap_settings", settings={TIMEOUT: 180, "ResultLimit": "9000"})
    assert plan["body"]["changes"] == {
        TIMEOUT: {"from": "300", "to": "180"},
        LIMIT: {"from": "100000", "to": "9000"},
    }
    assert bodies(world, "/updateBatch") == []
    await world.ask("apply_plan", plan=plan["plan"])
    told = await world.ask("optimibi_get_olap_settings", editable=True)

    assert bodies(world, "/updateBatch") == [
        [{"code": TIMEOUT, "value": "180"}, {"code": LIMIT, "value": "9000"}]
    ]
    assert {row[0]: row[1] for row in told["rows"]}[TIMEOUT] == "180"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"mondrian.rolap.queryTimeOuts": "1"}, f"did you mean {TIMEOUT}"),
        ({TIMEOUT: "soon"}, "takes a whole number"),
        ({"mondrian.olap.case.sensitive": "yes"}, "takes true or false"),
        ({"mondrian.rolap.SolveOrderMode": "LOOSE"}, "takes one of ABSOLUTE, SCOPED"),
        ({"mondrian.rolap.generate.formatted.sql": True}, "is fixed"),
        ({TIMEOUT: "300"}, "Nothing would change"),
    ],
)
async def test_an_engine_setting_that_does_not_fit_is_refused_as_the_server_checks_nothing(
    world: World, settings: dict[str, Any], says: str
) -> None:
    told = await world.refused("optimibi_update_olap_settings", settings=settings)

    assert says in told["message"]
    assert bodies(world, "/updateBatch") == []


async def test_one_engine_setting_alone_can_be_changed_on_newer_servers_only(world: World) -> None:
    asked = {"code": LIMIT, "value": 50}
    plan = await world.ask("optimibi_update_olap_setting", **asked)
    done = await world.ask("apply_plan", plan=plan["plan"])
    state(world, "older")
    plan = await world.ask("optimibi_update_olap_setting", **asked | {"value": 60})
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert done["stored"] == {LIMIT: "50"}
    assert "This release may not have the call" in told["message"]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_system_settings_are_changed_by_key_and_no_credential_is_shown_or_taken(
    world: World, edition: str
) -> None:
    held = state(world, edition)
    before = await world.ask("optimibi_get_system_settings")
    wanted = {"allowRegister": True, "cors-requests-allowed-domains": "https://portal.example.com"}
    plan = await world.ask("optimibi_update_system_settings", settings=wanted)
    await world.ask("apply_plan", plan=plan["plan"])
    after = await world.ask("optimibi_get_system_settings")
    secret = await world.refused("optimibi_update_system_settings", settings={"map-api-key": "abc"})

    assert not [text for text in held.secrets if text in json.dumps([before, after, plan])]
    assert plan["body"]["changes"]["allowRegister"] == {"from": "false", "to": "true"}
    assert "The server tells no cors-requests-allowed-domains at present." in plan["will"]
    changed = {name: after[name] for name in after if after[name] != before.get(name)}
    assert changed == {"allowRegister": "true", "cors-requests-allowed-domains": "https://portal.example.com"}
    assert "must not pass through a model" in secret["message"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"allowRegistre": "true"}, "did you mean allowRegister"), ({"locale-country": "DE"}, "not to be used")],
)
async def test_an_unknown_system_setting_is_answered_with_the_nearest(
    world: World, settings: dict[str, str], says: str
) -> None:
    told = await world.refused("optimibi_update_system_settings", settings=settings)

    assert says in told["message"]
    assert bodies(world, "/settings/update") == []


async def test_report_defaults_that_somebody_else_changed_in_between_are_not_overwritten(
    world: World,
) -> None:
    wanted = {"week-start-day": "sunday"}
    first = await world.ask("optimibi_patch_settings", settings=wanted)
    other = await world.ask("optimibi_update_system_settings", settings={"report-theme": "dark"})
    await world.ask("apply_plan", plan=other["plan"])
    stale = await world.refused("apply_plan", plan=first["plan"])
    again = await world.ask("optimibi_patch_settings", settings=wanted)
    done = await world.ask("apply_plan", plan=again["plan"])
    told = await world.ask("optimibi_get_settings_snapshot")

    assert "differs from what was planned" in stale["message"]
    assert told["settings"] == {"week-start-day": "sunday", "report-theme": "dark"}
    assert done["revision"] == told["revision"]
    assert [body["settings"] for body in bodies(world, "/settings/patch")] == [wanted]


@pytest.mark.parametrize("mode", ["session", "basic"])
async def test_a_language_lasts_where_there_is_a_session_and_is_told_not_to_elsewhere(
    world: World, mode: str
) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    account = {name: known[name] for name in ("username", "password")}
    world.as_user("optimibi", auth_mode=mode, **account)
    told = await world.ask("optimibi_init_session_locale", language="de-AT")
    info = await world.ask("optimibi_get_session_info")
    refused = await world.refused("optimibi_init_session_locale", language="german, please")

    assert (told["asked"], told["language"]) == ("de-AT", "de")
    assert info["locale"] == ("de" if mode == "session" else "en")
    assert ("keeps no session" in told.get("note", "")) is (mode == "basic")
    assert "language" in refused["problems"]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_test_mail_takes_what_is_not_given_from_the_stored_settings_and_no_secret_is_told(
    world: World, edition: str
) -> None:
    held = state(world, edition)
    secret = (lay_out_secrets(world) / "mail").read_text("utf-8").strip()
    stored = await world.ask("optimibi_get_email_settings")
    asked = {"password_secret": "mail", "sender": "bi@brightwater.example", "port": 465, "protocol": "smtps"}
    plan = await world.ask("optimibi_send_test_email", **asked)
    assert "to bi@brightwater.example" in plan["will"]
    assert plan["body"]["password"] == "(secret mail)"
    assert held.test_mails == []
    done = await world.ask("apply_plan", plan=plan["plan"])

    assert held.test_mails == [
        {
            "smtpHost": "smtp.brightwater.example",
            "smtpPort": "465",
            "userId": "reports@brightwater.example",
            "smtpProtocol": "smtps",
            "defaultFrom": "bi@brightwater.example",
            "fromName": "Brightwater BI",
            "password": secret,
            "authenticate": True,
            "useSsl": False,
            "useStartTls": True,
        }
    ]
    assert (stored["authenticate"], stored["useSsl"]) == (True, False)
    assert world.settings.audit is not None
    audit = "".join(file.read_text() for file in Path(world.settings.audit).iterdir())
    told = json.dumps([stored, plan, done]) + audit
    assert not [text for text in {*held.secrets, secret} if text in told]


async def test_a_mail_server_that_refuses_is_quoted_and_a_secret_that_is_not_there_is_named(
    world: World,
) -> None:
    lay_out_secrets(world)
    plan = await world.ask("optimibi_send_test_email", password_secret="mail", port=1)
    told = await world.refused("apply_plan", plan=plan["plan"])
    missing = await world.refused("optimibi_send_test_email", password_secret="mael")

    assert "Couldn't connect to host" in json.dumps(told)
    assert "'mael'" in missing["message"]
