"""Connections made, changed, tried and deleted, in both editions, and without a secret on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox.optimibi.connections import stored
from tests.inside import World, lay_out_secrets

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])
SECRET = "canary-database-0123456789abcdef0123456789"
NEW = {
    "name": "outlets",
    "type": "postgresql",
    "host": "retail-dw.brightwater.example",
    "database": "retail",
    "user": "bi_reader",
    "password_secret": "database",
}


def state_of(world: World, edition: str = "newer") -> Any:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    lay_out_secrets(world)
    return state


def held(world: World, name: str) -> dict[str, Any]:
    """What the server has stored, its secrets included."""
    state = world.sandbox.platforms["optimibi"].state
    return stored(state.dice, state.connections[name])


def changes(world: World) -> list[Any]:
    tails = ("connection/add", "connection/update", "connection/test", "deletebyname")
    return [one for one in world.sent("optimibi") if one.path.endswith(tails)]


async def planned(world: World, name: str, /, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan, for which nothing was sent, and what came of it."""
    before = len(changes(world))
    plan = await world.ask(f"optimibi_{name}", **arguments)
    assert len(changes(world)) == before
    done = await world.ask("apply_plan", plan=plan["plan"])
    assert not [secret for secret in secrets(world) if secret in json.dumps([plan, done])]
    return plan, done


def secrets(world: World) -> set[str]:
    return {SECRET, *world.sandbox.platforms["optimibi"].state.secrets}


@EDITIONS
async def test_a_connection_is_made_with_a_secret_that_is_only_named(world: World, edition: str) -> None:
    state_of(world, edition)
    plan, done = await planned(
        world, "create_connection", **NEW, options={"TimeZone": "Europe/Lisbon"}, pool={"maxActive": "5"}
    )
    body = json.loads(changes(world)[-1].request_body)
    tried = await world.ask("optimibi_test_connection", connection="outlets")
    schemas = await world.ask("optimibi_browse_connections", connection="outlets")
    audit = "".join(file.read_text() for file in world.settings.downloads.parent.glob("audit/*"))

    assert plan["body"]["password"] == "(secret database)"
    assert (plan["body"]["type"], plan["body"]["port"]) == ("PostgreSQL", "5432")
    assert done["connection"] == "outlets"
    assert body["password"] == SECRET
    assert body["databaseType"]["shortName"] == "POSTGRESQL"
    assert body["extraOptions"] == {"POSTGRESQL.TimeZone": "Europe/Lisbon"}
    assert body["extraOptionsOrder"] == {"0": "POSTGRESQL.TimeZone"}
    assert tried["works"] is True
    assert schemas["rows"]
    assert '"name":"outlets"' in audit
    assert SECRET not in audit


@pytest.mark.parametrize(
    ("changed", "where", "words"),
    [
        ({"name": "retail_dw"}, "name", "'retail_dw' is taken"),
        ({"type": "Informix"}, "port", "is needed"),
        ({"host": None}, "host", "is needed"),
        ({"options": {"sslpassword": "x"}}, "options", "sslpassword: a secret"),
        ({"url": "jdbc:x://h/db?user=a&password=b"}, "url", "holds a secret"),
    ],
)
async def test_a_connection_that_cannot_be_made_is_refused_before_anything_is_sent(
    world: World, changed: dict[str, Any], where: str, words: str
) -> None:
    state_of(world)
    asked = {name: value for name, value in (NEW | changed).items() if value is not None}
    told = await world.refused("optimibi_create_connection", **asked)

    assert words in told["problems"][where][0]
    assert changes(world) == []


async def test_a_secret_that_nobody_laid_out_is_told_by_name(world: World) -> None:
    state_of(world)
    told = await world.refused("optimibi_create_connection", **NEW | {"password_secret": "nothing"})
    assert "'nothing'" in told["message"]
    assert changes(world) == []


@EDITIONS
async def test_what_is_not_named_is_sent_back_as_it_was_read(world: World, edition: str) -> None:
    state_of(world, edition)
    before = held(world, "retail_dw")
    plan, done = await planned(
        world, "update_connection", connection="Retail_DW", port="5444", options={"TimeZone": "UTC"}
    )
    after, sent = held(world, "retail_dw"), json.loads(changes(world)[-1].request_body)
    named = {"databasePort", "attributes", "extraOptions", "extraOptionsOrder"}

    assert sent["password"] is None
    assert after["password"] == before["password"]
    assert {name for name in before if before[name] != after[name]} == named
    assert after["extraOptions"] == before["extraOptions"] | {"POSTGRESQL.TimeZone": "UTC"}
    assert after["extraOptionsOrder"] == {"0": "POSTGRESQL.sslpassword", "1": "POSTGRESQL.TimeZone"}
    assert plan["body"]["changes"]["databasePort"] == {"from": "5432", "to": "5444"}
    assert "The stored password goes wherever these lead." in plan["will"]
    assert plan["now"]["models"] == "2: RetailSales, StorePlan"
    assert "databasePort" in done["changed"]


