"""The files as they were uploaded or, for seeded ones, as a cytometer would have written them."""

from __future__ import annotations

from pentad.sandbox.omiq import fcs
from pentad.sandbox.omiq.contents import Content, Repeated, Stored
from pentad.sandbox.omiq.panel import CHANNELS
from pentad.sandbox.omiq.records import DataFile
from pentad.sandbox.omiq.state import State

_INSTRUMENT = {"$CYT": "Aurora", "$DATE": "14-JAN-2026"}


def size(state: State, file: DataFile) -> int:
    if file.uploaded is not None:
        return Stored(file.uploaded).length
    rows = state.count(file) * state.repeats(file)
    return len(_head(file, rows)) + 4 * len(file.panel or CHANNELS) * rows


def original(state: State, file: DataFile) -> Content:
    if file.uploaded is not None:
        return Stored(file.uploaded)
    repeats, values = state.repeats(file), state.raw(file)
    block = fcs.interleaved(values[channel.name] for channel in file.panel or CHANNELS)
    head = _head(file, state.count(file) * repeats)
    return Repeated(head, repeats, lambda _: block, lambda number: number * len(block))


def _head(file: DataFile, rows: int) -> bytes:
    columns = [
        fcs.Parameter(one.name, one.marker, 4_194_304 if one.cofactor is None else 262_144)
        for one in file.panel or CHANNELS
    ]
    return fcs.head(columns, rows, {**_INSTRUMENT, "$FIL": file.name})
