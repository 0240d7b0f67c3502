"""Items that a call is about, several at once: told for certain, and described for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import Field

from pentad.errors import PlatformError, Rejected
from pentad.models import Id
from pentad.operations import AnyOperation
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad.text import plural, quoted
from pentad_tools.optimibi.alerts.alerts import alerts_of, list_alerts
from pentad_tools.optimibi.files.items import REPORT, Item
from pentad_tools.optimibi.files.locating import called, listed, located
from pentad_tools.optimibi.files.repository import PUBLIC, content, inside, seen
from pentad_tools.optimibi.naming import unknown
from pentad_tools.optimibi.slugs import slug

# Paths, ids or names; the audit keeps them.
Items = Annotated[list[Id], Field(min_length=1, max_length=100)]
# What is done with an item whose name is taken where it goes, and the number by which it is asked for.
Taken = Literal["number", "overwrite", "skip"]
MODES = {"overwrite": 1, "number": 2, "skip": 3}
# More of them are looked for in the whole repository, which is read once.
_SEVERAL = 2
_FEW = 5
_ROOTS = ("/", PUBLIC, "/home")


async def chosen(optimibi: Optimibi, items: Sequence[str], kind: str | None = None) -> list[Item]:
    """The items, each once, by path, id or name. Raises for one that is not there."""
    if len(items) > _SEVERAL:
        await content(optimibi)
    found = [await located(optimibi, item, kind, "items") for item in items]
    return list({item.path: item for item in found}.values())


async def filed(optimibi: Optimibi, items: Sequence[str]) -> list[Item]:
    """The same, of what can be copied, moved and deleted, without what is in a folder that is named too.
    Raises Rejected for anything else."""
    found = await chosen(optimibi, items)
    folders = [f"{item.path}/" for item in found]
    problems = [wrong for item in found if (wrong := _wrong(item))]
    if problems:
        raise refused(items=problems)
    return [item for item in found if not item.path.startswith(tuple(folders))]


def _wrong(item: Item) -> str | None:
    if item.kind == "model":
        return f"{item.path!r} is a model; optimibi_delete_model and the like take models"
    if item.path in _ROOTS or (item.path.startswith("/home/") and item.path.count("/") == len(_ROOTS) - 1):
        return f"{item.path!r} is a folder of the platform itself"
    return None if item.id else f"the server tells no id for {item.path!r}"


def refused(**problems: list[str]) -> Rejected:
    return Rejected("Nothing was asked for.", problems=problems, outcome="none")


def ids(items: Sequence[Item]) -> str:
    """As the platform takes them: with commas, without spaces."""
    return ",".join(str(item.id) for item in items)


def last(item: Item) -> str:
    """The name in the path, which no other item of the folder has."""
    return item.path.rpartition("/")[2]


def parent(item: Item) -> str:
    return item.path.rpartition("/")[0] or "/"


def told(items: Sequence[Item]) -> str:
    """`report /public/A.datafor`, or `3 items: /public/A.datafor, …`."""
    if len(items) == 1:
        return f"{items[0].kind} {quoted(items[0].path, 200)}"
    return f"{plural(len(items), 'item')}: {listed(items)}"


def slug_for(verb: str, items: Sequence[Item]) -> str:
    return slug(verb, items[0].name if len(items) == 1 else f"{len(items)} items")


async def _described(optimibi: Optimibi, items: Sequence[Item]) -> list[dict[str, Any]]:
    """For a plan: what each is, whose, and how many items a folder holds."""
    return [
        {
            "path": item.path,
            "kind": item.kind,
            "owner": item.raw.get("owner") or item.raw.get("creatorId"),
            **({"holds": await _held(optimibi, item)} if item.kind == "folder" else {}),
        }
        for item in items
    ]


async def _held(optimibi: Optimibi, folder: Item) -> int:
    known = [one for one in seen(optimibi) or () if one.path.startswith(f"{folder.path}/")]
    return len(known or (await inside(optimibi, folder.path))[1:])


async def _alerts_on(optimibi: Optimibi, items: Sequence[Item]) -> list[str]:
    """The names of the alerts of these reports, and of those in these folders, as far as they can be read."""
    listing: AnyOperation = list_alerts
    with suppress(PlatformError):
        return [
            str(raw["name"])
            for raw in await alerts_of(optimibi.bound_to(listing), None)
            if any(f"{raw.get('pagePath')}/".startswith(f"{item.path}/") for item in items)
        ]
    optimibi.call.note("whether alerts depend on them could not be read")
    return []


async def at_stake(optimibi: Optimibi, items: Sequence[Item]) -> dict[str, Any]:
    """What is there at present, for a plan that takes it away from its place."""
    alerts = await _alerts_on(optimibi, items)
    return {"items": await _described(optimibi, items)} | ({"alerts": alerts} if alerts else {})


def weight(now: Mapping[str, Any]) -> str:
    """The same in a few words, such as ` (9 items in folders, 1 alert on them)`."""
    held, alerts = sum(item.get("holds", 0) for item in now["items"]), len(now.get("alerts", ()))
    parts = [f"{plural(held, 'item')} in folders"] if held else []
    parts += [f"{plural(alerts, 'alert')} on them"] if alerts else []
    return f" ({', '.join(parts)})" if parts else ""


def picked(items: Sequence[Item], texts: Sequence[str], noun: str) -> list[Item]:
    """What is meant among these alone, each once, by id, path or name. Raises NotFound, and Rejected for a
    name of several."""
    found: dict[tuple[str | None, str], Item] = {}
    for text in texts:
        meant = {(item.id, item.path): item for item in _meant(text, items)}
        if not meant:
            raise unknown("items", noun, text, [name for item in items for name in (item.path, item.name)])
        if len(meant) > 1:
            several = ", ".join(f"{path} (id {id_})" if id_ else path for id_, path in list(meant)[:_FEW])
            raise refused(items=[f"{text!r} may be one of several: {several}"])
        found |= meant
    return list(found.values())


def _meant(text: str, items: Sequence[Item]) -> list[Item]:
    asked = as_path(text) or text.strip().lower()
    exact = [item for item in items if asked in ((item.id or "").lower(), item.path)]
    return exact or called(items, text, None)


def caption(text: str) -> str:
    """A name as people see it, which has no ending."""
    return text.strip().removesuffix(REPORT)
