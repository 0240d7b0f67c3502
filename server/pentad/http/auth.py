"""Sign-in flows. A credential belongs to one origin and is never added to a request for another."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from pentad.clock import Clock
from pentad.errors import AuthFailed, Malformed, for_status
from pentad.http.answers import json_of
from pentad.http.errand import Errand

Flow = AsyncGenerator[httpx.Request, httpx.Response]
# Clocks differ by up to ten minutes: later than this after its end a token has certainly expired.
CERTAIN = 660.0


def signs(request: httpx.Request, origin: httpx.URL) -> bool:
    """Whether a credential of `origin` may go with this request."""
    errand: Errand = request.extensions["errand"]
    return not errand.bare and same_origin(request.url, origin)


def sign(request: httpx.Request, header: str, value: str) -> None:
    errand: Errand = request.extensions["errand"]
    errand.credential = value.rpartition(" ")[2]
    request.headers[header] = value


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Scheme, host and port agree."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


@dataclass
class KeyAuth(httpx.Auth):
    """A key in a header, and what goes with it. Nothing can be renewed, so a refusal is final."""

    origin: httpx.URL
    header: str
    value: str
    beside: Mapping[str, str] = field(default_factory=dict[str, str])

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if signs(request, self.origin):
            request.headers.update(self.beside)
            sign(request, self.header, self.value)
        yield request


@dataclass
class TokenAuth(httpx.Auth):
    """A token that is asked for when it is first needed; subclasses say how.

    First calls that arrive together make one sign-in; a 401 makes one renewal and the call is repeated
    once. A refused credential is not tried again in this process.
    """

    origin: httpx.URL
    clock: Clock
    label: str
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, kw_only=True)
    _access: str | None = field(default=None, kw_only=True)
    _stale_at: float = field(default=math.inf, kw_only=True)
    _refused: str | None = field(default=None, kw_only=True)

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if not signs(request, self.origin) or self.leaves(request):
            yield request
            return
        used: str | None = None
        for _ in range(2):
            async with self._lock:
                if self._access in (None, used) or self.clock.monotonic() >= self._stale_at:
                    if self._refused is not None:
                        raise AuthFailed(self._refused, outcome="none")
                    for step in self.steps(request):
                        response = yield step
                        await response.aread()
                        if self.learnt(step, response):
                            break
                used = self._access
            self.sign(request, used or "")
            response = yield request
            if self.stopped(response) or not await self.lapsed(request, response):
                return

    def leaves(self, request: httpx.Request) -> bool:
        """Whether a request ends what was signed in to, so that it is no reason to sign in."""
        del request
        return False

    async def lapsed(self, request: httpx.Request, response: httpx.Response) -> bool:
        """Whether an answer says that the token is no longer good."""
        del request
        return response.status_code == 401

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """The ways in, the cheapest first."""
        raise NotImplementedError

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        """Take the token out of an answer; False when the next way has to be tried."""
        raise NotImplementedError

    def stopped(self, response: httpx.Response) -> bool:
        """Whether an answer says that no new token will help."""
        del response
        return False

    def sign(self, request: httpx.Request, token: str) -> None:
        sign(request, "Authorization", f"Bearer {token}")

    def ask(self, request: httpx.Request, url: httpx.URL, **content: Any) -> httpx.Request:
        """A request of the sign-in, on the errand of the one that waits for it."""
        errand: Errand = request.extensions["errand"]
        return httpx.Request("POST", url, extensions={"errand": errand.for_sign_in(self.readable)}, **content)

    def readable(self, response: httpx.Response) -> object:
        """Raises Malformed for an answer that was garbled on its way, so that it is asked for again."""
        return object_of(response, self.label)

    def give_up(self, why: str) -> AuthFailed:
        self._refused = f"{self.label} {why}"
        return AuthFailed(self._refused, outcome="none")

    def keep(self, token: object) -> None:
        """Raises Malformed for what cannot stand in a header."""
        if not isinstance(token, str) or not sendable(token):
            raise Malformed(f"{self.label} signed in without a usable access token.", outcome="none")
        self._access = token

    def check(self, response: httpx.Response) -> None:
        """Raise what a failed sign-in, other than a refused credential, stands for."""
        if not response.is_success:
            raise for_status(response.status_code)(
                f"Signing in to {self.label} failed (HTTP {response.status_code}).", outcome="none"
            )


@dataclass
class JwtAuth(TokenAuth):
    """Login for a short access token and a long refresh token."""

    login_url: httpx.URL
    refresh_url: httpx.URL
    credentials: Mapping[str, str]
    access_life: float = 3600.0
    refresh_life: float = 7 * 86400.0
    _refresh: str | None = None
    _refresh_until: float = 0.0

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Refresh while that token lives, else log in."""
        if self._refresh is not None and self.clock.monotonic() < self._refresh_until:
            yield self.ask(request, self.refresh_url, json={"refresh": self._refresh})
        yield self.ask(request, self.login_url, json=dict(self.credentials))

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        """Take the tokens out of an answer; False when the refresh token is no longer good."""
        if response.status_code in (400, 401, 403):
            if step.url == self.refresh_url:
                self._refresh = None
                return False
            raise self.give_up(
                "refused this e-mail and password. They are not tried again, so that the account is not "
                "locked: correct them and restart."
            )
        self.check(response)
        self._take(object_of(response, self.label))
        return True

    def _take(self, answer: Mapping[str, object]) -> None:
        now = self.clock.monotonic()
        access, refresh = answer.get("access"), answer.get("refresh")
        if answer.get("mfa_required"):
            raise self.give_up(
                "wants a one-time code for this user, which a server cannot give. Use an API key."
            )
        self.keep(access)
        self._stale_at = now + max(30.0, _life(str(access), self.access_life) - 30.0)
        if isinstance(refresh, str) and refresh:
            self._refresh = refresh
            self._refresh_until = now + _life(refresh, self.refresh_life) - 60.0


def sendable(credential: str) -> bool:
    """Whether a credential can stand in a header: visible ASCII characters only."""
    return re.fullmatch(r"[!-~]+", credential) is not None


def object_of(response: httpx.Response, label: str) -> Mapping[str, object]:
    answer = json_of(response, f"{label}'s sign-in")
    if not isinstance(answer, dict):
        raise Malformed(f"{label}'s sign-in answered with something that is not a JSON object.")
    return answer


def _life(token: str, fallback: float) -> float:
    """How long a JWT lives by its own claims: a duration, so a skewed clock on either side does no harm."""
    told = claims(token)
    try:
        life = float(told["exp"]) - float(told["iat"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return fallback
    return life if 0 < life <= fallback * 10 else fallback


def claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of itself, unverified; nothing where it is none."""
    try:
        part = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def expires(token: str) -> float:
    """When a JWT ends by its own claim `exp`, in seconds since 1970; never, where it does not say."""
    try:
        exp = float(claims(token)["exp"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return math.inf
    # Beyond these no date can be told.
    return exp if 0 < exp < 10**11 else math.inf
