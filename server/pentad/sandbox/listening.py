"""The HTTP server under `serve`, apart from it because importing a server takes a while."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, TextIO
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pentad.sandbox import Sandbox
from pentad.sandbox.asgi import (
    SERVED,
    App,
    CutError,
    Receive,
    Scope,
    Send,
    answer,
    json_reply,
    read_body,
)
from pentad.sandbox.platform import mounts

ADDRESS = "127.0.0.1"


async def run(port: int, sandbox: Sandbox, out: TextIO) -> None:
    with socket.create_server((ADDRESS, port), backlog=256) as listener:
        # Sockets made without a protocol number are not recognised as TCP, and keep Nagle's delay of 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            Mounted(mounts(sandbox.platforms)),
            http=BreakableProtocol,
            lifespan="off",
            # Its own would be set up for the whole process.
            log_config=None,
            log_level="warning",
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        line = _described(sandbox, listener.getsockname()[1])
        server = _Server(config, line, out)
        try:
            await server.serve(sockets=[listener])
        except asyncio.CancelledError:
            await server.shutdown(sockets=[listener])
            raise


class _FirstLine(io.StringIO):
    """Where the sandbox says that it listens."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    def flush(self) -> None:
        self.told.set()


@asynccontextmanager
async def served(sandbox: Sandbox, port: int = 0) -> AsyncGenerator[dict[str, Any]]:
    """The sandbox on a port of this machine, a free one for 0; yields what its first line says."""
    line = _FirstLine()
    serving = asyncio.create_task(run(port, sandbox, line))
    await line.told.wait()
    try:
        yield json.loads(line.getvalue())
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def _described(sandbox: Sandbox, port: int) -> str:
    return json.dumps(
        {
            name: {
                "url": f"http://{ADDRESS}:{port}/{name}{urlsplit(platform.url).path}",
                "headers": platform.headers(),
                "credentials": platform.credentials,
            }
            for name, platform in sandbox.platforms.items()
        }
    )


class _Server(uvicorn.Server):
    """Announces itself once requests are accepted."""

    def __init__(self, config: uvicorn.Config, line: str, out: TextIO) -> None:
        super().__init__(config)
        self._line = line
        self._out = out

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._out.write(f"{self._line}\n")
        self._out.flush()


class Mounted:
    """Sends a request to the app under the first part of its path."""

    def __init__(self, apps: dict[str, App]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].split("/")[1]
        app = self._apps.get(name)
        if app is None:
            await read_body(receive)
            await answer(send, json_reply({"error": f"known paths: {', '.join(self._apps)}"}, 404))
            return
        await app({**scope, "root_path": f"/{name}", "extensions": {SERVED: {}}}, receive, send)


class BreakableProtocol(H11Protocol):
    """Lets an app break the connection on purpose, which a server otherwise turns into a 500."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream is needed")
        super().connection_made(transport)
        self.app = Breakable(self.app, transport)


class Breakable:
    def __init__(self, app: App, transport: asyncio.Transport) -> None:
        self._app = app
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except CutError:
            self._transport.close()
        except ConnectionError:
            self._reset()
        else:
            return
        while (await receive())["type"] != "http.disconnect":
            pass

    def _reset(self) -> None:
        """Lingering for no time makes the close a reset."""
        connection: socket.socket = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
