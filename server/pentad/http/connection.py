"""One account on one platform: its HTTP client, made on first use, and everything its calls share."""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from weakref import WeakValueDictionary

import httpx2 as httpx

import pentad
from pentad.clock import Clock
from pentad.errors import Malformed, Unavailable
from pentad.http.auth import same_origin
from pentad.http.breaker import Breaker
from pentad.http.errand import Errand
from pentad.http.pacing import Budget, Pacing
from pentad.http.pinning import network
from pentad.http.retry import Retrying
from pentad.http.unpacking import ACCEPTED

REDIRECTS = 3
FAREWELL = 2.0
_MOVED = frozenset({301, 302, 303, 307, 308})

Transport = Callable[[], httpx.AsyncBaseTransport]
_sending: ContextVar[bool] = ContextVar("sending", default=False)


class _WithoutQueries(logging.Filter):
    """The client's own log tells addresses, and what signs a link stands in its query."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _sending.get() and isinstance(record.args, tuple):
            record.args = tuple(
                argument.copy_with(query=None) if isinstance(argument, httpx.URL) else argument
                for argument in record.args
            )
        return True


logging.getLogger("httpx2").addFilter(_WithoutQueries())


class Connection:
    """`label` is how the platform is called in sentences, `url` where its paths begin."""

    def __init__(
        self,
        label: str,
        url: str,
        auth: httpx.Auth,
        *,
        make_budget: Callable[[str], Budget],
        clock: Clock,
        transport: Transport | None = None,
    ) -> None:
        self.label = label
        self.url = httpx.URL(url.rstrip("/"))
        self.auth = auth
        self.clock = clock
        self.pacing = Pacing(clock, make_budget)
        self.breaker = Breaker(clock, label)
        self.account = ""
        self.values: dict[str, str] = {}
        self.state = "not used yet"
        # Whom the credential speaks for, where the platform has told it.
        self.holder: str | None = None
        # What calls of this account remember for later ones: learned spellings, cached metadata.
        self.memory: dict[str, Any] = {}
        # What goes on after the call that began it, until it ends or this process does.
        self.tasks: dict[str, asyncio.Task[Any]] = {}
        # What is said before the client closes, if it was ever opened; a failure of that is no matter.
        self.farewell: Callable[[Connection], Awaitable[None]] | None = None
        self._transport = transport or self._network
        self._opened: list[httpx.AsyncClient] = []

    @property
    def identity(self) -> tuple[str, str]:
        """What ties a cursor to this account: another one has other rows under the same address."""
        return self.account, str(self.url)

    @cached_property
    def http(self) -> httpx.AsyncClient:
        """The one client of the account; made on first use, as TLS costs it a tenth of a second."""
        retrying = Retrying(self._transport(), self.clock, self.label, self.pacing, self.breaker)
        client = httpx.AsyncClient(
            transport=retrying,
            auth=self.auth,
            headers={
                "User-Agent": f"pentad-mcp/{pentad.__version__}",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
            },
            # A session cookie would be a second credential.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
        )
        self._opened.append(client)
        return client

    def turn(self, key: str) -> asyncio.Lock:
        """Held by whoever does what must not be done twice at a time; who comes second finds it done."""
        turns: WeakValueDictionary[str, asyncio.Lock] = self.memory.setdefault("turns", WeakValueDictionary())
        return turns.setdefault(key, asyncio.Lock())

    def address(self, path: str) -> httpx.URL:
        """Where a path of the contract lies for this account; `path` is percent-encoded already."""
        return self.url.copy_with(raw_path=self.url.raw_path.rstrip(b"/") + path.encode("ascii"))

    async def exchange(self, request: httpx.Request, errand: Errand) -> httpx.Response:
        """Send and return the answer, following a read's redirects as long as they stay at home.

        Waits for a turn and for another call's sign-in count too: all of it ends with the call's time.
        """
        sending = _sending.set(True)
        try:
            async with asyncio.timeout(errand.call.left() + 0.5):
                return await self._follow(request, errand)
        except TimeoutError:
            raise Unavailable(
                f"{self.label} was too busy to be asked in time. Nothing was sent; repeat later.",
                outcome=None if errand.sent else "none",
            ) from None
        finally:
            _sending.reset(sending)

    async def _follow(self, request: httpx.Request, errand: Errand) -> httpx.Response:
        for _ in range(REDIRECTS + 1):
            response = await self.http.send(request, stream=errand.stream)
            target = self._target(request, response)
            if target is None or request.method != "GET" or errand.stream:
                return response
            if not same_origin(target, self.url):
                raise Malformed(
                    f"{self.label} redirected the call to another address, which is not followed."
                )
            request = httpx.Request("GET", target, headers=request.headers, extensions=request.extensions)
        raise Malformed(f"{self.label} redirected the call in circles.")

    @staticmethod
    def _target(request: httpx.Request, response: httpx.Response) -> httpx.URL | None:
        if response.status_code not in _MOVED or "location" not in response.headers:
            return None
        try:
            return request.url.join(response.headers["location"])
        except (httpx.InvalidURL, ValueError):
            return None

    def _network(self) -> httpx.AsyncBaseTransport:
        scheme, host = self.url.scheme, self.url.host
        proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(scheme)
        if proxy and "://" not in proxy:
            proxy = f"http://{proxy}"
        return network(self.url, self.label, proxy)

    async def aclose(self) -> None:
        """Close the client if it was ever opened; the next call opens a fresh one."""
        while self.tasks:
            _, task = self.tasks.popitem()
            task.cancel()
            await asyncio.wait([task])
        if self._opened and self.farewell:
            with suppress(Exception):
                async with asyncio.timeout(FAREWELL):
                    await self.farewell(self)
        self.__dict__.pop("http", None)
        while self._opened:
            await self._opened.pop().aclose()
