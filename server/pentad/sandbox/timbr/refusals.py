"""Two conventions of refusing: an envelope that holds the message, and the message alone as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pentad.sandbox.asgi import Reply, json_reply
from pentad.sandbox.timbr.terms import StatementError, UnknownOntologyError

Refuse = Callable[[int, str], Reply]

_WORDS = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Not allowed",
    404: "Not found",
    429: "Queue timed out",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Source timed out",
}


class RefusalError(Exception):
    """Raised anywhere below the app, which answers it in the convention of the route."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def envelope(status: int, message: str) -> Reply:
    """As on /timbr/api and execute; some failures come with status 200."""
    return json_reply({"status": "error", "data": message}, status)


def text(status: int, message: str) -> Reply:
    """As on the raw query routes."""
    return Reply(status, message.encode(), {"content-type": "text/plain; charset=utf-8"})


def error_reply(status: int) -> Reply:
    """The body that the platform itself would send with this status."""
    return envelope(status, _WORDS.get(status, "Internal error"))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a route says no, and under which status a statement fails there.

    `malformed` is what the parser refuses, `absent` an unknown ontology, concept or view, `other` the rest.
    """

    refuse: Refuse
    malformed: int
    absent: int
    other: int
    denial: str = ""

    def failed(self, error: StatementError) -> Reply:
        if error.denied:
            return self.refuse(401, f"{self.denial}{error.message}")
        if "Syntax error:" in error.message:
            return self.refuse(self.malformed, error.message)
        absent = isinstance(error, UnknownOntologyError) or error.message.endswith("does not exist")
        return self.refuse(self.absent if absent else self.other, error.message)


# Nothing published tells the statuses of failing statements; here all that a client may meet occur.
SERVICE = Manner(envelope, malformed=400, absent=200, other=200)
LOOK_UP = Manner(envelope, malformed=400, absent=404, other=200)
ENGINE = Manner(text, malformed=500, absent=400, other=400, denial="HTTP Response code: 401, message: ")
