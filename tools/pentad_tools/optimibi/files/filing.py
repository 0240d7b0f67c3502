"""Reports, folders and files: deleted, renamed, copied and moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.http.encodings import Form, Text
from pentad.models import Id, Record
from pentad.operations import destroys, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import colon
from pentad.text import all_quoted, plural, quoted
from pentad_tools.optimibi.files.folders import children_of
from pentad_tools.optimibi.files.items import Item
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.files.selection import (
    MODES,
    Items,
    Taken,
    at_stake,
    caption,
    filed,
    ids,
    last,
    parent,
    refused,
    slug_for,
    told,
    weight,
)
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.session import session_info

_DONE: Mapping[Taken, str] = {"number": "numbered", "overwrite": "replaced", "skip": "skipped"}
_LEFT = "links, favourites and alerts that hold the old path lead nowhere then"


@destroys(
    "POST /plugin/datafor-modeler/api/repo/files/deleteBatch",
    reaches="shared",
    retry_safe=True,
    check="optimibi_list_folder shows what is left",
    example={"items": ["$report"]},
)
async def delete_repository_items(optimibi: Optimibi, items: Items) -> Record:
    """Delete or remove reports, files or folders with all they hold (paths, ids or names), into the trash."""
    found = await filed(optimibi, items)
    now = await at_stake(optimibi, found)
    preview = Preview(
        will=f"Delete {told(found)}{weight(now)}; {_LEFT}.",
        slug=slug_for("delete", found),
        body={"ids": [item.id for item in found]},
        undo="optimibi_restore_items takes them out of the trash, on newer servers; else the web console",
        now=now,
    )
    await optimibi.change(preview, Text(ids(found)))
    return Record({"trashed": [{"path": item.path, "id": item.id} for item in found]})


@writes(
    "POST /plugin/datafor-modeler/api/repo/files/recaption",
    reaches="shared",
    retry_safe=True,
    check="optimibi_list_folder shows the name",
    example={"item": "$report", "name": "Outlet trading 2026"},
)
async def rename_repository_item(
    optimibi: Optimibi, item: Id, name: Annotated[str, Field(min_length=1, max_length=200)]
) -> Record:
    """Rename a report, folder or file: the title or display name that people see. Path, file name and links
    stay."""
    (found,) = await filed(optimibi, [item])
    new = caption(name)
    if not new:
        raise refused(name=["is empty without its ending"])
    preview = replacing(
        {"title": found.name},
        {"title": new},
        will=f"Show {told([found])} as {new!r}; its path stays, so that links go on working.",
        slug=slug_for("rename", [found]),
    )
    await optimibi.change(preview, Form({"pathId": found.path, "newName": new}))
    return Record({"path": found.path, "name": new, "former_name": found.name})


@writes(
    "PUT /plugin/datafor-modeler/api/repo/files/children",
    reaches="shared",
    check="optimibi_list_folder shows the copies",
    example={"items": ["$report"], "folder": "$target"},
)
async def copy_items(optimibi: Optimibi, items: Items, folder: Id, if_taken: Taken = "number") -> Record:
    """Copy or duplicate reports, files and folders into another folder; `if_taken` is about names that are
    there already."""
    found = await filed(optimibi, items)
    target = await located(optimibi, folder, "folder", "folder")
    _require_outside(found, target)
    there = await _names_in(optimibi, target)
    taken = [last(item) for item in found if last(item) in there]
    about = f"{_about(taken, if_taken)}; the copies inherit its access"
    preview = Preview(
        will=f"Copy {told(found)} into {quoted(target.path, 200)}{about}.",
        slug=slug_for("copy", found),
        body={"ids": [item.id for item in found], "folder": target.path, "if_taken": if_taken},
        undo="optimibi_delete_repository_items with the copies",
        now={"taken": taken} if taken else None,
    )
    user = (await session_info(optimibi)).username or ""
    # An empty object means the same, by the vendor's text; by the schema an owner is needed.
    acl = {"owner": user, "entriesInheriting": True, "aces": []}
    await optimibi.change(preview, acl, pathId=target.path, fileId=ids(found), mode=MODES[if_taken])
    kept = [last(item) for item in found if if_taken != "skip" or last(item) not in taken]
    names = {"copied": kept, "folder": target.path}
    return Record(names | ({_DONE[if_taken]: taken} if taken else {}))


def _about(taken: Sequence[str], if_taken: Taken) -> str:
    words = {"number": "whose copies get a number", "overwrite": "which are REPLACED", "skip": "left out"}
    return f"; {plural(len(taken), 'name')} taken there, {words[if_taken]}" if taken else ""


@writes(
    "PUT /api/repo/files/{pathId}/move",
    reaches="shared",
    check="optimibi_list_folder shows where they are",
    example={"items": ["$report"], "folder": "$target"},
)
async def move_items(optimibi: Optimibi, items: Items, folder: Id) -> Record:
    """Move reports, files and folders into another folder. Their ids stay, their paths and links do not."""
    found = await filed(optimibi, items)
    target = await located(optimibi, folder, "folder", "folder")
    _require_outside(found, target)
    if target.path == "/":
        raise refused(folder=["is the root, into which nothing is moved"])
    there = await _names_in(optimibi, target)
    if taken := [last(item) for item in found if last(item) in there]:
        raise refused(items=[f"{one!r} is in {target.path!r} already" for one in taken])
    now = await at_stake(optimibi, found)
    preview = Preview(
        will=f"Move {told(found)}{weight(now)} into {quoted(target.path, 200)}; {_LEFT}.",
        slug=slug_for("move", found),
        body={"ids": [item.id for item in found], "folder": target.path},
        undo=f"optimibi_move_items back into {all_quoted(sorted({parent(item) for item in found}), 200)}",
        now=now,
    )
    await optimibi.change(preview, Text(ids(found)), pathId=colon(target.path))
    return Record({"moved": [{"id": item.id, "path": f"{target.path}/{last(item)}"} for item in found]})


def _require_outside(items: Sequence[Item], folder: Item) -> None:
    """Raises Rejected for a folder that would end up in itself."""
    if within := [item.path for item in items if f"{folder.path}/".startswith(f"{item.path}/")]:
        raise refused(folder=[f"{folder.path!r} is {one!r} itself, or in it" for one in within])


async def _names_in(optimibi: Optimibi, folder: Item) -> set[str]:
    return {last(item) for item in await children_of(optimibi, folder.path)}
