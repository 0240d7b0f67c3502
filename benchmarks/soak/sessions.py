"""Clients of three kinds, in both generations of the protocol: those that stay, those that come and go, and
those that vanish in the middle of a call without closing anything."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import httpx2 as httpx
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from benchmarks.soak.caller import Caller, Surprise
from benchmarks.soak.errands import ERRANDS, Errand, impatient
from benchmarks.soak.ledger import Ledger

Era = Literal["auto", "legacy"]
# Calls in a second, whatever the number of sessions: the errands' weights are made for it.
RATE = 10.0
_STAYING, _PASSING = 0.7, 0.2
_OPENING = 30.0


@dataclass
class Crowd:
    """`count` clients of the server at `url` that go on until `ends`, a time of the loop."""

    url: str
    count: int
    ends: float
    downloads: Path
    ledger: Ledger = field(default_factory=Ledger)

    async def attend(self) -> None:
        """Returns when every client has gone."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.count):
                group.create_task(self._one(number))

    async def _one(self, number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - the same run every time
        await asyncio.sleep(dice.uniform(0, self._think))
        share = number / self.count
        way = self._stay if share < _STAYING else self._pass if share < _STAYING + _PASSING else self._vanish
        era: Era = "legacy" if number % 2 else "auto"
        while not self._over:
            try:
                await way(era, dice)
            except Exception as error:
                # Who closes its connections under a call has this said to itself.
                if share >= _STAYING + _PASSING:
                    continue
                self.ledger.strange(f"a session broke: {_leaves(error)}")

    @property
    def _think(self) -> float:
        return self.count / RATE

    @property
    def _over(self) -> bool:
        return asyncio.get_running_loop().time() >= self.ends

    async def _stay(self, era: Era, dice: random.Random) -> None:
        async with self._opened(f"stays, {era}", era, dice) as (caller, _):
            while not self._over:
                await _run(caller, _chosen(dice))

    async def _pass(self, era: Era, dice: random.Random) -> None:
        async with self._opened(f"comes and goes, {era}", era, dice) as (caller, _):
            for _ in range(dice.randint(1, 2)):
                await _run(caller, _chosen(dice))

    async def _vanish(self, era: Era, dice: random.Random) -> None:
        """Its connections close under a call, and nothing is said to the server."""
        async with self._opened(f"vanishes, {era}", era, dice, farewell=False) as (caller, http):
            await _run(caller, _chosen(dice))
            last = asyncio.create_task(impatient(caller))
            await asyncio.sleep(self._think * 1.5 + dice.uniform(0.0, 0.3))
            await http.aclose()
            with suppress(Exception):
                await last

    @asynccontextmanager
    async def _opened(
        self, kind: str, era: Era, dice: random.Random, *, farewell: bool = True
    ) -> AsyncGenerator[tuple[Caller, httpx.AsyncClient]]:
        self.ledger.sessions[kind] += 1
        timeout = httpx.Timeout(_OPENING, read=300.0)
        async with httpx.AsyncClient(verify=_tls(), timeout=timeout, trust_env=False) as http:
            transport = streamable_http_client(self.url, http_client=http, terminate_on_close=farewell)
            async with Client(transport, mode=era, cache=None) as client:
                yield Caller(client, self.ledger, dice, self._think, self.ends, self.downloads), http


async def _run(caller: Caller, errand: Errand) -> None:
    with suppress(Surprise):
        await errand(caller)


def _chosen(dice: random.Random) -> Errand:
    (errand,) = dice.choices(list(ERRANDS), list(ERRANDS.values()))
    return errand


@cache
def _tls() -> ssl.SSLContext:
    """Nothing here is encrypted, but a client without one makes it, which takes a tenth of a second."""
    return ssl.create_default_context()


def _leaves(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(_leaves(each) for each in error.exceptions)
    return f"{type(error).__name__}: {error}"
