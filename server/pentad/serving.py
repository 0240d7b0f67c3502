"""The server on a transport: stdio for assistants, streamable HTTP on this machine for frameworks."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from contextlib import suppress

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
    _end_on_signals(app)
    try:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
    finally:
        await app.aclose()


def _end_on_signals(app: App) -> None:
    """The SDK reads stdin in a thread that nothing can interrupt: a signal closes what is open and exits."""
    loop = asyncio.get_running_loop()
    ending: set[asyncio.Task[None]] = set()

    async def end(sign: signal.Signals) -> None:
        with suppress(Exception):
            await asyncio.wait_for(app.aclose(), 2)
        os._exit(128 + sign)

    def begin(sign: signal.Signals) -> None:
        ending.add(loop.create_task(end(sign)))

    for sign in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(sign, begin, sign)


async def serve_http(app: App, port: int) -> None:
    """Serve on 127.0.0.1 only; the SDK checks Host and Origin. Says where on stderr once it listens."""
    import uvicorn

    class Server(uvicorn.Server):
        """Closes the app before the signal that ended it is passed on."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"pentad: serving MCP at {address}", file=sys.stderr, flush=True)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            await app.aclose()

    log_to_stderr()
    application = build_server(app).streamable_http_app(host="127.0.0.1")
    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="warning")
    listener = config.bind_socket()
    # A socket made without a protocol number is not recognised as TCP, and keeps Nagle's delay of 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    await Server(config).serve(sockets=[listener])
