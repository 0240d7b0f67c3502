"""From a connection down to rows through a real MCP client, in both editions, and without a secret."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.inside import World, text_of

EDITIONS = ["newer", "older"]


def place(world: World, **more: Any) -> dict[str, Any]:
    """A table of a thousand rows and more."""
    return {"connection": world.sample("optimibi", "connection"), "table": "ticket_line"} | more


def forms(world: World, path: str) -> list[dict[str, str]]:
    """What was sent to an address as a form, oldest first."""
    sent = [one for one in world.sent("optimibi") if one.path.endswith(path)]
    assert {one.request_headers["content-type"] for one in sent} <= {"application/x-www-form-urlencoded"}
    return [{name: values[0] for name, values in parse_qs(one.request_body.decode()).items()} for one in sent]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_one_tool_leads_from_connections_to_columns(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    name, schema, table = (world.sample("optimibi", one) for one in ("connection", "schema", "table"))
    connections = await world.ask("optimibi_browse_connections")
    schemas = await world.ask("optimibi_browse_connections", connection=name)
    tables = await world.ask("optimibi_browse_connections", connection=name, db_schema=schema)
    columns = await world.ask("optimibi_browse_connections", connection=name, db_schema=schema, table=table)

    assert connections["columns"] == ["name", "type", "database"]
    assert connections["total"] == 6
    assert "more" not in connections
    assert [name, "PostgreSQL", "retail"] in connections["rows"]
    assert [schema, True] in schemas["rows"]
    assert [schema, table] in [row[:2] for row in tables["rows"]]
    assert columns["about"] == {"connection": name, "schema": schema, "table": table}
    assert world.sample("optimibi", "column") in [row[0] for row in columns["rows"]]


async def test_names_may_differ_in_case_and_a_schema_may_be_left_out(world: World) -> None:
    asked = {name: text.upper() for name, text in place(world).items()}
    told = await world.ask("optimibi_browse_connections", **asked)
    joined = f"{world.sample('optimibi', 'schema')}.ticket_line"
    dotted = await world.ask("optimibi_browse_connections", **place(world, table=joined))

    assert told["about"] == place(world, schema=world.sample("optimibi", "schema"))
    assert dotted["rows"] == told["rows"]


@pytest.mark.parametrize(
    ("changed", "noun"),
    [
        ({"connection": "retail_wd"}, "connection"),
        ({"table": "tickets_line"}, "table"),
        ({"db_schema": "sails"}, "schema"),
    ],
)
async def test_an_unknown_name_is_answered_with_the_nearest(
    world: World, changed: dict[str, str], noun: str
) -> None:
    told = await world.refused("optimibi_browse_connections", **place(world) | changed)
    meant = {"connection": "retail_dw", "table": "ticket_line", "schema": "sales"}[noun]

    assert told["error"] == "not_found"
    assert f"There is no {noun} {next(iter(changed.values()))!r}" in told["message"]
    assert "did you mean" in told["message"]
    assert meant in told["message"]


async def test_no_secret_of_a_connection_is_told(world: World) -> None:
    state = world.sandbox.platforms["optimibi"].state
    async with world.client() as client:
        for name in ("retail_dw", "web_clicks"):
            one = text_of(await client.call_tool("optimibi_get_connection", {"connection": name}))
            assert one["type"]
            assert not [secret for secret in state.secrets if secret in json.dumps(one)]
        listed = text_of(await client.call_tool("optimibi_list_connections", {}))
    kept = await world.ask("optimibi_browse_connections")

    assert one["driver_options"] == ["CLICKHOUSE.access_token"]
    assert not [secret for secret in state.secrets if secret in json.dumps([listed, kept])]
    sent = b"".join(exchange.response_body for exchange in world.sent("optimibi")).decode()
    assert [secret for secret in state.secrets if secret in sent]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_sample_rows_come_whole_in_the_order_of_the_table(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    columns = await world.ask("optimibi_list_table_columns", **place(world))
    told = await world.ask("optimibi_preview_data", **place(world), limit=7)
    (sent,) = forms(world, "/metadata/previewcolumn")

    assert told["columns"] == [row[0] for row in columns["rows"]]
    assert len(told["rows"]) == 7
    assert sent == place(world, schema=world.sample("optimibi", "schema"), limit="7")
    assert "may have more" in told["note"]


async def test_a_sample_of_some_columns_can_be_asked_in_sql(world: World) -> None:
    told = await world.ask(
        "optimibi_preview_data", **place(world), columns="net_amount, quantity", limit=1000
    )
    handle = told["more"]["result"]
    summed = await world.ask("query_results", sql=f"SELECT count(*) AS n, sum(quantity) AS q FROM {handle}")
    listed = await world.ask("optimibi_preview_data", **place(world), columns=["net_amount", "quantity"])
    (sent, _) = forms(world, "/metadata/previewcolumn")

    assert told["columns"] == listed["columns"] == ["net_amount", "quantity"]
    assert json.loads(sent["columns"])[0] == {"name": "net_amount", "detail": ""}
    assert summed["rows"][0][0] == 1000
    assert len(listed["rows"]) + listed.get("more", {}).get("rows", 0) == 50


async def test_a_column_that_is_not_there_is_answered_with_the_nearest(world: World) -> None:
    told = await world.refused("optimibi_preview_data", **place(world), columns=["net_amont"])

    assert "There is no column 'net_amont' in ticket_line; did you mean net_amount" in told["message"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_repeated_values_are_told_whether_the_platform_calls_them_a_failure_or_not(
    world: World, edition: str
) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    asked = place(world, table=world.sample("optimibi", "table"))
    key, column = (world.sample("optimibi", name) for name in ("key_column", "column"))
    unique = await world.ask("optimibi_check_columns_unique", **asked, columns=[key])
    repeated = await world.ask("optimibi_check_columns_unique", **asked, columns=[column])
    unknown = await world.refused("optimibi_check_columns_unique", **asked, columns=[f"{column}s"])

    assert (unique["unique"], repeated["unique"]) == (True, False)
    assert f"did you mean {column}" in unknown["message"]


async def test_secrets_are_remarked_only_where_one_would_stand_in_the_answer(world: World) -> None:
    browsed = await world.ask("optimibi_browse_connections", connection="finance_gl", db_schema="GL")
    settings = await world.ask("optimibi_get_system_settings")

    assert any("Encrypted" in one.response_body.decode() for one in world.sent("optimibi"))
    assert "note" not in browsed
    assert "(secret)" in settings["note"]
