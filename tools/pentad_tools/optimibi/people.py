"""Users of the installation, their types, and the roles that access is given to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from pentad.http.paging import mark, read_cursor
from pentad.models import Cursor, Fields, Limit, Page, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.times import flag, told_time

_PAGE = 100
_CURSOR = re.compile(r"(\d{1,9})-([0-9a-f]{6})")
_SHOWN = ("username", "name", "user_type", "roles", "enabled")
# Everything else of an account may be a credential: hashes, tokens, initial passwords.
_PLAIN = ("username", "name", "email", "dept", "title", "company")
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
    expected = mark(optimibi.connection.identity, "users", search)
    start = int(read_cursor(_CURSOR, cursor, expected)[1]) if cursor else 0
    count = limit or _PAGE
    raw = await optimibi.record(start=start, count=count, withRole="true", filter=search)
    found = raw.get("list")
    sent = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    # A server that knows no pages sends everybody.
    sent = sent[start:] if len(sent) > count else sent
    total = raw.get("total") if isinstance(raw.get("total"), int) else None
    more = len(sent) >= count and (total is None or total > start + count)
    rows = [_user(one) for one in sent[:count]]
    return Page(rows, _SHOWN, total, f"{start + count}-{expected}" if more else None)


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
