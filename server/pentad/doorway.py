"""What a request over loopback HTTP must look like before the protocol sees it.

A page that a browser shows can send requests to this machine, under a name that it made point here: whoever
is meant stands in Host, whoever asks in Origin. Nothing else in a header is believed, and nobody is
authenticated: every user and process of this machine can ask, and reaches what the accounts reach.
"""

from __future__ import annotations

import asyncio
import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
_ORIGIN = re.compile(rb"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
# Bytes of a request's head, its headers, and bytes of its body.
MOST_HEAD = 32 * 2**10
MOST_HEADERS = 100
MOST_BODY = 4 * 2**20
# Seconds that the end of a session waits for what it was told before: one turn of the loop, if nothing hangs.
_HANDING_OVER = 1.0
# How the SDK begins to say that a message of the older protocol is none; what follows quotes it, between
# names of the SDK's own classes.
_REFUSED = b'"message":"Validation error: '
_NO_MESSAGE = (
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request: the body is no message '
    b'of JSON-RPC 2.0 as MCP has it"}}'
)


class Doorway:
    """An application that is only reached under a name of this machine, and from no page of another one."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        # What was accepted (202), and which its session has not taken in yet.
        self._accepted = set[tuple[bytes, asyncio.Task[None] | None]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        refusal = _refusal(scope)
        session = b"".join(_named(scope, b"mcp-session-id"))
        if refusal is None and scope["method"] == "DELETE":
            await self._taken_in(session)
        this = session, asyncio.current_task()

        async def say(message: Message) -> None:
            if message.get("status") == 202:
                self._accepted.add(this)
            await send(message)

        try:
            await (refusal or self._inner)(scope, receive, _worded(say))
        finally:
            self._accepted.discard(this)

    async def _taken_in(self, session: bytes) -> None:
        """The SDK accepts a notification and then hands it over. One whose session ends in between would be
        lost, and end in an error nobody asked for."""
        under_way = [task for one, task in self._accepted if one == session and task is not None]
        if under_way:
            await asyncio.wait(under_way, timeout=_HANDING_OVER)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    # The parser bounds a head only as long as it is incomplete.
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size > MOST_HEAD or len(scope["headers"]) > MOST_HEADERS:
        return PlainTextResponse("Request head too large", 431)
    hosts, origins = _named(scope, b"host"), _named(scope, b"origin")
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return PlainTextResponse("Invalid Host header", 421)
    if len(origins) > 1 or (origins and not _ORIGIN.fullmatch(origins[0])):
        return PlainTextResponse("Invalid Origin header", 403)
    return None


def _named(scope: Scope, name: bytes) -> list[bytes]:
    return [value for one, value in scope["headers"] if one == name]


def _worded(send: Send) -> Send:
    """The same, but for what is said to a body that is no message."""
    held: list[Message] = []

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 400:
            held.append(message)
            return
        if held:
            start = held.pop()
            if _REFUSED in message.get("body", b""):
                message = {**message, "body": _NO_MESSAGE}
                others = [one for one in start["headers"] if one[0] != b"content-length"]
                start = {**start, "headers": [*others, (b"content-length", b"%d" % len(_NO_MESSAGE))]}
            await send(start)
        await send(message)

    return say
