"""Users of the installation, their types, and the roles that access is given to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from pentad.errors import Rejected
from pentad.http.paging import mark, read_cursor
from pentad.models import Cursor, Fields, Limit, Page, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.text import shorten
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.server.session import get_own_profile, get_session_info
from pentad_tools.optimibi.times import flag, told_time

_PAGE = 100
# Of a thousand accounts each.
_MOST_PAGES = 20
_CURSOR = re.compile(r"(\d{1,9})-([0-9a-f]{6})")
_SHOWN = ("username", "name", "user_type", "roles", "enabled")
# Everything else of an account may be a credential: hashes, tokens, initial passwords.
_PLAIN = ("username", "name", "email", "dept", "title", "company", "mobile")
USER_TYPES = ("SYS_Reader", "SYS_Creator", "Administrator")
# Roles that a session has besides those of its user.
_EVERYBODY = ("Authenticated", "Anonymous")
_ROLE_KINDS = {"0": "business role", "1": "built-in role", "2": "user type"}


@reads(
    "GET /plugin/datafor-auth/api/user/list",
    alt=("GET /plugin/datafor-modeler/api/user/list",),
    example={"limit": 5},
)
async def list_users(
    optimibi: Optimibi,
    search: Annotated[str | None, Field(max_length=200, description="Words; newer servers only.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Page[Row]:
    """User accounts with type and roles; needs an administrator."""
    del fields
    return await _listed(optimibi, search, limit, cursor, withRole="true")


@reads(
    "GET /plugin/datafor-auth/api/user/speciallist",
    alt=("GET /plugin/datafor-modeler/api/user/speciallist",),
    example={"limit": 5},
)
async def list_grantable_users(
    optimibi: Optimibi,
    search: Annotated[str | None, Field(max_length=200)] = None,
    enabled: bool | None = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Table[Row]:
    """Whom to share a report with or give permissions: login name, name and department, without needing an
    administrator. Only newer servers search."""
    wanted = None if enabled is None else "1" if enabled else "0"
    found = await _listed(optimibi, search, limit, cursor, withEdit="true", enabled=wanted)
    shown = ("username", "name", "dept", "user_type", "may_author")
    return Table(found.rows, shown, found.total, found.cursor)


async def _listed(
    optimibi: Optimibi, search: str | None, limit: int | None, cursor: str | None, **asked: Any
) -> Page[Row]:
    """A page of accounts, from the cursor on."""
    expected = mark(optimibi.connection.identity, optimibi.operation.name, search, asked)
    start = int(read_cursor(_CURSOR, cursor, expected)[1]) if cursor else 0
    count = limit or _PAGE
    raw = await optimibi.record(start=start, count=count, filter=search, **asked)
    found = raw.get("list")
    sent = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    # A server that knows no pages sends everybody.
    sent = sent[start:] if len(sent) > count else sent
    total = raw.get("total") if isinstance(raw.get("total"), int) else None
    more = len(sent) >= count and (total is None or total > start + count)
    rows = [_user(one) for one in sent[:count]]
    return Page(rows, _SHOWN, total, f"{start + count}-{expected}" if more else None)


async def accounts(optimibi: Optimibi) -> dict[str, Row]:
    """Every account there is, by login name. The platform's search does not look at login names, so all
    pages are read."""
    asked, cursor = optimibi.bound_to(list_users), None
    found: dict[str, Row] = {}
    for _ in range(_MOST_PAGES):
        page = await _listed(asked, None, 1000, cursor, withRole="true")
        found |= {str(row["username"]): row for row in page.rows if row.get("username")}
        cursor = page.cursor
        if cursor is None:
            break
    return found


async def own_account(optimibi: Optimibi) -> dict[str, Row]:
    """The same of the signed-in user alone, whom everybody may read: the profile tells no roles, the session
    does."""
    told = await optimibi.bound_to(get_own_profile).record()
    held = (await optimibi.bound_to(get_session_info).record()).get("roles")
    roles = [str(role) for role in held] if isinstance(held, list) else []
    types = [role for role in roles if role in USER_TYPES]
    business = [role for role in roles if role not in (*types, *_EVERYBODY)]
    row = _user(
        told.get("user", told) | {"usertype": types[0] if types else None, "roles": "&".join(business)}
    )
    return {str(row["username"]): row}


@reads(
    "GET /plugin/datafor-auth/api/roles/list",
    alt=("GET /plugin/datafor-modeler/api/roles/list",),
    example={},
)
async def list_roles(optimibi: Optimibi, kind: Literal["business", "user_type"] | None = None) -> Table[Row]:
    """Roles that access and rules are given to; business roles, user types, or both."""
    found = await optimibi.rows(type={"business": "0", "user_type": "2"}.get(kind or ""))
    rows = [
        {
            "role": row.get("authority"),
            "kind": _ROLE_KINDS.get(str(row.get("type"))),
            "created": told_time(row.get("loadDate")),
            "description": row.get("description"),
        }
        for row in found
    ]
    return Table(rows, ("role", "kind", "created", "description"), len(rows))


async def role_kinds(optimibi: Optimibi) -> dict[str, str]:
    """What kind each role is: `business role`, `built-in role` or `user type`."""
    listed = (await list_roles(optimibi)).rows
    return {str(row["role"]): str(row["kind"]) for row in listed if row["role"]}


def meant(argument: str, noun: str, words: Sequence[str], known: Sequence[str]) -> list[str]:
    """The names that words stand for, once each. Raises NotFound with the nearest."""
    found = {word: spelt(word, known) for word in words}
    for word, name in found.items():
        if name is None:
            raise unknown(argument, noun, word, known)
    return list(dict.fromkeys(name for name in found.values() if name))


def joined(argument: str, names: Sequence[str]) -> str:
    """Names as the platform takes several. Raises Rejected for one that would be torn apart."""
    torn = [name for name in names if "&" in name]
    if torn:
        raise Rejected(
            f"The platform parts names with &, so {shorten(torn[0], 80)!r} cannot be sent; nothing was done. "
            "The web application may be able to.",
            problems={argument: ["a name with & in it"]},
            outcome="none",
        )
    return "&".join(names)


def is_address(text: str) -> bool:
    """Whether a text can be an e-mail address."""
    name, _, host = text.partition("@")
    return bool(name and host) and not any(sign.isspace() for sign in text)


@reads(
    "GET /plugin/datafor-auth/api/roles/types",
    alt=("GET /plugin/datafor-modeler/api/roles/types",),
    example={},
)
async def list_user_types(optimibi: Optimibi) -> Table[Row]:
    """The types an account can have: SYS_Reader views, SYS_Creator authors, Administrator manages."""
    rows = [{"user_type": row.get("authority")} for row in await optimibi.rows()]
    return Table(rows, ("user_type",), len(rows))


def _user(raw: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: raw.get(name) for name in _PLAIN}
    listed = raw.get("rolesList")
    own = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    roles = [str(one.get("rolename")) for one in own if str(one.get("type")) != "2"]
    joined = [part for part in str(raw.get("roles") or "").split("&") if part]
    told |= {
        "user_type": raw.get("usertype"),
        "roles": roles or joined,
        "enabled": flag(raw.get("enabled")),
        "may_author": raw.get("canEdit"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
