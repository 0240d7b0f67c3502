"""Data dictionaries made, changed and deleted, in both editions."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pentad.sandbox import Fault
from tests.inside import World

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])
SHOPS = "select store_id, store_name from sales.store order by 1"


def state_of(world: World, edition: str = "newer") -> Any:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    return state


async def done(world: World, tool: str, /, **arguments: Any) -> dict[str, Any]:
    plan = await world.ask(tool, **arguments)
    return await world.ask("apply_plan", plan=plan["plan"])


@EDITIONS
async def test_a_change_keeps_all_that_was_not_named(world: World, edition: str) -> None:
    state = state_of(world, edition)
    before = state.dictionaries["channel_names"].shown()
    plan = await world.ask("optimibi_save_dictionary", name="Channel_Names", expire=60)
    assert plan["body"]["changes"] == {"expire": {"from": "3600", "to": "60"}}
    told = await world.ask("apply_plan", plan=plan["plan"])
    after = state.dictionaries["channel_names"].shown()

    assert (told["saved"], told["created"]) == ("channel_names", False)
    assert {name for name, part in after.items() if part != before[name]} == {"expire", "update_time"}


@EDITIONS
async def test_a_list_and_a_statement_become_entries_that_can_be_read(world: World, edition: str) -> None:
    state_of(world, edition)
    await done(world, "optimibi_save_dictionary", name="zones", entries={"A": "Alpha", "2": "訓練"})
    listed = await world.ask("optimibi_get_dictionary_values", name="zones")
    new = {"name": "shops", "sql": SHOPS, "connection": "Retail_DW", "code_type": "number"}
    await done(world, "optimibi_save_dictionary", **new)
    computed = await world.ask("optimibi_get_dictionary_values", name="shops")

    assert listed["rows"] == [["A", "Alpha"], ["2", "訓練"]]
    assert computed["columns"] == ["store_id", "store_name"]
    assert state_of(world, edition).dictionaries["shops"].numeric
    await done(world, "optimibi_save_dictionary", name="zones", entries={"B": "Beta"})
    assert (await world.ask("optimibi_get_dictionary_values", name="zones"))["rows"] == [["B", "Beta"]]


async def test_entries_go_under_the_names_that_the_stored_ones_have(world: World) -> None:
    stored = {"name": "zones", "datatype": "2", "type": "1", "detail": '[{"code":"A","label":"Alpha"}]'}
    told = json.dumps({"success": True, "data": [stored]})
    platform = world.sandbox.platforms["optimibi"]
    platform.faults.add(Fault("wrong_shape", path="*/dict/query", body=told, times=None))
    plan = await world.ask("optimibi_save_dictionary", name="zones", entries={"B": "Beta"})
    await world.ask("apply_plan", plan=plan["plan"])
    form = dict(parse_qsl(world.sent("optimibi")[-1].request_body.decode(), keep_blank_values=True))

    assert plan["body"]["changes"] == {"entries.A": {"from": "Alpha"}, "entries.B": {"to": "Beta"}}
    assert json.loads(form["detail"]) == [{"code": "B", "label": "Beta"}]


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"name": "x"}, {"entries"}),
        ({"name": "x", "entries": {"a": "b"}, "sql": "select 1"}, {"sql", "connection"}),
        ({"name": "x", "entries": {}}, {"entries"}),
        ({"name": "x", "sql": "truncate a", "connection": "sensors"}, {"sql"}),
        ({"name": "x", "sql": SHOPS, "connection": "retail_wd"}, {"connection"}),
    ],
)
async def test_what_nobody_could_use_is_refused(world: World, asked: dict[str, Any], where: set[str]) -> None:
    told = await world.refused("optimibi_save_dictionary", **asked)

    assert set(told["problems"]) == where
    assert "x" not in state_of(world).dictionaries


async def test_a_server_that_takes_no_statement_of_this_account_is_explained(world: World) -> None:
    platform = world.sandbox.platforms["optimibi"]
    refusal = '{"success":false,"msg":"SQL_EXECUTE_FORBIDDEN","code":"403"}'
    platform.faults.add(Fault("wrong_shape", path="*/dict/update", body=refusal))
    plan = await world.ask("optimibi_save_dictionary", name="shops", sql=SHOPS, connection="retail_dw")
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert "only some accounts store or run SQL" in told["message"]
    assert told["platform_says"] == "SQL_EXECUTE_FORBIDDEN"


async def test_a_deleted_dictionary_is_gone_and_an_unknown_one_is_not_called_deleted(world: World) -> None:
    plan = await world.ask("optimibi_delete_dictionary", name="FLAGS")
    assert plan["now"]["entries"] == {"0": "no", "1": "yes"}
    told = await world.ask("apply_plan", plan=plan["plan"])
    again = await world.refused("optimibi_delete_dictionary", name="flags")

    assert told == {"deleted": "flags"}
    assert again["error"] == "not_found"
    assert "flags" not in state_of(world).dictionaries
