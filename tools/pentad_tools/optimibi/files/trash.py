"""The trash of the repository: listed, taken out of, emptied. Older servers have no such calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import NotFound, Rejected
from pentad.http.encodings import Text
from pentad.models import Record, Row, Table
from pentad.operations import AnyOperation, destroys, reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.files.repository import inside
from pentad_tools.optimibi.files.selection import (
    MODES,
    Items,
    Taken,
    ids,
    parent,
    picked,
    refused,
    slug_for,
    told,
)
from pentad_tools.optimibi.times import told_time

_SHOWN = ("name", "kind", "path", "deleted", "id")
_HOME = (
    "give `to_home`, and they go to the user's home folder instead: number, overwrite or skip what is there"
)


@reads("GET /plugin/datafor-modeler/api/repo/files/deleted", example={})
async def list_trash(optimibi: Optimibi, everyone: bool = False) -> Table[Row]:
    """What lies in the user's trash or recycle bin, and where it was; with `everyone` all that the repository
    shows."""
    rows = [
        {**item.row(), "deleted": told_time(item.raw.get("deletedDate"))}
        for item in await _deleted(optimibi, everyone=everyone)
    ]
    return Table(rows, _SHOWN, len(rows))


async def _deleted(optimibi: Optimibi, *, everyone: bool) -> list[Item]:
    """With the path at which each was, wherever the trash keeps it."""
    listing: AnyOperation = list_trash
    raw = await optimibi.bound_to(listing).rows(all="true" if everyone else None)
    return list(items_in([{**one, "path": _former(one)} for one in raw]))


def _former(raw: Row) -> str:
    above, name = raw.get("originalParentFolderPath"), raw.get("name")
    return f"{str(above).rstrip('/')}/{name}" if above and name else str(raw.get("path") or "")


@writes(
    "PUT /api/repo/files/restore",
    reaches="shared",
    check="optimibi_list_trash shows what is still deleted",
    example={"items": ["$deleted"]},
)
async def restore_items(optimibi: Optimibi, items: Items, to_home: Taken | None = None) -> Record:
    """Bring items (names, ids or former paths) back from the trash to where they were.
    With `to_home`, into the home folder, where names that are taken are treated so."""
    found = await _in_trash(optimibi, items)
    if to_home is None:
        await _require_room(optimibi, found)
    where = "into the user's home folder" if to_home else "to the former place"
    preview = Preview(
        will=f"Restore {told(found)}, {where}.",
        slug=slug_for("restore", found),
        body={"ids": [item.id for item in found]} | ({"to_home": to_home} if to_home else {}),
        undo="optimibi_delete_repository_items",
        now={"items": [_now(item) for item in found]},
    )
    mode = MODES[to_home] if to_home else None
    try:
        await optimibi.change(preview, Text(ids(found)), overwriteMode=mode)
    except Rejected as error:
        if to_home is None:
            error.message += f" If the place is taken (409) or the folder gone (406), {_HOME}."
        raise
    place = {"to": "the home folder"} if to_home else {"paths": [item.path for item in found]}
    return Record({"restored": [item.id for item in found]} | place)


async def _require_room(optimibi: Optimibi, items: Sequence[Item]) -> None:
    """Raises Rejected for a place that is taken or a folder that is gone, as far as this can be read."""
    there = {folder: await inside(optimibi, folder, 1) for folder in dict.fromkeys(map(parent, items))}
    problems = [
        f"{item.path!r} is taken by another item" if there[parent(item)] else f"{parent(item)!r} is gone"
        for item in items
        if not there[parent(item)] or item.path in {one.path for one in there[parent(item)]}
    ]
    if problems:
        raise refused(items=[*problems, _HOME])


@destroys(
    "PUT /plugin/datafor-modeler/api/repo/files/deletepermanent",
    reaches="shared",
    retry_safe=True,
    check="optimibi_list_trash shows what is still there",
    example={"items": ["$deleted"]},
)
async def purge_items(optimibi: Optimibi, items: Items) -> Record:
    """Empty the trash or recycle bin of items (names, ids or former paths): deleted for good, purged."""
    found = await _in_trash(optimibi, items)
    preview = Preview(
        will=f"Delete {told(found)} for good, with all below.",
        slug=slug_for("purge", found),
        body={"ids": [item.id for item in found]},
        undo="it cannot be undone",
        now={"items": [_now(item) for item in found]},
    )
    await optimibi.change(preview, Text(ids(found)))
    return Record({"deleted_for_good": [item.path for item in found]})


def _now(item: Item) -> dict[str, Any]:
    owner = item.raw.get("owner") or item.raw.get("creatorId")
    deleted = told_time(item.raw.get("deletedDate"))
    return {"path": item.path, "kind": item.kind, "owner": owner, "deleted": deleted}


async def _in_trash(optimibi: Optimibi, texts: Sequence[str]) -> list[Item]:
    """What is meant: of the user's own trash, else of what else the repository shows."""
    own = await _deleted(optimibi, everyone=False)
    with suppress(NotFound):
        return picked(own, texts, "deleted item")
    return picked(await _deleted(optimibi, everyone=True), texts, "deleted item")
