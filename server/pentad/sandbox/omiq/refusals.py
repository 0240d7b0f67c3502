"""Refusals: no shape is documented, so routes differ; only the two marked texts are known."""

from __future__ import annotations

from typing import Literal

from pentad.sandbox.asgi import Reply
from pentad.sandbox.omiq.spelling import dumps

Style = Literal["error", "message", "text"]

DISPLACED = "There is a more recent login for this account"
FORBIDDEN = "You do not have permission"

_WORDS = {
    400: "The request was not understood",
    401: "The token is not valid",
    403: FORBIDDEN,
    404: "Not found",
    409: "The workflow is locked by another user",
}


class RefusalError(Exception):
    """Raised anywhere below the app; the route says in which style it is told."""

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message or _WORDS.get(status, "Something went wrong")

    def reply(self, style: Style) -> Reply:
        if style == "text":
            return Reply(self.status, self.message.encode(), {"content-type": "text/plain; charset=utf-8"})
        body = {"error": self.message}
        if style == "message":
            body = {"message": self.message, "status": str(self.status)}
        return Reply(self.status, dumps(body), {"content-type": "application/json"})


def error_reply(status: int) -> Reply:
    """The body that the platform itself would send with this status."""
    return RefusalError(status).reply("error")
