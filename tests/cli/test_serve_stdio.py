"""`pentad serve` over stdio, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import pytest
from mcp import Client, MCPError

from tests.cli.conftest import Pentad
from tests.cli.processes import PIPES, Process, ended, guarded, heard, launch, stream, tell
from tests.inside import VERBS, Era, text_of

REVISIONS: dict[Era, str] = {"auto": "2026-07-28", "legacy": "2025-11-25"}
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "an older host", "version": "1"},
}
KEY = "PENTAD_CLARIBI_API_KEY"


@pytest.fixture
def process() -> Generator[Process]:
    """A server that has been greeted by an older host."""
    server = subprocess.Popen([sys.executable, "-m", "pentad", "serve", "--sandbox"], **PIPES)
    with guarded(server):
        tell(server, {"id": 1, "method": "initialize", "params": HELLO})
        yield server


@pytest.mark.parametrize(("era", "revision"), REVISIONS.items())
async def test_a_client_of_either_era_is_shown_what_tools_prints_and_can_call(
    pentad: Pentad, era: Era, revision: str
) -> None:
    async with Client(launch("serve", "--sandbox"), mode=era) as client:
        spoken = client.protocol_version
        listed = (await client.list_tools()).tools
        told = text_of(await client.call_tool("claribi_list_reports", {"limit": 2}))

    assert spoken == revision
    assert [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed] == pentad(
        "tools", "--json", "--sandbox"
    ).json
    assert len(told["rows"]) == 2


def test_nothing_but_protocol_is_on_stdout_and_closing_stdin_ends_it(process: Process) -> None:
    greeted = heard(process)
    tell(process, {"method": "notifications/initialized"})
    answers = [_asked(process, number, name) for number, name in enumerate(_CALLS, start=2)]
    stream(process.stdin).close()
    code, out, err = ended(process)

    assert (greeted["id"], greeted["result"]["protocolVersion"]) == (1, "2025-06-18")
    assert [answer["id"] for answer in answers] == [2, 3, 4]
    assert [answer.get("result", {}).get("isError") for answer in answers] == [False, True, None]
    assert "claribi_get_report" in answers[2]["error"]["message"]
    assert (code, out, err) == (0, "", "")


_CALLS = ("claribi_list_dashboards", "claribi_get_report", "claribi_get_reprot")


def _asked(server: Process, number: int, name: str) -> dict[str, Any]:
    tell(server, {"id": number, "method": "tools/call", "params": {"name": name, "arguments": {}}})
    return heard(server)


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind do not exist there")
@pytest.mark.parametrize(
    "sign",
    [
        signal.SIGTERM,
        signal.SIGINT,
    ],
)
def test_a_signal_ends_it_without_a_traceback_though_stdin_stays_open(
    process: Process, sign: signal.Signals
) -> None:
    assert heard(process)["id"] == 1

    process.send_signal(sign)
    code, out, err = ended(process, within=3)

    assert code in (0, -sign, 128 + sign)
    assert (out, err) == ("", "")


async def test_a_wrong_configuration_is_no_obstacle_to_starting_and_calls_explain_it() -> None:
    wrong = {KEY: "claribi_mcp_abc", "PENTAD_CONFIG": "/nowhere/pentad.toml", "PENTAD_BUDGET": "plenty"}
    async with Client(launch("serve", **wrong)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("claribi_list_reports", {})

    assert "claribi_list_reports" in names
    assert "optimized_create_batch" not in names
    assert refused.is_error
    told = text_of(refused)
    assert told["error"] == "auth_failed"
    assert KEY in told["message"]
    assert "claribi_mcp_abc" not in told["message"]


async def test_without_an_account_the_verbs_are_listed_and_a_call_names_the_setting() -> None:
    async with Client(launch("serve")) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        with pytest.raises(MCPError) as raised:
            await client.call_tool("claribi_list_reports", {})

    assert names == VERBS
    assert KEY in raised.value.error.message


@pytest.mark.parametrize(
    "strays",
    [
        ("PENTAD_EXPOZE", "PENTAD_OPTIMISED_TOKEN"),
        ("PENTAD_CLARIBI_APIKEY",),
    ],
)
def test_variables_that_are_no_settings_are_named_on_stderr_and_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, strays: tuple[str, ...]
) -> None:
    for name in strays:
        monkeypatch.setenv(name, "secret-value")
    server = subprocess.Popen([sys.executable, "-m", "pentad", "serve"], **PIPES)
    with guarded(server):
        stream(server.stdin).close()
        code, out, err = ended(server)

    assert (code, out) == (0, "")
    named = [line for line in err.splitlines() if line.endswith("is not a setting")]
    assert named == [f"pentad: {name} is not a setting" for name in strays]
    assert "secret-value" not in err
