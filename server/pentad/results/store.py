"""Handles: what was fetched stays whole on this side, as the JSON text of its rows.

What is small lives in memory, what is large in the private folder of this process.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pentad.clock import Clock
from pentad.errors import NotFound
from pentad.results.draft import Draft
from pentad.results.folder import Scratch, Unkept
from pentad.results.record import Origin, Stored, Tag

LIFE = 3600.0
QUOTA = 2**30
# Bytes of small results that stay in memory; beyond, those least recently used move to disk.
MEMORY = 64 * 2**20
# Results at once: each takes more than a KiB beside its bytes.
MOST = 10_000
_REMEMBERED = 500
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"


class Store:
    """Keeps results for `life` seconds, within `quota` bytes; the least recently used go first."""

    def __init__(
        self,
        clock: Clock,
        *,
        scratch: Scratch,
        quota: int = QUOTA,
        life: float = LIFE,
        memory: int = MEMORY,
        most: int = MOST,
        dropped: Callable[[str], None] | None = None,
    ) -> None:
        """`dropped` is told the handle of each result that goes while others stay."""
        self.clock = clock
        self.scratch = scratch
        self.quota = quota
        self.life = life
        self.memory = memory
        self.most = most
        self.dropped = dropped
        self.kept: OrderedDict[str, Stored] = OrderedDict()
        self.gone: OrderedDict[str, tuple[str, Origin]] = OrderedDict()
        self._drafts: set[Draft] = set()
        # Bytes of all results and of those in memory, at most: counting them at every call would take longer
        # the more there are. And when the first of them expires.
        self._bytes = 0
        self._held = 0
        self._next = math.inf

    def draft(self, shown: tuple[str, ...], origin: Origin, owner: str, kind: str = "rows") -> Draft:
        """A new result that rows can be added to, under a new, random handle that is a name in SQL."""
        tag = Tag(_handle(kind), owner, origin, shown)
        draft = Draft(tag, self.scratch, self._make_room, self._finish, self._expiry)
        self._drafts.add(draft)
        return draft

    def put(
        self,
        rows: Iterable[Mapping[str, Any]],
        shown: tuple[str, ...],
        origin: Origin,
        owner: str,
        kind: str = "rows",
    ) -> Stored:
        """Keep rows that are there already. Raises Unkept."""
        with self.draft(shown, origin, owner, kind) as draft:
            for row in rows:
                draft.add(row)
            return draft.close()

    async def adopt(
        self,
        file: Path,
        numbers: Collection[str],
        shown: tuple[str, ...],
        origin: Origin,
        owner: str,
        *,
        kind: str = "rows",
        left: Callable[[], float],
        owned: bool = False,
    ) -> Stored:
        """Keep a CSV file (UTF-8, a header, commas, RFC 4180) as a result without copying it. `numbers` are
        the columns whose cells are numbers; names that it does not have are passed over. It is read through
        once, in a thread, within the seconds that are `left`.

        A file that is `owned` counts against the quota and is removed with the result; any other one stays,
        and the result is gone once it changes. Raises Malformed that names a line, Unavailable, Unkept; the
        file is the caller's then.
        """
        from pentad.results.csvindex import indexed

        given_up = threading.Event()
        try:
            lines = await asyncio.to_thread(
                indexed, file, numbers, lambda: 0.0 if given_up.is_set() else left(), owned=owned
            )
        finally:
            given_up.set()
        self._make_room(lines.footprint)
        tag = Tag(_handle(kind), owner, origin, shown)
        stored = Stored(tag, self._expiry(), lines, lines.shape.columns, self.scratch)
        self._keep(stored)
        return stored

    def get(self, handle: str, owner: str) -> Stored:
        """The result behind a handle. Raises NotFound that names the call which would make it again."""
        self.tidy()
        stored = self.kept.get(handle)
        if stored is not None and stored.owner == owner:
            if stored.lines.there:
                self.kept.move_to_end(handle)
                return stored
            self._drop(handle)
        gone_owner, origin = self.gone.get(handle, (None, None))
        if origin is not None and gone_owner == owner:
            raise _gone(handle, origin)
        raise NotFound(f"There is no result {handle[:60]!r}. Handles come from `more.result` of an answer.")

    def newest(self, owner: str) -> list[Stored]:
        """What this owner can read, the newest first."""
        self.tidy()
        mine = [stored for stored in self.kept.values() if stored.owner == owner and stored.lines.there]
        mine.reverse()
        return sorted(mine, key=lambda stored: stored.expires, reverse=True)

    @contextmanager
    def reading(self, handles: Iterable[str], owner: str) -> Generator[list[Stored]]:
        """Results whose files stay until this context ends. Raises NotFound, Unkept."""
        found = [self.get(handle, owner) for handle in handles]
        for stored in found:
            stored.readers += 1
        try:
            yield found
        finally:
            for stored in found:
                stored.readers -= 1

    def close(self) -> None:
        """Forget all results and leave nothing on disk."""
        for draft in list(self._drafts):
            draft.discard()
        self.kept.clear()
        self.scratch.close()

    def _finish(self, draft: Draft, stored: Stored | None) -> None:
        self._drafts.discard(draft)
        if stored is not None:
            self._keep(stored)
            self._spare_memory()

    def _keep(self, stored: Stored) -> None:
        self.kept[stored.handle] = stored
        self._bytes += stored.lines.footprint
        self._held += stored.lines.footprint if stored.lines.file is None else 0
        self._next = min(self._next, stored.expires)

    def _expiry(self) -> float:
        return self.clock.monotonic() + self.life

    def _make_room(self, more: int = 0) -> None:
        """Drop what is least recently used, until results, drafts and so many bytes more are within the
        quota, and one result more is within their number."""
        self.tidy()
        drafts = more + sum(draft.lines.footprint for draft in self._drafts)
        if drafts > self.quota:
            raise Unkept(
                f"It is larger than the {self.quota / 2**20:,.0f} MiB that results may take; "
                "ask for less, or the user can raise PENTAD_QUOTA."
            )
        if drafts + self._bytes <= self.quota and len(self.kept) < self.most:
            return
        self._bytes = sum(stored.lines.footprint for stored in self.kept.values())
        for handle in [handle for handle, stored in self.kept.items() if not stored.readers]:
            if drafts + self._bytes <= self.quota and len(self.kept) < self.most:
                return
            self._bytes -= self._drop(handle).lines.footprint

    def _spare_memory(self) -> None:
        if self._held <= self.memory:
            return
        held = [stored for stored in self.kept.values() if stored.lines.file is None]
        self._held = sum(stored.lines.footprint for stored in held)
        for stored in held:
            if self._held <= self.memory:
                return
            self._held -= stored.lines.footprint
            try:
                stored.path()
            except Unkept:
                self._drop(stored.handle)

    def tidy(self) -> None:
        """Drop what has expired. Every call does so, but a server that nobody calls has to be told."""
        now = self.clock.monotonic()
        if now < self._next:
            return
        for handle in [h for h, stored in self.kept.items() if stored.expires <= now and not stored.readers]:
            self._drop(handle)
        self._next = min((stored.expires for stored in self.kept.values()), default=math.inf)

    def _drop(self, handle: str) -> Stored:
        stored = self.kept.pop(handle)
        stored.lines.remove()
        if self.dropped is not None:
            self.dropped(handle)
        self.gone[handle] = (stored.owner, stored.origin)
        while len(self.gone) > _REMEMBERED:
            self.gone.popitem(last=False)
        return stored


def _handle(kind: str) -> str:
    return f"{kind}_{''.join(secrets.choice(_SIGNS) for _ in range(8))}"


def _gone(handle: str, origin: Origin) -> NotFound:
    if not origin.operation:
        return NotFound(f"The result {handle!r} is no longer kept, and making it anew would not be free.")
    return NotFound(
        f"The result {handle!r} is no longer kept; the call in `again` makes it anew.",
        details={"again": {"name": origin.operation, "arguments": dict(origin.arguments)}},
    )
