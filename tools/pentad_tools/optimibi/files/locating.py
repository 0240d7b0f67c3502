"""An item of the repository by what a caller has of it: a path, an id or a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pentad.errors import NotFound, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path, is_uuid
from pentad.text import quoted, several, shorten
from pentad_tools.optimibi.files.items import REPORT, Item
from pentad_tools.optimibi.files.ranking import Habits, folded, plain, ranked
from pentad_tools.optimibi.files.repository import PUBLIC, content, inside, searched, seen

_TOOLS = {"report": "optimibi_get_report_link takes reports", "folder": "optimibi_list_folder takes folders"}
_MOST = 5


async def located(optimibi: Optimibi, text: str, kind: str | None, argument: str) -> Item:
    """The item; of this kind, where one is given. Raises NotFound with the nearest, and Rejected for an item
    of another kind or a name that several have."""
    path = as_path(text)
    if path is not None:
        found = await _by_path(optimibi, path)
    elif is_uuid(text):
        asked = text.strip().lower()
        found = next((item for item in await content(optimibi) if (item.id or "").lower() == asked), None)
    else:
        found = await _by_name(optimibi, text, kind, argument)
        if found is None and "/" in text:
            found = await _by_path(optimibi, f"/{text.rstrip('/')}")
    if found is None:
        raise await missing(optimibi, text, kind, argument)
    if kind not in (None, found.kind):
        why = f"{found.path!r} is a {found.kind}; {_TOOLS.get(found.kind, 'it is read otherwise')}"
        raise _wrong(argument, why)
    return found


async def _by_path(optimibi: Optimibi, path: str) -> Item | None:
    """The item at a path. Its ending may be missing, and captions may stand in place of names."""
    found = among(seen(optimibi) or (), path)
    if found is None:
        # The root holds the server's own files too, and a server that knows no depth would send them all.
        folder = path.rpartition("/")[0] or path
        found = among(await inside(optimibi, folder, 1), path) or among(await content(optimibi), path)
    return found


def among(items: Iterable[Item], path: str) -> Item | None:
    """The item that a path means for certain."""
    known = {item.path: item for item in items}
    if exact := known.get(path) or known.get(path + REPORT):
        return exact
    wanted = plain(path.removesuffix(REPORT))
    alike = [item for item in known.values() if wanted in _paths(item)]
    return alike[0] if len(alike) == 1 else None


def _paths(item: Item) -> Sequence[str]:
    titled = item.raw.get("pathTitle")
    return [plain(path.removesuffix(REPORT)) for path in (item.path, titled) if isinstance(path, str)]


async def _by_name(optimibi: Optimibi, text: str, kind: str | None, argument: str) -> Item | None:
    found = called(seen(optimibi) or (), text, kind)
    found = found or called(await searched(optimibi, text), text, kind)
    found = found or called(await content(optimibi), text, kind)
    if len(found) > 1:
        raise _wrong(argument, f"{text!r} is the name of several: {listed(found)}; give the path")
    return found[0] if found else None


def called(items: Iterable[Item], text: str, kind: str | None) -> list[Item]:
    """The items of this name, whatever its case and accents."""
    wanted = folded(text)
    named = {item.path: item for item in items if wanted in map(folded, item.names) and wanted}
    return [item for item in named.values() if kind in (None, item.kind)]


async def missing(optimibi: Optimibi, text: str, kind: str | None, argument: str) -> NotFound:
    """What to say of an item that is not there."""
    items = await content(optimibi)
    asked = text.rpartition("/")[2].removesuffix(REPORT)
    near = [] if is_uuid(text) else [match.item for match in await ranked(asked, items, Habits(), kind)]
    what = f"There is no {kind or 'item'} {shorten(text, 120)!r} that this account may read"
    why = (
        f"; the nearest are {listed(near[:_MOST])}"
        if near
        else "; optimibi_find_content looks for one by its words"
    )
    places = f" in {PUBLIC} and its own folder" if is_uuid(text) else ""
    return NotFound(f"{what}{places}{why}.", outcome="none", problems={argument: ["not found"]})


def listed(items: Sequence[Item]) -> str:
    """`/public/A.datafor, /public/B.datafor and 3 more`."""
    return several([quoted(item.path, 200) for item in items], _MOST)


def _wrong(argument: str, why: str) -> Rejected:
    return Rejected("Nothing was asked for.", problems={argument: [why]}, outcome="none")
