"""One level of the repository."""

from __future__ import annotations

from collections.abc import Sequence

from pentad.errors import NotFound, Rejected
from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad_tools.optimibi.items import Item, items_in
from pentad_tools.optimibi.locating import located
from pentad_tools.optimibi.repository import PUBLIC, SHOWN, ItemText

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
    found = await _children(optimibi, path) if path else []
    if not found:
        real = (await located(optimibi, folder, "folder", "folder")).path
        # What is there and has nothing in it is an empty folder.
        found = await _children(optimibi, real) if real != path else []
    rows = [item.row() for item in sorted(found, key=_order)]
    return Table(rows, SHOWN, len(rows))


async def _children(optimibi: Optimibi, path: str) -> Sequence[Item]:
    """What is in a folder; nothing where there is none at this path."""
    try:
        return list(items_in(list(await optimibi.rows(pathId=path))))
    except (NotFound, Rejected):
        return []


def _order(item: Item) -> tuple[int, str, str]:
    place = _ORDER.index(item.kind) if item.kind in _ORDER else len(_ORDER)
    return place, item.name.casefold(), item.path
