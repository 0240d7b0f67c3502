"""Charts of kept results, as a model and a shell get them."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from mcp_types import ImageContent, TextContent

from pentad import calling
from tests.inside import EVERYTHING, Era, World
from tests.results.test_plotting import size_of

ORDERS = "SELECT `PO_Number`, `total_value`, `status` FROM `dtimbr`.`purchase_order` ORDER BY `po_id`"
GROUPED = "SELECT status, SUM(total_value) AS value FROM {} GROUP BY status ORDER BY value DESC"


async def orders(world: World) -> str:
    """The handle of all purchase orders."""
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=ORDERS)
    return str(told["more"]["result"])


async def plot(world: World, era: Era = "auto", **arguments: Any) -> tuple[dict[str, Any], bytes, Any]:
    """The answer, its image, and what a host reads beside them."""
    async with world.client(era) as client:
        result = await client.call_tool("plot_result", arguments)
    text, image = result.content
    assert isinstance(text, TextContent)
    assert isinstance(image, ImageContent)
    assert (result.is_error, image.mime_type) == (False, "image/png")
    return json.loads(text.text), base64.b64decode(image.data), result.structured_content


@pytest.mark.parametrize("era", get_args(Era))
async def test_a_chart_comes_as_an_image_beside_the_numbers(world: World, era: Era) -> None:
    grouped = await world.ask("query_results", sql=GROUPED.format(await orders(world)))
    told, image, structured = await plot(
        world, era, result=grouped["more"]["result"], kind="bar", x="status", y="value"
    )
    values = {status: Decimal(str(value)) for status, value in grouped["rows"] if value is not None}
    high, low = max(values, key=lambda of: values[of]), min(values, key=lambda of: values[of])

    assert size_of(image) == (1000, 600)
    assert (told["row_count"], told["left_out"]) == (len(values), 1)
    assert f"highest {values[high]:,} at '{high}', lowest {values[low]:,} at '{low}'" in told["told"]
    assert f"They add up to {sum(values.values()):,}" in told["told"]
    assert structured is None


async def test_a_density_is_drawn_over_all_rows_with_outlines_of_another_result(world: World) -> None:
    events = await world.ask(
        "query_results",
        sql='SELECT i % 40 AS "CD3-A___T", i % 9 AS "SSC-A" FROM range(9000) t(i)', limit=9000,
    )  # fmt: skip
    gates = await world.ask(
        "query_results",
        sql="SELECT 'Live' AS name, 'CD3-A' AS x, 'SSC-A' AS y, [[1, 2], [9, 2], [9, 5], [1, 5]] AS points "
        "UNION ALL SELECT 'Other', 'FSC-A', 'SSC-A', [[1, 2], [9, 2], [9, 5]]",
    )
    asked = {"result": events["more"]["result"], "kind": "density", "x": "CD3-A___T", "y": "SSC-A"}
    told, image, _ = await plot(world, **asked, outlines=gates["more"]["result"])

    assert told["row_count"] == 9000
    assert told["told"] == (
        "9,000 points of SSC-A against CD3-A___T: CD3-A___T from 0 to 39, SSC-A from 0 to 8. The densest of "
        "40 by 9 cells has 25 points, at about CD3-A___T 0 and SSC-A 0, and 1 outline is drawn."
    )
    assert told["note"] == "1 outline of other axes is left out"
    assert size_of(image) == (1000, 600)

    refused = await world.refused("plot_result", **{**asked, "y": "SCS-A"}, outlines=asked["result"])
    assert "did you mean SSC-A" in refused["problems"]["y"][0]
    assert "has no column name and no column x" in refused["problems"]["outlines"][0]
    gone = await world.refused("plot_result", **asked, outlines="rows_22222222")
    assert "There is no result 'rows_22222222'" in gone["message"]


async def test_rows_that_share_a_bar_are_refused_with_the_statement_that_adds_them_up(world: World) -> None:
    handle = await orders(world)
    asked: dict[str, Any] = {"kind": "bar", "x": "status", "y": "total_value"}
    told = await world.refused("plot_result", result=handle, **asked)
    (problem,) = told["problems"]["x"]
    statement = problem.partition("query_results ")[2]
    aggregated = await world.ask("query_results", sql=statement)
    again, image, _ = await plot(world, result=aggregated["more"]["result"], **asked)

    assert (told["error"], told["message"]) == ("rejected", "plot_result drew nothing: 1 problem.")
    assert "rows share 3 values of status" in problem
    assert again["row_count"] + again["left_out"] == len(aggregated["rows"])
    assert size_of(image) == (1000, 600)


async def test_remarks_stand_in_the_note_and_structured_answers_mirror_the_text(tmp_path: Path) -> None:
    world = World(tmp_path / "files", structured=True, **EVERYTHING)
    many = await world.ask(
        "query_results", sql="SELECT i, i % 97 AS v, i % 20 AS g FROM range(5000) t(i)", limit=5000
    )
    told, _, structured = await plot(
        world, result=many["more"]["result"], kind="scatter", x="i", y="v", by="g", title="All of it"
    )
    await world.app.aclose()

    assert structured == told
    assert told["note"].startswith("drawn are the 12 values of g with the largest sums of v; 8 more")


async def test_without_the_library_the_answer_says_how_to_get_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = await world.refused("plot_result", result="rows_22222222", kind="histogram", x="v")

    assert 'pip install "pentad-mcp[plot]"' in told["message"]
    assert "query_results gives the numbers" in told["message"]


async def test_other_calls_are_answered_while_a_chart_is_drawn(world: World) -> None:
    handle = await orders(world)
    drawing = asyncio.create_task(plot(world, result=handle, kind="histogram", x="total_value"))
    listed = await world.ask("claribi_list_reports", limit=1)

    assert not drawing.done()
    assert listed["total"] == 120
    told, _, _ = await drawing
    assert told["row_count"] + told["left_out"] == 5000


async def test_nothing_of_a_chart_stays_behind(world: World) -> None:
    handle = await orders(world)
    await plot(world, result=handle, kind="histogram", x="total_value")
    await world.refused("plot_result", result=handle, kind="histogram", x="status")

    assert not list(world.app.settings.results.rglob("*.png"))


async def test_a_shell_finds_its_chart_in_the_download_folder(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = await orders(world)
    code = await calling.local(
        world.app, "plot_result", {"result": handle, "kind": "histogram", "x": "total_value"}
    )
    out, err = capsys.readouterr()
    (saved,) = world.settings.downloads.iterdir()

    assert (code, "row_count" in json.loads(out)) == (0, True)
    assert err == f"pentad: the chart is saved as {saved}\n"
    assert size_of(saved.read_bytes()) == (1000, 600)


async def test_a_shell_is_told_where_a_chart_cannot_be_saved(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.settings.downloads.write_text("in the way")
    handle = await orders(world)
    code = await calling.local(
        world.app, "plot_result", {"result": handle, "kind": "histogram", "x": "total_value"}
    )
    out, err = capsys.readouterr()

    assert (code, "row_count" in json.loads(out)) == (0, True)
    assert "pentad: The file could not be saved" in err
