"""Sessions: signed in to with a password, extended by every call, renewed once when they have ended."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2 as httpx

from pentad.call import Call
from pentad.errors import AuthFailed, Malformed, NotFound
from pentad.http.auth import object_of
from pentad.http.connection import Connection
from pentad.http.encodings import FORM, Form, encoded
from pentad.http.errand import Errand
from pentad.platforms.optimibi.dialect import is_failure_file, is_login, is_login_address, is_page, words_of
from pentad.platforms.optimibi.signing import Proven, idle_in, session_in

LOGIN = "/plugin/datafor/api/extension/auth/login"
FORM_LOGIN = "/j_spring_security_check"
LOGOUT = "/plugin/datafor/api/extension/auth/logout"
# Seconds after which a session whose end is not told is asked about again.
_UNSURE = 600.0
# Addresses that are remembered to tell nothing; they hold ids, so that there is no end of them.
_DOUBTED = 1000
_SIGNED_IN = ("1", "2")
_ELSEWHERE = (
    "Check PENTAD_OPTIMIBI_URL: the context is part of it, such as https://bi.example.com/datafor. Where it "
    "is right, use PENTAD_OPTIMIBI_AUTH_MODE=form."
)
_NEVER_AGAIN = (
    "They are not tried again until they change, because ten refusals lock the address for up to a day: "
    "correct them and restart."
)


@dataclass
class SessionAuth(Proven):
    """The session's cookie, which belongs to one origin and is kept here alone."""

    username: str
    password: str = field(repr=False)
    tenant: str | None = None
    _ends_at: float = field(default=math.inf, kw_only=True)
    _idle: float = field(default=math.inf, kw_only=True)
    _new: bool = field(default=False, kw_only=True)
    _silent: set[str] = field(default_factory=set[str], kw_only=True)

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Ask about a session that may have ended; sign in where it has, and ask again."""
        self._new = False
        if self._access is not None and self.clock.monotonic() < self._ends_at:
            yield self.probe(request, self._access)
        yield self.login(request)
        yield self.probe(request, self._access or "")

    def login(self, request: httpx.Request) -> httpx.Request:
        form = Form(username=self.username, password=self.password, tenantId=self.tenant)
        return self.filled(request, LOGIN, form)

    def filled(self, request: httpx.Request, path: str, form: Form) -> httpx.Request:
        kind, content = encoded(form) or (FORM, b"")
        headers = {"Content-Type": kind, "Accept": "application/json"}
        return self.ask(request, self.at(path), headers=headers, content=content)

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        if not self.is_probe(step):
            self._begin(self.entered(response))
            return False
        if self.knows(response):
            self._extend(response)
            return True
        if not self._new:
            self._access = None
            return False
        self._access = None
        raise self.nobody()

    def readable(self, response: httpx.Response) -> object:
        """A page is what another address has in this place."""
        return None if is_page(response) else super().readable(response)

    def entered(self, response: httpx.Response) -> str | None:
        """The session that a login made. Raises AuthFailed for a refusal, which comes with a status of
        success."""
        if response.status_code in (401, 403):
            raise self.refused(None)
        if response.status_code in (404, 405) or is_page(response):
            raise NotFound(f"{self.label} has no sign-in at this address. {_ELSEWHERE}", outcome="none")
        self.check(response)
        told = object_of(response, self.label)
        if told.get("needCaptcha") is True:
            error = self.give_up(
                "wants a captcha, which only a person can read. Sign in to it once in a browser, or have an "
                "administrator switch the captcha off; then restart."
            )
            error.quote = words_of(told)
            raise error
        success = str(told.get("success")).lower() == "true"
        if not success or str(told.get("data", "1")) not in _SIGNED_IN:
            raise self.refused(words_of(told))
        own = told.get("jsessionid")
        return session_in(response) or (own if isinstance(own, str) else None)

    def refused(self, words: str | None) -> AuthFailed:
        error = self.give_up(f"refused this user name and password. {_NEVER_AGAIN}")
        error.quote = words
        return error

    def _begin(self, session: str | None) -> None:
        if session is None or not re.fullmatch(r"[\w.!~+/=-]{1,200}", session):
            raise Malformed(f"{self.label} signed in without a usable session.", outcome="none")
        self._access, self._new = session, True
        self._silent.clear()
        # Until the probe has been answered, whatever comes in between.
        self._stale_at, self._ends_at = self.clock.monotonic(), math.inf

    def _extend(self, response: httpx.Response) -> None:
        """Every call lets the session last longer."""
        now = self.clock.monotonic()
        self._idle = idle_in(response) or self._idle
        self._ends_at = now + self._idle
        self._stale_at = now + _UNSURE if self._idle == math.inf else self._ends_at

    async def lapsed(self, request: httpx.Request, response: httpx.Response) -> bool:
        errand: Errand = request.extensions["errand"]
        over = self.ended(request, response)
        if over or self._replaced(errand, response):
            errand.unclear |= not over
            if self._access == errand.credential:
                self._access = None
            return True
        doubted = self._fell_silent(request, response) or self.doubted(request, response)
        errand.unclear |= doubted
        self._extend(response)
        return doubted

    def _fell_silent(self, request: httpx.Request, response: httpx.Response) -> bool:
        """Whether a read's answer no longer tells when the session ends: it may be gone. Some addresses never
        do, so each is doubted once."""
        errand: Errand = request.extensions["errand"]
        if idle_in(response) is not None:
            self._proved_at = self.clock.monotonic()
            return False
        path, known = request.url.path, not errand.stream or is_failure_file(response)
        if self._idle == math.inf or not errand.repeatable or not known or path in self._silent:
            return False
        if len(self._silent) >= _DOUBTED:
            self._silent.clear()
        self._silent.add(path)
        return response.is_success

    def _replaced(self, errand: Errand, response: httpx.Response) -> bool:
        """Whether a read was answered in another session, a stranger's. A session that has not served yet
        under its name is only called differently now."""
        session = session_in(response)
        if session in (None, errand.credential):
            self._new = False
            return False
        if errand.stream or not errand.repeatable:
            return False
        if self._new and self._access == errand.credential:
            self._access = session
            return False
        return True

    def sign(self, request: httpx.Request, token: str) -> None:
        errand: Errand = request.extensions["errand"]
        errand.credential = token
        request.headers["Cookie"] = f"JSESSIONID={token}"

    def leaves(self, request: httpx.Request) -> bool:
        if request.url.path != self.at(LOGOUT).path:
            return False
        if self._access is None:
            raise AuthFailed(f"{self.label} is not signed in to.", outcome="none")
        self.sign(request, self._access)
        self._access = None
        return True


@dataclass
class FormAuth(SessionAuth):
    """The same by the form of the login page, whose answer is a redirect either way."""

    def login(self, request: httpx.Request) -> httpx.Request:
        form = Form(j_username=self.username, j_password=self.password)
        return self.filled(request, FORM_LOGIN, form)

    def readable(self, response: httpx.Response) -> None:
        """The login page's form is answered without JSON."""
        del response

    def entered(self, response: httpx.Response) -> str | None:
        target = response.headers.get("location", "") if response.has_redirect_location else ""
        if response.status_code in (401, 403) or is_login_address(target) or is_login(response):
            raise self.refused(None)
        if not target:
            self.check(response)
            raise Malformed(
                f"{self.label} answered the login form without a redirect, so what came of it is not known. "
                "Use PENTAD_OPTIMIBI_AUTH_MODE=session.",
                outcome="none",
            )
        return session_in(response)


async def sign_out(connection: Connection) -> None:
    """End the session, which would end by itself as well."""
    errand = Errand(Call(connection.clock), connection.label, ("general",), repeatable=False)
    leaving = connection.http.build_request("GET", connection.address(LOGOUT), extensions={"errand": errand})
    await connection.exchange(leaving, errand)
