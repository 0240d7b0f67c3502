"""Content by what it is called: one ranked answer from the search, the trees, favourites and recent items."""

from __future__ import annotations

import asyncio
from typing import Annotated, get_args

from pydantic import Field, WithJsonSchema

from pentad.errors import Malformed
from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.files.items import Item, Kind
from pentad_tools.optimibi.files.ranking import ALIKE, EXACT, SOME, Habits, Match, folded, ranked
from pentad_tools.optimibi.files.repository import content, searched, seen
from pentad_tools.optimibi.personal.favorites import habits

ShortKind = Annotated[Kind | None, WithJsonSchema({"enum": get_args(Kind)})]
_SHOWN = ("name", "kind", "path", "id", "why")


@reads(core=True, example={"query": "$report_name"})
async def find_content(
    optimibi: Optimibi, query: Annotated[str, Field(max_length=200)], kind: ShortKind = None
) -> Table[Row]:
    """Reports, folders and files by words, best first."""
    known = seen(optimibi)
    first, own = await asyncio.gather(_first(optimibi, query), habits(optimibi))
    found = await ranked(query, first if known is None else known, own, kind)
    best = found[0].tier if found else ALIKE
    if folded(query) and best > (EXACT if known is None else SOME):
        found = await _wider(optimibi, query, kind, own, found)
    return Table([match.row() for match in found], _SHOWN, len(found))


async def _first(optimibi: Optimibi, query: str) -> list[Item]:
    """What the platform's own search finds by the longest word, unless the repository is known."""
    words = query.split()
    if seen(optimibi) is not None or not words:
        return []
    return await searched(optimibi, max(words, key=len))


async def _wider(
    optimibi: Optimibi, query: str, kind: Kind | None, own: Habits, found: list[Match]
) -> list[Match]:
    """The same over everything, read anew: the platform's search knows one word as it is spelt, no paths."""
    try:
        return await ranked(query, await content(optimibi, anew=True), own, kind)
    except Malformed as error:
        why = f"the repository could not be read as a whole ({error.message.rstrip('.')})"
        optimibi.call.note(f"{why}, so that display names with the longest word are all that was looked for")
        return found
