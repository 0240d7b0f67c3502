"""Optimibi: who is signed in, which release answers, which plugins it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.errors import Malformed, Rejected
from pentad.models import Record
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import is_nobody
from pentad.secrecy import SECRET

# Seconds for which facts about a server are kept.
_KEPT = 600.0
# The plugin that newer releases no longer have: its calls moved to another.
_OLDER = "datafor-auth"
# The release that the documentation of May 2025 describes.
_LAST_OLDER = (7, 5)
# What a browser needs and nobody else.
_UNTOLD = ("code", "__LOAD_VARIABLE__", "localeList", "serverNameFull", "ai-service-url")


@dataclass(frozen=True)
class SessionInfo:
    """What one server says of itself and of whoever asks. `newer` is the edition of addresses."""

    newer: bool
    plugins: frozenset[str]
    version: str | None
    username: str | None
    anonymous: bool

    def require(self, plugin: str) -> None:
        """Raises Rejected where the server says that it runs without a plugin."""
        if self.plugins and plugin not in self.plugins:
            raise Rejected(
                f"This Optimibi server runs without the plugin {plugin}, which answers this call; an "
                "administrator can install it.",
                outcome="none",
            )


@reads("GET /plugin/datafor/api/extension/auth/fetchUser", example={})
async def get_session_info(optimibi: Optimibi) -> Record:
    """Who is signed in with which roles, and the server's edition, plugins and licence."""
    told = await optimibi.record()
    info = _kept(optimibi, told, None)
    edition = "newer" if info.newer else "older"
    return Record({"edition": edition} | {name: part for name, part in told.items() if name not in _UNTOLD})


@reads(
    "GET /plugin/datafor-auth/api/user/detail",
    alt=("GET /plugin/datafor-modeler/api/user/detail",),
    example={},
)
async def get_own_profile(optimibi: Optimibi) -> Record:
    """Profile of the signed-in user: name, address, department, user type."""
    told = await optimibi.record()
    user = told.get("user", told)
    if not isinstance(user, dict):
        raise Malformed("Optimibi sent a profile in another form than documented.")
    return Record({name: part for name, part in user.items() if part not in (SECRET, "", None)})


@reads("GET /plugin/datafor/api/version/info", example={})
async def get_version(optimibi: Optimibi) -> Record:
    """Installed release and the newest published one."""
    return Record(await optimibi.record())


async def session_info(optimibi: Optimibi) -> SessionInfo:
    """The same for operations that depend on the edition; asked for every ten minutes."""
    info, until = optimibi.connection.memory.get("session", (None, 0.0))
    if isinstance(info, SessionInfo) and optimibi.call.clock.monotonic() < until:
        return info
    async with optimibi.connection.turn("session"):
        info, until = optimibi.connection.memory.get("session", (None, 0.0))
        if isinstance(info, SessionInfo) and optimibi.call.clock.monotonic() < until:
            return info
        told = await optimibi.bound_to(get_session_info).record()
        version = None if isinstance(told.get("plugins"), list) else await _version(optimibi)
        return _kept(optimibi, told, version)


async def _version(optimibi: Optimibi) -> str | None:
    """Only asked where the plugins do not tell the edition."""
    current = (await optimibi.bound_to(get_version).record()).get("current")
    version = current.get("version") if isinstance(current, dict) else None
    return str(version) if version else None


def _kept(optimibi: Optimibi, told: Mapping[str, Any], version: str | None) -> SessionInfo:
    info = _info(told, version)
    optimibi.connection.memory["session"] = info, optimibi.call.clock.monotonic() + _KEPT
    return info


def _info(told: Mapping[str, Any], version: str | None) -> SessionInfo:
    plugins = told.get("plugins")
    known = frozenset(map(str, plugins)) if isinstance(plugins, list) else frozenset[str]()
    newer = _OLDER not in known if known else _release(version) > _LAST_OLDER
    user = told.get("username")
    return SessionInfo(newer, known, version, str(user) if user else None, is_nobody(told))


def _release(version: str | None) -> tuple[int, ...]:
    """A release such as `7.05` as numbers; one that is not told counts as new."""
    return tuple(map(int, re.findall(r"\d+", version)[:2])) if version else (10**6,)
