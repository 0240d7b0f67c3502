"""What is not said at once: tickets of long operations, and addresses signed when the answer goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A place on the storage host; it becomes a signed address in the answer that holds it."""

    path: str
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Later:
    """What a route gives back when its answer takes time; a body with `error` tells a failure."""

    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LongOp:
    """`operation` is the contract's operationId of the call that started it."""

    ticket: int | str
    operation: str
    owner: int
    ends: float
    body: Mapping[str, Any]

    def told(self, now: float) -> dict[str, Any]:
        """{} while it runs, the same {"val": …} at every poll after that."""
        return {"val": dict(self.body)} if now >= self.ends else {}


def ticket_of(number: int) -> int | str:
    """Every second ticket is text; the type is not documented."""
    return 88_300 + number if number % 2 else f"op-{88_300 + number}"
