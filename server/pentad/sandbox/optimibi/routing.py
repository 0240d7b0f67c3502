"""What a route is: an address, the operation that it answers, in which edition, and how it meets nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.optimibi.context import Context

BOTH, NEWER, OLDER = ("newer", "older"), ("newer",), ("older",)


@dataclass(frozen=True, slots=True)
class Route:
    """`operation` is the contract's operationId. `alone` is how the anonymous user is met: open, refused,
    denied, page, file, or else what is answered; the last two mean that nothing tells it from an empty
    result or a missing right."""

    method: str
    path: str
    operation: str
    answer: Callable[[Context], Any]
    editions: tuple[str, ...] = BOTH
    alone: Any = "refused"
    admin: bool = False


D, M, A = "/plugin/datafor/api", "/plugin/datafor-modeler/api", "/plugin/datafor-auth/api"
