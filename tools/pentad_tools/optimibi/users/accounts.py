"""User accounts as administrators make and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, SecretName
from pentad.operations import administers
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.users.people import accounts, is_address, joined, meant, own_account, role_kinds

_ADMINISTRATOR = "Administrator"
# What an account is made of here, and how the platform calls it.
_SPELT = {"user_type": "usertype", "ai_features": "ai_enabled"}
# What the platform wants to be told whatever changes. With the type go the roles, which it would take away.
_ALWAYS = ("name", "email", "user_type", "enabled", "roles")
_NEEDED = ("name", "email", "user_type")

UserType = Literal["SYS_Reader", "SYS_Creator", "Administrator"]


@administers(
    "POST /plugin/datafor-auth/api/user/insertOrUpdate",
    alt=("POST /plugin/datafor-modeler/api/user/insertOrUpdate",),
    reaches="shared",
    check="look for the account with optimibi_list_users",
    example={
        "username": "$user",
        "dept": "Controlling",
        "add_roles": ["$role"],
        "password_secret": "login",
    },
)
async def save_user(
    optimibi: Optimibi,
    username: Id,
    *,
    name: str | None = None,
    email: str | None = None,
    user_type: UserType | None = None,
    enabled: bool | None = None,
    roles: list[str] | None = None,
    add_roles: list[str] | None = None,
    remove_roles: list[str] | None = None,
    dept: str | None = None,
    title: str | None = None,
    mobile: str | None = None,
    ai_features: bool | None = None,
    password_secret: SecretName | None = None,
) -> Record:
    """Create a user account with a login and roles, or change it: make it a reader, author or administrator.
    What is not named stays; `roles` replaces all."""
    present = await _present(optimibi)
    login = spelt(username, present)
    given = {"name": name, "email": email, "user_type": user_type, "enabled": enabled}
    given |= {"dept": dept, "title": title, "mobile": mobile, "ai_features": ai_features}
    _require(given, username, login, present)
    now = _kept(present[login]) if login else {}
    then = now | {member: value for member, value in given.items() if value is not None}
    asked = {"roles": roles, "add_roles": add_roles, "remove_roles": remove_roles}
    then["roles"] = await _roles(optimibi, now.get("roles", []), asked)
    then.setdefault("enabled", True)
    return await _saved(optimibi, login or username, now, then, secret=password_secret, present=present)


async def _present(optimibi: Optimibi) -> dict[str, Row]:
    """Every account; of whoever may not list them, their own, which they may change."""
    try:
        return await accounts(optimibi)
    except Rejected:
        return await own_account(optimibi)


async def _saved(
    optimibi: Optimibi,
    login: str,
    now: Mapping[str, Any],
    then: Mapping[str, Any],
    *,
    secret: str | None,
    present: Mapping[str, Row],
) -> Record:
    changed = [member for member in then if then[member] != now.get(member)]
    sent = {member: then[member] for member in dict.fromkeys([*_ALWAYS, *changed])}
    body = Form(username=login)
    body |= {_SPELT.get(member, member): _wired(one) for member, one in sent.items()}
    shown = dict(then) | ({"password": f"(secret {secret})"} if secret else {})
    told = _will(login, now, then, secret) + await endangered(optimibi, present, {login: then})
    back = None if now else "optimibi_delete_user takes the account away again"
    preview = replacing(now, shown, will=told, slug=slug("save-user", login), undo=back)
    if secret:
        body["password"] = await optimibi.vault.secret(secret, optimibi.call)
    present_now = {name: now[name] for name in ("user_type", "enabled", "roles") if name in now}
    await optimibi.change(replace(preview, now=present_now or None), body)
    verb = "changed" if now else "created"
    return Record({verb: login, "set": [*changed, *(["password"] if secret else [])], "roles": then["roles"]})


def _require(given: Mapping[str, Any], username: str, login: str | None, present: Mapping[str, Row]) -> None:
    """Raises Rejected for what no account can be made of, or have."""
    problems = {name: ["needed to create an account"] for name in _NEEDED if not login and not given[name]}
    if given["email"] is not None and not is_address(given["email"]):
        problems["email"] = ["not an e-mail address"]
    if given["name"] is not None and not given["name"].strip():
        problems["name"] = ["empty"]
    if problems and not login:
        error = unknown("username", "account", username, present)
        error.message += " To create it, give name, email and user_type."
        error.problems = problems
        raise error
    if problems:
        raise Rejected("Nothing was changed: some values cannot be.", problems=problems, outcome="none")


def _kept(row: Row) -> dict[str, Any]:
    """An account as far as it can be changed."""
    names = ("name", "email", "user_type", "dept", "title", "mobile")
    return {name: row.get(name, "") for name in names} | {
        "enabled": row.get("enabled") is not False,
        "roles": list(row.get("roles") or []),
    }


def _wired(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return joined("roles", value) if isinstance(value, list) else str(value)


async def _roles(optimibi: Optimibi, held: list[str], asked: Mapping[str, list[str] | None]) -> list[str]:
    """The roles that an account has then. Raises NotFound for one that is not there."""
    if all(names is None for names in asked.values()):
        return held
    if asked["roles"] is not None and (asked["add_roles"] or asked["remove_roles"]):
        problems = {"roles": ["replaces them all: give either this, or what to add and remove"]}
        raise Rejected("Nothing was changed.", problems=problems, outcome="none")
    known = [name for name, kind in (await role_kinds(optimibi)).items() if kind != "user type"]
    start = held if asked["roles"] is None else meant("roles", "role", asked["roles"], known)
    added = meant("add_roles", "role", asked["add_roles"] or [], known)
    gone = meant("remove_roles", "role held by the account", asked["remove_roles"] or [], held)
    return [name for name in dict.fromkeys([*start, *added]) if name not in gone]


def _will(login: str, now: Mapping[str, Any], then: Mapping[str, Any], secret: str | None) -> str:
    key = f" with the password in the secret {secret}" if secret else ""
    if now:
        signs = key and f" and sign it in{key} from then on"
        return f"Change the account {quoted(login)} ({quoted(str(now['name']))}){signs}."
    alone = "" if secret else " without a password, so that nobody can sign in with it yet"
    return (
        f"Create the account {quoted(login)} ({quoted(str(then['name']))}, {then['user_type']}){key}{alone}."
    )


async def endangered(
    optimibi: Optimibi, present: Mapping[str, Row], then: Mapping[str, Mapping[str, Any] | None]
) -> str:
    """What a user should hear before administrators lose their rights; None in `then` is an account that
    is gone."""
    before = {name for name, row in present.items() if _manages(row)}
    after = {name for name in before | then.keys() if _manages(then.get(name, present.get(name)))}
    told, own = "", (await session_info(optimibi)).username
    if own in before - after:
        told += " THIS IS THE ACCOUNT THAT PENTAD SIGNS IN WITH: it can no longer administer the server."
    if before and not after:
        told += " NO ADMINISTRATOR WHO MAY SIGN IN WOULD BE LEFT."
    return told


def _manages(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row.get("user_type") == _ADMINISTRATOR and row.get("enabled") is not False
