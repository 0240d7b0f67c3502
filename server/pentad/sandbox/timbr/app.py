"""From a call to its answer: path, method, content type, credential, then the route, at once or later."""

from __future__ import annotations

from collections.abc import Callable

from pentad.clock import Clock
from pentad.sandbox.asgi import Call, Reply, html_reply, json_reply
from pentad.sandbox.timbr.access import NOBODY, caller_of
from pentad.sandbox.timbr.background import Job, completed, failed
from pentad.sandbox.timbr.context import Context, Work
from pentad.sandbox.timbr.refusals import RefusalError
from pentad.sandbox.timbr.routes import Route, found, is_known
from pentad.sandbox.timbr.state import State
from pentad.sandbox.timbr.terms import StatementError

# How long a statement in the background takes to fail, at pace 1.
FAILS_AFTER = 2.0


async def respond(state: State, call: Call, clock: Clock) -> Reply:
    place = found(call.method, call.path)
    if place is None:
        # The slash alone is missing where the web interface, which knows only GET, takes over.
        known = is_known(call.path) or (call.method != "GET" and is_known(f"{call.path}/"))
        return html_reply(405, "Method Not Allowed") if known else html_reply(404, "Not Found")
    route, arguments = place
    try:
        _check_media(route, call)
        account = NOBODY if route.open else caller_of(call, state.directory, clock.time())
        context = Context(call, state, account, arguments, clock.time())
        if route.background is not None and call.headers.get("x-async") == "true":
            return json_reply(state.jobs.submit(_job(route.background, context)), 202)
        return await _worked_on(route.answer(context), state, clock)
    except RefusalError as refusal:
        return route.manner.refuse(refusal.status, refusal.message)
    except StatementError as error:
        return route.manner.failed(error)


async def _worked_on(given: Reply | Work, state: State, clock: Clock) -> Reply:
    if isinstance(given, Reply):
        return given
    await clock.sleep(given.seconds * state.pace)
    return json_reply(given.value)


def _check_media(route: Route, call: Call) -> None:
    given = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if route.media not in (None, given):
        raise RefusalError(400, f"Content-Type must be {route.media}")


def _job(work_on: Callable[[Context], Work], context: Context) -> Job:
    """A statement that fails is accepted nevertheless, and ends as an error."""
    try:
        work = work_on(context)
    except StatementError as error:
        kind = "PermissionDenied" if error.denied else "ExecutionError"
        seconds, outcome = FAILS_AFTER, failed(error.message, kind)
    else:
        seconds, outcome = work.seconds, completed(work.value, 200)
    return Job(context.account.name, context.now + seconds * context.state.pace, outcome)
