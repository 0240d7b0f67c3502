"""The servers that are set beside each other, each with the call that it is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.bridging import bridge_environment
from benchmarks.peers.environment import Peer, peers_python
from benchmarks.processes import Process, environment, running
from pentad import platforms

REPORT = "9001"
TOOL = "claribi_get_report"
PATH = f"/api/v1/reports/{REPORT}"
# Of Optimibi: a page that needs no sign-in and has no limit, for the peer that cannot sign in.
OPEN = "/plugin/datafor/api/version/info"

BARE = "bare SDK server"
ONE = "Pentad, one account"
FIVE = "Pentad, five accounts"
SANDBOX = "Pentad --sandbox"
BRIDGE = "FastMCP bridge, 260 tools"
FETCH = "mcp-server-fetch"


@dataclass(frozen=True)
class Called:
    """A tool call, and a text that its answer must have."""

    tool: str
    arguments: Mapping[str, str]
    brings: str


@dataclass(frozen=True)
class Server:
    name: str
    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    python: Path
    called: Called

    def running(self) -> AbstractAsyncContextManager[Process]:
        return running(self.arguments, self.environ, python=self.python)


def servers(told: Mapping[str, Any], folder: Path) -> list[Server]:
    """All of them, at the sandbox that wrote the line `told`. The first is the one to compare with."""
    plain, bridge = environment(folder), bridge_environment(signed(told), folder)
    claribi, here = signed(told)["claribi"], Path(sys.executable)
    bare = plain | {"BARE_UPSTREAM": json.dumps({name: claribi[name] for name in ("url", "headers")})}
    pentad = ("pentad", "serve")
    report = Called(TOOL, {"report_id": REPORT}, REPORT)
    fetching = ("mcp_server_fetch", "--ignore-robots-txt", "--allow-private-ips")
    page = Called("fetch", {"url": told["optimibi"]["url"] + OPEN}, "version")
    return [
        Server(
            BARE,
            ("benchmarks.bare_server",),
            bare,
            peers_python(Peer.BARE),
            Called("get", {"path": PATH}, REPORT),
        ),
        Server(ONE, pentad, plain | accounts({"claribi": told["claribi"]}), here, report),
        Server(FIVE, pentad, plain | accounts(told), here, report),
        Server(SANDBOX, (*pentad, "--sandbox"), plain, here, report),
        Server(BRIDGE, ("benchmarks.peers.bridge",), bridge, peers_python(Peer.BRIDGE), report),
        Server(FETCH, fetching, plain, peers_python(Peer.FETCH), page),
    ]


def signed(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the clariBI key that may be used 5,000 times an hour; all servers draw on it."""
    claribi = told["claribi"]
    return dict(told) | {
        "claribi": claribi | {"headers": {"X-API-Key": claribi["credentials"]["secret_key"]}}
    }


def accounts(told: Mapping[str, Any]) -> dict[str, str]:
    """An account on each platform, as a user would put it into Pentad's environment."""
    found: dict[str, str] = {}
    for name, box in told.items():
        settings, given = platforms.load(name).settings, box["credentials"]
        secret = next(setting.name for setting in settings if setting.secret and setting.name in given)
        wanted = [setting.name for setting in settings if not setting.secret and setting.name in given]
        values = {each: given[each] for each in (secret, *wanted)} | {"url": box["url"]}
        if name == "claribi":
            values = {"url": box["url"], "api_key": given["secret_key"]}
        found |= {f"PENTAD_{name}_{each}".upper(): value for each, value in values.items()}
    return found
