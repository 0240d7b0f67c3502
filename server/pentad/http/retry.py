"""Repeats, written once: which failures are worth another try, when, and how often.

Everything that goes on the wire passes here, sign-in requests and repeats included, so each of them takes
its own slot in the budgets and counts for the breaker.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2 as httpx

from pentad import logs
from pentad.call import PATIENCE
from pentad.clock import Clock
from pentad.errors import Malformed, PlatformError, Unavailable
from pentad.http.answers import kind_of
from pentad.http.bodies import whole
from pentad.http.breaker import Breaker, RepeatBudget
from pentad.http.errand import Errand
from pentad.http.pacing import Pacing, asked_pause, too_long

ATTEMPTS = 5
_PASSING = frozenset({500, 502, 503, 504})
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass
class _Setback(Exception):
    """An attempt that did not do it: what to say if it was the last, and when another may follow."""

    error: PlatformError | None = None
    response: httpx.Response | None = None
    repeat: bool = False
    wait: float | None = None
    limited: bool = False


@dataclass
class Retrying(httpx.AsyncBaseTransport):
    """A transport around the real one (network or sandbox; nothing above knows which)."""

    inner: httpx.AsyncBaseTransport
    clock: Clock
    label: str
    pacing: Pacing
    breaker: Breaker
    repeats: RepeatBudget = field(default_factory=RepeatBudget)
    jitter: Callable[[float, float], float] = random.uniform

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        errand: Errand = request.extensions["errand"]
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(request, errand)
            except _Setback as setback:
                wait = self._wait(setback, attempt)
                if not self._again(setback, attempt, wait, errand):
                    if setback.response is not None:
                        return setback.response
                    raise setback.error or AssertionError from None
                errand.unclear |= errand.sent
                await errand.call.wait(wait, f"{self.label} {'rate limit' if setback.limited else 'fault'}")
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        await self.inner.aclose()

    def _wait(self, setback: _Setback, attempt: int) -> float:
        if setback.wait is not None:
            return setback.wait + self.jitter(0.0, 0.25)
        base = 1.0 if setback.limited else 0.4
        return self.jitter(base / 2, min(8.0, base * 2**attempt))

    def _again(self, setback: _Setback, attempt: int, wait: float, errand: Errand) -> bool:
        if not setback.repeat or attempt == ATTEMPTS - 1 or wait >= errand.call.left():
            return False
        return setback.limited or self.repeats.spend()

    async def _attempt(self, request: httpx.Request, errand: Errand) -> httpx.Response:
        self.breaker.check()
        async with self._turn(errand):
            patience = errand.call.left()
            if patience <= 0:
                raise Unavailable(
                    f"The time for this call ran out before {self.label} was asked.", outcome="none"
                )
            limit = patience if errand.slow else min(20.0, patience)
            request.extensions["timeout"] = {
                "connect": min(10.0, limit),
                "read": limit,
                "write": limit,
                "pool": limit,
            }
            errand.tries += 1
            try:
                async with asyncio.timeout(patience):
                    response = await self._exchange(request, errand)
            except TimeoutError:
                raise self._broken(httpx.ReadTimeout("no answer in time"), errand) from None
            except httpx.RequestError as error:
                raise self._broken(error, errand) from error
        self._judge(response, errand)
        self.repeats.earn()
        return response

    @asynccontextmanager
    async def _turn(self, errand: Errand) -> AsyncGenerator[None]:
        """A lane and slots, both at the moment of sending; no lane is kept while waiting for a slot."""
        while True:
            async with self.pacing.lanes:
                # Much may have failed while this one stood in the queue.
                self.breaker.check()
                wait = self.pacing.take(errand.budgets)
                if wait <= 0:
                    self.breaker.admit()
                    yield
                    return
            if wait >= errand.call.left():
                raise too_long(wait, self.label)
            await errand.call.wait(wait, f"{self.label} rate limit")

    async def _exchange(self, request: httpx.Request, errand: Errand) -> httpx.Response:
        with logs.asking(request.method, errand) as answered:
            response = await self.inner.handle_async_request(request)
            answered.append(response.status_code)
        errand.sent = errand.unclear or response.status_code not in (401, 429)
        if errand.stream and response.status_code < 300 and not _is_page(response, errand):
            return response
        try:
            return await whole(request, response, errand)
        except Malformed as error:
            raise _Setback(error) from None
        finally:
            await response.aclose()

    def _judge(self, response: httpx.Response, errand: Errand) -> None:
        """Return if the answer is final; raise the setback it stands for otherwise."""
        status = response.status_code
        final = errand.stopped_by(response)
        self.breaker.record(healthy=final or not _ailing(status, errand))
        if final:
            return
        asked = self.pacing.learn(errand.budgets, status, response.headers)
        if status == 429:
            raise _Setback(response=response, repeat=True, wait=asked, limited=True)
        if status == 504 and errand.slow:
            raise _Setback(self._late(errand))
        if status in _PASSING and _ailing(status, errand):
            raise _Setback(response=response, repeat=errand.repeatable, wait=self._pause(response))
        if response.is_success and errand.decode is not None:
            try:
                errand.decoded = errand.decode(response)
            except Malformed as error:
                raise _Setback(error, repeat=errand.repeatable) from None

    def _pause(self, response: httpx.Response) -> float | None:
        """The wait asked for with a fault, if it is short enough to be worth it."""
        asked = asked_pause(response.headers, self.clock.time())
        return asked if asked is not None and asked < PATIENCE else None

    def _late(self, errand: Errand) -> Unavailable:
        """For a slow request, which a gateway's patience ends like our own: it may go on there."""
        return Unavailable(f"{self.label} did not answer in time: {errand.slow}.")

    def _broken(self, error: httpx.RequestError, errand: Errand) -> _Setback:
        late = isinstance(error, httpx.TimeoutException)
        if late and errand.slow and not isinstance(error, _UNSENT):
            errand.sent = True
            return _Setback(self._late(errand))
        self.breaker.record(healthy=False)
        if isinstance(error, _UNSENT):
            refused = f"{self.label} could not be reached. Nothing was sent; repeating later may help."
            return _Setback(Unavailable(refused, outcome="none"), repeat=True)
        errand.sent = True
        what = "did not answer in time" if late else "broke the connection before its answer was complete"
        advice = "Repeating later may help." if errand.repeatable else ""
        return _Setback(Unavailable(f"{self.label} {what}. {advice}".strip()), repeat=errand.repeatable)


def _is_page(response: httpx.Response, errand: Errand) -> bool:
    """Whether a web page came for a file: it is looked at, as it may be the page to sign in."""
    return not errand.bare and kind_of(response) == "text/html"


def _ailing(status: int, errand: Errand) -> bool:
    """Whether the platform is at fault: engines say 500 to a bad statement, gateways 504 to a long one."""
    return status >= 500 and not (errand.slow and status in (500, 504))
