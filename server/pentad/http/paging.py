"""Page dialects behind one cursor.

A cursor says where the next row lies: `page.skip.size-mark`. The mark ties it to the call that gave it, so
that a cursor used with other arguments is refused instead of answering with the wrong rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from pentad.errors import Malformed, NotFound, PlatformError, Rejected
from pentad.jsontext import dumps

_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,6})\.(\d{1,6})-([0-9a-f]{6})")


@dataclass(frozen=True)
class Slice:
    """One page as the platform gave it; `more` says whether it claims to have another."""

    rows: list[Any]
    more: bool
    total: int | None = None


@dataclass(frozen=True)
class Paging:
    """A dialect: names of its parameters, its page sizes, and how to read a page.

    `size` is the default, `largest` the most that may be asked for; equal where the size cannot be chosen.
    """

    size: int
    largest: int
    read: Callable[[Any, int], Slice]
    page_name: str = "page"
    size_name: str | None = None

    def query(self, page: int, size: int) -> dict[str, Any]:
        return {self.page_name: page} | ({self.size_name: size} if self.size_name else {})


@dataclass(frozen=True)
class Position:
    page: int
    skip: int
    size: int

    def text(self, mark: str) -> str:
        return f"{self.page}.{self.skip}.{self.size}-{mark}"


def mark(*identity: Any) -> str:
    """Six characters that stand for a call's platform, operation and arguments."""
    return hashlib.sha256(dumps(identity).encode()).hexdigest()[:6]


def read_cursor(form: re.Pattern[str], cursor: str, expected: str) -> re.Match[str]:
    """The parts of a cursor whose last one is its mark. Raises Rejected for a foreign one."""
    found = form.fullmatch(cursor)
    if found is not None and found.groups()[-1] == expected:
        return found
    why = "is not a cursor" if found is None else "belongs to a call with other arguments"
    raise Rejected(
        f"The cursor {cursor[:60]!r} {why}. Give `more.cursor` back to the same tool with the same "
        "arguments, or leave it out to start again.",
        problems={"cursor": [why]},
        outcome="none",
    )


def start(paging: Paging, limit: int | None, cursor: str | None, expected: str) -> Position:
    """Where to begin: at the cursor, or at the first row with pages no larger than what is wanted."""
    if cursor is None:
        return Position(1, 0, min(limit or paging.size, paging.largest) if paging.size_name else paging.size)
    found = read_cursor(_CURSOR, cursor, expected)
    page, skip, size = (int(part) for part in found.groups()[:3])
    return Position(max(page, 1), skip, min(max(size, 1), paging.largest))


@dataclass
class Walk:
    """Rows gathered over as many pages as were asked for, and where they go on."""

    rows: list[Any]
    total: int | None
    next: Position | None


async def walk(
    fetch: Callable[[int, int], Awaitable[Slice]],
    begin: Position,
    limit: int | None,
    key: Callable[[Any], Hashable],
    remark: Callable[[str], None],
) -> Walk:
    """Fetch page after page until `limit` rows are there (None: one page) or the platform has no more.

    Lists change while they are read, so rows seen before are dropped by `key`, and a page that brings
    nothing new ends the walk. A failure after the first page keeps what was gathered and says so.
    """
    gathered: dict[Hashable, Any] = {}
    total: int | None = None
    at: Position | None = begin
    while at is not None and (at is begin or len(gathered) < (limit or 0)):
        try:
            found = await fetch(at.page, at.size)
        except PlatformError as error:
            if at is begin and not (isinstance(error, NotFound) and at.page > 1):
                raise
            if isinstance(error, NotFound):
                at = None
            else:
                remark(f"stopped early: {error.message}")
            break
        total = found.total if found.total is not None else total
        at = _gather(gathered, found, at, limit, key)
    return Walk(list(gathered.values()), total, at)


def _gather(
    gathered: dict[Hashable, Any],
    found: Slice,
    at: Position,
    limit: int | None,
    key: Callable[[Any], Hashable],
) -> Position | None:
    """Add a page's rows and return the position of the first row not taken."""
    before = len(gathered)
    for index, row in enumerate(found.rows[at.skip :], start=at.skip):
        if limit is not None and len(gathered) >= limit:
            return Position(at.page, index, at.size)
        gathered.setdefault(key(row), row)
    if not found.more or len(gathered) == before:
        return None
    # A platform that caps the size it was asked for decides the size of the pages after the first.
    size = len(found.rows) if at.page == 1 and 0 < len(found.rows) < at.size else at.size
    return Position(at.page + 1, 0, size)


def in_envelope(rows: str, more: str, total: str | None) -> Callable[[Any, int], Slice]:
    """Read pages that are objects; a bare array is taken for one too, as lists differ within a platform."""

    def read(data: Any, size: int) -> Slice:
        if isinstance(data, list):
            return Slice(data, more=len(data) == size)
        if not isinstance(data, Mapping) or not isinstance(data.get(rows), list):
            raise Malformed(f"An answer has another form than documented: no list in the member {rows!r}.")
        count = data.get(total) if total else None
        return Slice(data[rows], bool(data.get(more)), count if type(count) is int else None)

    return read
