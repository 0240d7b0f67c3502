"""Ways in: user name and password on every request, or a JWT. Strangers get empty answers here and not a
refusal, so each credential is asked about before it is believed."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2 as httpx

from pentad.errors import AuthFailed, Malformed, Rejected
from pentad.http.answers import Disguised, json_of
from pentad.http.auth import CERTAIN, TokenAuth, expires, sign
from pentad.http.errand import Errand
from pentad.platforms.optimibi.dialect import is_failure_file, is_login, is_nobody

PROBE = "/plugin/datafor/api/extension/auth/fetchUser"
# Seconds for which a credential is believed; a revoked one would have answers of nobody's until then.
_BELIEVED = 600.0
# Seconds after which an answer that nobody would have had too is not believed without asking.
_RECENT = 60.0


@dataclass
class Proven(TokenAuth):
    """A credential that is sent only once the server has said, within ten minutes, that it knows whose it
    is. `origin` is the address with its context; `advice` says what to check where it serves nobody."""

    advice: str
    _proved_at: float = field(default=-math.inf, kw_only=True)

    def at(self, path: str) -> httpx.URL:
        return self.origin.copy_with(raw_path=self.origin.raw_path.rstrip(b"/") + path.encode("ascii"))

    def probe(self, request: httpx.Request, credential: str) -> httpx.Request:
        """Asks who is signed in, at the least cost."""
        errand: Errand = request.extensions["errand"]
        asking = httpx.Request(
            "GET",
            self.at(PROBE),
            headers={"Accept": "application/json"},
            extensions={"errand": errand.for_sign_in()},
        )
        self.sign(asking, credential)
        return asking

    def is_probe(self, step: httpx.Request) -> bool:
        return step.url.path == self.at(PROBE).path

    def knows(self, response: httpx.Response) -> bool:
        """Whether the probe's answer names somebody. A server that has no such call is believed."""
        if response.status_code == 401 or is_login(response):
            return False
        if response.status_code >= 500 or response.status_code == 429:
            self.check(response)
        try:
            known = not response.is_success or not is_nobody(json_of(response, self.label))
        except Malformed:
            known = True
        self._proved_at = self.clock.monotonic() if known else -math.inf
        return known

    def nobody(self) -> AuthFailed:
        return AuthFailed(
            f"{self.label} answers this account as an anonymous visitor, which looks like empty results. "
            f"{self.advice}",
            outcome="none",
        )

    def ended(self, request: httpx.Request, response: httpx.Response) -> bool:
        """Whether an answer is one for strangers, whatever its status."""
        errand: Errand = request.extensions["errand"]
        hidden = errand.decoded
        refused = isinstance(hidden, Disguised) and hidden.explained.kind is AuthFailed
        return response.status_code == 401 or is_login(response) or (response.is_success and refused)

    def doubted(self, request: httpx.Request, response: httpx.Response) -> bool:
        """Whether a read has nothing, or a refusal, that a stranger would have had too, and it is a while
        since the server said who asks."""
        errand: Errand = request.extensions["errand"]
        if not errand.repeatable or self.clock.monotonic() - self._proved_at < _RECENT:
            return False
        told = errand.decoded
        nothing = isinstance(told, Disguised) or (isinstance(told, list | dict) and not told)
        return response.is_success and (is_failure_file(response) if errand.stream else nothing)


@dataclass
class Fixed(Proven):
    """What is sent with every request as it is: Basic, or a JWT in the header."""

    credential: str = field(repr=False)
    scheme: str

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        yield self.probe(request, self.credential)

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        del step
        if response.status_code == 401:
            raise self.give_up(
                f"refused the credential. It is not tried again until it changes. {self.advice}"
            )
        if not self.knows(response):
            raise self.nobody()
        self._access = self.credential
        self._stale_at = self.clock.monotonic() + _BELIEVED
        return True

    async def lapsed(self, request: httpx.Request, response: httpx.Response) -> bool:
        errand: Errand = request.extensions["errand"]
        if self.ended(request, response):
            return True
        doubted = self.doubted(request, response)
        errand.unclear |= doubted
        return doubted

    def sign(self, request: httpx.Request, token: str) -> None:
        sign(request, "Authorization", f"{self.scheme} {token}")


@dataclass
class Jwt(Fixed):
    """A JWT that nobody can renew. Once it has expired by its own words nothing is sent any more."""

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        if self.clock.time() >= expires(self.credential) + CERTAIN:
            raise AuthFailed(
                f"{self.label}'s JWT has expired by its own claim. {self.advice}", outcome="none"
            )
        yield from super().steps(request)

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        done = super().learnt(step, response)
        # From its end on it is asked about before each request, as strangers get empty answers.
        left = expires(self.credential) - self.clock.time()
        self._stale_at = min(self._stale_at, self.clock.monotonic() + max(left, 0.0))
        return done


@dataclass
class JwtInAddress(Jwt):
    """A JWT as a parameter of the address. Addresses end up in the logs of others, so it is added at the last
    moment, and only where it is looked at."""

    name: str

    def sign(self, request: httpx.Request, token: str) -> None:
        errand: Errand = request.extensions["errand"]
        if not request.url.path.startswith(self.at("/plugin/").path):
            if errand.sent:
                # A redirect leads here, mostly to the login page.
                return
            raise Rejected(
                f"{self.label} takes a JWT on plugin calls only, and this is a call of the platform below. "
                "Sign in another way for it: PENTAD_OPTIMIBI_AUTH_MODE=session or basic.",
                outcome="none",
            )
        errand.credential = token
        request.url = request.url.copy_set_param(self.name, token)


def basic(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def session_in(response: httpx.Response) -> str | None:
    """The session that an answer sets."""
    return _cookies(response).get("JSESSIONID") or None


def idle_in(response: httpx.Response) -> float | None:
    """Seconds that a session lasts from this answer on, where it tells; both cookies are the server's own
    clock, so a skewed one here does no harm."""
    told = _cookies(response)
    try:
        left = (int(told["session-expiry"]) - int(told["server-time"])) / 1000
    except (KeyError, ValueError):
        return None
    return left if left > 0 else None


def _cookies(response: httpx.Response) -> dict[str, str]:
    found = (re.match(r"\s*([\w-]+)=([!-:<-~]*)", line) for line in response.headers.get_list("set-cookie"))
    return {cookie[1]: cookie[2] for cookie in found if cookie}
