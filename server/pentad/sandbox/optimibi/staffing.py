"""Accounts and business roles as administrators change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.sandbox.optimibi.accounts import TYPES, User
from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, OLDER, A, M, Route
from pentad.sandbox.optimibi.state import State

_PROFILE = ("name", "email", "mobile", "dept", "title")
# What a name of a role may not have, in the newer edition: the first parts the names in a form.
_RESERVED = "&\\/"


def _administrator(context: Context) -> None:
    if not context.user.admin:
        raise RefusalError("no auth", "401")


def _needed(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise RefusalError(f"{name} cannot be empty", "400")
    return fields[name]


def made_user(state: State, login: str, password: str) -> User:
    """An account without anything, and its lists."""
    made = state.users[login] = User(login, "", "", "", "", [], password, "")
    state.favourites.setdefault(login, [])
    state.recents.setdefault(login, [])
    state.personal_tokens.setdefault(login, [])
    return made


def save_user(context: Context) -> dict[str, Any]:
    """Only what is sent changes. Those who do not administer change their own profile and nothing else."""
    fields, state = context.form(), context.state
    login = _needed(fields, "username")
    if not context.user.admin and login != context.user.username:
        raise RefusalError("no auth", "401")
    _checked(fields)
    one = state.users.get(login) or made_user(state, login, "")
    for name in _PROFILE:
        setattr(one, name, fields.get(name, getattr(one, name)))
    if context.user.admin:
        _assign(one, fields)
        one.ai_enabled = fields.get("ai_enabled", one.ai_enabled) if state.newer else one.ai_enabled
    return {"success": True, "username": login}


def _checked(fields: Mapping[str, str]) -> None:
    if fields.get("usertype", TYPES[0]) not in TYPES or fields.get("enabled", "1") not in ("0", "1"):
        raise RefusalError("illegal usertype or enabled", "400")


def _assign(one: User, fields: Mapping[str, str]) -> None:
    """Roles and type are one list: whichever of them is sent, the other goes with it or is lost."""
    one.enabled = fields.get("enabled", one.enabled)
    one.password = fields.get("password") or one.password
    if "roles" in fields or "usertype" in fields:
        one.usertype = fields.get("usertype", "")
        one.roles = [name for name in fields.get("roles", "").split("&") if name]


def delete_user(context: Context) -> dict[str, Any]:
    """Of one that is not there too, success is told. What belongs to it stays."""
    _administrator(context)
    login = _needed(context.form(), "username")
    _delete(context, login)
    return {"success": True, "username": login}


def _delete(context: Context, login: str) -> None:
    if login == context.user.username or login in context.state.undeletable:
        raise RefusalError(f"failed to delete {login}", "500")
    context.state.users.pop(login, None)


def delete_users(context: Context) -> dict[str, Any]:
    """In order, up to the first that fails."""
    for login in _needed(context.form(), "usernames").split("&"):
        _delete(context, login)
    return {"success": True, "code": "200"}


def activate(context: Context) -> dict[str, Any]:
    fields = context.form()
    logins = _needed(fields, "usernames").split("&")
    enabled = _needed(fields, "enabled")
    _checked(fields)
    for login in logins:
        if login in context.state.users:
            context.state.users[login].enabled = enabled
    return {"success": True, "code": "200"}


def change_password(context: Context) -> dict[str, Any]:
    """The present password is checked, also where an administrator changes another's."""
    fields = context.form()
    old, new = _needed(fields, "oldPwd"), _needed(fields, "newPwd")
    login = fields.get("username") or context.user.username
    if login != context.user.username and not context.user.admin:
        raise RefusalError("no permission", "403")
    found = context.state.users.get(login)
    if found is None or found.password != old:
        raise RefusalError("wrong password", "")
    found.password = new
    return {"success": True, "code": "200"}


def create_role(context: Context) -> dict[str, Any]:
    _administrator(context)
    name, state = _needed(context.form(), "authority"), context.state
    if state.newer and any(sign in name for sign in _RESERVED):
        raise RefusalError("illegal role name", "400")
    if name in state.roles or name in TYPES:
        raise RefusalError(f"{name} already existed", "409")
    state.roles.append(name)
    return done(code=None, msg="")


def delete_role(context: Context) -> dict[str, Any]:
    """Accounts and access lists keep it; of one that is not there too, success is told."""
    _administrator(context)
    name, state = _needed(context.form(), "authority"), context.state
    state.roles = [one for one in state.roles if one != name]
    return done(code=None, msg="")


ROUTES = (
    *(
        Route("POST", f"{base}/{path}", operation, answer, editions)
        for base, editions in ((M, NEWER), (A, OLDER))
        for path, operation, answer in (
            ("user/insertOrUpdate", "save_user", save_user),
            ("user/delete", "delete_user", delete_user),
            ("roles/insert", "create_role", create_role),
            ("roles/delete", "delete_role", delete_role),
        )
    ),
    Route("POST", f"{M}/user/batchActivation", "set_users_enabled", activate, NEWER, admin=True),
    Route("POST", f"{M}/user/batchDelete", "delete_users", delete_users, NEWER, admin=True),
    Route("POST", f"{M}/user/updatePassword", "change_password", change_password, NEWER),
)