async def test_a_password_an_address_and_a_pool_change_without_a_secret_being_told(world: World) -> None:
    state_of(world)
    plan, _ = await planned(
        world,
        "update_connection",
        connection="web_clicks",
        password_secret="database",
        url="jdbc:clickhouse://other.example/web",
        options={"access_token": ""},
        pool={"maxIdle": "", "maxActive": "9"},
    )
    told, after = plan["body"]["changes"], held(world, "web_clicks")

    assert told["password"] == {"from": None, "to": "(secret)"}
    assert told["extraOptions.CLICKHOUSE.access_token"] == {"from": "(secret)"}
    assert "(secret)" in told["CUSTOM_URL"]["from"]
    assert "(secret database)" in plan["will"]
    assert (after["extraOptions"], after["extraOptionsOrder"]) == ({}, {})
    assert after["connectionPoolingProperties"] == {
        "initialSize": "1",
        "maxActive": "9",
        "validationQuery": None,
    }
    assert json.loads(changes(world)[-1].request_body)["password"] == SECRET


@EDITIONS
async def test_a_renamed_connection_keeps_its_id_and_leaves_its_models_behind(
    world: World, edition: str
) -> None:
    state_of(world, edition)
    taken = await world.refused("optimibi_update_connection", connection="retail_dw", name="sensors")
    before = held(world, "retail_dw")
    plan, done = await planned(world, "update_connection", connection="retail_dw", name="retail")
    nothing = await world.refused("optimibi_update_connection", connection="retail", user="bi_reader")

    assert "is taken" in taken["problems"]["name"][0]
    assert "optimibi_change_model_datasource" in plan["will"]
    assert done["connection"] == "retail"
    assert (held(world, "retail")["id"], held(world, "retail")["name"]) == (before["id"], "retail")
    assert "Nothing would change" in nothing["message"]


@EDITIONS
async def test_a_deleted_connection_is_told_with_what_breaks(world: World, edition: str) -> None:
    state = state_of(world, edition)
    plan, done = await planned(world, "delete_connection", connection="finance_gl")
    again = await world.refused("optimibi_delete_connection", connection="finance_gl")
    failed = await world.refused("optimibi_query_cube", model="Budget", measures=["BUDGET.PLANNED"])

    assert plan["will"] == (
        "Delete the connection finance_gl for good; 2 models, 23 reports and 1 alert will no longer work."
    )
    assert plan["now"]["breaks"]["models"] == "2: Budget, GeneralLedger"
    assert done["deleted"] == "finance_gl"
    assert "finance_gl" not in state.connections
    assert again["error"] == failed["error"] == "not_found" if edition == "older" else failed["error"]


@EDITIONS
async def test_a_connection_is_tried_without_a_plan_and_with_its_own_password(
    world: World, edition: str
) -> None:
    state_of(world, edition)
    works = await world.ask("optimibi_test_connection", connection="sensors")
    fails = await world.ask("optimibi_test_connection", connection="sensors", database="elsewhere")
    stored = json.loads(changes(world)[0].request_body)
    named = await world.ask("optimibi_test_connection", connection="sensors", password_secret="database")
    other = json.loads(changes(world)[-1].request_body)

    assert (works["works"], fails["works"], named["works"]) == (True, False, True)
    assert stored["password"] is None
    assert stored["extraOptions"] == held(world, "sensors")["extraOptions"]
    assert other == stored | {"password": SECRET}


async def test_no_password_is_tried_where_nobody_agreed_to_send_it(world: World) -> None:
    state_of(world)
    for elsewhere in ({"host": "away.example"}, {"port": "1"}, {"url": "jdbc:x"}, {"options": {"a": "b"}}):
        told = await world.refused(
            "optimibi_test_connection", connection="sensors", password_secret="database", **elsewhere
        )
        assert set(told["problems"]) == set(elsewhere)
    assert changes(world) == []


@pytest.mark.parametrize(
    ("user", "name", "asked", "words"),
    [
        ("author", "create_connection", NEW | {"host": "localhost"}, "are for administrators"),
        ("author", "delete_connection", {"connection": "sensors"}, "may not delete this connection"),
        ("reader", "update_connection", {"connection": "sensors", "user": "x"}, "may not edit this"),
    ],
)
async def test_what_the_platform_calls_its_refusals_is_said_in_words(
    world: World, user: str, name: str, asked: dict[str, Any], words: str
) -> None:
    state_of(world)
    people = world.sandbox.platforms["optimibi"].credentials
    login = {one: people[f"{user}_{one}"] for one in ("username", "password")}
    world.as_user("optimibi", auth_mode="basic", **login)
    plan = await world.ask(f"optimibi_{name}", **asked)
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert words in told["message"]


async def test_names_rights_and_pools_can_be_asked_on_newer_servers(world: World) -> None:
    state_of(world)
    known = [
        await world.ask("optimibi_check_connection_exists", name=name) for name in ("sensors", "nothing")
    ]
    rights = await world.ask("optimibi_get_connection_sensitivity", connection="Sensors")
    pool = await world.ask("optimibi_list_pooling_parameters")

    assert [one["exists"] for one in known] == [True, False]
    assert (rights["connection"], rights["targetType"], rights["rawSqlAllowed"]) == (
        "sensors",
        "REMOTE",
        True,
    )
    assert ["maxActive", "20", "upper bound"] in pool["rows"]
    state_of(world, "older")
    older = await world.refused("optimibi_list_pooling_parameters")
    assert "This release may not have the call" in older["message"]
