"""From a call to its route: context path, edition, caller, and how those without a session are met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pentad.clock import Clock
from pentad.sandbox.asgi import Call, Reply, dumps, html_reply, matched
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.refusals import (
    JSON,
    FileRefusalError,
    PageError,
    RefusalError,
    container_page,
    unauthorized,
)
from pentad.sandbox.optimibi.routes import ROUTES
from pentad.sandbox.optimibi.routing import Route
from pentad.sandbox.optimibi.signing_in import BadPasswordError, caller_of, cookies, session_of
from pentad.sandbox.optimibi.state import State

BASE = "/datafor"
_PAGES = ("", "/", "/Login", "/Home")


def respond(state: State, call: Call, clock: Clock) -> Reply:
    path, now = call.path.removeprefix(BASE), clock.time()
    session = session_of(state, call, now)
    try:
        reply = _answered(state, call, path, now)
    except (RefusalError, FileRefusalError, PageError, BadPasswordError) as refusal:
        reply = replace(refusal.reply(), refused=True)
    if session is None or session.id not in state.sessions:
        return reply
    session.seen = now
    if "Set-Cookie" in reply.headers:
        return reply
    return reply.adding(cookies(call, session, state.idle, now, fresh=False))


def _answered(state: State, call: Call, path: str, now: float) -> Reply:
    if path in _PAGES and call.path.startswith(BASE):
        return html_reply(200, "Sign in" if path != "/Home" else "Home")
    suited = [one for one in ROUTES if state.edition in one.editions and matched(one.path, path) is not None]
    route = next((one for one in suited if one.method == call.method), None)
    if route is None or not call.path.startswith(f"{BASE}/"):
        raise container_page(405 if suited and route is None else 404, call.path)
    state.calls[route.operation] = state.calls.get(route.operation, 0) + 1
    session = session_of(state, call, now)
    who = caller_of(state, call, path, session, now)
    context = Context(call, state, who, session, matched(route.path, path) or {}, now)
    if who is None and route.alone != "open":
        return _alone(context, route)
    if route.admin and not context.user.admin:
        raise RefusalError("no permission", "403")
    return _reply(route.answer(context))


def _alone(context: Context, route: Route) -> Reply:
    """How the anonymous user is met: with a real 401, a refusal called a success, a page, or nothing."""
    if route.path.startswith("/api/"):
        return unauthorized()
    if route.alone == "page":
        if context.state.login_page == 302:
            raise PageError(302, "", f"{context.root}Login")
        raise PageError(200, "Sign in")
    if route.alone == "file":
        raise FileRefusalError("Forbidden")
    if isinstance(route.alone, str):
        words = {"refused": ("not logged in", "401"), "denied": ("no permission", "403")}
        raise RefusalError(*words[route.alone])
    return _reply(route.alone)


def _reply(answer: Any) -> Reply:
    return answer if isinstance(answer, Reply) else Reply(200, dumps(answer), JSON)
