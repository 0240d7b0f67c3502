"""Handles: what was fetched stays whole on this side, as the JSON text of its rows.

This store lives in memory. Rows are kept as lines of JSON, not as objects, so that a store on disk can
take its place behind the same three calls.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pentad import jsontext
from pentad.clock import Clock
from pentad.errors import NotFound
from pentad.results.render import columns_of

LIFE = 3600.0
QUOTA = 64 * 2**20
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Origin:
    """The call that made a result, to name it when the result is gone; no operation where repeating it
    would do or cost something."""

    operation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """Rows as JSON text, in order. A record is stored as its one row."""

    handle: str
    owner: str
    origin: Origin
    lines: tuple[str, ...]
    shown: tuple[str, ...]
    expires: float

    def row(self, index: int) -> dict[str, Any]:
        row: dict[str, Any] = jsontext.loads(self.lines[index])
        return row

    def columns(self) -> list[str]:
        """Every column of every row, in first-seen order."""
        return list(self._columns)

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(columns_of(self.row(index) for index in range(len(self.lines))))

    @cached_property
    def size(self) -> int:
        """Bytes of its text."""
        return sum(len(line.encode()) for line in self.lines)


@dataclass
class Store:
    """Keeps results for an hour, within a quota; the least recently used go first."""

    clock: Clock
    quota: int = QUOTA
    life: float = LIFE
    kept: OrderedDict[str, Stored] = field(default_factory=OrderedDict[str, Stored])
    gone: OrderedDict[str, tuple[str, Origin]] = field(default_factory=OrderedDict[str, tuple[str, Origin]])

    def put(
        self,
        rows: Iterable[Mapping[str, Any]],
        shown: tuple[str, ...],
        origin: Origin,
        owner: str,
        kind: str = "rows",
    ) -> Stored:
        """Keep rows and return them under a new, random handle."""
        handle = f"{kind}-{''.join(secrets.choice(_SIGNS) for _ in range(8))}"
        lines = tuple(jsontext.dumps(row) for row in rows)
        stored = Stored(handle, owner, origin, lines, shown, self.clock.monotonic() + self.life)
        self.kept[handle] = stored
        self._evict()
        return stored

    def get(self, handle: str, owner: str) -> Stored:
        """The result behind a handle. Raises NotFound that names the call which would make it again."""
        self._evict()
        stored = self.kept.get(handle)
        if stored is not None and stored.owner == owner:
            self.kept.move_to_end(handle)
            return stored
        gone_owner, origin = self.gone.get(handle, (None, None))
        if origin is not None and gone_owner == owner:
            raise _gone(handle, origin)
        raise NotFound(f"There is no result {handle[:60]!r}. Handles come from `more.result` of an answer.")

    def _evict(self) -> None:
        now = self.clock.monotonic()
        for handle in [h for h, stored in self.kept.items() if stored.expires <= now]:
            self._drop(handle)
        size = sum(stored.size for stored in self.kept.values())
        while size > self.quota and len(self.kept) > 1:
            size -= self._drop(next(iter(self.kept))).size

    def _drop(self, handle: str) -> Stored:
        stored = self.kept.pop(handle)
        self.gone[handle] = (stored.owner, stored.origin)
        while len(self.gone) > 500:
            self.gone.popitem(last=False)
        return stored


def _gone(handle: str, origin: Origin) -> NotFound:
    if not origin.operation:
        return NotFound(f"The result {handle!r} is no longer kept, and making it anew would not be free.")
    return NotFound(
        f"The result {handle!r} is no longer kept; the call in `again` makes it anew.",
        details={"again": {"name": origin.operation, "arguments": dict(origin.arguments)}},
    )
