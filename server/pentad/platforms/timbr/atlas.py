"""Graphs that were read, kept per ontology and identity for as long as the ontology's version stands."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pentad.errors import NotFound, Rejected
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.graph import Details, Graph, Read, load, look_closely

# The vendor's own client trusts a version for so long, and what depends on the user for so long, in seconds.
_TRUSTED = 120.0
_LIFE = 900.0
# Ontologies that are remembered, those asked for last. A name that does not exist takes a place too.
_KEPT = 32

SystemRows = Callable[[Timbr, str, str], Awaitable[Sequence[Mapping[str, Any]]]]


@dataclass
class Atlas:
    """One ontology as one identity sees it."""

    version: str | None = None
    graph: Graph | None = None
    details: dict[str, Details] = field(default_factory=dict[str, Details])
    loaded: float = 0.0
    checked: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


async def graph_of(timbr: Timbr, ontology: str, rows: SystemRows) -> tuple[Graph, str | None]:
    """The graph and its version. Raises the platform's refusal where there is no such ontology."""
    atlas = _atlas(timbr, ontology)
    async with atlas.lock:
        await _refresh(atlas, timbr, _reader(timbr, ontology, rows))
        if atlas.graph is None:
            atlas.graph = await load(_reader(timbr, ontology, rows))
            atlas.loaded = timbr.call.clock.monotonic()
        return atlas.graph, atlas.version


async def details_of(timbr: Timbr, ontology: str, name: str, rows: SystemRows) -> Details:
    """A concept or view of the graph, closely."""
    graph, _ = await graph_of(timbr, ontology, rows)
    atlas = _atlas(timbr, ontology)
    if name not in atlas.details:
        atlas.details[name] = await look_closely(_reader(timbr, ontology, rows), graph, name)
    return atlas.details[name]


def _atlas(timbr: Timbr, ontology: str) -> Atlas:
    kept: OrderedDict[tuple[str, ...], Atlas] = timbr.connection.memory.setdefault("atlases", OrderedDict())
    found = kept.setdefault((ontology, *timbr.identity), Atlas())
    kept.move_to_end((ontology, *timbr.identity))
    while len(kept) > _KEPT:
        kept.popitem(last=False)
    return found


def _reader(timbr: Timbr, ontology: str, rows: SystemRows) -> Read:
    return lambda sql: rows(timbr, ontology, sql)


async def _refresh(atlas: Atlas, timbr: Timbr, read: Read) -> None:
    """Forget what belongs to another version, or is too old where there are no versions."""
    now = timbr.call.clock.monotonic()
    if atlas.graph is not None and now - atlas.checked < _TRUSTED:
        return
    version = await _version(read)
    if version != atlas.version or now - atlas.loaded > _LIFE:
        atlas.graph, atlas.details = None, {}
    atlas.version, atlas.checked = version, now


async def _version(read: Read) -> str | None:
    """The ontology's version; None from a server that has none."""
    try:
        rows = await read("SHOW VERSION")
    except (Rejected, NotFound):
        return None
    return str(next(iter(rows[0].values()), None)) if rows else None
