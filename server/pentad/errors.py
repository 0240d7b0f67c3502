"""What can go wrong with a platform, in six kinds, and the words a model reads about it.

PlatformError
    AuthFailed    the credential is missing, wrong, expired or revoked
    NotFound      the named thing does not exist for this account
    Rejected      understood and refused: invalid, not allowed, or in the wrong state
    RateLimited   too many calls; `retry_after` says when to come back
    Unavailable   the platform did not answer, or answered with a fault of its own
    Malformed     an answer arrived that is not what the platform documents
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pentad.secrecy import sayable
from pentad.text import clean, shorten

_MONTH = 31 * 86400.0

Problems = Mapping[str, Sequence[str]]
Outcome = Literal["none", "unknown"]


class PlatformError(Exception):
    """One sentence for the model plus what a program needs.

    `problems` maps dotted positions (`profiles.1.person.email_address`) to messages. `quote` is the
    platform's own wording; cleaned and shortened, it stands in a member of its own, as no sentence of ours
    may hold what a stranger wrote. `outcome` is `none` when it is certain
    that nothing was done, `unknown` when a write may or may not have happened. `invalid` arguments were not
    understood by ourselves.
    """

    kind: ClassVar[str] = "failed"

    def __init__(
        self,
        message: str,
        *,
        quote: str | None = None,
        retry_after: float | None = None,
        outcome: Outcome | None = None,
        problems: Problems | None = None,
        details: Mapping[str, Any] | None = None,
        invalid: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.quote = quote
        self.retry_after = retry_after
        self.outcome = outcome
        self.problems = problems
        self.details = details
        self.invalid = invalid

    def __str__(self) -> str:
        return self.message

    def words(self) -> dict[str, Any]:
        """The error as the JSON object a model reads."""
        told: dict[str, Any] = {"error": self.kind, "message": self.message}
        if self.quote:
            told["platform_says"] = shorten(clean(sayable(self.quote)))
        if self.retry_after is not None:
            told["retry_after"] = math.ceil(min(max(self.retry_after, 1.0), _MONTH))
        if self.outcome == "unknown":
            told["outcome"] = "unknown"
        if self.problems:
            told["problems"] = {at: list(says) for at, says in self.problems.items()}
        return told | dict(self.details or {})


class AuthFailed(PlatformError):
    kind = "auth_failed"


class NotFound(PlatformError):
    kind = "not_found"


class Rejected(PlatformError):
    kind = "rejected"


class RateLimited(PlatformError):
    kind = "rate_limited"


class Unavailable(PlatformError):
    kind = "unavailable"


class Malformed(PlatformError):
    kind = "malformed"


def for_status(status: int) -> type[PlatformError]:
    """The kind of error an HTTP status stands for."""
    if status == 401:
        return AuthFailed
    if status in (404, 410):
        return NotFound
    if status == 429:
        return RateLimited
    if status >= 500 or status == 408:
        return Unavailable
    return Rejected if status >= 400 else Malformed
