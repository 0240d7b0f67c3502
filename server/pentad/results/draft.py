"""A result that is still coming in: in memory while it is small, on disk from then on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self

from pentad import jsontext
from pentad.results.folder import Scratch, Unkept, on_disk, unkept
from pentad.results.record import Lines, Stored, Tag
from pentad.results.rowtext import Line, line

# Bytes of a result that stay in memory; a longer one is on disk from then on.
SMALL = 256 * 2**10
# After so many bytes a growing result asks for room again.
_STEP = 2**20


class Draft:
    """A result that rows are added to as they arrive. It ends with `close` or `discard`; leaving it as a
    context discards what was not closed. When it cannot be kept, it is discarded and raises Unkept."""

    def __init__(
        self,
        tag: Tag,
        scratch: Scratch,
        admit: Callable[[], None],
        finish: Callable[[Draft, Stored | None], None],
        expires: Callable[[], float],
    ) -> None:
        """`admit` makes room for what was added or raises Unkept; `finish` is told the end."""
        self.tag = tag
        self.lines = Lines()
        self._scratch = scratch
        self._admit = admit
        self._finish = finish
        self._expires = expires
        self._names: dict[str, None] = {}
        self._asked = 0
        self._out: BinaryIO | None = None
        self._open = True

    def add(self, row: Mapping[str, Any]) -> None:
        self.add_line(Line(jsontext.dumps(row), row.keys()))

    def add_text(self, text: str) -> None:
        """Add a row that is JSON already; it is cleaned like everything that comes in. Raises ValueError
        for text that is not one JSON object."""
        self.add_line(line(text))

    def add_line(self, line: Line) -> None:
        """Add a row whose text was cleaned. Raises ValueError for a line that is no object."""
        self._require_open()
        if line.names is None:
            raise ValueError("a row is a JSON object")
        for name in line.names:
            self._names[name] = None
        self.lines.starts.append(self.lines.size)
        self._write(line.text.encode() + b"\n")

    def close(self) -> Stored:
        """The result, complete. Raises Unkept."""
        self._require_open()
        with self._kept():
            self._admit()
            with on_disk():
                self._shut()
        stored = Stored(self.tag, self._expires(), self.lines, tuple(self._names), self._scratch)
        self._open = False
        self._finish(self, stored)
        return stored

    def discard(self) -> None:
        """Leave nothing behind. Does nothing to a draft that has ended."""
        if self._open:
            self._open = False
            with contextlib.suppress(OSError):
                self._shut()
            self.lines.remove()
            self._finish(self, None)

    def __len__(self) -> int:
        """How many rows it has so far."""
        return len(self.lines.starts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _write(self, text: bytes) -> None:
        self.lines.size += len(text)
        if self.lines.size >= self._asked:
            self._asked = self.lines.size + _STEP
            with self._kept():
                self._admit()
        if self._out is None:
            self.lines.held += text
            if self.lines.size > SMALL:
                with self._kept(), self._scratch.file(f"{self.tag.handle}.ndjson") as file:
                    self._out = self.lines.moved(file)
            return
        try:
            self._out.write(text)
        except OSError as error:
            self.discard()
            raise unkept(error) from error

    def _require_open(self) -> None:
        if not self._open:
            raise ValueError("the draft has ended")

    def _shut(self) -> None:
        if self._out is not None:
            out, self._out = self._out, None
            out.close()

    @contextlib.contextmanager
    def _kept(self) -> Generator[None]:
        try:
            yield
        except Unkept:
            self.discard()
            raise
