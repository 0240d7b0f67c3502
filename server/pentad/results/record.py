"""What is kept of a result: its rows as lines of JSON and where each begins, in memory or in a file."""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, overload

from pentad import jsontext
from pentad.errors import Unavailable
from pentad.results.csvlines import CsvLines
from pentad.results.folder import Scratch, discard


@dataclass(frozen=True)
class Origin:
    """The call that made a result, to name it when the result is gone; no operation where repeating it
    would do or cost something."""

    operation: str
    arguments: Mapping[str, Any]


NOWHERE = Origin("", {})


@dataclass(frozen=True)
class Tag:
    """Whose a result is, where it comes from, and the columns that were shown of it."""

    handle: str
    owner: str
    origin: Origin
    shown: tuple[str, ...]


@dataclass
class Lines:
    """NDJSON: `held` while it is small, else in `file`. `starts` has the offset of every line."""

    held: bytearray = field(default_factory=bytearray)
    file: Path | None = None
    starts: array[int] = field(default_factory=lambda: array("Q"))
    size: int = 0

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def footprint(self) -> int:
        """Bytes it takes, its index included."""
        return self.size + self.starts.itemsize * len(self.starts)

    def moved(self, file: Path) -> BinaryIO:
        """Go on in this new file, which is returned open at its end; memory has nothing any more."""
        out = file.open("r+b", buffering=2**18)
        try:
            out.write(self.held)
            out.flush()
        except OSError:
            out.close()
            raise
        self.held, self.file = bytearray(), file
        return out

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Lines by position, with their line ends; the file is open no longer than that."""
        if start >= stop:
            return
        if self.file is None:
            for index in range(start, stop):
                yield bytes(self.held[self.starts[index] : self._end(index)])
            return
        with self.file.open("rb") as file:
            file.seek(self.starts[start])
            for _ in range(start, stop):
                yield file.readline()

    def cut(self, start: int) -> None:
        """Leave the lines before this one alone. Raises OSError."""
        size = self.starts[start]
        if self.file is None:
            del self.held[size:]
        else:
            os.truncate(self.file, size)
        del self.starts[start:]
        self.size = size

    def append(self, text: bytes) -> None:
        """Add one line, line end included. Raises OSError."""
        if self.file is None:
            self.held += text
        else:
            with self.file.open("ab") as file:
                file.write(text)
        self.starts.append(self.size)
        self.size += len(text)

    @property
    def there(self) -> bool:
        """Whether they can be read."""
        return self.file is None or self.file.exists()

    def remove(self) -> None:
        if self.file is not None:
            discard(self.file)

    def _end(self, index: int) -> int:
        return self.starts[index + 1] if index + 1 < len(self.starts) else self.size


@dataclass(eq=False)
class Stored(Sequence[dict[str, Any]]):
    """Rows in order, as they came, decoded one at a time. A record is stored as its one row.

    `readers` counts the statements that read its file right now, which stays for so long.
    """

    tag: Tag
    expires: float
    lines: Lines | CsvLines = field(repr=False)
    names: tuple[str, ...]
    scratch: Scratch
    readers: int = 0

    @property
    def handle(self) -> str:
        return self.tag.handle

    @property
    def owner(self) -> str:
        return self.tag.owner

    @property
    def origin(self) -> Origin:
        return self.tag.origin

    @property
    def shown(self) -> tuple[str, ...]:
        return self.tag.shown

    @property
    def size(self) -> int:
        """Bytes of its text."""
        return self.lines.size

    def columns(self) -> list[str]:
        """Every column of every row, in first-seen order."""
        return list(self.names)

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return (
                list(self.rows(start, stop)) if step == 1 else [self[at] for at in range(start, stop, step)]
            )
        at = range(len(self))[index]
        return next(self.rows(at, at + 1))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.rows()

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, Any]]:
        """Rows by position, decoded one at a time."""
        stop = len(self) if stop is None else min(stop, len(self))
        with self._reachable():
            for text in self.lines.read(start, stop):
                yield jsontext.loads(text)

    def show(self, columns: Sequence[str]) -> None:
        """These columns are shown of it from now on, unless others are asked for."""
        self.tag = replace(self.tag, shown=tuple(columns))

    def replace_last(self, row: Mapping[str, Any]) -> None:
        """Put this row in the place of the last one, before anybody has been told of the result. Raises
        TypeError where the rows are a CSV file."""
        if isinstance(self.lines, CsvLines):
            raise TypeError("a CSV file is only read")
        with self._reachable():
            self.lines.cut(len(self) - 1)
            self.lines.append(jsontext.dumps(row).encode() + b"\n")
        self.names = tuple(dict.fromkeys((*self.names, *row)))

    @contextlib.contextmanager
    def _reachable(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(f"The result {self.handle!r} can no longer be read from disk.") from error

    def path(self) -> Path:
        """The file of the rows, NDJSON or CSV, to be read only; rows in memory move to disk. Raises
        Unkept."""
        lines = self.lines
        if lines.file is not None:
            return lines.file
        with self.scratch.file(f"{self.handle}.ndjson") as file:
            lines.moved(file).close()
        return file
