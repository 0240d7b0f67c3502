"""From a call to its route: slashes, methods, credentials, limits and permissions, in that order."""

from __future__ import annotations

from urllib.parse import urlencode

from pentad.clock import Clock
from pentad.sandbox.asgi import Call, Reply, html_reply, json_reply, matched
from pentad.sandbox.claribi.access import Caller
from pentad.sandbox.claribi.context import Context
from pentad.sandbox.claribi.refusals import RefusalError
from pentad.sandbox.claribi.routes import ROUTES, Route
from pentad.sandbox.claribi.signing_in import caller_of
from pentad.sandbox.claribi.state import State


def respond(state: State, call: Call, clock: Clock) -> Reply:
    route = _route(call.method, call.path)
    if isinstance(route, Route):
        return _answered(state, call, route, clock.time())
    other = call.path[:-1] if call.path.endswith("/") else f"{call.path}/"
    if isinstance(_route(call.method, other), Route):
        return _moved(call, other)
    if route is not None or _route(call.method, other) is not None:
        return json_reply({"detail": f'Method "{call.method}" not allowed.'}, 405)
    return html_reply(404, "Not Found")


def _route(method: str, path: str) -> Route | str | None:
    """The route, or the word method when the path exists without this method, or None."""
    found = [route for route in ROUTES if matched(route.path, path) is not None]
    exact = next((route for route in found if route.method == method), None)
    return exact or ("method" if found else None)


def _moved(call: Call, path: str) -> Reply:
    """A permanent redirect whatever the method; the body of a write does not survive following it."""
    query = f"?{urlencode(call.query)}" if call.query else ""
    mount = call.base.split("://", 1)[1].partition("/")
    return Reply(301, b"", {"location": f"{mount[1]}{mount[2]}{path}{query}", "content-type": "text/html"})


def _answered(state: State, call: Call, route: Route, now: float) -> Reply:
    limits: dict[str, str] = {}
    try:
        who = None if route.open else caller_of(call, state.directory, now)
        limits = state.meters.count(who, route.bucket, now)
        _permit(who, route)
        context = Context(call, state, who, matched(route.path, call.path) or {}, now)
        return route.answer(context).adding(limits)
    except RefusalError as refusal:
        return Reply(refusal.reply.status, refusal.reply.body, {**limits, **refusal.reply.headers})


def _permit(who: Caller | None, route: Route) -> None:
    if who is not None and route.right is not None and route.right not in who.rights:
        raise RefusalError(403, "forbidden", f"This credential lacks the permission {route.right}.")
