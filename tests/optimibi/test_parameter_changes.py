"""Global parameters made, changed and deleted, in the codes of both editions."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pentad.sandbox import Fault
from tests.inside import World

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])
SITES = "select site_name from iot.site order by 1"


def state_of(world: World, edition: str = "newer") -> Any:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    return state


async def done(world: World, tool: str, /, **arguments: Any) -> dict[str, Any]:
    plan = await world.ask(tool, **arguments)
    return await world.ask("apply_plan", plan=plan["plan"])


def sent(world: World) -> dict[str, str]:
    changes = [one for one in world.sent("optimibi", "POST") if one.path.endswith("/update")]
    return dict(parse_qsl(changes[-1].request_body.decode(), keep_blank_values=True))


@EDITIONS
async def test_a_change_keeps_all_that_was_not_named(world: World, edition: str) -> None:
    state = state_of(world, edition)
    before = state.parameters["carrier"].shown(newer=state.newer)
    plan = await world.ask("optimibi_save_parameter", name="CARRIER", about="Who carries")
    assert plan["body"]["changes"] == {"about": {"from": "Carrier", "to": "Who carries"}}
    assert "for everybody" in plan["will"]
    told = await world.ask("apply_plan", plan=plan["plan"])
    after = state.parameters["carrier"].shown(newer=state.newer)
    changing = {"desc", "update_time", "update_by"}

    assert (told["saved"], told["created"], told["about"]) == ("carrier", False, "Who carries")
    assert sent(world)["id"] == "carrier"
    assert {name for name, part in after.items() if part != before[name]} <= changing
    assert after["desc"] == "Who carries"


@EDITIONS
async def test_what_is_made_means_the_same_in_the_codes_of_either_edition(world: World, edition: str) -> None:
    state_of(world, edition)
    await done(world, "optimibi_save_parameter", name="size", kind="number", values="40,50,60", default="50")
    listed = await world.ask("optimibi_get_parameter_values", name="size")
    await done(world, "optimibi_save_parameter", name="place", sql=SITES + ";", connection="SENSORS")
    rows = (await world.ask("optimibi_list_parameters"))["rows"]
    made = {row[0]: row for row in rows}

    assert listed["about"] | {"about": ""} == {"name": "size", "type": "number", "default": "50", "about": ""}
    assert listed["rows"] == [["40"], ["50"], ["60"]]
    assert made["place"][3] == "from SQL"
    assert sent(world)["type"] == "2"
    await done(world, "optimibi_save_parameter", name="place", values=["here", "there"])
    values = await world.ask("optimibi_get_parameter_values", name="place")
    assert values["rows"] == [["here"], ["there"]]


async def test_codes_that_stored_parameters_have_go_before_those_of_the_edition(world: World) -> None:
    stored = {"name": "roast", "datatype": "2", "type": "3", "detail": '[{"name":"roast","value":"North"}]'}
    body = json.dumps({"success": True, "data": [stored]})
    platform = world.sandbox.platforms["optimibi"]
    platform.faults.add(Fault("wrong_shape", path="*/parameter/query", body=body, times=None))
    state_of(world, "older")
    await done(world, "optimibi_save_parameter", name="size", values="a,b")

    assert (sent(world)["id"], sent(world)["type"]) == ("", "3")
    assert json.loads(sent(world)["detail"])[1] == {"name": "size", "value": "b"}


@pytest.mark.parametrize(
    ("asked", "where", "says"),
    [
        ({"name": "x", "values": "a", "sql": "select 1"}, "sql", "not from both"),
        ({"name": "x", "sql": "select 1"}, "connection", "name it"),
        (
            {"name": "x", "sql": "select 1; drop table y", "connection": "sensors"},
            "sql",
            "several statements",
        ),
        ({"name": "x", "sql": "delete from y", "connection": "sensors"}, "sql", "one SELECT"),
        ({"name": "x", "sql": "select 'a", "connection": "sensors"}, "sql", "never closed"),
        ({"name": "x", "sql": "select 1 -- x", "connection": "sensors"}, "sql", "comments"),
        ({"name": "x", "sql": "select a into b from c", "connection": "sensors"}, "sql", "into is no part"),
        ({"name": "x", "sql": "select 1", "connection": "sensor"}, "connection", "did you mean sensors"),
        ({"name": "channel", "default": "Z"}, "default", "not among its 3 values"),
        ({"name": "top_n", "values": "5,x", "default": "y"}, "default", "not among"),
        ({"name": "x", "kind": "date", "default": "soon"}, "default", "is no date"),
        ({"name": "x", "kind": "dtae"}, "kind", "'date'"),
    ],
)
async def test_what_nobody_could_use_is_refused(
    world: World, asked: dict[str, Any], where: str, says: str
) -> None:
    before = dict(state_of(world).parameters)
    told = await world.refused("optimibi_save_parameter", **asked)

    assert says in json.dumps(told)
    assert where in told["problems"]
    assert state_of(world).parameters == before


def test_quoted_names_of_any_database_are_taken_for_names(world: World) -> None:
    arguments = world.app.operations["optimibi_save_parameter"].arguments
    for sql in (
        'select "UPDATE" from "GL"."COST_CENTER"',
        "select [set] from [dbo].[a b]",
        "select `do` from `a`.`b`",
        "with a as (select 'it''s; drop' as b) select b from a",
    ):
        assert arguments.check({"name": "x", "sql": sql})["sql"] == sql


@pytest.mark.parametrize("user", ["author", "reader"])
async def test_who_may_not_is_told_what_the_platform_says(world: World, user: str) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=held[f"{user}_username"], password=held[f"{user}_password"])
    plan = await world.ask("optimibi_save_parameter", name="channel", default="S")
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert told["platform_says"] == "Only administrators can manage global parameters"


async def test_a_deleted_parameter_is_gone_and_an_unknown_one_is_not_called_deleted(world: World) -> None:
    plan = await world.ask("optimibi_delete_parameter", name="Fiscal_Year")
    assert plan["now"]["values"] == ["FY2025", "FY2026"]
    assert "no call tells which reports use it" in plan["will"]
    told = await world.ask("apply_plan", plan=plan["plan"])
    again = await world.refused("optimibi_delete_parameter", name="fiscal_year")

    assert told == {"deleted": "fiscal_year"}
    assert again["error"] == "not_found"
    assert len(world.sent("optimibi")) == len([one for one in world.sent("optimibi") if one.status == 200])
    assert "fiscal_year" not in json.dumps(await world.ask("optimibi_list_parameters"))


async def test_an_older_server_that_lacks_the_call_is_explained(world: World) -> None:
    state_of(world, "older")
    plan = await world.ask("optimibi_delete_parameter", name="fiscal_year")
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert "may not have the call" in told["message"]


async def test_built_in_parameters_are_told_and_what_lets_somebody_in_is_not(world: World) -> None:
    state = state_of(world)
    told = await world.ask("optimibi_list_system_parameters")
    held = world.sandbox.platforms["optimibi"].credentials
    rows = {row[0]: row[2] for row in told["rows"]}

    assert rows["system.username"] == held["username"]
    assert rows["system.token"] == "(secret)"
    assert not [secret for secret in state.secrets if secret in json.dumps(told)]
