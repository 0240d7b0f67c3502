"""What a request is for, and what it carries beside its values."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from pentad.call import Call

Spill = Callable[[AsyncIterable[bytes], str | None], Awaitable[Any]]


@dataclass(frozen=True)
class Extra:
    """What a request carries besides the values of its route: headers, and pairs for its query whose names
    are the caller's own. None means leave out."""

    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])


NOTHING = Extra()


@dataclass
class Errand:
    """What a request is for; it travels in the request's extensions.

    `decode` reads a successful body once and leaves the value in `decoded`; a body it cannot read is worth
    another try like any other passing fault. `bare` requests carry no credential even at home (signed
    links). `sent` turns true when the platform may have begun to act, `unclear` when it is asked again after
    that, `tries` counts the times it was asked.
    `credential` is what the request was signed with; an answer that repeats it is read without it. `slow` is
    the advice for an answer that did not come in time: such a request has all the call's time, once. `spill`
    takes over a successful body that is large, and makes of it what its JSON would have been. `stops` are
    sentences of a failure that make it final; `path` is what the log calls it.
    """

    call: Call
    label: str
    budgets: tuple[str, ...]
    repeatable: bool
    stream: bool = False
    bare: bool = False
    decode: Callable[[httpx.Response], Any] | None = None
    decoded: Any = None
    sent: bool = False
    unclear: bool = False
    tries: int = 0
    credential: str = ""
    slow: str | None = None
    spill: Spill | None = None
    stops: tuple[str, ...] = ()
    path: str = "(sign-in)"

    def for_sign_in(self, decode: Callable[[httpx.Response], Any] | None = None) -> Errand:
        """The same errand's way in: safe to repeat, never streamed, drawn on the general budget."""
        return Errand(self.call, self.label, ("general",), repeatable=True, decode=decode, stops=self.stops)

    def stopped_by(self, response: httpx.Response) -> bool:
        """Whether the platform says a sentence in it that no repeat will change."""
        return bool(self.stops) and not response.is_success and any(s in response.text for s in self.stops)
