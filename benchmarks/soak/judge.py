"""Whether a gauge grows: a verdict on a series of samples, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

HOUR = 3600.0
# The part of a run that only warms up: caches fill, pools open, the worker starts.
WARMING = 0.2
_WINDOWS = 8

Series = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Bound:
    """What a gauge may rise by after warming up: so much of what it was then, or so many units if that is
    more."""

    share: float
    units: float

    def allows(self, growth: Growth) -> bool:
        return growth.rise <= self.most(growth)

    def most(self, growth: Growth) -> float:
        return max(self.share * growth.warm, self.units)


@dataclass(frozen=True)
class Growth:
    """Medians of the first window after warming up and of the last one; `rise` is what the slope makes over
    the time after warming up, `hourly` over an hour."""

    warm: float
    end: float
    rise: float
    hourly: float


def growth(series: Series) -> Growth:
    """The samples are (seconds, value) in order. The slope is the median of the slopes between windows, so
    that one window that a neighbour of this machine disturbed does not decide. Raises ValueError for a series
    that is too short to be judged."""
    if not series:
        raise ValueError("there are no samples")
    began, ended = series[0][0], series[-1][0]
    warm = began + (ended - began) * WARMING
    steady = [each for each in series if each[0] >= warm]
    if len(steady) < 2 * _WINDOWS:
        raise ValueError(f"{len(steady)} samples after warming up are too few to tell growth")
    medians = [_middle(steady[at : at + size]) for at, size in _windows(len(steady))]
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(medians, 2))
    rise = slope * (steady[-1][0] - steady[0][0])
    return Growth(medians[0][1], medians[-1][1], rise, slope * HOUR)


def _windows(count: int) -> list[tuple[int, int]]:
    """Where each window begins and how long it is; the first ones take what does not divide."""
    size, rest = divmod(count, _WINDOWS)
    sizes = [size + (number < rest) for number in range(_WINDOWS)]
    return [(sum(sizes[:number]), sizes[number]) for number in range(_WINDOWS)]


def _middle(window: Series) -> tuple[float, float]:
    return median(at for at, _ in window), median(value for _, value in window)
