"""Who calls: a session's cookie, a password on every request, or a token; and how sessions begin and end."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from pentad.sandbox.asgi import Call, Reply, dumps
from pentad.sandbox.optimibi.accounts import User, jwt_login
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.refusals import JSON, PageError, RefusalError, unauthorized
from pentad.sandbox.optimibi.state import Session, State

# One header for each cookie: names of headers are compared without regard to case, and a mapping is not.
_SPELLINGS = ("Set-Cookie", "set-Cookie", "Set-cookie", "set-cookie")


class BadPasswordError(Exception):
    """Basic credentials that are wrong are refused for real, on every path."""

    def reply(self) -> Reply:
        return unauthorized()


def session_of(state: State, call: Call, now: float) -> Session | None:
    """The session of the cookie, if it has not been idle for too long."""
    try:
        cookie = SimpleCookie(call.headers.get("cookie", "")).get("JSESSIONID")
    except CookieError:
        return None
    found = state.sessions.get(cookie.value) if cookie else None
    if found is not None and now - found.seen > state.idle:
        del state.sessions[found.id]
        return None
    return found


def caller_of(state: State, call: Call, path: str, session: Session | None, now: float) -> User | None:
    """None is the anonymous user, as whom calls on plugin paths run. Raises BadPasswordError."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _by_password(state, given)
    taken = [one for one in state.token_configurations.values() if one.get("enable") == "1"]
    tokens = [given] if scheme.lower() == "bearer" else []
    tokens += [text for one in taken if (text := call.param(one["token_name"]))]
    if tokens and path.startswith("/plugin/"):
        return _by_token(state, taken, tokens[0], now)
    return None if session is None else state.users.get(session.username)


def _by_token(state: State, taken: Sequence[Mapping[str, Any]], token: str, now: float) -> User | None:
    """The enabled account that a token names, by the configuration whose shared secret it was signed with."""
    shared = [one for one in taken if one["algorithm"] == "HS256"]
    named = [jwt_login(one["secret"], one["fieldmap"]["username"], token, now) for one in shared]
    found = state.users.get(next(filter(None, named), ""))
    return found if found is not None and found.enabled == "1" else None


def _by_password(state: State, given: str) -> User:
    try:
        name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError as error:
        raise BadPasswordError from error
    found = checked(state, name, password)
    if found is None:
        raise BadPasswordError
    return found


def checked(state: State, name: str, password: str) -> User | None:
    """The enabled account of a login name or an address, if the password is right."""
    found = next((one for one in state.users.values() if name in (one.username, one.email)), None)
    if found is None or found.enabled != "1":
        return None
    return found if hmac.compare_digest(found.password.encode(), password.encode()) else None


def attempt(state: State, name: str, password: str, now: float) -> User:
    """Raises RefusalError, at HTTP 200; ten failures lock the door for a day, also for the right password."""
    if now < state.locked_until:
        more = {"data": "0", "needCaptcha": True}
        raise RefusalError("too many failed logins from this address, try again tomorrow", None, more=more)
    found = checked(state, name, password)
    if found is not None:
        state.failed_logins = 0
        return found
    state.failed_logins += 1
    if state.failed_logins >= state.lockout_after:
        state.failed_logins, state.locked_until = 0, now + state.lockout_seconds
    raise RefusalError("wrong password", None, more={"data": "0"})


def login(context: Context) -> Reply:
    """A body in another encoding than a form holds no fields, and is no attempt."""
    fields, state = context.form(), context.state
    if context.session is not None:
        return Reply(200, dumps({"success": True, "data": "2"}), JSON)
    if "username" not in fields or "password" not in fields:
        raise RefusalError("username or password cannot be empty", None)
    user = attempt(state, fields["username"], fields["password"], context.now)
    made = state.new_session(user.username, context.now)
    body = {"success": True, "msg": "login success", "jsessionid": made.id, "data": "1"}
    return Reply(
        200, dumps(body), {**JSON, **cookies(context.call, made, state.idle, context.now, fresh=True)}
    )


def login_form(context: Context) -> Reply:
    """A redirect either way: to the start page, or back to the login page."""
    fields, state = context.form(), context.state
    try:
        user = attempt(state, fields.get("j_username", ""), fields.get("j_password", ""), context.now)
    except RefusalError:
        return Reply(302, b"", {"location": f"{context.root}Login?login_error=1"})
    made = state.new_session(user.username, context.now)
    held = cookies(context.call, made, state.idle, context.now, fresh=True)
    return Reply(302, b"", {"location": f"{context.root}Home", **held})


def login_form_get(context: Context) -> Reply:
    """The method as one page prints it; the fields of an address are not looked at."""
    raise PageError(302, "", f"{context.root}Login?login_error=1")


def logout(context: Context) -> dict[str, object]:
    gone = context.session and context.state.sessions.pop(context.session.id, None)
    return {"success": True, "code": 200, "data": "1" if gone else "2"}


def logout_form(context: Context) -> Reply:
    logout(context)
    return Reply(302, b"", {"location": f"{context.root}Login"})


def cookies(call: Call, session: Session, idle: float, now: float, *, fresh: bool) -> dict[str, str]:
    """What each answer to a session sets: when it was given and when the session ends, in milliseconds."""
    place = f"Path={urlsplit(call.base).path}/datafor"
    named = [f"JSESSIONID={session.id}; {place}; HttpOnly", f"session-flushed=true; {place}"] if fresh else []
    named += [
        f"session-expiry={int((now + idle) * 1000)}; {place}",
        f"server-time={int(now * 1000)}; {place}",
    ]
    return dict(zip(_SPELLINGS, named, strict=False))
