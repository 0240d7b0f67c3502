"""A chart as a PNG of 1000 by 600 pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from pentad.results.charts import words
from pentad.results.charts.fonts import DPI, SMALL, Letters
from pentad.results.charts.points import Points, Series
from pentad.results.charts.scales import frame, named, room
from pentad.results.charts.shading import shade

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_SIZE = (10.0, 6.0)
# Okabe and Ito's, which differ to the colour-blind too; beyond six, patterns tell them apart.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MARKERS = ("o", "^")
_STYLES = ("-", "--")
_HATCHES = ("", "///")


def draw(points: Points, title: str | None, into: Path) -> bool:
    """Write a new file. Returns whether signs had to be replaced that the font lacks."""
    letters = Letters()
    with _styled():
        figure = Figure(figsize=_SIZE, dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(letters.fit(title or _title(points), room(points), 14), pad=12)
        handles = _PAINT[points.kind](axes, points, letters)
        if "by" in points.columns and points.kind != "heatmap":
            _legend(figure, points, handles, letters)
        _write(figure, into)
    return letters.boxed


def _write(figure: Figure, into: Path) -> None:
    """With 256 colours, which makes a third of the bytes and no difference to see."""
    whole = BytesIO()
    figure.savefig(whole, format="png")
    image = Image.open(whole, formats=["PNG"]).convert("RGB")
    with into.open("xb") as file:
        image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )


def _styled() -> AbstractContextManager[None]:
    return matplotlib.rc_context(
        {
            "date.converter": "concise",
            "text.parse_math": False,
            "font.size": 11.0,
            "axes.titlesize": 14.0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "figure.constrained_layout.h_pad": 0.1,
            "figure.constrained_layout.w_pad": 0.1,
            "hatch.linewidth": 0.6,
            "hatch.color": "white",
            "agg.path.chunksize": 10_000,
        }
    )


def _title(points: Points) -> str:
    if points.kind == "histogram":
        return f"Distribution of {points.x.label}"
    if points.kind == "density":
        return f"Density of {points.columns['y'].label} against {points.x.label}"
    by = f" and {points.columns['by'].label}" if "by" in points.columns else ""
    return f"{points.columns['y'].label} by {points.x.label}{by}"


def _bars(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    frame(axes, points, letters)
    wide = 0.8 / len(points.series)
    made: list[Artist] = []
    for index, series in enumerate(points.series):
        shift = (index - (len(points.series) - 1) / 2) * wide
        xs = [x + shift for x in series.xs]
        bars = axes.bar(xs, series.ys, wide, color=_colour(index), hatch=_pick(_HATCHES, index))
        made.append(bars[0])
        if sum(len(each.xs) for each in points.series) <= 16:
            axes.bar_label(bars, [words.number(y) for y in series.ys], padding=2, fontsize=SMALL)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlim(-0.6, len(points.ticks) - 0.4)
    return made


def _lines(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    frame(axes, points, letters)
    made: list[Artist] = []
    for index, series in enumerate(points.series):
        dots = _pick(_MARKERS, index) if len(series.xs) <= 40 else ""
        made += axes.plot(
            series.xs, series.ys, color=_colour(index), linestyle=_pick(_STYLES, index), marker=dots,
            markersize=5, linewidth=1.8,
        )  # fmt: skip
    return made


def _dots(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    frame(axes, points, letters)
    shown = sum(len(series.xs) for series in points.series)
    size, alpha = (28, 0.75) if shown <= 500 else (10, 0.5) if shown <= 5000 else (4, 0.35)
    return [
        axes.scatter(
            series.xs, series.ys, s=size, alpha=alpha, color=_colour(index), marker=_pick(_MARKERS, index),
            linewidths=0,
        )
        for index, series in enumerate(points.series)
    ]  # fmt: skip


def _columns(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    (series,) = points.series
    frame(axes, points, letters)
    axes.set_ylabel("rows")
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
    axes.stairs(series.ys, series.xs, fill=True, color=_COLOURS[0])
    axes.vlines(series.xs[1:-1], 0, series.ys[1:], color="white", linewidth=0.8)
    axes.set_ylim(bottom=0)
    return []


def _cells(axes: Axes, points: Points, letters: Letters) -> Sequence[Artist]:
    frame(axes, points, letters, grid=False)
    grid = [_row(series, len(points.ticks)) for series in points.series]
    image = axes.imshow(grid, cmap="viridis", aspect="auto", interpolation="nearest")
    named(axes.yaxis, letters.all([series.name for series in points.series], 170), 30)
    axes.set_ylabel(letters.fit(points.columns["by"].name, 450, 11))
    bar = axes.figure.colorbar(image, ax=axes, format=FuncFormatter(lambda value, _: words.tick(value)))
    bar.set_label(letters.fit(points.columns["y"].name, 450, 11))
    if len(grid) * len(points.ticks) <= 120 and len(points.ticks) <= 12:
        _figures(axes, grid)
    return []


def _row(series: Series, width: int) -> list[float]:
    row = [math.nan] * width
    for x, y in zip(series.xs, series.ys, strict=True):
        row[int(x)] = y
    return row


def _figures(axes: Axes, grid: Sequence[Sequence[float]]) -> None:
    """Each cell's number within it, dark on light and light on dark."""
    filled = [value for row in grid for value in row if not math.isnan(value)]
    middle = (min(filled) + max(filled)) / 2
    for at, row in enumerate(grid):
        for index, value in enumerate(row):
            if not math.isnan(value):
                shade = "black" if value > middle else "white"
                axes.text(
                    index, at, words.brief(value), ha="center", va="center", color=shade, fontsize=SMALL
                )


def _legend(figure: Figure, points: Points, handles: Sequence[Artist], letters: Letters) -> None:
    legend = figure.legend(
        handles, ["-"] * len(handles), loc="outside right upper", frameon=False, fontsize=SMALL,
        title=letters.fit(points.columns["by"].name, 150, 11), alignment="left",
    )  # fmt: skip
    # Names that begin with an underscore would be left out, were they given at once.
    names = letters.all([series.name for series in points.series], 150)
    for text, name, handle in zip(legend.get_texts(), names, legend.legend_handles, strict=True):
        text.set_text(name)
        if isinstance(handle, PathCollection):
            handle.set_alpha(1)
            handle.set_sizes([36])


def _colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]


def _pick(options: Sequence[str], index: int) -> str:
    return options[index // len(_COLOURS)]


_PAINT: Mapping[str, Callable[[Axes, Points, Letters], Sequence[Artist]]] = {
    "bar": _bars,
    "line": _lines,
    "scatter": _dots,
    "histogram": _columns,
    "heatmap": _cells,
    "density": shade,
}
