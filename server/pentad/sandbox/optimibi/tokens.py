"""Tokens: how those of others are taken, and those that people have of their own."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.accounts import ADMIN
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, M, Route

_MASK = "************"
_NEEDED = ("name", "algorithm", "expire", "fieldmap")
_OWN = ("createdDate", "lastModifiedDate", "creatorId")


def _shown(context: Context, name: str) -> dict[str, Any]:
    """The secret is in clear text in the older edition, and so is the password of accounts to be."""
    held, newer = context.state.token_configurations[name], context.state.newer
    made = ADMIN if newer else held["createdDate"]
    masked = {"secret": _MASK} if newer else {}
    later = () if newer else ("self_service",)
    return {member: one for member, one in held.items() if member not in later} | masked | {"creatorId": made}


def listed(context: Context) -> dict[str, Any]:
    return {"success": True, "data": [_shown(context, name) for name in context.state.token_configurations]}


def content(context: Context) -> dict[str, Any]:
    name = context.param("name")
    if name not in context.state.token_configurations:
        raise RefusalError("configuration does not exist", "404")
    return {"success": True, **_shown(context, name)}


def save(context: Context) -> dict[str, Any]:
    """All of it is replaced, but for a secret that is masked or not sent."""
    body, now = context.fields(), int(context.now * 1000)
    if not all(body.get(name) for name in _NEEDED):
        raise RefusalError("name, algorithm, expire and fieldmap cannot be empty", "400")
    held = context.state.token_configurations.get(body["name"], {"createdDate": now})
    given = {name: one for name, one in body.items() if name not in _OWN}
    if body.get("secret") in (None, "", _MASK):
        given["secret"] = held.get("secret", "")
    common = {"token_name": "token", "createdDate": held["createdDate"], "lastModifiedDate": now}
    context.state.token_configurations[body["name"]] = common | given
    return {"success": True, "msg": "success"}


def delete_one(context: Context) -> dict[str, Any]:
    name = context.form().get("name", "")
    if name not in context.state.token_configurations:
        raise RefusalError("configuration does not exist", "404")
    del context.state.token_configurations[name]
    return {"success": True}


def delete_several(context: Context) -> dict[str, Any]:
    """A body in another encoding names nothing, and nothing is deleted."""
    body = context.json()
    for name in body if isinstance(body, list) else ():
        context.state.token_configurations.pop(str(name), None)
    return {"success": True}


def policy(context: Context) -> dict[str, Any]:
    """A configuration that lets people issue tokens is named, if there is one."""
    held = context.state.token_configurations.values()
    free = [one for one in held if one.get("self_service") == "1" and one.get("enable") == "1"]
    by_token = context.session is None and "bearer" in context.call.headers.get("authorization", "").lower()
    told = {"success": True, "enabled": bool(free), "token_session": by_token}
    return told | {"name": free[0]["name"] if free else "", "expire": 2_592_000}


def _status(context: Context, one: dict[str, Any]) -> str:
    ended = "expired" if one["expires_at"] <= context.now * 1000 else "active"
    return str(one.get("status", ended))


def personal(context: Context) -> dict[str, Any]:
    own = context.state.personal_tokens[context.user.username]
    return {"success": True, "data": [one | {"status": _status(context, one)} for one in own]}


def revoke(context: Context) -> dict[str, Any]:
    """One of the caller's own."""
    jti = context.fields().get("jti")
    found = [one for one in context.state.personal_tokens[context.user.username] if one["jti"] == jti]
    if not found:
        raise RefusalError("token does not exist", "404")
    found[0]["status"] = "revoked"
    return {"success": True}


ROUTES = (
    Route("GET", f"{M}/token/list", "list_token_configurations", listed, admin=True),
    Route("GET", f"{M}/token/content", "get_token_configuration", content, NEWER, admin=True),
    Route("POST", f"{M}/token/update", "save_token_configuration", save, admin=True),
    Route("POST", f"{M}/token/delete", "delete_token_configuration", delete_one, admin=True),
    Route("POST", f"{M}/token/deleteBatch", "delete_token_configurations", delete_several, admin=True),
    Route("GET", f"{M}/token/personal/config", "get_personal_token_policy", policy, NEWER),
    Route("GET", f"{M}/token/personal/list", "list_personal_tokens", personal, NEWER),
    Route("POST", f"{M}/token/personal/revoke", "revoke_personal_token", revoke, NEWER),
)
