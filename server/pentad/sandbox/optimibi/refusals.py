"""How the platform says no: mostly at HTTP 200, sometimes as a page, a file or a real status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.sandbox.asgi import Reply, dumps, html_reply

JSON = {"content-type": "application/json"}


class RefusalError(Exception):
    """A failure called a success; `code` is text on most routes and a number on some. `more` are further
    members, and `status` is the HTTP status, which is 200 nearly everywhere."""

    def __init__(
        self,
        msg: str,
        code: str | int | None = "400",
        status: int = 200,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(msg)
        self.msg, self.code, self.status, self.more = msg, code, status, dict(more or {})

    def reply(self) -> Reply:
        code = {} if self.code is None else {"code": self.code}
        return Reply(self.status, dumps({"success": False, "msg": self.msg, **code, **self.more}), JSON)


class FileRefusalError(Exception):
    """A download that failed: a text file called error.txt, at HTTP 200."""

    def reply(self) -> Reply:
        named = {"content-disposition": 'attachment; filename="error.txt"'}
        return Reply(200, str(self).encode(), {"content-type": "text/plain;charset=UTF-8", **named})


class PageError(Exception):
    """An answer that is a page for people, whatever was asked for; `location` makes it a redirect."""

    def __init__(self, status: int, text: str, location: str | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.location = status, text, location

    def reply(self) -> Reply:
        if self.location is not None:
            return Reply(self.status, b"", {"location": self.location})
        return html_reply(self.status, self.text)


def container_page(status: int, path: str) -> PageError:
    """What the servlet container says of an address or a method that is not there."""
    words = {404: "Not Found", 405: "Method Not Allowed"}[status]
    return PageError(status, f"HTTP Status {status} - {words}: {path}")


def unauthorized() -> Reply:
    head = {"www-authenticate": 'Basic realm="Pentaho Realm"', "content-type": "text/html;charset=utf-8"}
    return html_reply(401, "HTTP Status 401 - Unauthorized").adding(head)


def error_reply(status: int) -> Reply:
    """The body that the platform itself would send with this status."""
    if status == 401:
        return unauthorized()
    body = {"success": False, "code": status, "msg": "query failed" if status >= 500 else "refused"}
    return Reply(status, dumps(body), JSON)
