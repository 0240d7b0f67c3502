"""`pentad config`, the example in the repository, and what they make a host launch."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.cli.conftest import Pentad
from tests.inside import text_of

EXAMPLE = Path(__file__).parents[2] / "claude_desktop_config.example.json"
SECRETS = {
    "PENTAD_CLARIBI_API_KEY",
    "PENTAD_OMIQ_TOKEN",
    "PENTAD_OPTIMIBI_PASSWORD",
    "PENTAD_OPTIMIZED_TOKEN",
    "PENTAD_TIMBR_API_KEY",
}
# The others are at the same address for everybody.
ADDRESSES = {"PENTAD_OPTIMIBI_URL", "PENTAD_TIMBR_URL"}
HOSTS = {"claude": "mcpServers", "cursor": "mcpServers", "vscode": "servers"}


def entry(pentad: Pentad, host: str, *options: str) -> dict[str, Any]:
    """The part of a host's configuration that is about Pentad."""
    told = pentad("config", host, *options)
    assert (told.code, told.err) == (0, "")
    found: dict[str, Any] = told.json[HOSTS[host]]["pentad"]
    return found


async def launched(server: dict[str, Any], **how: Any) -> int:
    """Start it as a host would, and return the number of reports there are."""
    parameters = StdioServerParameters(command=server["command"], args=server["args"], **how)
    async with Client(parameters) as client:
        return int(text_of(await client.call_tool("claribi_list_reports", {"limit": 1}))["total"])


@pytest.mark.parametrize("host", HOSTS)
def test_the_command_is_an_absolute_path_that_exists(pentad: Pentad, host: str) -> None:
    command = Path(entry(pentad, host)["command"])

    assert command.is_absolute()
    assert command.exists()


@pytest.mark.parametrize("host", ["claude", "cursor"])
def test_secrets_and_addresses_are_empty_places_to_fill_in(pentad: Pentad, host: str) -> None:
    server = entry(pentad, host)

    assert server["args"] == ["serve"]
    assert server["env"] == dict.fromkeys(SECRETS | ADDRESSES, "")


def test_vscode_is_told_to_ask_for_them_and_to_hide_the_secrets(pentad: Pentad) -> None:
    whole = pentad("config", "vscode").json
    server = whole["servers"]["pentad"]

    assert server["type"] == "stdio"
    assert {asked["description"] for asked in whole["inputs"]} == SECRETS | ADDRESSES
    assert {asked["description"] for asked in whole["inputs"] if asked["password"]} == SECRETS
    assert server["env"] == {asked["description"]: f"${{input:{asked['id']}}}" for asked in whole["inputs"]}


def test_a_sandbox_needs_no_secret_and_every_host_launches_the_same(pentad: Pentad) -> None:
    servers = [entry(pentad, host, "--sandbox") for host in HOSTS]

    assert {tuple(server["args"]) for server in servers} == {("serve", "--sandbox")}
    assert len({server["command"] for server in servers}) == 1
    assert not any("env" in server for server in servers)
    assert "inputs" not in pentad("config", "vscode", "--sandbox").json


async def test_what_it_prints_can_be_launched_from_anywhere(pentad: Pentad, tmp_path: Path) -> None:
    server = entry(pentad, "claude", "--sandbox")

    assert await launched(server, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}) > 0


async def test_the_example_is_launched_as_it_is_written_and_needs_no_account(tmp_path: Path) -> None:
    server = json.loads(EXAMPLE.read_text("utf-8"))["mcpServers"]["pentad"]
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    assert "--sandbox" in server["args"]
    assert await launched(server, cwd=tmp_path, env=server.get("env", {}) | {"PATH": beside}) > 0


def test_a_host_that_is_not_known_is_answered_with_those_that_are(pentad: Pentad) -> None:
    told = pentad("config", "emacs")

    assert (told.code, told.out) == (2, "")
    assert all(host in told.err for host in HOSTS)
