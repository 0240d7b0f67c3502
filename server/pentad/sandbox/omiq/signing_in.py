"""From a bearer token to an account, and from a secret file's content to a token."""

from __future__ import annotations

import hmac
from typing import Any

from pentad.sandbox.asgi import Call
from pentad.sandbox.omiq.access import User, claims_of, service_secret
from pentad.sandbox.omiq.context import Context, need
from pentad.sandbox.omiq.refusals import DISPLACED, RefusalError
from pentad.sandbox.omiq.state import State


def caller_of(state: State, call: Call, now: float) -> User:
    """Raises RefusalError: 401 for no token, a bad or expired one, the marked text for a displaced one."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    claims = claims_of(state.key, token) if scheme.lower() == "bearer" else None
    if claims is None:
        raise RefusalError(401)
    if claims["exp"] <= now:
        raise RefusalError(401, "The token has expired")
    user = state.users[int(claims["sub"])]
    if claims["login"] != state.logins.get(user.id, 0):
        raise RefusalError(state.displaced_status, DISPLACED)
    return user


def log_in(context: Context) -> dict[str, Any]:
    body, state = context.body(), context.state
    email, secret = need(body, "email", str), need(body, "token", str)
    for user in state.users.values():
        if user.service and hmac.compare_digest(
            f"{email} {secret}".encode(), " ".join(service_secret(state.dice, user.key).values()).encode()
        ):
            return {"jwt": state.sign_in(user, context.now)}
    raise RefusalError(401, "The account or its secret is not valid")
