"""From a call to its route: path, credential, work, and whether the answer comes now or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.clock import Clock
from pentad.sandbox.asgi import Call, Reply, matched
from pentad.sandbox.omiq.context import Context
from pentad.sandbox.omiq.links import signed
from pentad.sandbox.omiq.longops import Later, Link
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.routes import ROUTES, Route
from pentad.sandbox.omiq.signing_in import caller_of
from pentad.sandbox.omiq.spelling import dumps
from pentad.sandbox.omiq.state import State

BASE = "/api"
_NEVER_LATER = ("create_auth_token", "get_long_operation")


def respond(state: State, call: Call, clock: Clock) -> Reply:
    path = call.path.removeprefix(BASE)
    suited = [route for route in ROUTES if call.path != path and matched(route.path, path) is not None]
    route = next((one for one in suited if one.method == call.method), None)
    if route is None:
        status = 405 if suited else 404
        return RefusalError(status, f"Cannot {call.method} {call.path}").reply("text")
    try:
        return _answered(state, call, route, clock.time())
    except RefusalError as refusal:
        return refusal.reply(route.style)


def _answered(state: State, call: Call, route: Route, now: float) -> Reply:
    who = None if route.open else caller_of(state, call, now)
    path = call.path.removeprefix(BASE)
    answer = route.answer(Context(call, state, who, matched(route.path, path) or {}, now))
    body = answer.body if isinstance(answer, Later) else answer
    late = isinstance(answer, Later) or route.operation in state.deferred
    if who is not None and late and route.operation not in {*state.at_once, *_NEVER_LATER}:
        body = {"longOpId": state.start(route.operation, who.id, body, now).ticket}
    elif isinstance(answer, Later) and "error" in body:
        raise RefusalError(400, str(body["error"]))
    return Reply(200, dumps(_addressed(state, call, body, now)), {"content-type": "application/json"})


def _addressed(state: State, call: Call, value: Any, now: float) -> Any:
    """Links become signed addresses, at the moment of the answer: each poll of a finished export has
    a fresh one."""
    if isinstance(value, Link):
        return signed(state, call, value, now)
    if isinstance(value, Mapping) and {"url", "signedUrls", "val"} & value.keys():
        return {name: _addressed(state, call, member, now) for name, member in value.items()}
    if isinstance(value, list) and any(isinstance(item, Link) for item in value):
        return [_addressed(state, call, item, now) for item in value]
    return value
