"""What really went over the wire, both ways, for tests that hold it against a contract."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pentad.sandbox.asgi import WORKED, App, Message, Receive, Scope, Send, header_map, query_pairs, raw_path

KEPT = 5_000
# Bytes of bodies in a log. Files come in megabytes, and a sandbox on a port goes on for days.
MOST = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what was answered; status 0 means that no answer began.

    `host` tells the API from the file host. Header names are in lower case. The path is as it was
    sent, percent-encoded, without the prefix that a port adds. Bodies hold what was sent until the
    connection ended. `worked` is the status that the platform itself gave, whatever a fault made of it
    (400 for a refusal that it called a success): None if the request never got so far, 0 if the platform was
    stopped at its work.
    """

    host: str
    method: str
    path: str
    query: list[tuple[str, str]]
    request_headers: dict[str, str]
    request_body: bytes
    status: int
    response_headers: dict[str, str]
    response_body: bytes
    worked: int | None = None

    @property
    def size(self) -> int:
        """Bytes of its bodies."""
        return len(self.request_body) + len(self.response_body)


class Log(deque[Exchange]):
    """The latest exchanges, oldest first: at most `KEPT`, and fewer where their bodies are more than `MOST`
    bytes; the last one always."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def append(self, exchange: Exchange) -> None:
        super().append(exchange)
        self._size += exchange.size
        while len(self) > KEPT or (self._size > MOST and len(self) > 1):
            self._size -= self.popleft().size

    def clear(self) -> None:
        super().clear()
        self._size = 0


class Recorder:
    """Keeps every exchange of the app inside in a log, before the caller sees the end of the answer. Of each
    body it keeps at most so many bytes, if `most` says."""

    def __init__(self, app: App, host: str, log: Log, most: int | None = None) -> None:
        self._app = app
        self._host = host
        self._log = log
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tape = _Tape(self._host, scope, receive, send, self._log, most=self._most)
        try:
            await self._app(scope, tape.receive, tape.send)
        finally:
            tape.close()


class _Tape:
    def __init__(
        self,
        host: str,
        scope: Scope,
        receive: Receive,
        send: Send,
        log: Log,
        *,
        most: int | None,
    ) -> None:
        self._host, self._scope, self._log, self._most = host, scope, log, most
        self._receive, self._send = receive, send
        self._request, self._response = bytearray(), bytearray()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._closed = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._add(self._request, message)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = header_map(message)
        else:
            self._add(self._response, message)
            if not message.get("more_body", False):
                self.close()
        await self._send(message)

    def _add(self, kept: bytearray, message: Message) -> None:
        body: bytes = message.get("body", b"")
        kept += body if self._most is None else body[: self._most - len(kept)]

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        scope = self._scope
        self._log.append(
            Exchange(
                host=self._host,
                method=scope["method"],
                path=raw_path(scope),
                query=query_pairs(scope),
                request_headers=header_map(scope),
                request_body=bytes(self._request),
                status=self._status,
                response_headers=self._headers,
                response_body=bytes(self._response),
                worked=scope.get(WORKED),
            )
        )
