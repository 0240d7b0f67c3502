"""Optimized.App groups: who owns the profiles."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from pentad.models import Cursor, Limit, Page, Wire
from pentad.operations import reads
from pentad.platforms.optimized import Optimized


class Group(Wire):
    shown: ClassVar[tuple[str, ...]] = ("uuid", "name", "created_at", "deleted_at")
    uuid: str
    name: str


@reads("GET /v1/my-groups", covers=("list_my_groups",), example={"sort": "-created_at"})
async def list_groups(
    optimized: Optimized,
    sort: Annotated[
        str | None,
        Field(
            pattern=r"^-?[A-Za-z_][A-Za-z0-9_]*$", description="created_at, or -created_at for newest first."
        ),
    ] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Page[Group]:
    """Groups to book people into; `uuid` is group_id of optimized_create_batch. 25 to a page, no total."""
    return await optimized.page(Group, limit=limit, cursor=cursor, sort=sort)
