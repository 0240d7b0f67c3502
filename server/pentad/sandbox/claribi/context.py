"""What a route's function is given, and the manners that several routes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from pentad.sandbox.asgi import Call, Reply, json_reply
from pentad.sandbox.claribi.access import Caller
from pentad.sandbox.claribi.records import PUBLIC
from pentad.sandbox.claribi.refusals import RefusalError
from pentad.sandbox.claribi.state import State

T = TypeVar("T")

PAGE_SIZE, LARGEST_PAGE = 20, 100


@dataclass(frozen=True, slots=True)
class Context:
    call: Call
    state: State
    who: Caller | None
    args: Mapping[str, str]
    now: float

    @property
    def caller(self) -> Caller:
        """The one who signed in; routes that are open to all must not ask."""
        if self.who is None:
            raise RefusalError(401, "unauthorized", "Authentication credentials were not provided.")
        return self.who

    def members(self, known: Sequence[str] | None = None) -> dict[str, Any]:
        """The JSON body's members; anything but an object, or an unknown member, is refused."""
        try:
            body = self.call.json()
        except ValueError as error:
            raise RefusalError(400, "bad_request", "The body is not valid JSON.") from error
        if not isinstance(body, dict):
            raise RefusalError(400, "bad_request", "The body has to be a JSON object.")
        members = cast("dict[str, Any]", body)
        extra = sorted(set(members) - set(members if known is None else known))
        if extra:
            raise RefusalError(400, "bad_request", f"Unknown members: {', '.join(extra)}.")
        return members

    def text(self, members: Mapping[str, Any], name: str) -> str:
        value = members.get(name)
        if not isinstance(value, str) or not value.strip():
            raise RefusalError(400, "bad_request", f"{name}: this field may not be blank.")
        return value

    def found(self, items: Mapping[int, T], kind: str) -> T:
        """The object that the path names; raises 404."""
        given = self.args["id"]
        item = items.get(int(given)) if given.isdecimal() and given.isascii() else None
        if item is None:
            raise RefusalError(404, "not_found", f"{kind} with ID {given} not found")
        return item


def page_of(context: Context, items: Sequence[Any]) -> Reply:
    """One page; a page beyond the end is not found, a page size beyond the most is cut silently."""
    size = _page_size(context.call.param("page_size"))
    number = _page_number(context.call.param("page"))
    last = max(-(-len(items) // size), 1)
    if number > last:
        raise RefusalError(404, "not_found", "Invalid page.")
    rows = items[(number - 1) * size : number * size]
    envelope = {
        "count": len(items),
        "next": _page_link(context.call, number + 1) if number < last else None,
        "previous": _page_link(context.call, number - 1) if number > 1 else None,
        "results": list(rows),
    }
    return json_reply(envelope)


def _page_number(text: str | None) -> int:
    number = _whole(text, 1)
    if number is None or number < 1:
        raise RefusalError(400, "bad_request", "The page number must be a positive whole number.")
    return number


def _page_size(text: str | None) -> int:
    """A size that makes no sense counts as none given, as in the framework this seems to run on."""
    size = _whole(text, PAGE_SIZE)
    return PAGE_SIZE if size is None or size < 1 else min(size, LARGEST_PAGE)


def _whole(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        return None


def _page_link(call: Call, number: int) -> str:
    """Links name the public host wherever the call came in, as behind a proxy."""
    kept = [(name, value) for name, value in call.query if name != "page"]
    return f"{PUBLIC}{call.path}?{urlencode([*kept, ('page', str(number))])}"
