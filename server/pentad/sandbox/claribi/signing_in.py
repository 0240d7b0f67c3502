"""From request headers to a caller, and what a caller may still spend."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pentad.sandbox.asgi import Call
from pentad.sandbox.claribi.access import LIMITS, ApiKey, Caller, Directory, token_user
from pentad.sandbox.claribi.refusals import RefusalError

HOUR = 3_600.0
_ANONYMOUS = 1_000


def caller_of(call: Call, directory: Directory, now: float) -> Caller:
    """Raises RefusalError: 400 for two credentials at once, 401 for none or a bad one."""
    header, authorization = call.headers.get("x-api-key"), call.headers.get("authorization")
    if header is not None and authorization is not None:
        raise RefusalError(400, "ambiguous_credentials", "Send exactly one credential header.")
    if header is not None:
        return _by_key(header, directory, now)
    scheme, _, value = (authorization or "").partition(" ")
    if scheme == "Api-Key" or (scheme == "Bearer" and value.startswith("claribi_")):
        return _by_key(value, directory, now)
    if scheme == "Bearer":
        return _by_token(value, directory, now)
    raise RefusalError(401, "unauthorized", "Authentication credentials were not provided.")


def _by_key(secret: str, directory: Directory, now: float) -> Caller:
    if secret.startswith("claribi_mcp_"):
        raise RefusalError(401, "wrong_key_type", "MCP keys are accepted by the MCP endpoint only.")
    key = directory.keys.get(secret)
    if key is None:
        raise RefusalError(401, "unauthorized", "This key was not accepted.")
    if key.revoked:
        raise RefusalError(401, "key_revoked", "This key has been revoked.")
    if key.expires is not None and key.expires <= now:
        raise RefusalError(401, "key_expired", "This key has expired.")
    rights = tuple(right for right in key.permissions if right in key.user.rights)
    return Caller(key.id, key.user, key.account, rights, _limits(key), key)


def _limits(key: ApiKey) -> tuple[int, int]:
    return key.limits or LIMITS[key.account.tier]


def _by_token(text: str, directory: Directory, now: float) -> Caller:
    user = token_user(directory, text, "access", now)
    if user is None:
        raise RefusalError(401, "token_not_valid", "Token is invalid or expired.")
    return Caller(user.id, user, user.account, user.rights, LIMITS[user.account.tier])


@dataclass(slots=True)
class _Window:
    started: float
    used: int = 0


@dataclass(slots=True)
class Meters:
    """Requests counted per caller and bucket over an hour that begins with the first of them."""

    windows: dict[tuple[str, str], _Window] = field(default_factory=dict[tuple[str, str], _Window])

    def count(self, caller: Caller | None, bucket: str, now: float) -> dict[str, str]:
        """The headers that go with the answer; raises RefusalError 429 when nothing is left."""
        who = "anonymous" if caller is None else caller.id
        limit = _ANONYMOUS if caller is None else caller.limits[bucket == "generation"]
        window = self.windows.setdefault((who, bucket), _Window(now))
        if now >= window.started + HOUR:
            window.started, window.used = now, 0
        reset = math.ceil(window.started + HOUR)
        if window.used >= limit:
            retry = {"Retry-After": str(max(math.ceil(reset - now), 1))}
            message = f"The {bucket} allowance of {limit} requests an hour is used up."
            raise RefusalError(429, "rate_limited", message, {**_headers(limit, 0, reset), **retry})
        window.used += 1
        return _headers(limit, limit - window.used, reset)


def _headers(limit: int, left: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
    }
