"""Reaching the sandbox in-process, with the manners of a network.

Bodies pass chunk by chunk and hold the app back; httpx timeouts count in real time and by the clock of
the sandbox; closing or cancelling ends the app's work; broken connections raise what httpx raises for
them. No connections are kept, so there is no pool to wait for.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from pentad.sandbox.asgi import App, CutError, Message, Reply, Scope, answer
from pentad.sandbox.faults import Faults
from pentad.sandbox.metering import Meter, MeteredClock, OutOfTimeError, charged_to

_logger = logging.getLogger(__name__)

_NO_ANSWER = "Server disconnected without sending a response."
_INCOMPLETE = "peer closed connection without sending complete message body"
_TIMEOUTS: dict[str, type[httpx.TimeoutException]] = {
    "connect": httpx.ConnectTimeout,
    "write": httpx.WriteTimeout,
    "read": httpx.ReadTimeout,
}


@dataclass(frozen=True, slots=True)
class Host:
    """What listens at one host name; `plain` says whether it also listens without TLS."""

    app: App
    faults: Faults
    clock: MeteredClock
    plain: bool


@dataclass(frozen=True, slots=True)
class _Ended:
    error: Exception | None


class SandboxTransport(httpx.AsyncBaseTransport):
    """Routes by host name; a name that `find` does not know refuses the connection."""

    def __init__(self, find: Callable[[str], Host | None]) -> None:
        self._find = find

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = self._find(request.url.host)
        reachable = host is not None and request.url.port is None
        if host is None or not reachable or (request.url.scheme != "https" and not host.plain):
            raise httpx.ConnectError("All connection attempts failed", request=request)
        line = _Line(request, host)
        try:
            await line.connect()
            return await line.response()
        except BaseException:
            await line.close()
            raise


class _Line:
    """One exchange: the task that runs the app, and the slot through which its messages pass."""

    def __init__(self, request: httpx.Request, host: Host) -> None:
        self.request = request
        self._host = host
        self._phase = "connect"
        self._limits: dict[str, Any] = request.extensions.get("timeout", {})
        self._meter = Meter()
        self._messages: asyncio.Queue[Message | _Ended] = asyncio.Queue(1)
        self._deadline: asyncio.Timeout | None = None
        self._task: asyncio.Task[None] | None = None
        self._upload: AsyncIterator[bytes] | None = None
        self._upload_error: Exception | None = None
        self._started = False
        self._answering = False
        self._answered = asyncio.Event()

    async def connect(self) -> None:
        faults, request = self._host.faults, self.request
        self._enter("connect")
        try:
            with charged_to(self._meter):
                async with asyncio.timeout(self._limits.get("connect")):
                    await faults.connecting(request.method, request.url.path, self._host.clock)
        except (TimeoutError, OutOfTimeError) as error:
            raise self._timed_out() from error
        except ConnectionRefusedError as error:
            raise httpx.ConnectError("Connection refused", request=request) from error

    async def response(self) -> httpx.Response:
        stream = self.request.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the request body has to be readable asynchronously")
        self._upload = aiter(stream)
        headers = self.request.headers
        uploads = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._enter("write" if uploads else "read")
        with charged_to(self._meter):
            self._task = asyncio.create_task(self._run())
        start = await self.next()
        return httpx.Response(
            start["status"],
            headers=start["headers"],
            stream=_Body(self, start["headers"]),
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def next(self) -> Message:
        """The app's next message; raises what httpx raises when it does not come."""
        try:
            async with asyncio.timeout(None) as self._deadline:
                self._wait_anew()
                item = await self._messages.get()
        except TimeoutError as error:
            raise self._timed_out() from error
        finally:
            self._deadline = None
        if isinstance(item, _Ended):
            raise self._failure(item.error)
        self._started = True
        return item

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _enter(self, phase: str) -> None:
        """Start counting afresh against the limit of the phase; called wherever the app gets on."""
        self._phase = phase
        limit: float | None = self._limits.get(phase)
        self._meter.left = math.inf if limit is None else limit
        self._wait_anew()

    def _wait_anew(self) -> None:
        limit: float | None = self._limits.get(self._phase)
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(None if limit is None else asyncio.get_running_loop().time() + limit)

    def _timed_out(self) -> httpx.TimeoutException:
        return _TIMEOUTS[self._phase](f"{self._phase} timed out", request=self.request)

    def _failure(self, error: Exception | None) -> Exception:
        if error is not None and error is self._upload_error:
            return error
        if isinstance(error, OutOfTimeError):
            return self._timed_out()
        if isinstance(error, ConnectionError) and not isinstance(error, CutError):
            return httpx.ReadError("Connection reset by peer", request=self.request)
        return httpx.RemoteProtocolError(_INCOMPLETE if self._started else _NO_ANSWER, request=self.request)

    async def _run(self) -> None:
        outcome = _Ended(None)
        try:
            await self._host.app(self._scope(), self._receive, self._send)
        except Exception as error:
            outcome = await self._crashed(error)
        await self._messages.put(outcome)

    async def _crashed(self, error: Exception) -> _Ended:
        """A crash before the answer has begun is answered with a 500, as any server does."""
        if isinstance(error, (ConnectionError, OutOfTimeError)) or error is self._upload_error:
            return _Ended(error)
        _logger.error(
            "The sandbox failed on %s %s", self.request.method, self.request.url.path, exc_info=error
        )
        if not self._answering:
            await answer(self._send, Reply(500, b"Internal Server Error", {"content-type": "text/plain"}))
        return _Ended(error)

    async def _send(self, message: Message) -> None:
        self._answering = True
        await self._messages.put(message)
        self._enter("read")
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._answered.set()

    async def _receive(self) -> Message:
        if self._upload is None:
            await self._answered.wait()
            return {"type": "http.disconnect"}
        try:
            chunk = await anext(self._upload)
        except StopAsyncIteration:
            self._upload = None
            self._enter("read")
            return {"type": "http.request", "body": b"", "more_body": False}
        except Exception as error:
            self._upload_error = error
            raise
        self._enter(self._phase)
        return {"type": "http.request", "body": chunk, "more_body": True}

    def _scope(self) -> Scope:
        url = self.request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.request.method,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "server": (url.host, 443 if url.scheme == "https" else 80),
            "client": ("127.0.0.1", 49_152),
            "extensions": {},
        }


class _Body(httpx.AsyncByteStream):
    """The answer's body, held against its Content-Length as a real client's parser does."""

    def __init__(self, line: _Line, headers: list[tuple[bytes, bytes]]) -> None:
        self._line = line
        self._promised = next((int(value) for name, value in headers if name == b"content-length"), None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total, more = 0, True
        while more:
            message = await self._line.next()
            chunk: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            total += len(chunk)
            if chunk and self._line.request.method != "HEAD":
                yield chunk
        if self._promised not in (None, total) and self._line.request.method != "HEAD":
            raise httpx.RemoteProtocolError(_INCOMPLETE, request=self._line.request)

    async def aclose(self) -> None:
        await self._line.close()
