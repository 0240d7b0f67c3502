"""How tests reach Pentad: a real MCP client, in memory, over an app on the embedded sandbox."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import mcp_types as types
from mcp import Client

from pentad.app import App
from pentad.jsontext import dumps
from pentad.protocol import build_server
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi.schema_text import schema_xml
from pentad.settings import Account, Settings
from tests.clock import ManualClock

Era = Literal["auto", "legacy"]
VERBS = [
    "apply_plan",
    "call_operation",
    "change_operation",
    "find_operations",
    "pentad_status",
    "query_results",
    "read_result",
]
EVERYTHING: Mapping[str, Any] = {"expose": "all", "allow": frozenset({"destructive", "admin"})}


class World:
    """An app, its sandbox and the clock both live by. `off` operations are on, unless settings say not."""

    def __init__(self, downloads: Path, clock: ManualClock | None = None, **settings: Any) -> None:
        self.clock = clock or ManualClock()
        self.sandbox = Sandbox(clock=self.clock)
        home = downloads.parent
        kept: dict[str, Any] = {name: home / name for name in ("audit", "secrets")}
        kept["results"] = home / "kept"
        self.settings = Settings(downloads=downloads, **(kept | settings))
        self.app = App(self.settings, clock=self.clock, sandbox=self.sandbox)

    def as_user(self, platform: str, **values: str) -> None:
        """Sign in differently: the account's values are replaced by these."""
        url = self.sandbox.platforms[platform].url
        accounts = dict(self.app.settings.accounts) | {platform: Account(platform, {"url": url, **values})}
        self.change(accounts=accounts)

    def change(self, **settings: Any) -> None:
        """Go on with other settings."""
        self.app.session.settings = replace(self.app.session.settings, **settings)

    def sample(self, platform: str, name: str) -> str:
        return str(self.sandbox.platforms[platform].samples[name])

    def sent(self, platform: str, method: str | None = None) -> list[Any]:
        """What reached the platform, oldest first."""
        log = self.sandbox.platforms[platform].log
        return [exchange for exchange in log if method in (None, exchange.method)]

    @asynccontextmanager
    async def client(self, era: Era = "auto", **options: Any) -> AsyncGenerator[Client]:
        async with Client(build_server(self.app), mode=era, cache=None, **options) as client:
            yield client

    async def ask(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A call that must succeed; what the model reads, decoded."""
        return await self._call(name, arguments, fails=False)

    async def refused(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A call that must fail; the error the model reads, decoded."""
        return await self._call(name, arguments, fails=True)

    async def _call(self, name: str, arguments: Mapping[str, Any], *, fails: bool) -> dict[str, Any]:
        async with self.client() as client:
            result = await called(client, name, arguments)
        told = text_of(result)
        assert bool(result.is_error) is fails, told
        return told


async def called(client: Client, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
    """A call without the list of all tools, which `call_tool` of the SDK's client fetches after the first
    good answer of a session to learn what no tool of Pentad declares: the schema of its output."""
    params = types.CallToolRequestParams(name=name, arguments=dict(arguments))
    return await client.session.send_request(types.CallToolRequest(params=params), types.CallToolResult)


def text_of(result: Any) -> dict[str, Any]:
    """The one JSON object an answer is made of."""
    (part,) = result.content
    told: dict[str, Any] = json.loads(part.text)
    return told


def lay_out(world: World) -> Path:
    """The files that examples name, where the user lets files be taken from."""
    folder = world.settings.downloads
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.fcs").write_bytes(b"FCS3.1    " + bytes(range(256)) * 64)
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(64)))
    omiq = world.sandbox.platforms["omiq"]
    document = omiq.state.workflows[int(omiq.samples["workflow"])].document
    (folder / "report.datafor").write_text('{"title": "Weekly", "schemas": ["WebVisits"]}', "utf-8")
    (folder / "workflow.json").write_text(dumps(document), "utf-8")
    other = replace(world.sandbox.platforms["optimibi"].state.models["StorePlan"], name="OutletPlan")
    (folder / "model.xml").write_bytes(schema_xml(other))
    return folder


# Names of the secrets that examples have set on a platform.
SECRETS = ("database", "login", "next_login", "bind", "mail", "signing")


def lay_out_secrets(world: World) -> Path:
    """A file for each, which their owner alone can read."""
    folder = world.settings.secrets
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    for name in SECRETS:
        file = folder / name
        file.touch(0o600)
        file.write_text(f"canary-{name}-0123456789abcdef0123456789\n", "utf-8")
    return folder


def example_of(world: World, operation: Any) -> dict[str, Any]:
    """An operation's example with `$names` replaced by the sandbox's own ids."""
    if operation.example.keys() & {"path", "paths"}:
        lay_out(world)
    if any(name.endswith("secret") for name in operation.example):
        lay_out_secrets(world)

    def fill(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return world.sample(operation.platform, value[1:])
        if isinstance(value, list):
            return [fill(item) for item in value]
        return {fill(name): fill(part) for name, part in value.items()} if isinstance(value, dict) else value

    filled: dict[str, Any] = fill(dict(operation.example))
    return filled
