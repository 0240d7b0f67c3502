"""Kept results as MCP resources, in every generation of the protocol."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, get_args

import pytest
from mcp import Client, MCPError

from pentad import resources
from pentad.results.record import NOWHERE, Stored
from tests.inside import Era, World, text_of

ERAS = get_args(Era)


async def reports(client: Client) -> str:
    """The handle of all reports."""
    told = text_of(await client.call_tool("claribi_list_reports", {"limit": 100, "fields": ["id"]}))
    return str(told["more"]["result"])


async def text(client: Client, uri: str) -> tuple[str, str | None]:
    (part,) = (await client.read_resource(uri)).contents
    assert part.uri == uri
    return str(getattr(part, "text", "")), part.mime_type


async def refused(client: Client, uri: str) -> Any:
    with pytest.raises(MCPError) as raised:
        await client.read_resource(uri)
    return raised.value.error


def put(world: World, rows: int, size: int = 1) -> Stored:
    session = world.app.session
    return session.store.put(({"a": "x" * size} for _ in range(rows)), (), NOWHERE, session.owner)


@pytest.mark.parametrize("era", ERAS)
async def test_a_result_is_listed_and_read_whole(world: World, era: Era) -> None:
    async with world.client(era) as client:
        handle = await reports(client)
        (entry,) = (await client.list_resources()).resources
        whole, kind = await text(client, entry.uri)
        table, form = await text(client, f"{entry.uri}.csv")

    rows = json.loads(whole)
    assert (entry.name, entry.uri, entry.size) == (handle, f"pentad://results/{handle}", len(whole.encode()))
    assert entry.description == f"100 rows of claribi_list_reports, {len(rows[0])} columns"
    assert (kind, form, entry.mime_type) == ("application/json", "text/csv", "application/json")
    assert len(rows) == 100
    assert [row["id"] for row in csv.DictReader(io.StringIO(table))] == [row["id"] for row in rows]


@pytest.mark.parametrize("era", ERAS)
async def test_templates_say_how_a_handle_is_read(world: World, era: Era) -> None:
    async with world.client(era) as client:
        templates = (await client.list_resource_templates()).resource_templates

    assert [(one.uri_template, one.mime_type) for one in templates] == [
        ("pentad://results/{handle}", "application/json"),
        ("pentad://results/{handle}.csv", "text/csv"),
    ]


async def test_templates_may_be_shared_and_results_may_not(world: World) -> None:
    async with world.client("auto") as client:
        templates, listed = await client.list_resource_templates(), await client.list_resources()
        read = await client.read_resource(f"pentad://results/{put(world, 1).handle}")

    assert templates.cache_scope == "public"
    assert (listed.cache_scope, listed.ttl_ms, read.cache_scope) == ("private", 0, "private")


async def test_the_newest_are_listed_first_and_not_all_of_them(world: World) -> None:
    handles = []
    for _ in range(resources.LISTED + 2):
        world.clock.advance(1)
        handles.append(put(world, 1).handle)
    world.app.session.store.get(handles[0], world.app.session.owner)
    async with world.client() as client:
        listed = [one.name for one in (await client.list_resources()).resources]
        with pytest.raises(MCPError, match="Invalid cursor"):
            await client.list_resources(cursor="50")

    assert listed == handles[:1:-1]


@pytest.mark.parametrize("era", ERAS)
async def test_a_result_of_somebody_else_is_neither_listed_nor_read(world: World, era: Era) -> None:
    handle = put(world, 1).handle
    world.app.session.client_name = "somebody else"
    async with world.client(era) as client:
        listed = (await client.list_resources()).resources
        error = await refused(client, f"pentad://results/{handle}")

    assert listed == []
    assert (error.code, error.data) == (-32602, {"uri": f"pentad://results/{handle}"})
    assert "There is no result" in error.message


@pytest.mark.parametrize("era", ERAS)
async def test_a_result_that_is_gone_names_the_call_that_makes_it_again(world: World, era: Era) -> None:
    async with world.client(era) as client:
        uri = f"pentad://results/{await reports(client)}.csv"
        world.clock.advance(3700)
        listed = (await client.list_resources()).resources
        error = await refused(client, uri)

    assert listed == []
    assert (error.code, error.data["uri"]) == (-32602, uri)
    assert error.data["again"]["name"] == "claribi_list_reports"


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("ending", ["", ".csv"])
async def test_a_result_too_large_for_one_message_names_other_ways(
    world: World, era: Era, ending: str
) -> None:
    handle = put(world, 9, 2**20).handle
    async with world.client(era) as client:
        error = await refused(client, f"pentad://results/{handle}{ending}")

    assert error.code == -32602
    assert "larger than the 8 MiB" in error.message
    assert "export_result" in error.message
    assert "query_results" in error.message


@pytest.mark.parametrize(
    "uri",
    ["pentad://results/", "pentad://results/rows_2/x", "file:///etc/passwd", "", "pentad://results/a.json"],
)
async def test_another_address_is_answered_with_those_there_are(world: World, uri: str) -> None:
    async with world.client() as client:
        error = await refused(client, uri)

    assert error.code == -32602
    assert "pentad://results/HANDLE.csv" in error.message


async def test_a_result_whose_file_fails_is_no_fault_of_the_address(world: World) -> None:
    stored = put(world, 1)
    path = stored.path()
    path.unlink()
    path.mkdir()
    async with world.client() as client:
        error = await refused(client, f"pentad://results/{stored.handle}")

    assert error.code == -32603
    assert "can no longer be read from disk" in error.message
