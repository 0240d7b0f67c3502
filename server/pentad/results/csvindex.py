"""One pass over a CSV file before it is a result: that it is a table, how many rows it has and where.

What passes is read alike by the csv module and by DuckDB: UTF-8, commas, RFC 4180, one kind of line end. What
the two would read differently is refused, with the line it stands on.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pentad.errors import Malformed, Unavailable
from pentad.results.csvlines import Blocks, CsvLines, Mark, Shape, changed, mark
from pentad.results.csvtext import unique
from pentad.secrecy import named, telling, without_shapes
from pentad.text import JOINING, clean, plural

# Bytes that are read at once, and about the distance of two entries of the index.
_BLOCK = 2**16
# Bytes of one row. No cell is then longer than the csv module takes.
_LONGEST = 2**17
_MARK = b"\xef\xbb\xbf"

_QUOTED = re.compile(rb'("[^"]*+(?:""[^"]*+)*+")')
# One in the midst of a cell; a search for it is quick as it begins with the quote itself.
_MISPLACED = re.compile(rb'"(?:(?<=[^,\n]")|(?=[^,\n]))')
_ROW = re.compile(rb'(?:[^"\n]++|"[^"]*+")*+\n')
_INNER = bytes(set(range(256)) - set(b",\n"))
# What holds these alone has nothing that would have to be taken out.
_NUMERIC = b'0123456789.,-+eE\r\n"'
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
# Quoted cells that were looked at: names of populations come again in every row.
_REMEMBERED = 10_000


class _Header(NamedTuple):
    """`end` is where the rows begin, in bytes; `lines` the line ends before."""

    names: list[str]
    end: int
    lines: int
    line_end: bytes


def indexed(file: Path, numbers: Collection[str], left: Callable[[], float], *, owned: bool) -> CsvLines:
    """The file as lines, none of which was kept in memory. Raises Malformed that names the line where it is
    no table, Unavailable where `left` says that the time is over, or where it cannot be read."""
    try:
        with file.open("rb") as opened:
            before = mark(opened.fileno())
            head = _header(opened.read(_LONGEST + len(_MARK)))
            walk = _Walk(head)
            opened.seek(head.end)
            for block in walk.blocks(opened):
                if left() <= 0:
                    raise Unavailable(
                        "The time of one call was over before the whole table was read; ask for fewer "
                        "columns or rows."
                    )
                walk.take(block)
            if mark(opened.fileno()) != before:
                raise changed()
    except OSError as error:
        raise Unavailable("The file of the table cannot be read.") from error
    return CsvLines(file, _shape(head, walk, numbers, before), Blocks(walk.offsets, walk.firsts), owned)


def _shape(head: _Header, walk: _Walk, numbers: Collection[str], before: Mark) -> Shape:
    columns = unique([without_shapes(name) for name in head.names])
    pairs = enumerate(zip(head.names, columns, strict=True))
    return Shape(
        columns=tuple(columns),
        numbers=tuple(at for at, names in pairs if any(name in numbers for name in names)),
        rows=walk.rows,
        mark=before,
        line_end=head.line_end.decode(),
        plain=walk.plain and not named(columns),
    )


def _header(start: bytes) -> _Header:
    at = len(_MARK) if start.startswith(_MARK) else 0
    whole = len(start) < _LONGEST
    found = _ROW.match(start if start.endswith(b"\n") or not whole else start + b"\n", at)
    if not start[at:]:
        raise Malformed("The file is empty, so it is no table.")
    if found is None:
        raise _unended(1)
    row = found[0]
    line_end = b"\r\n" if row.endswith(b"\r\n") else b"\n"
    if wrong := _wrong(row.removesuffix(line_end), None):
        raise Malformed(f"Line 1 of the file {wrong}.")
    try:
        text = row.decode()
    except UnicodeDecodeError:
        raise Malformed("Line 1 of the file is not UTF-8.") from None
    names = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    return _Header(names, found.end(), row.count(b"\n"), line_end)


class _Walk:
    """Goes through the rows block by block; a block is some whole rows. `line` counts line ends so far."""

    def __init__(self, head: _Header) -> None:
        self.offsets = array("Q")
        self.firsts = array("Q")
        self.rows = 0
        self.plain = True
        self._at = head.end
        self._line = head.lines
        self._cells = len(head.names)
        self._row = b"," * (self._cells - 1) + b"\n"
        self._line_end = head.line_end
        self._seen: set[bytes] = set()

    def blocks(self, file: BinaryIO) -> Iterator[bytes]:
        """The rest of the file. Raises Malformed for a row that does not end."""
        rest = b""
        while piece := file.read(_BLOCK):
            rest += piece
            if end := _end(rest):
                yield rest[:end]
                rest = rest[end:]
            if len(rest) > _LONGEST:
                raise _unended(self._line + 1)
        if rest:
            last = rest.removesuffix(b"\r") + self._line_end
            if _end(last) < len(last):
                raise _unended(self._line + 1)
            yield last

    def take(self, block: bytes) -> None:
        """Raises Malformed."""
        self.offsets.append(self._at)
        self.firsts.append(self.rows)
        parts = _QUOTED.split(block) if b'"' in block else [block]
        bare = b'"'.join(parts[::2])
        self._look(block, bare, parts[1::2])
        if self._line_end != b"\n" and bare.count(b"\r\n") == bare.count(b"\n"):
            bare = bare.replace(b"\r\n", b"\n")
        frame = bare.translate(None, _INNER)
        rows = len(frame) // self._cells
        regular = frame == self._row * rows and b"\r" not in bare and _MISPLACED.search(bare) is None
        if regular and not (self._cells == 1 and (bare[:1] == b"\n" or b"\n\n" in bare)):
            self.rows += rows
        else:
            self.rows += self._examined(block)
        self._at += len(block)
        self._line += block.count(b"\n")

    def _look(self, block: bytes, bare: bytes, quoted: Sequence[bytes]) -> None:
        """See whether something has to be taken out. Raises Malformed for what is not UTF-8."""
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            line = self._line + block.count(b"\n", 0, error.start) + 1
            raise Malformed(f"Line {line:,} of the file is not UTF-8.") from None
        if not self.plain:
            return
        if not bare.translate(None, _NUMERIC):
            new = set(quoted) - self._seen
            if len(self._seen) < _REMEMBERED:
                self._seen |= new
            block = b"\n".join(new)
            text = block.decode()
        odd = block.translate(None, _PRINTABLE).decode()
        # What joins letters is judged by its neighbours.
        judged = block.decode() if JOINING.search(odd) else odd
        self.plain = clean(judged) == judged and not telling(text)

    def _examined(self, block: bytes) -> int:
        """How many rows there are, which is what is not blank. Raises Malformed for one that is none."""
        rows = 0
        for found in _ROW.finditer(block):
            row = found[0]
            ended = row.endswith(self._line_end)
            bare = _QUOTED.sub(b'"', row.removesuffix(self._line_end))
            if not bare and self._cells > 1:
                continue
            if wrong := _wrong(bare, self._cells) if ended else "ends otherwise than the header":
                line = self._line + block.count(b"\n", 0, found.start()) + 1
                raise Malformed(f"Line {line:,} of the file {wrong}.")
            rows += 1
        return rows


def _end(data: bytes) -> int:
    """Where the last whole row ends: behind the last line end that has an even number of quotes before."""
    end = data.rfind(b"\n") + 1
    while end and data.count(b'"', 0, end) % 2:
        # It stands within a quoted cell, which begins with the quote before it.
        end = data.rfind(b"\n", 0, data.rfind(b'"', 0, end)) + 1
    return end


def _wrong(bare: bytes, cells: int | None) -> str | None:
    """What is wrong with a row whose quoted cells are one quote each."""
    bare = bare if cells is not None else _QUOTED.sub(b'"', bare)
    if not bare:
        return "is empty"
    if _MISPLACED.search(bare):
        return "has a quote within a cell that is not quoted as a whole"
    if b"\r" in bare:
        return "has a carriage return outside of quotes that ends no line"
    found = bare.count(b",") + 1
    if cells is not None and found != cells:
        return f"has {plural(found, 'cell')} where the header has {cells:,}"
    return None


def _unended(line: int) -> Malformed:
    return Malformed(
        f"Line {line:,} of the file begins a row of more than {_LONGEST // 2**10} KiB, or a quote in it is "
        "never closed."
    )
