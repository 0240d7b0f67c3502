"""The MCP face, in every generation of the protocol."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any, get_args

import pytest
from mcp import Client, MCPError

from pentad import protocol
from pentad.app import App
from pentad.protocol import build_server, instructions
from pentad.sandbox import Fault
from pentad.settings import Settings
from tests.clock import ManualClock
from tests.inside import EVERYTHING, VERBS, Era, World, text_of

ERAS = get_args(Era)


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_of_either_era_lists_and_calls(world: World, era: Era) -> None:
    async with world.client(era) as client:
        listed = await client.list_tools()
        told = text_of(await client.call_tool("claribi_list_reports", {"limit": 2}))

    assert [tool.name for tool in listed.tools] == list(world.app.tools)
    assert len(told["rows"]) == 2


@pytest.mark.parametrize("era", ERAS)
async def test_an_answer_is_exactly_one_json_object_and_nothing_else(world: World, era: Era) -> None:
    async with world.client(era) as client:
        good = await client.call_tool("claribi_get_report", {"report_id": "9001"})
        bad = await client.call_tool("claribi_get_report", {})

    assert (good.is_error, bad.is_error) == (False, True)
    assert good.structured_content is None
    assert isinstance(text_of(good), dict)
    assert text_of(bad)["error"] == "rejected"


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_is_a_protocol_error_that_names_the_nearest(world: World, era: Era) -> None:
    async with world.client(era) as client:
        with pytest.raises(MCPError) as raised:
            await client.call_tool("claribi_list_report", {})

    assert raised.value.error.code == -32602
    assert "claribi_list_reports" in raised.value.error.message


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("claribi_delete_report", "PENTAD_ALLOW=destructive"),
        ("claribi_list_forecasts", "PENTAD_ENABLE=claribi_list_forecasts"),
        ("claribi_get_usage", "call_operation"),
        ("claribi_login_user", "not exposed"),
    ],
)
async def test_a_tool_that_is_not_listed_says_why(world: World, name: str, why: str) -> None:
    made = World(world.settings.downloads)
    async with made.client() as client:
        with pytest.raises(MCPError) as raised:
            await client.call_tool(name, {})

    assert why in raised.value.error.message


@pytest.mark.parametrize("era", ERAS)
async def test_long_lists_come_in_pages_with_checked_cursors(world: World, era: Era) -> None:
    names: list[str] = []
    async with Client(build_server(world.app, page=10), mode=era, cache=None) as client:
        cursor = None
        while True:
            page = await client.list_tools(cursor=cursor)
            names += [tool.name for tool in page.tools]
            cursor = page.next_cursor
            if cursor is None:
                break
        for wrong in (
            "nonsense",
            base64.urlsafe_b64encode(b"9999").decode(),
            base64.b64encode(b"-1").decode(),
        ):
            with pytest.raises(MCPError, match="Invalid cursor"):
                await client.list_tools(cursor=wrong)

    assert names == list(world.app.tools)


async def test_the_list_may_be_cached_and_shared(world: World) -> None:
    async with world.client("auto") as client:
        listed = await client.list_tools()

    assert (listed.ttl_ms, listed.cache_scope) == (300_000, "public")


@pytest.mark.parametrize("era", ERAS)
async def test_only_what_exists_is_advertised_and_the_list_never_changes(world: World, era: Era) -> None:
    async with world.client(era) as client:
        capabilities = client.server_capabilities

    assert capabilities is not None
    assert capabilities.tools is not None
    assert not capabilities.tools.list_changed
    assert capabilities.prompts is None
    assert capabilities.resources is not None
    assert not capabilities.resources.list_changed


async def test_annotations_tell_reads_from_changes(world: World) -> None:
    async with world.client() as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}

    reading, writing = tools["claribi_list_reports"], tools["claribi_generate_report"]
    reaching, deleting = tools["optimized_create_batch"], tools["claribi_delete_report"]
    hints = [tool.annotations for tool in (reading, writing, reaching, deleting)]
    assert [hint.read_only_hint for hint in hints if hint] == [True, False, False, False]
    assert [hint.destructive_hint for hint in hints if hint] == [False, False, True, True]
    assert all(tool.title for tool in tools.values())


async def test_waiting_reports_progress(world: World) -> None:
    heard: list[str | None] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with world.client() as client:
        await client.call_tool(
            "claribi_generate_report",
            {"report_id": world.sample("claribi", "pending_report")},
            progress_callback=listen,
        )

    assert "pending" in heard
    assert "generating" in heard


class StuckClock(ManualClock):
    """Sleeps until it is cancelled, and tells of both."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.stopped = asyncio.Event(), asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


async def test_cancelling_a_call_stops_the_upstream_call(downloads: Path) -> None:
    clock = StuckClock()
    world = World(downloads, clock)
    world.sandbox.platforms["claribi"].faults.add(Fault(kind="delay", delay=30))
    async with world.client() as client:
        call = asyncio.create_task(client.call_tool("claribi_list_reports", {}))
        await asyncio.wait_for(clock.started.wait(), 5)
        call.cancel()
        await asyncio.wait_for(clock.stopped.wait(), 5)


async def test_structured_content_mirrors_the_text_where_it_is_asked_for(world: World) -> None:
    world.change(structured=True)
    async with world.client() as client:
        result = await client.call_tool("claribi_get_report", {"report_id": "9001"})

    assert result.structured_content is not None
    assert result.structured_content["id"] == text_of(result)["id"]


@pytest.mark.parametrize("settings", [{}, {"read_only": True}, {"expose": "lean"}, dict(EVERYTHING)])
async def test_instructions_are_short_and_name_only_what_is_on(
    world: World, settings: dict[str, Any]
) -> None:
    made = World(world.settings.downloads, **settings)
    told = instructions(made.app)

    assert len(told) < 1500
    assert "clariBI" in told
    assert ("apply_plan" in told) is ("optimized_create_batch" in made.app.tools)


def test_descriptions_are_short_sentences(world: World) -> None:
    for tool in map(protocol.entry, world.app.tools.values()):
        assert 0 < len(tool.description or "") <= 200


async def test_without_any_account_the_server_starts_and_lists_the_verbs() -> None:
    app = App(Settings())
    async with Client(build_server(app), cache=None) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]

    assert names == VERBS
    assert "pentad doctor" in instructions(app)
