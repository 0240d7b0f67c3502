"""The server that the official suite is run against, and how its findings are read. The suite itself runs in
`make conformance`, as it is no Python package."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from mcp import Client, MCPError

from pentad.protocol import build_server
from pentad.serving import http_server, listening
from tests.conformance import inspecting, tree
from tests.conformance.server import FIXTURES, build
from tests.conformance.suite import served
from tests.conformance.verdicts import Generation, baseline, read, required
from tests.conformance.visits import Seen, listings
from tests.inside import VERBS, World, text_of

REQUIRED = """
server: [tools-list, ping]
not_scored:
  - {scenario: tasks-lifecycle, leg: server, reason: extension}
  - {scenario: auth/dpop, leg: client, reason: extension}
"""
GOOD, BAD, DOUBTFUL = "SUCCESS", "FAILURE", "WARNING"


def left(folder: Path, **found: list[str]) -> Generation:
    """What is read of a run that left checks of these statuses."""
    for name, statuses in found.items():
        scenario = folder / f"server-{name.replace('_', '-')}-2026-11-22T17-52-53-959Z"
        scenario.mkdir(parents=True)
        checks = [{"id": "one", "status": status, "errorMessage": "so it is"} for status in statuses]
        (scenario / "checks.json").write_text(json.dumps(checks), "utf-8")
    return read(folder, "2026-07-28", required(REQUIRED))


async def test_the_entry_point_serves_our_tools_and_the_suite_s_beside_them(tmp_path: Path) -> None:
    async with served(tmp_path) as server, Client(server.url, cache=None) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        ours = await client.call_tool("claribi_list_reports", {"limit": 1})
        theirs = await client.call_tool("test_audio_content")
        walked = await client.call_tool("test_simple_text", {"unknown": 1})
        with pytest.raises(MCPError, match="Unknown tool 'test_nothing'"):
            await client.call_tool("test_nothing")

    assert len(names) == len(set(names))
    assert set(names) > {*VERBS, *FIXTURES, "test_simple_text"}
    assert len(text_of(ours)["rows"]) == 1
    assert theirs.content[0].type == "audio"
    assert "no such argument" in text_of(walked)["problems"]["unknown"][0]
    assert server.log == []


async def test_a_fixture_that_is_an_operation_asks_as_operations_ask(world: World) -> None:
    async def accept(context: Any, params: Any) -> Any:
        asked.append(params.message)
        return {"action": "accept", "content": {}}

    asked: list[str] = []
    server = build(world.app)
    name = "test_input_required_result_request_state"
    async with Client(server, cache=None, mode="legacy", elicitation_callback=accept) as client:
        agreed = text_of(await client.call_tool(name))

    assert asked == ["Please confirm\nUndo: nothing happens."]
    assert agreed == {"told": "state-ok"}


async def test_a_call_over_http_does_not_list_the_tools(world: World) -> None:
    listed: list[str] = []
    server = build_server(world.app)
    entry = server.get_request_handler("tools/list")
    assert entry is not None

    async def counted(context: Any, params: Any) -> Any:
        listed.append(context.method)
        return await entry.handler(context, params)

    server.add_request_handler("tools/list", entry.params_type, counted)
    listener = listening(0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    running = http_server(world.app, url, server)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    async with httpx.AsyncClient(trust_env=False) as client:
        told = await client.post(url, json=call("find_operations", query="reports"), headers=HEADERS)
    running.should_exit = True
    await task

    assert told.status_code == 200
    assert listed == []


_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "find_operations",
}


def call(name: str, **arguments: str) -> dict[str, Any]:
    params = {"name": name, "arguments": arguments, "_meta": _META}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def test_a_run_is_right_when_all_that_is_scored_is_green_and_what_is_excused_is_not(tmp_path: Path) -> None:
    good = left(tmp_path, tools_list=[GOOD, "INFO"], ping=[GOOD], tasks_lifecycle=[BAD, GOOD])

    assert (good.green, len(good.scored), good.checks[GOOD]) == (2, 2, 2)
    assert good.wrong({"tasks-lifecycle": "no tasks"}) == []
    assert good.wrong({}) == ["tasks-lifecycle: one: so it is"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"tools_list": [GOOD], "ping": [GOOD, BAD]}, "ping: one: so it is"),
        ({"tools_list": [GOOD], "ping": [GOOD, DOUBTFUL]}, "ping: one: so it is"),
        ({"tools_list": [GOOD], "ping": ["SKIPPED"]}, "ping: nothing was checked"),
        ({"tools_list": [GOOD]}, "ping: nothing was checked"),
        (
            {"tools_list": [GOOD], "ping": [GOOD], "tasks_lifecycle": [GOOD]},
            "tasks-lifecycle: passes, and is excused all the same",
        ),
    ],
)
def test_a_run_is_wrong_when_something_failed_warned_was_not_checked_or_is_excused_in_vain(
    tmp_path: Path, found: dict[str, list[str]], told: str
) -> None:
    assert left(tmp_path, **found).wrong({"tasks-lifecycle": "no tasks"}) == [told]


def test_a_visit_is_wrong_when_it_ends_otherwise_or_the_lint_finds_something() -> None:
    visit = listings()[0]
    told = {"result": {"tools": [{"name": "one"}]}}
    fault = {"toolName": "one", "findings": [{"rule": "untyped-schema", "severity": "warning"}]}

    assert inspecting.wrong([Seen(visit, told, 0, "")]) == []
    assert inspecting.wrong([Seen(visit, told, 6, "bad")]) == ["tools/list, core (legacy): exit 6 bad"]
    assert inspecting.wrong([Seen(visit, {}, 0, "")]) == ["tools/list, core (legacy): exit 0 "]
    assert inspecting.wrong([Seen(visit, {**told, "schemaFindings": [fault]}, 0, "")]) == [
        "tools/list, core (legacy): the lint found [('one', 'untyped-schema')]"
    ]


def test_what_is_excused_is_never_scored_and_has_a_reason() -> None:
    excused = [reason for reasons in baseline().values() for reason in reasons.items()]

    assert all(name.startswith("tasks-") or name == "server-sse-polling" for name, _ in excused)
    assert all(reason for _, reason in excused)


def test_the_packages_are_pinned_with_a_hash_each_and_no_host_is_named() -> None:
    text = (tree.HERE / "package-lock.json").read_text("utf-8")
    packages: dict[str, dict[str, Any]] = json.loads(text)["packages"]
    pinned = {name: one for name, one in packages.items() if name and not one.get("link")}

    assert (
        json.loads((tree.HERE / "package.json").read_text("utf-8"))["dependencies"]
        == packages[""]["dependencies"]
    )
    assert [name for name, one in pinned.items() if "integrity" not in one and "inBundle" not in one] == []
    assert re.findall(r"\w+://", text) == []
