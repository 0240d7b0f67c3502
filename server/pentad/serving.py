"""The server on a transport: stdio for assistants, streamable HTTP on this machine for frameworks."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from pentad.app import App
from pentad.protocol import build_server

if TYPE_CHECKING:
    import uvicorn
    from mcp.server.lowlevel import Server

# Open sessions of the older protocol, each of which costs memory until it ends or idles for half an hour.
SESSIONS = 256
IDLE = 1800.0
# Seconds between two looks at what has expired, where no call looks.
TIDYING = 60.0


async def serve_stdio(app: App) -> None:
    """Serve one client until standard input closes."""
    from mcp.server.stdio import stdio_server

    from pentad.lines import Messages
    from pentad.pipes import standard

    server = build_server(app)
    _end_on_signals(app)
    try:
        async with tidied(app), standard() as (given, out), stdio_server(given, out) as (read, write):
            await server.run(Messages(read, write), write, server.create_initialization_options())
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


@asynccontextmanager
async def tidied(app: App) -> AsyncGenerator[None]:
    """Results and plans of the app go when they have expired, also while nobody calls."""

    async def tidy() -> None:
        # Real seconds, whatever clock the app lives by: they only say when to look at that.
        while True:
            await asyncio.sleep(min(TIDYING, app.session.store.life))
            app.session.tidy()

    tidying = asyncio.create_task(tidy())
    try:
        yield
    finally:
        tidying.cancel()


def listening(port: int) -> socket.socket:
    """A socket on 127.0.0.1, where nothing but this machine reaches it. Raises OSError for a port in use."""
    # Made without a protocol number, it is not recognised as TCP, and keeps Nagle's delay of 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def http_server(
    app: App, address: str, served: Server[App] | None = None, *, idle: float = IDLE
) -> uvicorn.Server:
    """The server, to be run on the socket of this address. Says so on stderr once it accepts connections. A
    session of the older protocol ends after `idle` seconds without a request. What is served is the app as
    `build_server` makes it, or what else was made of the same app."""
    import uvicorn

    class Closing(uvicorn.Server):
        """Closes the app before the signal that ended it is passed on."""

        async def serve(self, sockets: list[socket.socket] | None = None) -> None:
            async with tidied(app):
                await super().serve(sockets)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"pentad: serving MCP at {address}", file=sys.stderr, flush=True)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            await app.aclose()

    return Closing(_config(served or build_server(app), idle))


def _config(server: Server[App], idle: float) -> uvicorn.Config:
    """Without uvicorn's own log, which would tell Host headers and requests, and with the one parser that
    bounds what it has not read to its end."""
    import uvicorn

    from pentad.doorway import MOST_BODY, MOST_HEAD, Doorway

    served = server.streamable_http_app(
        host="127.0.0.1",
        max_request_body_size=MOST_BODY,
        session_idle_timeout=idle,
        max_sessions=SESSIONS,
    )
    return uvicorn.Config(
        Doorway(served),
        http="h11",
        h11_max_incomplete_event_size=MOST_HEAD,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
    )


async def serve_http(app: App, port: int, served: Server[App] | None = None) -> None:
    """Serve on 127.0.0.1 only. Raises OSError for a port that cannot be used."""
    listener = listening(port)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    await http_server(app, address, served).serve(sockets=[listener])
