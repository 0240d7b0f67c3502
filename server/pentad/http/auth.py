"""Sign-in flows. A credential belongs to one origin and is never added to a request for another."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field

import httpx2 as httpx

from pentad.clock import Clock
from pentad.errors import AuthFailed, Malformed, for_status
from pentad.http.answers import json_of
from pentad.http.retry import Errand

Flow = AsyncGenerator[httpx.Request, httpx.Response]


def signs(request: httpx.Request, origin: httpx.URL) -> bool:
    """Whether a credential of `origin` may go with this request."""
    errand: Errand = request.extensions["errand"]
    return not errand.bare and same_origin(request.url, origin)


def _sign(request: httpx.Request, header: str, value: str) -> None:
    errand: Errand = request.extensions["errand"]
    errand.credential = value.rpartition(" ")[2]
    request.headers[header] = value


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Scheme, host and port agree."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


@dataclass
class KeyAuth(httpx.Auth):
    """A key in a header. Nothing can be renewed, so a refusal is final."""

    origin: httpx.URL
    header: str
    value: str

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if signs(request, self.origin):
            _sign(request, self.header, self.value)
        yield request


@dataclass
class JwtAuth(httpx.Auth):
    """Login for a short access token and a long refresh token.

    First calls that arrive together make one sign-in; a 401 makes one renewal and the call is repeated
    once. A refused password is not tried again in this process.
    """

    origin: httpx.URL
    clock: Clock
    label: str
    login_url: httpx.URL
    refresh_url: httpx.URL
    credentials: Mapping[str, str]
    access_life: float = 3600.0
    refresh_life: float = 7 * 86400.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _access: str | None = None
    _stale_at: float = 0.0
    _refresh: str | None = None
    _refresh_until: float = 0.0
    _refused: str | None = None

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if not signs(request, self.origin):
            yield request
            return
        used: str | None = None
        for _ in range(2):
            async with self._lock:
                if self._access in (None, used) or self.clock.monotonic() >= self._stale_at:
                    for step in self._steps(request):
                        response = yield step
                        await response.aread()
                        if self._learnt(step, response):
                            break
                used = self._access
            _sign(request, "Authorization", f"Bearer {used}")
            if (yield request).status_code != 401:
                return

    def _steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """The cheapest way in first: refresh while that token lives, else log in."""
        if self._refused is not None:
            raise AuthFailed(self._refused, outcome="none")
        if self._refresh is not None and self.clock.monotonic() < self._refresh_until:
            yield self._ask(request, self.refresh_url, {"refresh": self._refresh})
        yield self._ask(request, self.login_url, self.credentials)

    def _ask(self, request: httpx.Request, url: httpx.URL, body: Mapping[str, str]) -> httpx.Request:
        errand: Errand = request.extensions["errand"]
        extensions = {"errand": errand.for_sign_in()}
        return httpx.Request("POST", url, json=dict(body), extensions=extensions)

    def _learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        """Take the tokens out of an answer; False when the refresh token is no longer good."""
        if response.status_code in (400, 401, 403):
            if step.url == self.refresh_url:
                self._refresh = None
                return False
            raise self._give_up(
                "refused this e-mail and password. They are not tried again, so that the account is not "
                "locked: correct them and restart."
            )
        if not response.is_success:
            raise for_status(response.status_code)(
                f"Signing in to {self.label} failed (HTTP {response.status_code}).", outcome="none"
            )
        self._keep(_object(response, self.label))
        return True

    def _give_up(self, why: str) -> AuthFailed:
        self._refused = f"{self.label} {why}"
        return AuthFailed(self._refused, outcome="none")

    def _keep(self, answer: Mapping[str, object]) -> None:
        now = self.clock.monotonic()
        access, refresh = answer.get("access"), answer.get("refresh")
        if answer.get("mfa_required"):
            raise self._give_up(
                "wants a one-time code for this user, which a server cannot give. Use an API key."
            )
        if not isinstance(access, str) or not sendable(access):
            raise Malformed(f"{self.label} signed in without a usable access token.", outcome="none")
        self._access = access
        self._stale_at = now + max(30.0, _life(access, self.access_life) - 30.0)
        if isinstance(refresh, str) and refresh:
            self._refresh = refresh
            self._refresh_until = now + _life(refresh, self.refresh_life) - 60.0


def sendable(credential: str) -> bool:
    """Whether a credential can stand in a header: visible ASCII characters only."""
    return re.fullmatch(r"[!-~]+", credential) is not None


def _object(response: httpx.Response, label: str) -> Mapping[str, object]:
    answer = json_of(response, f"{label}'s sign-in")
    if not isinstance(answer, dict):
        raise Malformed(f"{label}'s sign-in answered with something that is not a JSON object.")
    return answer


def _life(token: str, fallback: float) -> float:
    """How long a JWT lives by its own claims: a duration, so a skewed clock on either side does no harm."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        life = float(claims["exp"]) - float(claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return fallback
    return life if 0 < life <= fallback * 10 else fallback
