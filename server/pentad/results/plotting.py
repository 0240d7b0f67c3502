"""The worker's job of drawing a kept result: columns checked, rows read, a PNG written, sentences told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pentad.results.charts import bins, fonts, points, sentences
from pentad.results.charts.columns import Undrawable, told
from pentad.results.charts.words import name
from pentad.results.locks import Limits
from pentad.results.reading import opened

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pentad.results.charts.points import Points

_BOXED = "signs that the chart's font lacks are drawn as boxes"


def plot(folder: Path, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Draw the job's one source as `plot` says (kind, x, y, by, title) into the new file `into`. Answers with
    `told`, `rows`, `left_out` and `notes`; with `problems` by argument where nothing can be drawn."""
    chart = job["plot"]
    (source,) = job["sources"]
    try:
        with opened(folder, job["sources"], limits) as connection:
            found, text = _read(connection, source["name"], chart)
        if _draw(found, chart["title"], folder, Path(job["into"])):
            found.notes.append(_BOXED)
    except Undrawable as fault:
        return {"problems": fault.problems}
    return {"told": text, "rows": found.rows, "left_out": found.left_out, "notes": found.notes}


def _read(connection: DuckDBPyConnection, table: str, chart: dict[str, Any]) -> tuple[Points, str]:
    given = {role: chart[role] for role in ("x", "y", "by")}
    columns = told(connection, table, chart["kind"], given)
    if chart["kind"] == "histogram":
        found = bins.read(connection, table, columns)
    else:
        found = points.read(connection, table, chart["kind"], columns)
    return found, sentences.told(connection, found)


def _draw(found: Points, title: str | None, folder: Path, into: Path) -> bool:
    if sys.modules.get("matplotlib") is None:
        fonts.settle(folder)
    try:
        from pentad.results.charts.drawing import draw
    except ImportError as error:
        raise Undrawable({"kind": [f"matplotlib cannot be loaded ({name(str(error), 120)})"]}) from error
    return draw(found, title, into)
