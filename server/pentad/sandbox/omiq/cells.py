"""Synthetic events: a mixture of cell types, the same for a seed and a file whenever they are asked for."""

from __future__ import annotations

import hashlib
import math
from array import array
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from pentad.sandbox.omiq.panel import CHANNELS

Columns = Mapping[str, "array[float]"]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell type: its share, mean and spread of the two scatters, and where it is bright, in scaled
    units. `secreting` cells answer stimulation with cytokines."""

    share: float
    size: tuple[float, float]
    grain: tuple[float, float]
    bright: Mapping[str, float] = field(default_factory=dict[str, float])
    secreting: bool = False


_SMALL, _CLEAR = (880_000.0, 110_000.0), (200_000.0, 45_000.0)
_HELPER, _KILLER = {"BUV395-A": 3.4, "BV421-A": 3.1}, {"BUV395-A": 3.5, "BUV805-A": 3.3}
_CELLS = (
    _Cell(0.10, (130_000.0, 60_000.0), (40_000.0, 20_000.0)),
    _Cell(0.07, (700_000.0, 120_000.0), (220_000.0, 70_000.0), {"Zombie NIR-A": 3.8, "BUV395-A": 1.2}),
    _Cell(0.11, (1_300_000.0, 120_000.0), (600_000.0, 85_000.0), {"BV421-A": 1.2, "BV786-A": 0.8}),
    _Cell(0.12, _SMALL, _CLEAR, {"BV786-A": 2.9, "FITC-A": 2.4}),
    _Cell(0.23, _SMALL, _CLEAR, {**_HELPER, "BV605-A": 2.6, "FITC-A": 2.8}),
    _Cell(0.15, _SMALL, _CLEAR, {**_HELPER, "BV605-A": 0.7}, secreting=True),
    _Cell(0.08, _SMALL, _CLEAR, {**_KILLER, "BV605-A": 2.5, "FITC-A": 2.9}),
    _Cell(0.05, _SMALL, _CLEAR, {**_KILLER, "FITC-A": 2.6}, secreting=True),
    _Cell(0.03, _SMALL, _CLEAR, {**_KILLER, "BV605-A": 2.3}, secreting=True),
    _Cell(0.02, _SMALL, _CLEAR, _KILLER, secreting=True),
    _Cell(0.01, _SMALL, _CLEAR, {**_HELPER, **_KILLER}),
    _Cell(0.03, _SMALL, _CLEAR, {"FITC-A": 2.2, "BUV805-A": 0.9}),
)
_EDGES = tuple(accumulate(cell.share for cell in _CELLS))
_DIM, _SPREAD = 0.25, 0.4
_CHOICES = 3  # of each event: cell type, whether a doublet, whether it answers stimulation


def drawn(seed: int, file: int, count: int, *, stimulated: bool) -> Columns:
    """Raw values, each exact as a 32-bit float, by channel."""
    from statistics import NormalDist

    normal = NormalDist().inv_cdf
    width = len(CHANNELS) + _CHOICES
    stream = array("I")
    stream.frombytes(hashlib.shake_256(f"{seed}:events:{file}".encode()).digest(4 * width * count))
    columns = {channel.name: array("f") for channel in CHANNELS}
    for number in range(count):
        chances = [(chance + 0.5) / 2**32 for chance in stream[number * width : (number + 1) * width]]
        event = _event(chances, normal, stimulated=stimulated)
        for column, value in zip(columns.values(), event, strict=True):
            column.append(value)
    for number in range(count):
        columns["Time"][number] = 600.0 * number / count
    return columns


def _event(chances: list[float], normal: Callable[[float], float], *, stimulated: bool) -> Iterator[float]:
    kind, doublet, answer, _, *rest = chances
    cell = _CELLS[min(bisect(_EDGES, kind), len(_CELLS) - 1)]
    area = max(cell.size[0] + cell.size[1] * normal(rest[0]), 1_000.0)
    yield 0.0
    yield area * (1.7 if doublet < 0.05 else 1.0)
    yield area * (0.85 + 0.03 * normal(rest[1]))
    yield max(cell.grain[0] + cell.grain[1] * normal(rest[2]), 500.0)
    answers = cell.secreting and answer < (0.2 if stimulated else 0.01)
    for channel, chance in zip(CHANNELS[4:], rest[3:], strict=True):
        mean = cell.bright.get(channel.name, _DIM)
        if answers and channel.name in ("PE-A", "APC-A"):
            mean = 3.2
        yield float(channel.cofactor or 1) * math.sinh(mean + _SPREAD * normal(chance))
