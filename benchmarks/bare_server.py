"""The peer: the least server one can write on the same SDK, with a tool that only answers and one that asks
a platform. BARE_UPSTREAM is JSON, `{"url": address, "headers": {...}}`."""

from __future__ import annotations

import json
import os
from functools import cache

import httpx2 as httpx
from mcp.server import MCPServer

server = MCPServer("bare")


@server.tool()
async def echo(text: str) -> str:
    """Say it again."""
    return text


@cache
def upstream() -> httpx.AsyncClient:
    told = json.loads(os.environ["BARE_UPSTREAM"])
    return httpx.AsyncClient(base_url=told["url"], headers=told["headers"])


@server.tool()
async def get(path: str) -> str:
    """What the platform answers to a path."""
    return (await upstream().get(path)).raise_for_status().text


if __name__ == "__main__":
    server.run("stdio")
