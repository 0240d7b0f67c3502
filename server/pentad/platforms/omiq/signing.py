"""Ways in: a personal token that nobody can renew, or a service account's secret for one token at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2 as httpx

from pentad.clock import Clock
from pentad.errors import AuthFailed
from pentad.http.auth import CERTAIN, Flow, TokenAuth, expires, object_of, sign, signs

DISPLACED = "There is a more recent login for this account"
_EARLY = 60.0
# Whatever a token says, one login serves for so long.
_LEAST = 30.0


@dataclass
class PersonalAuth(httpx.Auth):
    """A token from the profile page. Once it has expired by its own words nothing is sent any more."""

    origin: httpx.URL
    clock: Clock
    token: str = field(repr=False)
    advice: str

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if signs(request, self.origin):
            expiry = expires(self.token)
            if self.clock.time() >= expiry + CERTAIN:
                when = datetime.fromtimestamp(expiry, UTC).strftime("%Y-%m-%d %H:%M UTC")
                raise AuthFailed(f"OMIQ's personal token expired at {when}. {self.advice}", outcome="none")
            sign(request, "Authorization", f"Bearer {self.token}")
        yield request


@dataclass
class SecretAuth(TokenAuth):
    """A service account: one login for all calls of this process, a new one a minute before the token's end.

    A newer login elsewhere ends this one for good: to answer it with another would displace that one in turn.
    """

    login_url: httpx.URL
    secret: Mapping[str, str] = field(repr=False)

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        yield self.ask(request, self.login_url, json={key: self.secret[key] for key in ("email", "token")})

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        del step
        if self.stopped(response):
            raise AuthFailed(self._refused or "", outcome="none")
        if response.status_code in (400, 401, 403):
            raise self.give_up(
                "refused this service account. Its secret is not tried again: OMIQ staff issue a new secret "
                "file; then restart."
            )
        self.check(response)
        token = object_of(response, self.label).get("jwt")
        self.keep(token)
        left = expires(str(token)) - self.clock.time() - _EARLY
        self._stale_at = self.clock.monotonic() + max(_LEAST, left)
        return True

    def stopped(self, response: httpx.Response) -> bool:
        if response.is_success or DISPLACED not in response.text:
            return False
        self.give_up(
            "says that there is a more recent login for this account, so this one has ended. Pentad does not "
            "sign in again: stop what else uses this service account, then restart this server."
        )
        return True
