"""A kept result as the text of a file, JSON or CSV, made piece by piece out of its lines.

Values are taken as they are spelled there: a number keeps every digit, and what is nested stays its text.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pentad.errors import Unavailable
from pentad.jsontext import dumps
from pentad.results.csvlines import CsvLines
from pentad.results.record import Stored

Form = Literal["json", "csv"]
MEDIA: Mapping[str, str] = {"json": "application/json", "csv": "text/csv"}
# Bytes of a piece, or more where one row has more.
PIECE = 2**20
# A text that begins with one of these is a formula to a spreadsheet, unless it is a number.
_FORMULA = frozenset("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SPELLED = json.JSONDecoder(parse_int=str, parse_float=str)


@dataclass
class Text:
    """`columns` are the ones to write, in this order; all, as they come, where none are given. `guarded`
    counts the CSV cells so far that an apostrophe in front keeps from being formulas."""

    stored: Stored
    columns: Sequence[str] | None = None
    guarded: int = 0

    def pieces(self, form: Form) -> Iterator[bytes]:
        """UTF-8 without a byte-order mark. Raises Unavailable where the result cannot be read any more."""
        lines = _lines(self.stored)
        return _gathered(self._csv(lines) if form == "csv" else self._json(lines))

    def _json(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """An array with one row on a line; of a record, its one object."""
        rows = lines if self.columns is None else (_chosen(line, self.columns) for line in lines)
        if is_record(self.stored):
            yield from rows
            return
        before = b"[\n"
        for row in rows:
            yield before + row.rstrip(b"\n")
            before = b",\n"
        yield b"\n]\n" if len(self.stored) else b"[]\n"

    def _csv(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """RFC 4180: a header, then the rows; what is null or absent is empty."""
        columns = self.stored.columns() if self.columns is None else self.columns
        write = csv.writer(_Returned()).writerow
        header: dict[str, Any] = {name: name for name in columns}
        for row in itertools.chain([header], map(_row, lines)):
            text: str = write([self._cell(row.get(name)) for name in columns])
            yield text.encode()

    def _cell(self, value: Any) -> str:
        if not isinstance(value, str):
            return "" if value is None else "true" if value else "false"
        if value[:1] in _FORMULA and not _NUMBER.fullmatch(value):
            self.guarded += 1
            return f"'{value}"
        return value


class _Returned:
    """What is written to it is what the writer returns."""

    def write(self, text: str) -> str:
        return text


def is_record(stored: Stored) -> bool:
    """Whether it is one object and not a list of rows."""
    return stored.handle.startswith("record_")


def json_size(stored: Stored) -> int | None:
    """Bytes of the whole result as JSON: its lines, and a comma, brackets and line ends around them. None
    where the rows are a CSV file, as nobody knows before it is written."""
    if isinstance(stored.lines, CsvLines):
        return None
    return stored.size if is_record(stored) else stored.size + len(stored) + 3


def _lines(stored: Stored) -> Iterable[bytes]:
    lines = _read(stored)
    # What is in memory may move to disk while a thread is at it; only what is small is there.
    return list(lines) if stored.size <= PIECE else lines


def _read(stored: Stored) -> Iterator[bytes]:
    try:
        yield from stored.lines.read(0, len(stored))
    except OSError as error:
        raise Unavailable(f"The result {stored.handle!r} can no longer be read from disk.") from error


def _gathered(texts: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for text in texts:
        held += text
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _row(line: bytes) -> dict[str, Any]:
    """The members of a row; numbers and what is nested are their text."""
    text = line.decode()
    row: dict[str, Any] = _SPELLED.decode(text)
    nested = [name for name, value in row.items() if isinstance(value, dict | list)]
    if nested:
        spelled = _members(text)
        row |= {name: spelled[name] for name in nested}
    return row


def _chosen(line: bytes, columns: Sequence[str]) -> bytes:
    """The row with these members alone; what it lacks stays absent."""
    members = _members(line.decode())
    return (
        f"{{{','.join(f'{dumps(name)}:{members[name]}' for name in columns if name in members)}}}\n".encode()
    )


def _members(text: str) -> dict[str, str]:
    """The text of each member of an object that is known to be JSON on one line."""
    members: dict[str, str] = {}
    at = _after(text, 1)
    while text[at] != "}":
        name, at = _SPELLED.raw_decode(text, at)
        start = _after(text, at)
        _, end = _SPELLED.raw_decode(text, start)
        members[name] = text[start:end]
        at = _after(text, end)
    return members


def _after(text: str, at: int) -> int:
    """Where the next token begins; a comma or colon between is passed over."""
    while text[at] in " ,:":
        at += 1
    return at
