"""What belongs to the caller: the session, favourites, recent items, display, tokens."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.nodes import slashed
from pentad.sandbox.optimibi.routing import NEWER, M, Route

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
        "locale": context.state.locales.get(context.session.id if context.session else "", "en"),
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


def save_favourites(context: Context) -> dict[str, Any]:
    """The body replaces the list, unless the newer edition is asked to append."""
    adds = context.state.newer and context.is_on("append")
    return _saved(context, context.state.favourites, adds=adds)


def add_recents(context: Context) -> dict[str, Any]:
    return _saved(context, context.state.recents, adds=context.is_on("append"))


def _saved(context: Context, held: dict[str, list[Any]], *, adds: bool) -> dict[str, Any]:
    """The stored list comes back as text. A body in another encoding changes nothing."""
    body, login = context.json(), context.user.username
    if isinstance(body, list):
        given = [
            one | {"fullPath": slashed(str(one.get("fullPath")))} for one in body if isinstance(one, dict)
        ]
        kept = [*given, *held[login]] if adds else given
        paths = [one["fullPath"] for one in kept]
        once = [one for at, one in enumerate(kept) if one["fullPath"] not in paths[:at]]
        held[login] = once if adds and context.is_on("distinct") else kept
    return _told(held[login])


def _told(kept: list[Any]) -> dict[str, Any]:
    return done(json.dumps(kept, ensure_ascii=False), code=None, msg="")


def remove_favourites(context: Context) -> dict[str, Any]:
    return _removed(context, context.state.favourites, context.param("key") or "fullPath")


def remove_recents(context: Context) -> dict[str, Any]:
    return _removed(context, context.state.recents, "fullPath")


def _removed(context: Context, held: dict[str, list[Any]], key: str) -> dict[str, Any]:
    """Entries that are not there are skipped."""
    body, login = context.json(), context.user.username
    gone = [one.get(key) for one in body if isinstance(one, dict)] if isinstance(body, list) else []
    held[login] = [one for one in held[login] if one.get(key) not in gone]
    return _told(held[login])


_DISPLAY = ({"id": "theme", "value": "light"}, {"id": "language", "value": "en"})


def display(context: Context) -> list[Any]:
    return context.state.display.get(context.user.username, list(_DISPLAY))


def set_display(context: Context) -> dict[str, Any]:
    """What is left out is stored no more."""
    body = context.json()
    if isinstance(body, list):
        context.state.display[context.user.username] = body
    return {"success": True}


def init_locale(context: Context) -> dict[str, Any]:
    """Without a session there is nothing to keep the language in."""
    asked = context.form().get("clientLocale", "en").partition("-")[0]
    locale = asked if asked in LOCALES else "en"
    if context.session is not None:
        context.state.locales[context.session.id] = locale
    return {"success": True, "islogged": context.who is not None, "locale": locale}


ROUTES = (
    Route("POST", f"{M}/user-settings/favorites", "save_favorites", save_favourites),
    Route("POST", f"{M}/user-settings/favorites/deleteBatch", "remove_favorites", remove_favourites, NEWER),
    Route("POST", f"{M}/user-settings/recent/deleteBatch", "remove_recent_items", remove_recents, NEWER),
    Route("POST", f"{M}/user-settings/display", "set_display_settings", set_display),
)
