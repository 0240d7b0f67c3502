"""Two sliding windows of a minute: one per user, one per group for batches."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

MINUTE = 60.0
PER_USER, PER_GROUP = 250, 10


class ExceededError(Exception):
    """Over a limit; carries the headers of the limit that was met."""

    def __init__(self, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers


@dataclass(slots=True)
class _Window:
    limit: int
    hits: deque[float] = field(default_factory=deque[float])

    def left(self, now: float) -> int:
        while self.hits and self.hits[0] <= now - MINUTE:
            self.hits.popleft()
        return self.limit - len(self.hits)

    def headers(self, now: float) -> dict[str, str]:
        """The reset header is there only when nothing is left."""
        left = self.left(now)
        headers = {"X-Ratelimit-Limit": str(self.limit), "X-Ratelimit-Remaining": str(left)}
        if left == 0:
            headers["X-Ratelimit-Reset"] = str(math.ceil(self.hits[0] + MINUTE))
        return headers


@dataclass(slots=True)
class Limits:
    """Refused requests do not count. `refusals` counts them, for every second one names Retry-After."""

    windows: dict[str, _Window] = field(default_factory=dict[str, _Window])
    refusals: int = 0

    def take(self, user: str, group: str | None, now: float) -> dict[str, str]:
        """The headers of the answer, a batch reply showing the group's; raises ExceededError."""
        wanted = [self._window(f"user {user}", PER_USER)]
        if group is not None:
            wanted.append(self._window(f"group {group}", PER_GROUP))
        for window in wanted:
            if window.left(now) <= 0:
                raise self._exceeded(window, now)
        for window in wanted:
            window.hits.append(now)
        return wanted[-1].headers(now)

    def plan_spent(self, user: str, now: float) -> ExceededError:
        headers = self._window(f"user {user}", PER_USER).headers(now)
        return ExceededError("The usage limit of your plan has been reached.", headers)

    def _window(self, name: str, limit: int) -> _Window:
        return self.windows.setdefault(name, _Window(limit))

    def _exceeded(self, window: _Window, now: float) -> ExceededError:
        self.refusals += 1
        headers = window.headers(now)
        if self.refusals % 2 == 0:
            headers["Retry-After"] = str(max(math.ceil(window.hits[0] + MINUTE - now), 1))
        return ExceededError("Too Many Attempts.", headers)
