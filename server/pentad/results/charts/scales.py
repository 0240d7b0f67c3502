"""Axes: names, numbers with separators, and time; nothing overlaps and nothing is cut off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.dates  # noqa: F401 - makes axes of dates known
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pentad.results.charts import words
from pentad.results.charts.fonts import SMALL, Letters
from pentad.results.charts.points import Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Pixels and names that an axis has room for.
_ACROSS, _NAMES = 800, 40
# Days since 1970 of the first and last day that dates have here.
_FIRST, _LAST = -719_161.0, 2_932_895.0


def frame(axes: Axes, points: Points, letters: Letters, *, grid: bool = True) -> None:
    """Both axes, before anything is painted."""
    axes.set_xlabel(letters.fit(points.x.name, room(points), 11))
    if points.ticks:
        _names_across(axes, letters.all(points.ticks, 170))
    elif points.x.kind == "time":
        _time(axes, points)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(points, value)))
    if grid:
        axes.grid(axis="both" if points.kind == "scatter" else "y", color="#dddddd", linewidth=0.8)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.tick(value)))
        if "y" in points.columns:
            axes.set_ylabel(letters.fit(points.columns["y"].name, 450, 11))


def room(points: Points) -> int:
    """Pixels for text over the width of the axes, which a legend or a scale of colours narrows."""
    return 620 if "by" in points.columns or points.grid else 850


def named(axis: Axis, names: Sequence[str], most: int) -> None:
    """Names at the whole numbers, evenly thinned to so many."""
    step = math.ceil(len(names) / most)
    axis.set_ticks(range(0, len(names), step), labels=names[::step], fontsize=SMALL)


def _names_across(axes: Axes, names: Sequence[str]) -> None:
    shown = min(len(names), _NAMES)
    named(axes.xaxis, names, _NAMES)
    # About eight pixels a sign.
    if max(map(len, names)) * 8 * shown <= _ACROSS:
        return
    for label in axes.xaxis.get_ticklabels():
        label.set_rotation(45 if shown <= 24 else 90)
        label.set_rotation_mode("anchor")
        label.set_horizontalalignment("right")
        label.set_verticalalignment("top" if shown <= 24 else "center")


def _time(axes: Axes, points: Points) -> None:
    axes.xaxis_date()
    low = min(min(series.xs) for series in points.series)
    high = max(max(series.xs) for series in points.series)
    margin = (high - low) * 0.02 or 0.5
    axes.set_xlim(max(low - margin, _FIRST), min(high + margin, _LAST))


def _tick(points: Points, value: float) -> str:
    return f"{value:.0f}" if points.x.unit == "year" else words.tick(value)
