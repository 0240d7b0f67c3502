"""Two brakes per account for a platform in trouble: a breaker, and a budget for repeats."""

from __future__ import annotations

from pentad.clock import Clock
from pentad.errors import Unavailable


class Breaker:
    """Opens after `threshold` failures in a row; then one probe per `rest` seconds until one succeeds."""

    def __init__(self, clock: Clock, label: str, threshold: int = 8, rest: float = 15.0) -> None:
        self._clock = clock
        self._label = label
        self._threshold = threshold
        self._rest = rest
        self.failures = 0
        self._closed_again = 0.0

    @property
    def open(self) -> bool:
        return self.failures >= self._threshold

    def check(self) -> None:
        """Raise `Unavailable` if nothing may be sent now, so that nobody queues for it."""
        wait = self._closed_again - self._clock.monotonic()
        if self.open and wait > 0:
            raise Unavailable(
                f"{self._label} failed {self.failures} times in a row and is being left alone for a moment. "
                "Nothing was sent; repeat later.",
                retry_after=wait,
                outcome="none",
            )

    def admit(self) -> None:
        """Let a request through, as the probe where one is due, or raise `Unavailable` at once."""
        self.check()
        if self.open:
            self._closed_again = self._clock.monotonic() + self._rest

    def record(self, *, healthy: bool) -> None:
        if healthy:
            self.failures = 0
            return
        self.failures += 1
        self._closed_again = self._clock.monotonic() + self._rest


class RepeatBudget:
    """Repeats are paid for by answers, two for one, so that an outage, which gives none, is not fed; while a
    fault now and then, even at every fifth request, is always repeated."""

    def __init__(self, size: float = 10.0, earned: float = 0.5) -> None:
        self._size = size
        self._earned = earned
        self._left = size

    def earn(self) -> None:
        """The platform has answered."""
        self._left = min(self._size, self._left + self._earned)

    def spend(self) -> bool:
        """Whether one more repeat is affordable; pays for it if so."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
