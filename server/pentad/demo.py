"""`pentad demo`: the main job, told in a few calls over stdio, as an assistant would make them.

A real server runs as a subprocess and a real MCP client talks to it. The platforms are the embedded
sandbox, served on a port of this machine so that the size of what they send can be shown beside the
answers a model reads.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from pentad.results.tokens import estimate
from pentad.sandbox import Sandbox
from pentad.sandbox.listening import served
from pentad.story import Story
from pentad.text import plural

_CREDENTIALS = {
    "claribi": ("api_key",),
    "omiq": ("token",),
    "optimibi": ("username", "password"),
    "optimized": ("token",),
    "timbr": ("api_key",),
}


async def tell() -> int:
    """Print the story; 1 if a call did not go as it should."""
    sandbox = Sandbox(pace=0.25)
    with tempfile.TemporaryDirectory(prefix="pentad-demo-") as folder:
        async with served(sandbox) as platforms:
            server = StdioServerParameters(
                command=sys.executable,
                args=["-m", "pentad", "serve"],
                env=_environment(platforms, folder),
            )
            async with Client(server) as client:
                return await _Narrator(client, sandbox).story()


def _environment(platforms: dict[str, Any], folder: str) -> dict[str, str]:
    found = {"PENTAD_DOWNLOADS": folder, "PENTAD_CONFIG": os.devnull}
    for name, settings in _CREDENTIALS.items():
        given = platforms[name]["credentials"] | {"url": platforms[name]["url"]}
        found |= {f"PENTAD_{name.upper()}_{one.upper()}": given[one] for one in ("url", *settings)}
    return found


class _Narrator:
    """Makes the calls and says what is to be seen."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.wrong = 0

    async def story(self) -> int:
        tools = (await self.client.list_tools()).tools
        print(f"Connected over stdio, protocol {self.client.protocol_version}, {len(tools)} tools.\n")
        await Story(lambda why: print(f"— {why}"), self.call).tell()
        print("Done." if not self.wrong else f"{self.wrong} calls went another way than told.")
        return int(self.wrong > 0)

    async def call(self, name: str, arguments: dict[str, Any], *, fails: bool = False) -> dict[str, Any]:
        for platform in self.sandbox.platforms.values():
            platform.log.clear()
        result = await self.client.call_tool(name, arguments)
        text = "".join(getattr(part, "text", "") for part in result.content)
        self.wrong += bool(result.is_error) != fails
        print(f"  {name} {_cut(json.dumps(arguments, ensure_ascii=False), 150)}")
        print(f"  {_cut(text, 900)}")
        for picture in (part for part in result.content if part.type == "image"):
            size = len(picture.data) * 3 // 4 // 1024
            print(f"  [{picture.mime_type} of {size} KiB, for the assistant to show]")
        print(f"  [answer {estimate(text):,} tokens; upstream {self._upstream()}]\n")
        found: dict[str, Any] = json.loads(text)
        return found

    def _upstream(self) -> str:
        """What the platforms sent for the last call, in the model's currency."""
        exchanges = [exchange for box in self.sandbox.platforms.values() for exchange in box.log]
        if not exchanges:
            return "not asked"
        tokens = sum(estimate(exchange.response_body.decode("utf-8", "replace")) for exchange in exchanges)
        return f"{tokens:,} tokens in {plural(len(exchanges), 'response')}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
