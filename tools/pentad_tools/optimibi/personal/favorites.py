"""What the user opens: favourites and recent items."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from pentad.errors import PlatformError
from pentad.models import Page, Row
from pentad.operations import AnyOperation, reads
from pentad.platforms.optimibi import Optimibi
from pentad.text import whole_number
from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.files.ranking import Habits
from pentad_tools.optimibi.times import told_time

SHOWN = ("name", "kind", "path", "used")


@reads("GET /plugin/datafor-modeler/api/user-settings/favorites", example={})
async def list_favorites(optimibi: Optimibi) -> Page[Row]:
    """The signed-in user's favourite reports and folders, in the order they are kept."""
    return _page(list(items_in(list(await optimibi.rows()))))


@reads("GET /plugin/datafor-modeler/api/user-settings/recent", example={})
async def list_recent_items(optimibi: Optimibi) -> Page[Row]:
    """What the signed-in user opened recently, the last first."""
    return _page(await _items(optimibi))


async def _items(optimibi: Optimibi) -> list[Item]:
    found = list(items_in(list(await optimibi.rows())))
    return sorted(found, key=_used, reverse=True)


def _used(item: Item) -> int:
    """When it was opened last, in epoch milliseconds; 0 where that is not told."""
    return whole_number(item.raw.get("lastUse")) or 0


def _page(items: Sequence[Item]) -> Page[Row]:
    rows = [{**item.row(), "used": told_time(item.raw.get("lastUse"))} for item in items]
    return Page(rows, SHOWN, len(rows))


async def habits(optimibi: Optimibi) -> Habits:
    """What the user opens, as far as the platform tells it."""

    async def told(operation: AnyOperation) -> list[Item]:
        with suppress(PlatformError):
            return await _items(optimibi.bound_to(operation))
        optimibi.call.note(f"{operation.name} failed, so that the order does without it")
        return []

    favorites, recent = await asyncio.gather(told(list_favorites), told(list_recent_items))
    return Habits(favorites, recent)
