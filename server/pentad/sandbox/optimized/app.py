"""The two published routes, in the manners of the framework that the platform seems to run on."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, cast

from pentad.sandbox.asgi import Call, Reply, json_reply, matched
from pentad.sandbox.optimized.limits import ExceededError
from pentad.sandbox.optimized.state import Group, State, Token, stamp
from pentad.sandbox.optimized.validation import findings, summary

PER_PAGE = 25
_MESSAGES = {
    400: "The request could not be read.",
    401: "Unauthenticated.",
    403: "This action is unauthorized.",
    404: "Not Found",
    429: "Too Many Attempts.",
    503: "Service Unavailable",
}
_GROUPS_PATH = "/v1/my-groups"
_BATCHES_PATH = "/v1/groups/{group}/batches"
_SORTS = {"created_at": attrgetter("created"), "name": attrgetter("name")}


class RefusedError(Exception):
    def __init__(
        self, status: int, message: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.reply = json_reply({"message": message or _MESSAGES[status]}, status, headers)


class InvalidError(RefusedError):
    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(422, summary(errors))
        self.reply = json_reply({"message": summary(errors), "errors": errors}, 422)


def error_reply(status: int) -> Reply:
    """The body that the platform itself would send with this status."""
    if status == 422:
        return InvalidError({"profiles": ["The profiles field is required."]}).reply
    return json_reply({"message": _MESSAGES.get(status, "Server Error")}, status)


def respond(state: State, call: Call, now: float) -> Reply:
    if call.scheme == "http" and not call.served:
        secure = call.base.replace("http://", "https://", 1)
        return Reply(301, b"", {"location": f"{secure}{call.path}", "content-type": "text/html"})
    limits: dict[str, str] = {}
    try:
        group, method = _place(call)
        if call.method != method:
            raise _wrong_method(call, method)
        token = _token(state, call)
        limits = _take(state, token, group, now)
        reply = _my_groups(state, call, token) if group is None else _batch(state, call, token, group, now)
    except RefusedError as refused:
        reply = refused.reply
    return reply.adding({**limits, **reply.headers})


def _place(call: Call) -> tuple[str | None, str]:
    """The group in the path, if it is a path with one, and the method that is understood there."""
    if call.path == _GROUPS_PATH:
        return None, "GET"
    found = matched(_BATCHES_PATH, call.path)
    if found is None:
        raise RefusedError(404, f"The route {call.path.lstrip('/')} could not be found.")
    return found["group"], "POST"


def _wrong_method(call: Call, allowed: str) -> RefusedError:
    route = call.path.lstrip("/")
    message = f"The {call.method} method is not supported for route {route}. Supported methods: {allowed}."
    return RefusedError(405, message, {"Allow": allowed})


def _token(state: State, call: Call) -> Token:
    scheme, _, text = call.headers.get("authorization", "").partition(" ")
    token = state.tokens.get(text)
    if scheme != "Bearer" or token is None or not token.valid:
        raise RefusedError(401)
    return token


def _take(state: State, token: Token, group: str | None, now: float) -> dict[str, str]:
    try:
        if token.spent:
            raise state.limits.plan_spent(token.user, now)
        return state.limits.take(token.user, group, now)
    except ExceededError as error:
        raise RefusedError(429, error.message, error.headers) from error


def _batch(state: State, call: Call, token: Token, uuid: str, now: float) -> Reply:
    if not token.batches:
        raise RefusedError(403)
    group = state.groups.get(uuid.lower()) if token.groups else None
    if group is None:
        raise RefusedError(404, f"No query results for model [Group] {uuid}")
    body = _body(call)
    errors = findings(body, group)
    if errors:
        raise InvalidError(errors)
    batch = state.store(group, token, body, now)
    described = {
        "uuid": batch.uuid,
        "group_uuid": group.uuid,
        "status": "scheduled",
        "profiles_count": len(batch.profiles),
        "created_at": stamp(now),
    }
    return json_reply(described, 201)


def _body(call: Call) -> dict[str, Any]:
    """A body that is not declared as JSON is not looked at, so that every required member is missing."""
    if "json" not in call.headers.get("content-type", ""):
        return {}
    try:
        body = call.json()
    except ValueError as error:
        raise RefusedError(400, "The body is not valid JSON.") from error
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _my_groups(state: State, call: Call, token: Token) -> Reply:
    groups = _sorted(list(state.groups.values()) if token.groups else [], call.param("sort"))
    number = _page(call.param("page"))
    first = (number - 1) * PER_PAGE
    rows = groups[first : first + PER_PAGE]
    more = first + PER_PAGE < len(groups)
    path = f"{call.base}{_GROUPS_PATH}"
    return json_reply(
        {
            "current_page": number,
            "data": [group.as_json() for group in rows],
            # The vendor's own sample joins the query with an ampersand.
            "first_page_url": f"{path}&page=1",
            "from": first + 1 if rows else None,
            "next_page_url": _link(path, call, number + 1) if more else None,
            "path": path,
            "per_page": PER_PAGE,
            "prev_page_url": _link(path, call, number - 1) if number > 1 else None,
            "to": first + len(rows) if rows else None,
        }
    )


def _link(path: str, call: Call, number: int) -> str:
    """Every third page's link is malformed like the vendor's sample; a descending sort gets lost."""
    if number % 3 == 0:
        return f"{path}&page={number}"
    sort = call.param("sort")
    kept = "" if sort is None or sort.startswith("-") else f"sort={sort}&"
    return f"{path}?{kept}page={number}"


def _page(text: str | None) -> int:
    """A page that is no positive number counts as the first."""
    return int(text) if text is not None and text.isdecimal() and int(text) > 0 else 1


def _sorted(groups: list[Group], sort: str | None) -> list[Group]:
    if sort is None:
        return groups
    key = _SORTS.get(sort.removeprefix("-"))
    if key is None:
        raise InvalidError({"sort": ["The selected sort is invalid."]})
    return sorted(groups, key=key, reverse=sort.startswith("-"))
