"""The repository as a whole: searched by the platform, read as a tree, and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import httpx2 as httpx
from pydantic import Field

from pentad.errors import Malformed, NotFound, Rejected
from pentad.models import NO_FLAG, Page, Row
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad.platforms.optimibi.reading import CONTENT
from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.server.session import session_info

SHOWN = ("name", "kind", "path", "id", "changed")
PUBLIC = "/public"
# How long a tree that was read may answer for the repository, in seconds.
_LIFE = 120.0

ItemText = Annotated[str, Field(min_length=1, max_length=1000)]
Depth = Annotated[int, Field(ge=1, le=20), NO_FLAG] | None


@reads("GET /plugin/datafor-modeler/api/repo/files/search", example={"word": "$report_name"})
async def search_repository(
    optimibi: Optimibi, word: Annotated[str, Field(max_length=200, description="Part of a display name.")]
) -> Page[Row]:
    """Items whose display name contains a word, as the platform's own search finds them; models are folders
    under /etc/mondrian. Prefer optimibi_find_content, which takes several words and ranks."""
    found = await searched(optimibi, word)
    return Page([item.row() for item in found], SHOWN, len(found))


@reads("GET /plugin/datafor-modeler/api/repo/files/tree", example={"folder": "$folder", "depth": 2})
async def get_file_tree(
    optimibi: Optimibi, folder: ItemText = PUBLIC, depth: Depth = None, hidden: bool = False
) -> Page[Row]:
    """A folder and everything below it, each item after its folder. `depth` is a number of levels, which
    older servers ignore. For one level prefer optimibi_list_folder."""
    asked = {"pathId": as_path(folder) or folder, "depth": depth, "showHidden": "true" if hidden else None}
    found = list(items_in(await answer(optimibi, **asked)))
    if not found:
        optimibi.call.note(
            f"{folder!r} does not exist, or may not be read: the platform answers nothing then"
        )
    return Page([item.row() for item in found], SHOWN, len(found))


async def answer(optimibi: Optimibi, **values: Any) -> Any:
    """What the bound operation answers: a tree or a list, as the edition has it."""

    def read(response: httpx.Response) -> Any:
        told = optimibi.opened(optimibi.decoded(response)) if response.content.strip() else None
        if not isinstance(told, Mapping | list | None):
            raise Malformed(f"{optimibi.label} sent an answer in another form than documented: no tree.")
        return told

    return await optimibi.ask(values, read)


async def searched(optimibi: Optimibi, word: str) -> list[Item]:
    """Items whose display name contains the word. The older edition answers with a tree, in which the folders
    above them stand too."""
    found = await answer(optimibi.bound_to(search_repository), word=word)
    if not (isinstance(found, Mapping) and "file" in found):
        return list(items_in(found))
    return [item for item in items_in(found) if word.casefold() in item.name.casefold()]


async def inside(optimibi: Optimibi, folder: str, depth: int | None = None) -> list[Item]:
    """A folder and what is below it; nothing where there is no such folder."""
    with suppress(NotFound, Rejected):
        return list(items_in(await answer(optimibi.bound_to(get_file_tree), pathId=folder, depth=depth)))
    return []


@dataclass(frozen=True)
class Seen:
    """The repository as it was at a time of the monotonic clock."""

    items: Sequence[Item]
    at: float


def seen(optimibi: Optimibi) -> Sequence[Item] | None:
    """The repository as it was read lately, if it was."""
    known = optimibi.connection.memory.get(CONTENT)
    if isinstance(known, Seen) and optimibi.call.clock.monotonic() - known.at <= _LIFE:
        return known.items
    return None


async def content(optimibi: Optimibi, *, anew: bool = False) -> Sequence[Item]:
    """What lies in the public folder and the user's own, as of at most two minutes ago: the two trees, as the
    root of the repository holds the server's own files too. Where neither can be read, the platform's search
    for nothing, which finds everything."""
    if not anew and (known := seen(optimibi)) is not None:
        return known
    user = (await session_info(optimibi)).username
    places = [PUBLIC, *([f"/home/{user}"] if user else [])]
    trees = await asyncio.gather(*(inside(optimibi, place) for place in places))
    found = [item for tree in trees for item in tree] or await searched(optimibi, "")
    optimibi.connection.memory[CONTENT] = Seen(found, optimibi.call.clock.monotonic())
    return found
