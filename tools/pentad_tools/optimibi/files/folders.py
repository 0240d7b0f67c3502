"""Folders: one level of the repository, and new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import NotFound, Rejected
from pentad.models import Id, Record, Row, Table
from pentad.operations import reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad.text import all_quoted, quoted
from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.files.repository import PUBLIC, SHOWN, ItemText
from pentad_tools.optimibi.files.selection import refused
from pentad_tools.optimibi.permissions.granting import Grants, Wish, in_words, unread
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug

_ORDER = ("folder", "report")


@reads(
    "GET /plugin/datafor-modeler/api/repo/files/children",
    core=True,
    covers=("list_folder_children",),
    example={"folder": "$folder"},
)
async def list_folder(optimibi: Optimibi, folder: ItemText | None = None) -> Table[Row]:
    """What is in a folder: path or id."""
    folder = folder or PUBLIC
    path = as_path(folder)
    found = await children_of(optimibi, path) if path else []
    if not found:
        real = (await located(optimibi, folder, "folder", "folder")).path
        # What is there and has nothing in it is an empty folder.
        found = await children_of(optimibi, real) if real != path else []
    rows = [item.row() for item in sorted(found, key=_order)]
    return Table(rows, SHOWN, len(rows))


async def children_of(optimibi: Optimibi, path: str) -> Sequence[Item]:
    """What is in a folder; nothing where there is none at this path."""
    try:
        return list(items_in(list(await optimibi.bound_to(list_folder).rows(pathId=path))))
    except (NotFound, Rejected):
        return []


def _order(item: Item) -> tuple[int, str, str]:
    place = _ORDER.index(item.kind) if item.kind in _ORDER else len(_ORDER)
    return place, item.name.casefold(), item.path


@writes(
    "POST /plugin/datafor-modeler/api/repo/dirs/add",
    reaches="shared",
    check="optimibi_list_folder of the folder above shows whether it is there",
    example={"path": "/public/Web/Weekly"},
)
async def create_folder(optimibi: Optimibi, path: Id, access: Grants = None) -> Record:
    """Make a new folder at a full path, such as /public/Ops/Weekly, with those above it that are missing.
    With `access` only these people and roles may use it; else the folder above decides."""
    asked = as_path(path)
    if asked is None or asked.count("/") == 1:
        raise refused(path=["give a full path with a folder above, such as /public/Ops/Weekly"])
    above, missing = await _nearest(optimibi, asked)
    if not missing:
        raise refused(path=["is there already"])
    further = f", and {all_quoted(missing[:-1], 200)} above it" if len(missing) > 1 else ""
    whose = (
        "It is for those in `access` alone."
        if access
        else f"It inherits its access from {quoted(above, 200)}."
    )
    acl = await _list_of(optimibi, asked, access) if access else None
    preview = Preview(
        will=f"Make the folder {quoted(asked, 200)}{further}. {whose}",
        slug=slug("create-folder", asked.rpartition("/")[2]),
        body={"path": asked} | ({"access": in_words(acl)} if acl else {}),
        undo="optimibi_delete_repository_items",
    )
    await optimibi.change(preview, acl, pathId=asked)
    return Record({"path": asked, "made": missing})


async def _list_of(optimibi: Optimibi, path: str, access: Grants) -> Mapping[str, Any]:
    """A complete access list of the user's."""
    owner = (await session_info(optimibi)).username or ""
    wish = Wish.of(access, None, replace=True)
    (change,) = await unread(optimibi, wish, {path: owner})
    return {"id": None, "tenantPath": None, **change.later}


async def _nearest(optimibi: Optimibi, path: str) -> tuple[str, list[str]]:
    """The folder that is there, as far down the path as there is one, and the paths that are not. Raises
    Rejected where there is none, or a file."""
    at, missing, here = path, list[str](), dict[str, Item]()
    while at:
        here = {item.path: item for item in await children_of(optimibi, at.rpartition("/")[0] or "/")}
        if at in here:
            break
        missing.insert(0, at)
        at = at.rpartition("/")[0]
    if not at or here[at].kind != "folder":
        what = f"is no folder: {at!r} is a {here[at].kind}" if at else f"there is no folder {missing[0]!r}"
        raise refused(path=[what])
    return at, missing
