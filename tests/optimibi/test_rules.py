"""Data-security rules changed through a real MCP client: tried, merged, planned, and in force at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.consent.playing import restart
from tests.inside import World

NORTH, PORTO = "Store managers see the north", "and Porto, until handed over"
COST = "Cost prices for Finance"
STORE = {"table": "store", "filter": "\"region\" = 'South'"}
EDITIONS = ["newer", "older"]
WRITES = ("/update", "/deleteBatch", "/enableBatch")


def state_of(world: World) -> Any:
    return world.sandbox.platforms["optimibi"].state


def writes(world: World) -> list[Any]:
    return [one for one in world.sent("optimibi") if one.path.endswith(WRITES)]


async def applied(world: World, name: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan, before which nothing was sent, and what came of it."""
    before = len(writes(world))
    plan = await world.ask(name, **arguments)
    assert len(writes(world)) == before
    return plan, await world.ask("apply_plan", plan=plan["plan"])


def sent(world: World) -> Any:
    return json.loads(writes(world)[-1].request_body)


async def become(world: World, who: str) -> None:
    """Another account from now on, in another process."""
    held = world.sandbox.platforms["optimibi"].credentials
    await world.app.aclose()
    world.as_user("optimibi", username=held[f"{who}username"], password=held[f"{who}password"])
    restart(world)


async def regions(world: World) -> set[str]:
    """What the reader sees of the stores; then it is the administrator's turn again."""
    await become(world, "reader_")
    told = await world.ask("optimibi_preview_data", connection="retail_dw", table="store", columns="region")
    await become(world, "")
    return {row[0] for row in told["rows"]}


async def rule_of(world: World, description: str) -> dict[str, Any]:
    told = await world.ask("optimibi_list_row_rules", connection="retail_dw")
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    (found,) = [row for row in rows if row["rule"] == description]
    return found


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_new_rule_is_planned_in_words_and_acts_at_once(world: World, edition: str) -> None:
    state_of(world).edition = edition
    plan, done = await applied(
        world,
        "optimibi_save_row_rule",
        connection="RETAIL_DW",
        description="Managers see the south, too",
        conditions=[STORE],
        grantees="store managers, sokafor",
    )

    assert "'Store managers' (role), sokafor (user) to see of sales.store only rows where" in plan["will"]
    assert "combine with OR" in plan["will"]
    assert plan["body"]["changes"]["grantees"]["to"] == ["Store managers (role)", "sokafor (user)"]
    assert sent(world)["grantedList"] == [
        {"name": "Store managers", "type": "1"},
        {"name": "sokafor", "type": "0"},
    ]
    assert (done["names_are_quoted"], len(done["id"])) == ('""', 32)
    assert await regions(world) == {"North", "Coast", "South"}
    granted = await world.ask("optimibi_list_row_rule_grants", rule=done["id"])
    parts = await world.ask("optimibi_list_row_rule_conditions", rule="managers see the SOUTH, too")
    assert granted["rows"] == [["Store managers", "role"], ["sokafor", "user"]]
    assert parts["rows"] == [["sales.store", STORE["filter"]]]


async def test_a_changed_rule_keeps_what_was_not_named(world: World) -> None:
    rules = state_of(world).row_rules
    part = replace(rules[0].conditions[0], rows='{"kept":"by the builder"}')
    other = replace(part, table="ticket", sql="channel = 'W'")
    rules[0] = replace(rules[0], conditions=(part, other))
    plan, _ = await applied(world, "optimibi_save_row_rule", rule=NORTH, conditions=[STORE])
    first, second = sent(world)["configList"]

    assert plan["body"]["changes"] == {
        "filters.sales.store": {"from": "\"region\" = 'North'", "to": STORE["filter"]}
    }
    assert first == {"schema": "sales", "tbname": "store", "sql": STORE["filter"]}
    assert second["rows"] == '{"kept":"by the builder"}'
    assert {name: sent(world)[name] for name in ("desc", "enable", "add_by", "grantedList")} == {
        "desc": NORTH,
        "enable": "1",
        "add_by": "mvega",
        "grantedList": [{"name": "Store managers", "type": "1"}],
    }
    await applied(world, "optimibi_save_row_rule", rule=NORTH, conditions=[{"table": "ticket", "filter": ""}])
    assert len(sent(world)["configList"]) == 1
    plan = await world.ask("optimibi_save_row_rule", rule=NORTH, grantees="Board")
    assert "no rule is left for 'Store managers' (role) on sales.store" in plan["will"]


async def test_a_condition_that_the_database_does_not_take_is_refused_in_its_words(world: World) -> None:
    bad = STORE | {"filter": "\"regin\" = 'South'"}
    told = await world.refused("optimibi_save_row_rule", rule=NORTH, conditions=[bad])
    tried = await world.ask("optimibi_verify_row_rule", connection="retail_dw", conditions=[bad, STORE])

    assert "regin" in json.dumps(told["problems"])
    assert "not found" in json.dumps(told)
    rows = [dict(zip(tried["columns"], row, strict=True)) for row in tried["rows"]]
    assert [row["works"] for row in rows] == [False, True]
    assert "regin" in rows[0]["problem"]
    assert {one["region"] for one in rows[1]["sample"]} == {"South"}
    assert writes(world) == []


