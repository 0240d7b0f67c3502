"""A world whose waits take no time and pass side by side: what two calls wait for at once is waited for once,
and asyncio's own timeouts count by the same clock."""

from __future__ import annotations

import asyncio
import selectors
from asyncio import Future
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

from tests.clock import ManualClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Skipping(selectors.DefaultSelector):
    """Time jumps to the next timer while everything waits; it stands still while a thread is at work."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.at_work = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (self.at_work and timeout > 0):
            return super().select(timeout if timeout is None else 0.01)
        ready = super().select(0)
        if not ready:
            self.now += max(timeout, 0.0)
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._skipping.at_work += 1
        future.add_done_callback(self._rested)
        return future

    def _rested(self, future: Future[Any]) -> None:
        del future
        self._skipping.at_work -= 1


class LoopHands(ManualClock):
    """The running loop's time, which can be moved on besides; threads may ask for it too."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        return self.now + self._loop.time()

    def monotonic(self) -> float:
        return self.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
