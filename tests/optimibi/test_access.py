"""Who may see what, through a real MCP client: everything of an access review, and no hash of a password."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside import World

EDITIONS = ["newer", "older"]


def rows_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


async def test_an_access_list_tells_who_may_do_what(world: World) -> None:
    path = world.sample("optimibi", "report")
    told = await world.ask("optimibi_get_item_acl", path=path)
    colons = await world.ask("optimibi_get_item_acl", path=path.replace("/", ":"))

    assert told["columns"] == ["recipient", "kind", "permissions"]
    assert ["Administrator", "user type", ["full control"]] in told["rows"]
    assert told["about"]["path"] == path
    assert colons["rows"] == told["rows"]


async def test_an_access_list_is_found_by_id_and_not_where_nothing_is(world: World) -> None:
    by_id = await world.ask("optimibi_get_item_acl", path=world.sample("optimibi", "report_id"))
    gone = await world.refused("optimibi_get_item_acl", path="/public/Nowhere.datafor")

    assert by_id["about"]["path"] == world.sample("optimibi", "report")
    assert gone["error"] == "not_found"


async def test_models_and_connections_have_access_lists_on_newer_servers_only(world: World) -> None:
    model = await world.ask("optimibi_get_model_acl", model="Retail sales")
    connection = await world.ask("optimibi_get_connection_acl", connection="RETAIL_DW")

    assert model["about"] == {"model": "RetailSales", "owner": "klind", "inherited": False}
    assert ["SYS_Creator", "user type", ["edit"]] in connection["rows"]
    world.sandbox.platforms["optimibi"].state.edition = "older"
    for name, about in (("model", "RetailSales"), ("connection", "retail_dw")):
        gone = await world.refused(f"optimibi_get_{name}_acl", **{name: about})
        assert "This release may not have the call" in gone["message"]


async def test_rules_tell_which_rows_and_columns_whom_is_left_to_see(world: World) -> None:
    rows = rows_of(await world.ask("optimibi_list_row_rules"))
    objects = rows_of(await world.ask("optimibi_list_object_rules"))
    one = rows_of(await world.ask("optimibi_list_row_rules", connection=rows[0]["connection"].upper()))

    assert all(row["table"] and row["filter"] and row["grantees"] for row in rows)
    assert {row["shown_to"] for row in objects} <= {"only these", "all but these"}
    assert all(row["grantees"] for row in objects)
    assert one == [row for row in rows if row["connection"] == rows[0]["connection"]]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_users_and_roles_are_found_where_the_edition_has_them(world: World, edition: str) -> None:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    users = await world.ask("optimibi_list_users")
    roles = rows_of(await world.ask("optimibi_list_roles", kind="business"))
    types = await world.ask("optimibi_list_user_types")

    assert users["total"] == len(state.users)
    assert {row["kind"] for row in roles} == {"business role"}
    assert ["Administrator"] in types["rows"]
    told = json.dumps([users, roles, types])
    assert not [secret for secret in state.secrets if secret in told]


async def test_users_come_in_pages_that_go_on_where_the_last_one_ended(world: World) -> None:
    told = await world.ask("optimibi_list_users", limit=8)
    seen = [row[0] for row in told["rows"]]
    while "cursor" in told.get("more", {}):
        told = await world.ask("optimibi_list_users", limit=8, cursor=told["more"]["cursor"])
        seen += [row[0] for row in told["rows"]]

    assert len(seen) == len(set(seen)) == told["total"] == 20


async def test_a_list_that_failed_inside_a_success_is_a_failure(world: World) -> None:
    world.sandbox.platforms["optimibi"].state.table_reads_fail = True

    assert (await world.refused("optimibi_list_users"))["error"] == "rejected"
    assert (await world.refused("optimibi_list_roles"))["error"] == "rejected"


async def test_what_only_some_may_see_is_refused_as_a_right_that_is_lacking(world: World) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=held["reader_username"], password=held["reader_password"])
    rules = await world.refused("optimibi_list_row_rules")
    hidden = await world.refused(
        "optimibi_preview_data", connection="retail_dw", table="product", columns="unit_cost"
    )

    assert rules["error"] == "rejected"
    assert "lacks the right" in rules["message"]
    assert "There is no column 'unit_cost'" in hidden["message"]
