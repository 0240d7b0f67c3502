"""A density as colours, with outlines and their names over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.colors import LogNorm
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from pentad.results.charts import words
from pentad.results.charts.fonts import SMALL, Letters
from pentad.results.charts.grid import Grid
from pentad.results.charts.outlines import Outline
from pentad.results.charts.points import Points
from pentad.results.charts.scales import frame

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_HALO = withStroke(linewidth=3, foreground="white")
# About what a name takes of the plot: a sign across, and a line up.
_SIGN, _LINE = 0.0095, 0.042
_LONGEST = 180
# Where a name goes, as parts of the outline's width and height: over it, under it, and within.
_PLACES = (
    (0.5, 1.0, 1),
    (0.5, 0.0, -1),
    (0.5, 1.0, -1),
    (0.5, 0.0, 1),
    (0.5, 0.5, 0),
    (0.0, 1.0, 1),
    (1.0, 1.0, 1),
)

Box = tuple[float, float, float, float]


def shade(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    grid = points.grid
    if grid is None:
        return []
    frame(axes, points, letters, grid=False)
    y = points.columns["y"]
    axes.set_ylabel(letters.fit(y.name, 450, 11))
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.tick(value)))
    bounds = (grid.x.low, grid.x.high, grid.y.low, grid.y.high)
    colours = LogNorm(1, max(grid.densest[1], 2))
    image = axes.imshow(
        _cells(grid), extent=bounds, origin="lower", aspect="auto", interpolation="nearest", norm=colours,
        cmap="viridis",
    )  # fmt: skip
    numbers = FuncFormatter(lambda value, _: words.brief(value))
    bar = axes.figure.colorbar(image, ax=axes, format=numbers)
    # Below ten there is one power alone, so that the numbers between are told too.
    bar.ax.yaxis.set_minor_formatter(numbers if grid.densest[1] < 10 else NullFormatter())
    bar.set_label("rows in a cell")
    _outline(axes, points.outlines, grid, letters)
    return []


def _cells(grid: Grid) -> list[list[float]]:
    """Rows from below; a cell without rows has no colour."""
    return [
        [grid.counts.get((at, above), math.nan) for at in range(grid.x.bins)] for above in range(grid.y.bins)
    ]


def _outline(axes: Axes, outlines: Sequence[Outline], grid: Grid, letters: Letters) -> None:
    names = letters.all([outline.name for outline in outlines], _LONGEST)
    taken: list[Box] = []
    for outline, name in zip(outlines, names, strict=True):
        shape = Polygon(outline.points, closed=True, fill=False, edgecolor="black", linewidth=1.3)
        shape.set_path_effects([_HALO])
        axes.add_patch(shape)
        box = _place(_extent(outline, grid), len(name), taken)
        taken.append(box)
        label = axes.text(
            (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, name, transform=axes.transAxes, fontsize=SMALL,
            ha="center", va="center", clip_on=True,
        )  # fmt: skip
        label.set_path_effects([_HALO])
    axes.set_xlim(grid.x.low, grid.x.high)
    axes.set_ylim(grid.y.low, grid.y.high)


def _extent(outline: Outline, grid: Grid) -> Box:
    """Left, bottom, right and top of an outline, as parts of the plot."""
    xs = [(x - grid.x.low) / (grid.x.high - grid.x.low) for x, _ in outline.points]
    ys = [(y - grid.y.low) / (grid.y.high - grid.y.low) for _, y in outline.points]
    return min(xs), min(ys), max(xs), max(ys)


def _place(extent: Box, signs: int, taken: Sequence[Box]) -> Box:
    """Where a name of so many signs goes: the first place in the plot that no other name has taken, else the
    one where it covers least of them."""
    left, bottom, right, top = extent
    wide = signs * _SIGN
    boxes: list[Box] = []
    for across, up, shift in _PLACES:
        x = min(max(left + across * (right - left), wide / 2), 1 - wide / 2)
        y = bottom + up * (top - bottom) + shift * _LINE * 0.6
        y = min(max(y, _LINE / 2), 1 - _LINE / 2)
        boxes.append((x - wide / 2, y - _LINE / 2, x + wide / 2, y + _LINE / 2))
    return min(boxes, key=lambda box: sum(_shared(box, other) for other in taken))


def _shared(one: Box, other: Box) -> float:
    """The area that both cover."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)
