"""`pentad serve --http` in this process: a real server on a port of this machine, over the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx

from pentad.serving import http_server, listening
from tests.inside import World

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
HELLO = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
    b'"capabilities":{},"clientInfo":{"name":"a page","version":"1"}}}'
)


@asynccontextmanager
async def served(world: World) -> AsyncGenerator[str]:
    """The address of the world's server for as long as the block runs."""
    listener = listening(0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    server = http_server(world.app, url)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield url
    finally:
        server.should_exit = True
        await running


async def post(
    url: str, headers: Mapping[str, str | bytes] | None = None, body: Any = HELLO, method: str = "POST"
) -> httpx.Response:
    """The answer to one request on a connection of its own; headers replace the usual ones. A connection that
    the server ends while it is still spoken to counts as 400."""
    given: Iterable[Any] = {**HEADERS, **(headers or {})}.items()
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return await client.request(method, url, content=body, headers=list(given))
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return httpx.Response(400)
