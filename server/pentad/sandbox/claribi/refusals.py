"""Refusals in the platform's own words: {"error", "message", "status"}."""

from __future__ import annotations

from collections.abc import Mapping

from pentad.sandbox.asgi import Reply, json_reply

_WORDS = {
    400: ("bad_request", "The request could not be understood."),
    401: ("unauthorized", "This credential was not accepted."),
    403: ("forbidden", "This credential may not do that."),
    404: ("not_found", "Not found"),
    429: ("rate_limited", "Hourly allowance is used up."),
}


class RefusalError(Exception):
    """Raised anywhere below the app; becomes the answer."""

    def __init__(
        self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        body = {"error": error, "message": message, "status": status}
        self.reply = json_reply(body, status, headers)


def error_reply(status: int) -> Reply:
    """The body that the platform itself would send with this status."""
    error, message = _WORDS.get(status, ("server_error", "Something went wrong upstream."))
    return RefusalError(status, error, message).reply
