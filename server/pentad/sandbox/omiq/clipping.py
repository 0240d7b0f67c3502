"""The log of the storage host: every exchange, but only the beginning of its bodies."""

from __future__ import annotations

from collections import deque

from pentad.sandbox.asgi import WORKED, App, Message, Receive, Scope, Send, header_map, query_pairs, raw_path
from pentad.sandbox.recording import Exchange

KEPT_BYTES = 65_536


class ClippedRecorder:
    """A table of five million events passes through here, and must not stay."""

    def __init__(self, app: App, host: str, log: deque[Exchange]) -> None:
        self._app = app
        self._host = host
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, told = bytearray(), bytearray()
        start: Message = {"status": 0, "headers": []}

        async def hear() -> Message:
            message = await receive()
            _add(asked, message)
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                _add(told, message)
                if not message.get("more_body", False):
                    self._keep(scope, start, asked, told)
            await send(message)

        try:
            await self._app(scope, hear, say)
        finally:
            self._keep(scope, start, asked, told)

    def _keep(self, scope: Scope, start: Message, asked: bytearray, told: bytearray) -> None:
        """Once for each exchange, and before the caller sees the end of the answer."""
        if "kept" in start:
            return
        start["kept"] = True
        self._log.append(
            Exchange(
                host=self._host,
                method=scope["method"],
                path=raw_path(scope),
                query=query_pairs(scope),
                request_headers=header_map(scope),
                request_body=bytes(asked),
                status=start["status"],
                response_headers=header_map(start),
                response_body=bytes(told),
                worked=scope.get(WORKED),
            )
        )


def _add(kept: bytearray, message: Message) -> None:
    body: bytes = message.get("body", b"")
    kept += body[: KEPT_BYTES - len(kept)]
