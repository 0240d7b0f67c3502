"""Rate limits, learned and known: a call takes a slot in every budget it draws on, or in none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime

from pentad.clock import Clock
from pentad.errors import RateLimited

# Budgets of one account that are remembered though nothing is taken of them: names can come from arguments.
_KNOWN = 50


@dataclass
class Budget:
    """One limit: at most `limit` calls in any `window` seconds (None: unknown until the platform says).

    `horizon` is how far ahead a reset may lie to be believed.
    """

    limit: int | None = None
    window: float = 60.0
    horizon: float = 300.0
    told: int | None = None
    taken: deque[float] = field(default_factory=deque[float])
    closed_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a slot is free."""
        self._forget(now)
        closed = max(0.0, self.closed_until - now)
        if self.limit is None or len(self.taken) < self.limit:
            return closed
        return max(closed, self.taken[len(self.taken) - self.limit] + self.window - now)

    def adopt(self, remaining: int, now: float, reset: float | None) -> None:
        """Others spend from the same budget: never believe in more than the platform says is left.

        What others took is free again after `reset` seconds, or after a window if the platform does not say.
        """
        self.told = remaining
        self._forget(now)
        if self.limit is not None:
            unseen = (self.limit - remaining) - len(self.taken)
            if unseen > 0:
                since = now if reset is None else min(now, now + reset - self.window)
                self.taken = deque(sorted([*self.taken, *[since] * unseen]))

    def remaining(self, now: float) -> int | None:
        """Slots free right now, as far as known."""
        if self.wait(now) > 0:
            return 0
        if self.limit is None:
            return self.told or None
        return self.limit - len(self.taken)

    def idle(self, now: float) -> bool:
        """Whether a new one would allow the same."""
        self._forget(now)
        return not self.taken and self.closed_until <= now

    def _forget(self, now: float) -> None:
        while self.taken and self.taken[0] <= now - self.window:
            self.taken.popleft()


class Pacing:
    """The budgets of one account, and how many of its calls may be under way at once."""

    def __init__(self, clock: Clock, make: Callable[[str], Budget], concurrency: int = 8) -> None:
        self._clock = clock
        self._make = make
        self.budgets: dict[str, Budget] = {}
        self.lanes = asyncio.Semaphore(concurrency)

    def budget(self, name: str) -> Budget:
        if name not in self.budgets:
            self._forget_idle()
            self.budgets[name] = self._make(name)
        return self.budgets[name]

    def _forget_idle(self) -> None:
        if len(self.budgets) >= _KNOWN:
            now = self._clock.monotonic()
            self.budgets = {name: one for name, one in self.budgets.items() if not one.idle(now)}

    def wait(self, names: Sequence[str]) -> float:
        now = self._clock.monotonic()
        return max((self.budget(name).wait(now) for name in names), default=0.0)

    def take(self, names: Sequence[str]) -> float:
        """Take one slot in each budget and return 0, or take none and return the seconds to wait."""
        wait = self.wait(names)
        if wait <= 0:
            now = self._clock.monotonic()
            for name in names:
                self.budget(name).taken.append(now)
        return wait

    def headroom(self) -> str:
        """Calls free in each budget that has been seen, in words; empty before the first answer."""
        now = self._clock.monotonic()
        known = ((name, budget.remaining(now)) for name, budget in self.budgets.items())
        return ", ".join(f"{count} {name}" for name, count in known if count is not None)

    def learn(self, names: Sequence[str], status: int, headers: Mapping[str, str]) -> float | None:
        """Adopt what the limit headers say; after a 429, close the budget that fired.

        Returns how long the platform asked to wait, if it said so credibly.
        """
        if not names:
            return None
        budget = self.budget(self._meant(names, headers))
        now = self._clock.monotonic()
        remaining = _number(headers.get("x-ratelimit-remaining"))
        limit = _number(headers.get("x-ratelimit-limit"))
        asked = self._asked(budget, headers)
        if remaining is not None and (budget.limit is None or limit in (None, budget.limit)):
            budget.adopt(int(remaining), now, asked)
        if asked is not None and (status == 429 or remaining == 0):
            budget.closed_until = max(budget.closed_until, now + asked)
        return asked if status == 429 else None

    def _meant(self, names: Sequence[str], headers: Mapping[str, str]) -> str:
        """Which budget the headers describe: the one of that size, else the narrowest (the last named)."""
        limit = _number(headers.get("x-ratelimit-limit"))
        same = [name for name in names if limit is not None and self.budget(name).limit == limit]
        return same[0] if same else names[-1]

    def _asked(self, budget: Budget, headers: Mapping[str, str]) -> float | None:
        retry_after = asked_pause(headers, self._clock.time())
        if retry_after is not None and retry_after <= budget.horizon:
            return retry_after
        reset = _number(headers.get("x-ratelimit-reset"))
        if reset is None:
            return None
        ahead = reset - _server_time(headers, self._clock.time())
        return ahead if 0 < ahead <= budget.horizon else None


def too_long(seconds: float, label: str) -> RateLimited:
    """The error for a wait that the host would not sit through."""
    return RateLimited(
        f"{label} allows no call for another {seconds:.0f} s. Nothing was sent; repeat after that.",
        retry_after=seconds,
        outcome="none",
    )


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """`Retry-After` in seconds, sent as a number or as a date; None if it is neither or has passed."""
    text = headers.get("retry-after")
    seconds, until = _number(text), _moment(text)
    if seconds is None and until is not None:
        seconds = until - _server_time(headers, now)
    return seconds if seconds is not None and seconds >= 0 else None


def _number(text: str | None) -> float | None:
    if text is None or not text.strip().isascii():
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < 1e11 else None


def _server_time(headers: Mapping[str, str], fallback: float) -> float:
    """The platform's own clock from the `Date` header, so that a skewed local clock does no harm."""
    moment = _moment(headers.get("date"))
    return fallback if moment is None else moment


def _moment(text: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
