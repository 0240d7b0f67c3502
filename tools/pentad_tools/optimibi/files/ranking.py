"""Which items a query means, best first: told by words, whatever their case, accents and order."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pentad.text import nearest
from pentad_tools.optimibi.files.items import Item

_WORD = re.compile(r"[^\W_]+")
_NEAREST = 5
EXACT, ALL, PATH, SOME, ALIKE = range(5)
# Without a word to look for, nothing is a reason.
_UNASKED = -1
_WHY = ("exact name", "all words", "words of the path", "some words", "spelt alike")


@dataclass(frozen=True)
class Habits:
    """What the user opens; of recent items the latest first."""

    favorites: Sequence[Item] = ()
    recent: Sequence[Item] = ()

    @property
    def items(self) -> list[Item]:
        return [*self.favorites, *self.recent]


@dataclass(frozen=True)
class Match:
    """An item with how well it fits: lower tiers fit better, from `ALIKE` on by how much alike they are."""

    item: Item
    tier: int
    favorite: bool
    recent: int | None

    @property
    def order(self) -> tuple[Any, ...]:
        latest = self.recent is None, self.recent or 0
        return self.tier, not self.favorite, *latest, len(self.item.name), self.item.path

    def row(self) -> dict[str, Any]:
        habit = "favourite" if self.favorite else "recent" if self.recent is not None else None
        why = [_WHY[min(self.tier, ALIKE)] if self.tier != _UNASKED else None, habit]
        return self.item.row() | {"why": ", ".join(word for word in why if word)}


def plain(text: str) -> str:
    """The text without case and accents."""
    lowered = text.strip().casefold()
    if lowered.isascii():
        return lowered
    parts = unicodedata.normalize("NFKD", lowered)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def folded(text: str) -> str:
    """The words of a text without case and accents, one space apart."""
    return " ".join(_WORD.findall(plain(text)))


def rank(query: str, items: Iterable[Item], habits: Habits, kind: str | None = None) -> list[Match]:
    """The items that fit, best first. Those with some of the words only count where none has all, and
    spelling that is merely alike where nothing fits. Without a word, favourites and recent items."""
    known = {item.path: item for item in habits.items} | {item.path: item for item in items}
    wanted = [item for item in known.values() if kind in (None, item.kind)]
    asked = folded(query)
    judged = {item.path: _tier(asked, item) for item in wanted} if asked else {}
    best = min((tier for tier in judged.values() if tier is not None), default=None)
    if best is None and asked:
        judged |= {path: ALIKE + place for place, path in enumerate(_alike(asked, wanted))}
    if best is not None and best < SOME:
        judged = {path: tier for path, tier in judged.items() if tier != SOME}
    favorites = {item.path for item in habits.favorites}
    recent = {item.path: at for at, item in reversed(list(enumerate(habits.recent)))}
    if not asked:
        judged = dict.fromkeys([*favorites, *recent], _UNASKED)
    found = [
        Match(item, tier, item.path in favorites, recent.get(item.path))
        for item in wanted
        if (tier := judged.get(item.path)) is not None
    ]
    return sorted(found, key=lambda match: match.order)


async def ranked(query: str, items: Iterable[Item], habits: Habits, kind: str | None = None) -> list[Match]:
    """The same beside the event loop, as a large repository takes a second."""
    return await asyncio.to_thread(rank, query, items, habits, kind)


def _tier(asked: str, item: Item) -> int | None:
    names = [folded(name) for name in item.names]
    if asked in names:
        return EXACT
    words = asked.split()
    if any(all(word in name for word in words) for name in names):
        return ALL
    path = f"{folded(item.path)} {folded(str(item.raw.get('pathTitle') or ''))} {names[0]}"
    having = sum(word in path for word in words)
    return PATH if having == len(words) else SOME if having else None


def _alike(asked: str, items: Sequence[Item]) -> list[str]:
    """Paths of the items whose name, or a word of it, is spelled much like the query, the likest first."""
    paths: dict[str, list[str]] = {}
    for item in items:
        name = folded(item.name)
        for part in dict.fromkeys((name, *name.split())):
            paths.setdefault(part, []).append(item.path)
    near = nearest(asked, paths, _NEAREST)
    for word in asked.split() if not near else ():
        near += nearest(word, paths, _NEAREST)
    return list(dict.fromkeys(path for name in near for path in paths[name]))
