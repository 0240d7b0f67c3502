"""The table of an export: which events, which columns, and its bytes as CSV or FCS.

Row numbers count from 1 in the original file. What a filter column holds: see `labels` and `flags`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import repeat

from pentad.sandbox.omiq import fcs
from pentad.sandbox.omiq.contents import Content, Repeated
from pentad.sandbox.omiq.panel import Channel
from pentad.sandbox.omiq.records import DataFile
from pentad.sandbox.omiq.views import UNFILTERED, ExportError, View

NUMBER, LABEL = "Orig_Row_Number", "OmiqFilter"


@dataclass(frozen=True, slots=True)
class Order:
    """What a checked request asks for."""

    task: int
    features: tuple[str, ...]
    filters: tuple[str, ...]
    media: str
    usage: str
    numbered: bool
    dropping: bool
    unscaled: bool


@dataclass(frozen=True)
class Table:
    """`rows` are positions in one block of `size` events, and `columns` and `marks` have a value for each
    of them; the block comes `repeats` times. A mark is an index into `labels` (0: none) or a 0/1 flag."""

    name: str
    media: str
    numbered: bool
    rows: Sequence[int]
    size: int
    repeats: int
    channels: Sequence[Channel]
    columns: Sequence[Sequence[float]]
    flags: Sequence[tuple[str, Sequence[int]]]
    labels: Sequence[str]

    @cached_property
    def content(self) -> Content:
        return self._fcs() if self.media == "FCS" else self._csv()

    def _csv(self) -> Content:
        names = [NUMBER] if self.numbered else []
        names += [channel.column for channel in self.channels] + [name for name, _ in self.flags]
        head = f"{','.join(map(quoted, names))}\n".encode()
        if not self.numbered:
            block = b"".join(self._lines)
            return Repeated(head, self.repeats, lambda _: block, lambda number: number * len(block))
        return Repeated(head, self.repeats, self._numbered_block, self._numbered_place)

    @cached_property
    def _lines(self) -> list[bytes]:
        cells: list[Sequence[str]] = [list(map(spelt, column)) for column in self.columns]
        shown = [quoted(label) for label in self.labels]
        cells += [
            [shown[mark] for mark in marks] if shown else list(map(str, marks)) for _, marks in self.flags
        ]
        if not cells:
            return [b"\n" for _ in self.rows]
        return [f"{','.join(line)}\n".encode() for line in zip(*cells, strict=True)]

    @property
    def _comma(self) -> bytes:
        return b"," if self.columns or self.flags else b""

    def _numbered_block(self, block: int) -> bytes:
        first, comma = block * self.size + 1, self._comma
        lines = zip(self.rows, repeat(comma), self._lines, strict=False)
        return b"".join([b"%d%b%b" % (first + row, comma, line) for row, comma, line in lines])

    def _numbered_place(self, blocks: int) -> int:
        """Lines without their numbers are the same in every block; the digits of the numbers are counted
        by how many numbers are below each power of ten."""
        each = sum(map(len, self._lines)) + len(self._comma) * len(self.rows)
        total, digits, power = blocks * len(self.rows), 0, 1
        while (longer := total - self._below(power, blocks)) > 0:
            digits, power = digits + longer, power * 10
        return blocks * each + digits

    def _below(self, limit: int, blocks: int) -> int:
        """How many row numbers of the first blocks are smaller."""
        full = min((limit - 1) // self.size, blocks)
        partly = bisect_left(self.rows, limit - 1 - full * self.size) if full < blocks else 0
        return full * len(self.rows) + partly

    def _fcs(self) -> Content:
        parameters = [fcs.Parameter(NUMBER)] if self.numbered else []
        parameters += [fcs.Parameter(one.name, one.marker) for one in self.channels]
        parameters += [fcs.Parameter(name.replace(",", " "), name) for name, _ in self.flags]
        width = 4 * len(parameters) * len(self.rows)
        head = fcs.head(parameters, len(self.rows) * self.repeats, {"WRITTEN_BY": fcs.WRITER})
        return Repeated(head, self.repeats, self._events, lambda number: number * width)

    def _events(self, block: int) -> bytes:
        first = block * self.size + 1
        columns: list[Sequence[float]] = [[first + row for row in self.rows]] if self.numbered else []
        return fcs.interleaved([*columns, *self.columns, *(marks for _, marks in self.flags)])


def made(view: View, order: Order, file: DataFile, flag_names: str, repeats: int) -> Table:
    """Raises ExportError."""
    channels = _channels(file, order)
    raw = order.unscaled
    columns = [view.columns[name] if raw else view.values(order.task, name) for name in order.features]
    arrived = view.rows(order.task)
    members = [_members(view, order.task, one) for one in order.filters]
    rows = [row for row in arrived if not (order.dropping and members) or any(one[row] for one in members)]
    naming = order.usage == "NAMECOL"
    names = [_named(view, order.task, one, "path" if naming else flag_names) for one in order.filters]
    return Table(
        name=f"{file.id}.{order.media.lower()}",
        media=order.media,
        numbered=order.numbered,
        rows=rows,
        size=max(len(next(iter(view.columns.values()), ())), 1),
        repeats=repeats,
        channels=channels,
        columns=[array("d", (column[row] for row in rows)) for column in columns],
        flags=_label(members, arrived, rows) if naming else _flags(names, members, rows),
        labels=["", *names] if naming and names else [],
    )


def _channels(file: DataFile, order: Order) -> list[Channel]:
    known = {channel.name: channel for channel in file.panel}
    missing = [name for name in order.features if name not in known]
    if missing:
        raise ExportError(f"Feature {missing[0]} is not present at task {order.task}.")
    return [known[name] for name in order.features]


def _members(view: View, task: int, filter_id: str) -> bytearray:
    home = None if filter_id == UNFILTERED else view.home(task, filter_id)
    if home is None:
        return bytearray(b"\1") * len(next(iter(view.columns.values()), ()))
    return view.members(home, filter_id)


Marks = list[tuple[str, Sequence[int]]]


def _flags(names: Sequence[str], members: Sequence[bytearray], rows: Sequence[int]) -> Marks:
    """BOOLCOLS: a 0/1 column per filter, in the order of the filters."""
    pairs = zip(names, members, strict=True)
    return [(name, bytearray(map(member.__getitem__, rows))) for name, member in pairs]


def _label(members: Sequence[bytearray], arrived: Sequence[int], rows: Sequence[int]) -> Marks:
    """NAMECOL: one column, the smallest population of each event by its events at the task, the first
    listed among equals; 0 for none. Without filters there is no column."""
    sizes = [sum(map(member.__getitem__, arrived)) for member in members]
    by_size = sorted(range(len(members)), key=sizes.__getitem__)
    marks = [next((one + 1 for one in by_size if members[one][row]), 0) for row in rows]
    return [(LABEL, marks)] if members else []


def _named(view: View, task: int, filter_id: str, how: str) -> str:
    home = view.home(task, filter_id)
    if home is None or how == "id":
        return filter_id
    return view.path(home, filter_id) if how == "path" else view.name(home, filter_id)


def quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def spelt(value: float) -> str:
    """About five significant digits, never with an exponent."""
    text = f"{value:.5g}"
    return format(Decimal(text), "f") if "e" in text else text
