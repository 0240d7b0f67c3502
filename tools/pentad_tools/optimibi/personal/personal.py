"""What is the user's own: language and theme, favourites, recent items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Malformed
from pentad.models import Record
from pentad.operations import AnyOperation, reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import is_uuid
from pentad.text import all_quoted, whole_number
from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.files.selection import Items, chosen, picked, refused, told
from pentad_tools.optimibi.personal.favorites import list_favorites, list_recent_items
from pentad_tools.optimibi.replacing import replacing

Word = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[A-Za-z][\w-]*$")] | None


@reads("GET /plugin/datafor-modeler/api/user-settings/display", example={})
async def get_display_settings(optimibi: Optimibi) -> Record:
    """In which interface language and theme the user sees the console."""
    return Record({str(one.get("id")): one.get("value") for one in await optimibi.rows()})


@writes(
    "POST /plugin/datafor-modeler/api/user-settings/display",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_get_display_settings",
    example={"theme": "dark"},
)
async def set_display_settings(optimibi: Optimibi, language: Word = None, theme: Word = None) -> Record:
    """Switch the user's console to another interface language (en, de, zh-CN) or theme (light, dark mode)."""
    entries = await _stored(optimibi, get_display_settings)
    now = {str(one.get("id")): one.get("value") for one in entries}
    asked = {"language": language, "theme": theme}
    given = {name: value for name, value in asked.items() if value is not None}
    if not given:
        raise refused(language=["give a language, a theme, or both"])
    then = [one | {"value": given.get(str(one.get("id")), one.get("value"))} for one in entries]
    then += [{"id": name, "value": value} for name, value in given.items() if name not in now]
    will = f"Change {' and '.join(given)} of the console, for this user alone."
    await optimibi.change(replacing(now, now | given, will=will, slug="change-display"), then)
    return Record(now | given)


async def _stored(optimibi: Optimibi, operation: AnyOperation, **values: Any) -> list[dict[str, Any]]:
    """A list of the user's as it is kept. Raises Malformed for anything else, which must not be sent back."""
    found = await optimibi.bound_to(operation).stored(**values)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Malformed(f"{optimibi.label} sent a list in another form than documented.")
    return found


@writes(
    "POST /plugin/datafor-modeler/api/user-settings/favorites",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_favorites",
    example={"items": ["$target"]},
)
async def save_favorites(optimibi: Optimibi, items: Items) -> Record:
    """Bookmark or star reports and folders: they become the first of the user's favourites, in this order;
    the others stay."""
    now = await _stored(optimibi, list_favorites, all="true")
    known = {one.get("fullPath"): one for one in now}
    found = await chosen(optimibi, items)
    first = [known.get(item.path) or _entry(item) for item in found]
    paths = [item.path for item in found]
    then = [*first, *(one for one in now if one.get("fullPath") not in paths)]
    preview = replacing(
        {"favorites": [one.get("fullPath") for one in now]},
        {"favorites": [one.get("fullPath") for one in then]},
        will=f"Put {told(found)} first among the user's favourites.",
        slug="save-favorites",
        undo="optimibi_remove_favorites, on newer servers",
    )
    await optimibi.change(preview, then)
    return Record({"first": paths, "total": len(then)})


def _entry(item: Item) -> dict[str, Any]:
    """A new entry. It was not used yet: what its order goes by is when the item was last changed."""
    changed = str(item.raw.get("lastModifiedDate") or item.raw.get("createdDate") or "")
    return _used(item, whole_number(changed) or 0)


def _used(item: Item, at: int) -> dict[str, Any]:
    return {"fullPath": item.path, "title": item.name, "lastUse": at}


@writes(
    "POST /plugin/datafor-modeler/api/user-settings/favorites/deleteBatch",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_favorites",
    example={"items": ["$report"]},
)
async def remove_favorites(optimibi: Optimibi, items: Items) -> Record:
    """Take reports or folders out of the user's favourites (unstar), also such as no longer exist. The items
    themselves stay."""
    now = await _stored(optimibi, list_favorites, all="true")
    paths = await _listed(optimibi, now, items, "favourite")
    preview = replacing(
        {"favorites": [one.get("fullPath") for one in now]},
        {"favorites": [one.get("fullPath") for one in now if one.get("fullPath") not in paths]},
        will=f"Remove {all_quoted(paths, 200)} from the user's favourites; the items themselves stay.",
        slug="remove-favorites",
        undo="optimibi_save_favorites",
    )
    await optimibi.change(preview, [{"fullPath": path} for path in paths])
    return Record({"removed": paths})


@writes(
    "POST /plugin/datafor/api/user-settings/recent",
    alt=("POST /plugin/datafor-modeler/api/user-settings/recent",),
    retry_safe=True,
    check="read optimibi_list_recent_items",
    example={"items": ["$report"]},
)
async def add_recent_items(optimibi: Optimibi, items: Items) -> Record:
    """Put reports or folders on the user's list of recently opened items, as if opened now."""
    found = await chosen(optimibi, items)
    now = int(optimibi.call.clock.time() * 1000)
    await optimibi.change(None, [_used(item, now) for item in found], append="true", distinct="true")
    return Record({"added": [item.path for item in found]})


@writes(
    "POST /plugin/datafor-modeler/api/user-settings/recent/deleteBatch",
    retry_safe=True,
    check="read optimibi_list_recent_items",
    example={"items": ["$report"]},
)
async def remove_recent_items(optimibi: Optimibi, items: Items) -> Record:
    """Take items off the user's list of recently opened ones, or clear its history. The items stay."""
    now = await _stored(optimibi, list_recent_items, all="true")
    paths = await _listed(optimibi, now, items, "recent item")
    await optimibi.change(None, [{"fullPath": path} for path in paths])
    return Record({"removed": paths})


async def _listed(
    optimibi: Optimibi, stored: Sequence[dict[str, Any]], texts: Sequence[str], noun: str
) -> list[str]:
    """The paths of entries, which have no ids, and are all there is of what no longer exists."""
    asked = [(await located(optimibi, text, None, "items")).path if is_uuid(text) else text for text in texts]
    return [item.path for item in picked(list(items_in(list(stored))), asked, noun)]
