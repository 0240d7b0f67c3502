"""What the storage host hands out, from any offset and never wholly in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PIECE = 1_048_576


class Content(Protocol):
    """`length` is in bytes; `pieces` begins at an offset and goes on to the end."""

    @property
    def length(self) -> int: ...

    def pieces(self, start: int) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Repeated:
    """A head, then `count` blocks. `place(k)` is how many bytes the first k blocks have."""

    head: bytes
    count: int
    block: Callable[[int], bytes]
    place: Callable[[int], int]

    @property
    def length(self) -> int:
        return len(self.head) + self.place(self.count)

    def pieces(self, start: int) -> Iterator[bytes]:
        yield self.head[start:]
        inside = max(start - len(self.head), 0)
        first = bisect_right(range(self.count + 1), inside, key=self.place) - 1
        for number in range(first, self.count):
            skipped = max(inside - self.place(number), 0)
            yield self.block(number)[skipped:]


def whole(data: bytes) -> Content:
    return Repeated(data, 0, lambda _: b"", lambda _: 0)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on disk."""

    path: Path

    @property
    def length(self) -> int:
        return self.path.stat().st_size

    def pieces(self, start: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(start)
            while piece := file.read(_PIECE):
                yield piece
