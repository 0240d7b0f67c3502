"""A CSV file as the lines of a result, where it lies: nothing is converted and nothing is copied.

A table of millions of rows would take minutes to write anew as JSON, and twice the disk. So the file itself
is the record, and only what is asked for is decoded.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pentad.errors import Unavailable
from pentad.results.folder import discard
from pentad.secrecy import without_secrets
from pentad.text import clean

# A number in JSON that is within the bounds of what decodes; anything else in a cell is text.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})(?:\.[0-9]{1,999})?(?:[eE][+-]?[0-9]{1,6})?")
_ALL = re.compile(f"{_NUMBER.pattern}(?:,{_NUMBER.pattern})*")
_TEXT = json.JSONEncoder(ensure_ascii=False).encode


class Mark(NamedTuple):
    """What tells that a file is still the same: bytes, and nanoseconds since 1970 of its last change."""

    size: int
    changed: int


@dataclass(frozen=True)
class Shape:
    """What is known of a CSV file. `numbers` are positions of columns; `plain` is whether no cell and no name
    has anything that would have to be taken out of it."""

    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: int
    mark: Mark
    line_end: str
    plain: bool


@dataclass(frozen=True)
class Blocks:
    """Where in the file blocks of whole rows begin, in bytes, and the position of each one's first row."""

    offsets: array[int]
    firsts: array[int]

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def footprint(self) -> int:
        """Bytes it takes."""
        return 2 * self.offsets.itemsize * len(self.offsets)


@dataclass(frozen=True)
class CsvLines:
    """Lines of JSON made out of a CSV file when they are read. The file is removed with them if it is
    `owned`; else it is somebody else's, counts for nothing, and may change, which ends them."""

    file: Path
    shape: Shape
    blocks: Blocks = field(repr=False)
    owned: bool

    def __len__(self) -> int:
        return self.shape.rows

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.shape.mark.size

    @property
    def footprint(self) -> int:
        """Bytes it takes, its index included."""
        return self.blocks.footprint + (self.size if self.owned else 0)

    @property
    def there(self) -> bool:
        """Whether the file is still what it was."""
        try:
            return mark(self.file) == self.shape.mark
        except OSError:
            return False

    def remove(self) -> None:
        if self.owned:
            discard(self.file)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Lines of JSON by position, with their line ends. Raises OSError, and Unavailable where the file is
        no longer the one that was indexed."""
        stop = min(stop, len(self))
        if start >= stop:
            return
        at = bisect_right(self.blocks.firsts, start) - 1
        position = self.blocks.firsts[at]
        with self.file.open("rb") as file:
            while position < stop:
                for cells in self._rows(file, at):
                    if start <= position < stop:
                        yield self._line(cells)
                    position += 1
                at += 1

    def _rows(self, file: BinaryIO, at: int) -> Iterator[list[str]]:
        """The rows of a block. What was read counts only if the file had not changed by then."""
        offset = self.blocks.offsets[at]
        end = self.blocks.offsets[at + 1] if at + 1 < len(self.blocks) else self.size
        file.seek(offset)
        block = file.read(end - offset)
        if mark(file.fileno()) != self.shape.mark:
            raise changed()
        return filter(None, csv.reader(io.StringIO(block.decode(), newline=""), strict=True))

    def _line(self, cells: list[str]) -> bytes:
        """A number as it is spelled, nothing as null in a column of numbers, and all else as text."""
        names, numbers = self.shape.columns, self.shape.numbers
        told = [cells[at] for at in numbers]
        # Most rows have a number in each of them, and asking once is quicker.
        if told and not _ALL.fullmatch(",".join(told)):
            for at in numbers:
                cells[at] = self._number(names[at], cells[at])
        for at in self._texts:
            cells[at] = self._text(names[at], cells[at])
        return (self._form % tuple(cells)).encode()

    def _number(self, name: str, cell: str) -> str:
        if not cell:
            return "null"
        return cell if _NUMBER.fullmatch(cell) else self._text(name, cell)

    def _text(self, name: str, cell: str) -> str:
        return _TEXT(cell if self.shape.plain else swept(name, cell))

    @cached_property
    def _texts(self) -> list[int]:
        return [at for at in range(len(self.shape.columns)) if at not in self.shape.numbers]

    @cached_property
    def _form(self) -> str:
        """A line with places for the values."""
        members = (f"{_TEXT(name)}:".replace("%", "%%") + "%s" for name in self.shape.columns)
        return f"{{{','.join(members)}}}\n"


def swept(name: str, cell: str) -> str:
    """A text of a column of this name, cleaned and without secrets."""
    found: dict[str, Any] = without_secrets({name: clean(cell)})
    return str(found[name])


def mark(file: int | Path) -> Mark:
    """Raises OSError."""
    told = os.stat(file)
    return Mark(told.st_size, told.st_mtime_ns)


def changed() -> Unavailable:
    return Unavailable(
        "The file of the table was changed by another program while it was read, so that its rows are not "
        "certain; fetch it again."
    )
