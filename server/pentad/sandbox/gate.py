"""The app wrapper that plays faults, whatever platform is inside."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pentad.clock import Clock
from pentad.sandbox.asgi import (
    App,
    CutError,
    Message,
    Receive,
    Reply,
    Scope,
    Send,
    answer,
    body_message,
    header_map,
    html_reply,
    is_served,
    json_reply,
    local_path,
    read_body,
    start_message,
)
from pentad.sandbox.faults import Fault, Faults

ErrorReply = Callable[[int], Reply]

_CONTROL = "/_faults"
_CREDENTIALS = ("authorization", "x-api-key", "x-jwt-token", "cookie")


class Gate:
    """Plays the faults that are due, and takes new ones over HTTP when it is served on a port."""

    def __init__(self, app: App, faults: Faults, clock: Clock, error: ErrorReply) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], local_path(scope)
        if is_served(scope):
            if path == _CONTROL:
                await answer(send, await self._control(method, receive))
                return
            await self._faults.connecting(method, path, self._clock)
        fault = self._due(method, path, scope)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await _PLAYS[fault.kind](Scene(fault, self._app, scope, receive, send, self._clock, self._error))

    def _due(self, method: str, path: str, scope: Scope) -> Fault | None:
        credential = _credential(scope)
        if credential in self._faults.expired:
            return Fault("expire")
        fault = self._faults.take(method, path)
        if fault is not None and fault.kind == "expire" and fault.sticky and credential:
            self._faults.expired.add(credential)
        return fault

    async def _control(self, method: str, receive: Receive) -> Reply:
        body = await read_body(receive)
        if method == "DELETE":
            self._faults.clear()
            return Reply(204)
        if method != "POST":
            return json_reply({"error": "use POST to add a fault or DELETE to clear them"}, 405)
        try:
            self._faults.add(Fault.from_json(_parsed(body)))
        except ValueError as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"faults": len(self._faults)}, 201)


def _parsed(body: bytes) -> Any:
    return json.loads(body)


def _credential(scope: Scope) -> str:
    headers = header_map(scope)
    return next((headers[name] for name in _CREDENTIALS if headers.get(name)), "")


@dataclass(frozen=True, slots=True)
class Scene:
    """One fault meeting one request."""

    fault: Fault
    app: App
    scope: Scope
    receive: Receive
    send: Send
    clock: Clock
    error: ErrorReply

    async def answer(self, reply: Reply) -> None:
        """An answer in place of the app's, with what the fault says about body and headers."""
        await read_body(self.receive)
        body = reply.body if self.fault.body is None else self.fault.body.encode()
        await answer(self.send, replace(reply, body=body).adding(self.fault.headers))

    async def reply(self) -> Reply:
        """What the app answers, its work done but nothing sent yet."""
        caught: list[Message] = []

        async def keep(message: Message) -> None:
            caught.append(message)

        await self.app(self.scope, self.receive, keep)
        body = b"".join(message.get("body", b"") for message in caught[1:])
        return Reply(caught[0]["status"], body, header_map(caught[0])).adding(self.fault.headers)

    def cut_at(self, body: bytes) -> int:
        return len(body) // 2 if self.fault.after_bytes is None else min(self.fault.after_bytes, len(body))


async def _status(scene: Scene) -> None:
    await scene.answer(scene.error(scene.fault.status or 503))


async def _html(scene: Scene) -> None:
    status = scene.fault.status or 502
    await scene.answer(html_reply(status, "Bad Gateway" if status == 502 else "Please stand by"))


async def _empty(scene: Scene) -> None:
    await scene.answer(Reply(scene.fault.status or 200, b"", {"content-type": "application/json"}))


async def _wrong_type(scene: Scene) -> None:
    reply = await scene.reply()
    await answer(scene.send, reply.adding({"content-type": "text/plain", **scene.fault.headers}))


async def _not_json(scene: Scene) -> None:
    status = scene.fault.status or 200
    await scene.answer(Reply(status, b"All is well, try again soon.", {"content-type": "application/json"}))


async def _wrong_shape(scene: Scene) -> None:
    await scene.answer(json_reply("unexpected", scene.fault.status or 200))


async def _delay(scene: Scene) -> None:
    reply = await scene.reply()
    await scene.clock.sleep(scene.fault.delay)
    await answer(scene.send, reply)


async def _trickle(scene: Scene) -> None:
    reply, step = await scene.reply(), scene.fault.after_bytes or 16
    await scene.send(start_message(reply.status, reply.headers))
    for position in range(0, len(reply.body), step):
        await scene.send(body_message(reply.body[position : position + step], more=True))
        await scene.clock.sleep(scene.fault.delay)
    await scene.send(body_message(b"", more=False))


async def _partly(scene: Scene) -> None:
    """The beginning of the answer, under a Content-Length that promises more than is sent."""
    reply = await scene.reply()
    cut = scene.cut_at(reply.body)
    promised = max(len(reply.body), cut + 1)
    await scene.send(start_message(reply.status, {**reply.headers, "content-length": str(promised)}))
    await scene.send(body_message(reply.body[:cut], more=True))


async def _truncate(scene: Scene) -> None:
    await _partly(scene)
    raise CutError


async def _truncate_json(scene: Scene) -> None:
    reply = await scene.reply()
    await answer(scene.send, replace(reply, body=reply.body[: scene.cut_at(reply.body)]))


async def _reset(scene: Scene) -> None:
    if scene.fault.after_bytes is not None:
        await _partly(scene)
    raise ConnectionResetError


async def _expire(scene: Scene) -> None:
    await scene.answer(scene.error(401))


async def _lost_answer(scene: Scene) -> None:
    await scene.reply()
    raise ConnectionResetError


_PLAYS: Mapping[str, Callable[[Scene], Awaitable[None]]] = {
    "status": _status,
    "html": _html,
    "empty": _empty,
    "wrong_type": _wrong_type,
    "not_json": _not_json,
    "wrong_shape": _wrong_shape,
    "delay": _delay,
    "trickle": _trickle,
    "truncate": _truncate,
    "truncate_json": _truncate_json,
    "reset": _reset,
    "expire": _expire,
    "lost_answer": _lost_answer,
}
