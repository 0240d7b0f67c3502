"""Users, groups, connections, and what else concerns nobody's data."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.omiq.context import Context, need
from pentad.sandbox.omiq.refusals import FORBIDDEN, RefusalError


def current_user(context: Context) -> dict[str, Any]:
    return {"user": context.user.full()}


def set_preferences(context: Context) -> dict[str, Any]:
    prefs, user = need(context.body(), "prefs", dict), context.user
    user.prefs = {**user.prefs, **prefs} if context.state.merges else dict(prefs)
    return {"user": user.full()}


def search_users(context: Context) -> dict[str, Any]:
    """Name or address contains the text, in any case; strangers are found too."""
    text = (context.call.param("query") or "").casefold()
    if not text:
        raise RefusalError(400, "query: missing")
    known = [user for user in context.state.users.values() if not user.external]
    found = [user for user in known if text in f"{user.name}\n{user.email}".casefold()]
    return {"users": [user.brief() for user in found]}


def answer_connection(context: Context) -> dict[str, Any]:
    body, user = context.body(), context.user
    requester, connect = need(body, "requesterId", int), need(body, "connect", bool)
    if requester not in user.requests:
        raise RefusalError(404, f"There is no connection request of user {requester}")
    user.requests.remove(requester)
    if connect:
        user.connections.append(requester)
        context.state.users[requester].connections.append(user.id)
    return {"user": user.full()}


def list_groups(context: Context) -> dict[str, Any]:
    mine = [one for one in context.state.groups.values() if context.user.id in one.members]
    return {"groups": [group.brief() for group in mine]}


def group_members(context: Context) -> dict[str, Any]:
    group = context.state.groups.get(context.arg("groupId"))
    if group is None:
        raise RefusalError(404, "The group was not found")
    if context.user.id not in group.members:
        raise RefusalError(context.state.forbidden_status, f"{FORBIDDEN} to see group {group.id}")
    members = [context.state.users[member] for member in group.members]
    outside = [user.brief() for user in members if user.external]
    inside = [user.brief() for user in members if not user.external]
    return {"users": inside, "extUsers": outside} if outside else {"users": inside}


def platform_config(context: Context) -> dict[str, Any]:
    del context
    return {"config": {"release": "2026.2", "tenant": "examplelab", "features": {"crossTenant": True}}}
