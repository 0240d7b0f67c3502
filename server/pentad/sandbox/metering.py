"""How long one exchange has slept, so that a timeout also works where the clock is moved by hand.

Only the sleep of the exchange itself counts: with a hand-moved clock another task's wait moves the
clock too, and must not look like a slow platform.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pentad.clock import Clock


class OutOfTimeError(Exception):
    """The other side has stopped waiting."""


@dataclass(slots=True)
class Meter:
    """Seconds that the other side is still willing to wait for the next message."""

    left: float = math.inf


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def charged_to(meter: Meter) -> Generator[None]:
    """Every sleep of a MeteredClock inside, and in tasks started inside, is charged to the meter."""
    token = _meter.set(meter)
    try:
        yield
    finally:
        _meter.reset(token)


class MeteredClock:
    """The given clock; a sleep longer than the meter allows ends early with OutOfTimeError. `skew` is how
    many seconds its time of day is ahead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew = 0.0

    def time(self) -> float:
        return self._clock.time() + self.skew

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        meter = _meter.get()
        if meter is None:
            await self._clock.sleep(seconds)
            return
        allowed = min(seconds, meter.left)
        await self._clock.sleep(max(allowed, 0.0))
        meter.left -= seconds
        if meter.left < 0:
            raise OutOfTimeError