@pytest.mark.parametrize(
    ("arguments", "argument", "words"),
    [
        ({"connection": "retail_dw", "description": "New"}, "conditions", "needed"),
        ({"rule": "Store managers see the nort", "enabled": False}, "rule", "no such rule"),
        ({"rule": NORTH, "connection": "freight", "enabled": False}, "connection", "belongs to retail_dw"),
        ({"rule": NORTH, "description": PORTO}, "description", "another rule"),
        ({"rule": NORTH, "grantees": "Stor managers"}, "grantees", "no such user, role or user type"),
        ({"rule": NORTH, "conditions": [STORE, STORE]}, "conditions", "named twice"),
        ({"rule": NORTH, "conditions": [STORE | {"filter": ""}]}, "conditions", "none is left"),
        ({"rule": NORTH, "conditions": [STORE | {"table": "stoer"}]}, "table", "no such table"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_before_anything_is_sent(
    world: World, arguments: dict[str, Any], argument: str, words: str
) -> None:
    told = await world.refused("optimibi_save_row_rule", **arguments)

    assert words in told["problems"][argument][0]
    assert writes(world) == []


async def test_locked_rules_are_refused_and_equal_descriptions_need_the_id(world: World) -> None:
    rules = state_of(world).row_rules
    rules[0] = replace(rules[0], base=replace(rules[0].base, editable="0"))
    rules[2] = replace(rules[2], base=replace(rules[2].base, about=PORTO))
    for name, arguments in (
        ("optimibi_delete_row_rules", {"rules": [world.sample("optimibi", "row_rule")]}),
        ("optimibi_set_row_rules_enabled", {"rules": [NORTH], "enabled": False}),
        ("optimibi_save_row_rule", {"rule": NORTH, "enabled": False}),
    ):
        told = await world.refused(name, **arguments)
        assert f"locked by the server: {NORTH!r}" in json.dumps(told["problems"])
    told = await world.refused("optimibi_delete_row_rules", rules=[PORTO])
    assert "2 rules are called" in told["problems"]["rules"][0]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_deleting_or_disabling_tells_whom_it_leaves_without_a_rule(world: World, edition: str) -> None:
    state_of(world).edition = edition
    off, done = await applied(world, "optimibi_set_row_rules_enabled", rules=[NORTH], enabled=False)
    assert "no rule is left for 'Store managers' (role) on sales.store (retail_dw)" in off["will"]
    assert done["rows"][0][-1] == "off"
    assert (await rule_of(world, NORTH))["enabled"] is False
    assert await regions(world) == {"Coast"}
    again = await world.refused("optimibi_set_row_rules_enabled", rules=[NORTH], enabled=False)
    assert "stored already" in again["message"]

    gone, done = await applied(world, "optimibi_delete_row_rules", rules=[PORTO, NORTH])
    assert "no rule is left for sokafor (user) on sales.store" in gone["will"]
    assert "Store managers" not in gone["will"].partition("This opens")[2]
    assert gone["body"]["rules"][PORTO]["filters"] == {"sales.store": "\"city\" = 'Porto'"}
    assert [row[-1] for row in done["rows"]] == ["deleted", "deleted"]
    assert len(await regions(world)) > 2


async def test_a_rule_that_was_locked_after_its_plan_is_not_deleted(world: World) -> None:
    rules = state_of(world).row_rules
    plan = await world.ask("optimibi_delete_row_rules", rules=[NORTH, PORTO])
    rules[0] = replace(rules[0], base=replace(rules[0].base, editable="0"))
    told = await world.refused("apply_plan", plan=plan["plan"])
    assert "locked" in json.dumps(told)
    assert (len(rules), writes(world)) == (4, [])


async def test_a_visibility_rule_hides_a_column_until_it_is_switched_off(world: World) -> None:
    hidden = {"table": "store", "column": "CITY", "shown_to": "only these", "grantees": ["Finance"]}
    plan, done = await applied(
        world,
        "optimibi_save_object_rule",
        connection="retail_dw",
        description="Cities",
        objects=[hidden, {"table": "sales.product", "shown_to": "all but these", "grantees": ["SYS_Reader"]}],
    )
    assert "sales.store.city is shown to only these: Finance (role)" in plan["will"]
    assert [one["obj_type"] for one in sent(world)["configList"]] == ["2", "1"]
    await become(world, "reader_")
    columns = await world.ask("optimibi_list_table_columns", connection="retail_dw", table="store")
    gone = await world.refused("optimibi_list_table_columns", connection="retail_dw", table="product")
    assert "city" not in [row[0] for row in columns["rows"]]
    assert gone["error"] == "not_found"

    await become(world, "")
    only = [hidden | {"column": "city", "grantees": []}]
    plan, _ = await applied(world, "optimibi_save_object_rule", rule="cities", objects=only)
    assert "everybody sees sales.store.city then" in plan["will"]
    assert [one["tbname"] for one in sent(world)["configList"]] == ["product"]
    await applied(world, "optimibi_set_object_rules_enabled", rules=[done["id"]], enabled=False)
    gone, _ = await applied(world, "optimibi_delete_object_rules", rules=["Cities", COST])
    assert "everybody sees sales.product.unit_cost then" in gone["will"]
    assert len(state_of(world).object_rules) == 1


async def test_a_visibility_rule_keeps_what_was_not_named_and_refuses_what_is_not_there(
    world: World,
) -> None:
    await applied(world, "optimibi_save_object_rule", rule=COST, description="Cost for some")
    (part,) = sent(world)["configList"]
    assert part["obj_key"] == '"sales"."product"."unit_cost"'
    assert {one["name"] for one in part["grantedList"]} == {"Finance", "Administrator", "SYS_Creator"}
    lost = {"table": "product", "column": "unit_cots", "shown_to": "only these", "grantees": ["Board"]}
    told = await world.refused("optimibi_save_object_rule", rule="Cost for some", objects=[lost])
    assert "unit_cost" in told["message"]
    nobody = lost | {"column": "unit_cost", "grantees": []}
    told = await world.refused("optimibi_save_object_rule", rule="Cost for some", objects=[nobody])
    assert "none is left" in told["problems"]["objects"][0]
