"""Accounts and roles as they are listed; lists carry a success flag of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pentad.sandbox.optimibi.accounts import TYPES, User
from pentad.sandbox.optimibi.context import Context, count_of

DAY = 86_400_000


def _list(context: Context, rows: Sequence[dict[str, Any]], total: int) -> dict[str, Any]:
    """A failed read of the table still reports success at the top."""
    if context.state.table_reads_fail:
        return {"success": True, "data": {"success": False, "total": 0, "list": []}}
    return {"success": True, "data": {"success": True, "total": total, "list": list(rows)}}


def user_types(context: Context) -> dict[str, Any]:
    return _list(context, [{"authority": name} for name in TYPES], len(TYPES))


def roles(context: Context) -> dict[str, Any]:
    """Times are text in the older edition, numbers in the newer one."""
    born, wanted = int(context.state.born) * 1000, context.param("type")
    loaded: object = born - 200 * DAY if context.state.newer else "2026-02-03T09:15:00"
    named = [(name, "0") for name in context.state.roles] + [(name, "2") for name in TYPES]
    rows = [
        {"authority": name, "type": kind, "loadDate": loaded} for name, kind in named if wanted in ("", kind)
    ]
    words = context.param("roleName").casefold() if context.state.newer else ""
    rows = [row for row in rows if words in str(row["authority"]).casefold()]
    return _list(context, rows, len(rows))


def users(context: Context) -> dict[str, Any]:
    """The older edition shows a hash of each password."""
    newer, chosen = context.state.newer, _chosen(context)
    return _list(context, [_row(context, one, newer=newer) for one in _page(context, chosen)], len(chosen))


def grantable(context: Context) -> dict[str, Any]:
    """Few fields, for everybody."""
    chosen = _chosen(context)
    rows = [{"username": one.username, "name": one.name, "dept": one.dept} for one in _page(context, chosen)]
    if context.is_on("withEdit"):
        kinds = {one.username: one for one in chosen}
        rows = [row | _rights(kinds[row["username"]]) for row in rows]
    return _list(context, rows, len(chosen))


def _rights(one: User) -> dict[str, Any]:
    """A type is lost by an account that is given roles and no type with them."""
    return ({"usertype": one.usertype} if one.usertype else {}) | {"canEdit": one.authors}


def _chosen(context: Context) -> list[User]:
    newer, enabled = context.state.newer, context.param("enabled")
    words = context.param("filter").casefold() if newer else ""
    found = [
        one
        for one in context.state.users.values()
        if words in f"{one.name} {one.title} {one.dept} {one.email}".casefold()
        and enabled in ("", one.enabled)
    ]
    return sorted(found, key=lambda one: one.name if context.param("orderBy") == "name" else one.username)


def _page(context: Context, chosen: list[User]) -> list[User]:
    start = count_of(context.param("start"), 0)
    return chosen[start : start + count_of(context.param("count"), len(chosen))]


def _row(context: Context, one: User, *, newer: bool) -> dict[str, Any]:
    row = one.profile() | ({} if newer else {"password": one.hash})
    if not context.is_on("withRole"):
        return row
    held = [(one.usertype, "2"), *((name, "0") for name in one.roles)]
    listed = [{"rolename": name, "type": kind} for name, kind in held if name]
    return row | {"roles": "&".join(one.roles), "rolesList": listed} | _rights(one)


def own_profile(context: Context) -> dict[str, Any]:
    """The caller's; an administrator may ask for another's, in the newer edition."""
    state, one = context.state, context.user
    asked = context.param("username")
    if state.newer and asked and one.admin:
        one = state.users.get(asked, one)
    more = {"userid": state.dice.uuid(f"user:{one.username}"), "ai_enabled": one.ai_enabled}
    shown = one.profile() | (more if state.newer else {"password": one.hash})
    return {"success": True, "data": {"user": shown}}
