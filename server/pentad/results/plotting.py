"""The worker's job of drawing a kept result: columns checked, rows read, a PNG written, sentences told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad.results.charts import bins, density, fonts, outlines, points, sentences
from pentad.results.charts.columns import Column, Undrawable, told
from pentad.results.charts.words import name
from pentad.results.locks import Limits
from pentad.results.reading import opened

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pentad.results.charts.points import Points

_BOXED = "signs that the chart's font lacks are drawn as boxes"


def plot(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Draw the job's first source as `plot` says (kind, x, y, by, title, and the source of outlines) into the
    new file `into`. Answers with `told`, `rows`, `left_out` and `notes`; with `problems` by argument where
    nothing can be drawn."""
    chart = job["plot"]
    source = job["sources"][0]
    try:
        with opened(folder, job["sources"], limits) as connection:
            found, text = _read(connection, source["name"], chart)
        if _draw(found, chart["title"], folder, Path(job["into"])):
            found.notes.append(_BOXED)
    except Undrawable as fault:
        return {"problems": fault.problems}
    return {"told": text, "rows": found.rows, "left_out": found.left_out, "notes": found.notes}


def _read(connection: DuckDBPyConnection, table: str, chart: dict[str, Any]) -> tuple[Points, str]:
    columns = _columns(connection, table, chart)
    if chart["kind"] == "histogram":
        found = bins.read(connection, table, columns)
    elif chart["kind"] == "density":
        found = density.read(connection, table, columns)
        if found.grid and chart["outlines"]:
            over, notes = outlines.read(connection, chart["outlines"], columns, found.grid)
            found = replace(found, outlines=over, notes=[*found.notes, *notes])
    else:
        found = points.read(connection, table, chart["kind"], columns)
    return found, sentences.told(connection, found)


def _columns(connection: DuckDBPyConnection, table: str, chart: dict[str, Any]) -> dict[str, Column]:
    """Raises Undrawable with everything that is wrong, also with the outlines."""
    over: str | None = chart["outlines"]
    problems: dict[str, Sequence[str]] = {}
    if over is not None and chart["kind"] != "density":
        problems["outlines"] = [f"a {chart['kind']} takes none; leave it out"]
    elif over is not None and (wrong := outlines.wrong(connection, over)):
        problems["outlines"] = wrong
    try:
        columns = told(connection, table, chart["kind"], {role: chart[role] for role in ("x", "y", "by")})
    except Undrawable as fault:
        raise Undrawable({**fault.problems, **problems}) from None
    if problems:
        raise Undrawable(problems)
    return columns


def _draw(found: Points, title: str | None, folder: Path, into: Path) -> bool:
    if sys.modules.get("matplotlib") is None:
        fonts.settle(folder)
    try:
        from pentad.results.charts.drawing import draw
    except ImportError as error:
        raise Undrawable({"kind": [f"matplotlib cannot be loaded ({name(str(error), 120)})"]}) from error
    return draw(found, title, into)
