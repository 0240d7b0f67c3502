"""Drawing what is kept behind handles."""

from __future__ import annotations

import importlib.util
from typing import Annotated, Literal

from pydantic import Field

from pentad.errors import Rejected
from pentad.models import Record
from pentad.operations import reads
from pentad.results.folder import on_disk
from pentad.results.sources import Source
from pentad.session import Desk

Column = Annotated[str, Field(min_length=1, max_length=10_000)]


@reads(example={"result": "rows_2b7k9mxq", "kind": "bar", "x": "status", "y": "n"})
async def plot_result(
    desk: Desk,
    result: Annotated[str, Field(max_length=60, description="A handle.")],
    kind: Literal["line", "bar", "scatter", "histogram", "heatmap", "density"],
    x: Column,
    y: Annotated[Column | None, Field(description="Numbers; all but histogram.")] = None,
    *,
    outlines: Annotated[
        str | None,
        Field(max_length=60, description="For density: a handle of gates (name, x, y, points)."),
    ] = None,
    by: Annotated[Column | None, Field(description="One colour per value; heatmap: its rows.")] = None,
    title: Annotated[str | None, Field(max_length=200)] = None,
) -> Record:
    """Draw columns of a kept result as a PNG, with its main numbers in words. Rows are drawn as they are
    (density counts them): aggregate with query_results first and plot that handle."""
    _require_matplotlib()
    store, worker = desk.session.store, desk.session.worker
    asked = {"kind": kind, "x": x, "y": y, "by": by, "title": title}
    handles = [result] if outlines is None else [result, outlines]
    with store.reading(handles, desk.session.owner) as kept, store.scratch.passing(".png") as into:
        source, *over = map(Source.of, kept)
        told = await worker.plot(source, into, asked, *over)
        with on_disk():
            desk.call.images.append(into.read_bytes())
    for remark in told["notes"]:
        desk.call.note(remark)
    return Record({"told": told["told"], "row_count": told["rows"], "left_out": told["left_out"] or None})


def _require_matplotlib() -> None:
    """Without importing it: it is the worker's."""
    if importlib.util.find_spec("matplotlib") is None:
        raise Rejected(
            "Charts need matplotlib, which is not installed here. The user can install it with "
            '`pip install "pentad-mcp[plot]"`, `uv tool install "pentad-mcp[plot]"` or '
            "`uvx --with matplotlib pentad-mcp`, and restart the server. Meanwhile query_results gives the "
            "numbers.",
            outcome="none",
        )
