"""The server on a transport: stdio for assistants, streamable HTTP on this machine for frameworks."""

from __future__ import annotations

import logging
import socket
import sys

from pentad.app import App
from pentad.protocol import build_server


def log_to_stderr() -> None:
    """Standard output belongs to the protocol."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


async def serve_stdio(app: App) -> None:
    """Serve one client until standard input closes."""
    from mcp.server.stdio import stdio_server

    log_to_stderr()
    server = build_server(app)
    try:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
    finally:
        await app.aclose()


async def serve_http(app: App, port: int) -> None:
    """Serve on 127.0.0.1 only; the SDK checks Host and Origin. Says where on stderr once it listens."""
    import uvicorn

    log_to_stderr()
    application = build_server(app).streamable_http_app(host="127.0.0.1")
    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    # A socket made without a protocol number is not recognised as TCP, and keeps Nagle's delay of 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(
        f"pentad: serving MCP at http://127.0.0.1:{listener.getsockname()[1]}/mcp",
        file=sys.stderr,
        flush=True,
    )
    try:
        await server.serve(sockets=[listener])
    finally:
        await app.aclose()
