"""What belongs to the caller: the session, favourites, recent items, display, tokens."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.nodes import slashed

LOCALES = ("en", "de", "es", "pt", "zh-CN")


def session_info(context: Context) -> dict[str, Any]:
    """A number for a code, no success flag; answers everybody."""
    who, born = context.who, int(context.state.born) * 1000
    told: dict[str, Any] = {
        "code": 200,
        "islogged": who is not None,
        "username": who.username if who else "anonymousUser",
        "roles": [who.usertype, "Authenticated", *who.roles] if who else ["Anonymous"],
        "plugins": context.state.plugins,
        "canEdit": who is not None and who.authors,
        "serverNameFull": context.root,
        "contextPath": "/datafor/",
        "locale": "en",
        "localeList": list(LOCALES),
        "ver": "C",
        "lic": {
            "valid": True,
            "licenseType": "commercial",
            "hasLicense": True,
            "expire": born + 31_536_000_000,
        },
        "__LOAD_VARIABLE__": "var CONTEXT_PATH='/datafor/';",
    }
    if context.state.newer:
        told |= {"ai-enable": False, "userid": context.state.dice.uuid(f"user:{told['username']}")}
        told |= {"tenantId": "tenant0"}
    return told


def favourites(context: Context) -> list[Any]:
    return _entries(context, context.state.favourites)


def recents(context: Context) -> list[Any]:
    return _entries(context, context.state.recents)


def _entries(context: Context, held: dict[str, list[Any]]) -> list[Any]:
    """A bare list. Entries of deleted items are left out, unless the newer edition is asked for all."""
    nodes, user = context.state.nodes, context.user
    everything = context.state.newer and context.is_on("all")
    return [
        one
        for one in held[user.username]
        if everything or ((node := nodes.get(one["fullPath"])) is not None and node.readable(user))
    ]


def add_recents(context: Context) -> dict[str, Any]:
    """The stored list comes back as text. A body in another encoding changes nothing."""
    body, held = context.json(), context.state.recents
    login = context.user.username
    if isinstance(body, list):
        given = [
            one | {"fullPath": slashed(str(one.get("fullPath")))} for one in body if isinstance(one, dict)
        ]
        kept = [*given, *held[login]] if context.is_on("append") else given
        held[login] = list({one["fullPath"]: one for one in reversed(kept)}.values())[::-1]
    return done(json.dumps(held[login], ensure_ascii=False), code=None, msg="")


def display(_: Context) -> list[dict[str, Any]]:
    return [{"id": "theme", "value": "light"}, {"id": "language", "value": "en"}]


def init_locale(context: Context) -> dict[str, Any]:
    asked = context.form().get("clientLocale", "en").partition("-")[0]
    locale = asked if asked in LOCALES else "en"
    return {"success": True, "islogged": context.who is not None, "locale": locale}


def token_policy(context: Context) -> dict[str, Any]:
    by_token = context.session is None and "bearer" in context.call.headers.get("authorization", "").lower()
    return {
        "success": True,
        "enabled": True,
        "token_session": by_token,
        "name": "portal",
        "expire": 2_592_000,
    }


def personal_tokens(context: Context) -> dict[str, Any]:
    state, login = context.state, context.user.username
    expires = int(state.born) * 1000 + 864_000_000
    one = {
        "jti": state.dice.word(f"jti:{login}", 8),
        "label": "notebook",
        "status": "active",
        "expires_at": expires,
    }
    return {"success": True, "data": [one]}
