"""A density of kept rows with gates over it: what is told and drawn is what Python makes of the same rows."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pentad.results import plotting
from pentad.results.charts import density, outlines
from pentad.results.charts.columns import Column
from pentad.results.charts.grid import Grid, Scale
from pentad.results.locks import Limits
from pentad.results.query import DISK, MEMORY, TIMEOUT
from tests.results.bench import source
from tests.results.test_plotting import size_of

Rows = Sequence[Mapping[str, Any]]
X, Y = "BUV395-A___CD3", "SSC-A"
SQUARE = [[1, 1], [3, 1], [3, 3], [1, 3]]
GRID = Grid(Scale(0.0, 0.1, 100), Scale(-5.0, 0.1, 100), {(0, 0): 1})


def attempt(folder: Path, rows: Rows, gates: Rows | None = None, kind: str = "density", **given: str) -> Any:
    """What the worker's job answers, done in this process."""
    kept = [source(folder, "rows_a", rows)] + ([] if gates is None else [source(folder, "rows_g", gates)])
    told = [{"name": one.name, "path": str(one.path), "columns": one.columns} for one in kept]
    chart = dict.fromkeys(("by", "title")) | {"kind": kind, "x": X, "y": Y} | given
    chart["outlines"] = None if gates is None else "rows_g"
    job = {"plot": chart, "into": str(folder / "chart.png"), "sources": told}
    return plotting.plot(folder, job, Limits(MEMORY, DISK, TIMEOUT))


def gate(name: str, points: Any = SQUARE, x: str = "BUV395-A", y: str = "SSC-A") -> dict[str, Any]:
    return {"name": name, "x": x, "y": y, "points": points, "id": name}


def test_every_row_is_counted_and_the_densest_cell_is_told(tmp_path: Path) -> None:
    chosen = random.Random(3)
    rows = [{X: round(chosen.gauss(50, 8)), Y: round(chosen.gauss(9, 3))} for _ in range(30_000)]
    told = attempt(tmp_path, [*rows, {X: 1, Y: None}, {Y: 2}])
    (x, y), most = Counter((row[X], row[Y]) for row in rows).most_common(1)[0]
    xs, ys = ([row[axis] for row in rows] for axis in (X, Y))

    assert told["told"].startswith(
        f"30,000 points of {Y} against {X}: {X} from {min(xs)} to {max(xs)}, {Y} from {min(ys)} to "
        f"{max(ys)}. "
    )
    assert f"cells has {most:,} points, at about {X} {x} and {Y} {y}; 2 rows without a value" in told["told"]
    assert (told["rows"], told["left_out"], told["notes"]) == (30_000, 2, [])
    assert size_of((tmp_path / "chart.png").read_bytes()) == (1000, 600)


def test_a_few_rows_far_out_do_not_push_the_others_into_a_corner(tmp_path: Path) -> None:
    chosen = random.Random(3)
    rows = [{X: chosen.random(), Y: chosen.random()} for _ in range(9_997)]
    told = attempt(tmp_path, [*rows, *({X: 1e6, Y: far} for far in (-1e50, 0, 9))])

    assert f"{X} from " in told["told"]
    assert "to 1,000,000" in told["told"]
    assert told["rows"] == 10_000
    assert told["notes"] == ["3 points far from the others lie beyond the plot"]


@pytest.mark.parametrize(
    "values", [[5], [1e18, 1e18 + 256], [0, 1e-300], [-1e59, 1e59], [0.5, 0.5, 0.5], ["1.5", "2"]]
)
def test_cells_are_found_for_numbers_of_any_size(tmp_path: Path, values: list[Any]) -> None:
    told = attempt(tmp_path, [{X: value, Y: value} for value in values])

    assert told["rows"] == len(values), told
    assert (tmp_path / "chart.png").exists()


def test_the_grid_has_each_row_in_its_cell() -> None:
    chosen = random.Random(4)
    rows = [(chosen.uniform(-3, 7), chosen.uniform(0, 1)) for _ in range(5_000)]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rows_a (a DOUBLE, b DOUBLE)")
        connection.executemany("INSERT INTO rows_a VALUES (?, ?)", rows)
        columns = {"x": Column("a", "number", "a"), "y": Column("b", "number", "b")}
        grid = density.read(connection, "rows_a", columns).grid
    assert grid is not None
    places = Counter(
        tuple(
            min(math.floor((value - scale.low) / scale.width), scale.bins - 1)
            for value, scale in zip(row, (grid.x, grid.y), strict=True)
        )
        for row in rows
    )

    assert grid.counts == places
    assert (grid.x.bins, grid.y.bins, len(rows)) == (141, 141, sum(places.values()))


@pytest.mark.parametrize(("rows", "bins"), [(3, 50), (2_500, 100), (40_000, 200)])
def test_few_rows_fall_into_few_cells(rows: int, bins: int) -> None:
    columns = {"x": Column("a", "number", "a"), "y": Column("b", "number", "b")}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows_a AS SELECT random() AS a, random() AS b FROM range({rows})")
        grid = density.read(connection, "rows_a", columns).grid
    assert grid is not None
    assert (grid.x.bins, grid.y.bins) == (bins, bins)


def test_gates_of_the_axes_are_drawn_and_others_are_counted(tmp_path: Path) -> None:
    rows = [{X: n % 10, Y: n % 7} for n in range(700)]
    gates = [
        gate("Lymphocytes"), gate("T cells", [[1, 2], [None, 2], [None, None], [1, None]]),
        gate("swapped", x="SSC-A", y="BUV395-A"), gate("exact", x=X),
        gate("text", "[[1, 1], [2, 2], [1, 3]]"),
        gate("other", x="FSC-A"), gate("prefix", x="BUV395"), gate("boolean", None),
        gate("line", [[1, 1], [2, 2]]), gate("far", [[90, 90], [99, 90], [99, 99]]),
    ]  # fmt: skip
    told = attempt(tmp_path, rows, gates)

    assert told["told"].endswith("and 5 outlines are drawn.")
    assert told["notes"] == [
        "2 outlines of other axes are left out",
        "2 outlines without points are left out",
        "1 outline beyond the plot is left out",
    ]
    over = (tmp_path / "chart.png").read_bytes()
    (tmp_path / "chart.png").unlink()
    attempt(tmp_path, rows)
    assert size_of(over) == (1000, 600)
    assert over != (tmp_path / "chart.png").read_bytes()


def read(gates: Rows, folder: Path) -> tuple[list[outlines.Outline], list[str]]:
    columns = {"x": Column(X, "number", "a"), "y": Column(Y, "number", "b")}
    with duckdb.connect() as connection:
        file = source(folder, "rows_g", gates).path
        connection.execute(
            "CREATE TABLE rows_g AS FROM read_json(?, format = 'newline_delimited')", [str(file)]
        )
        assert outlines.wrong(connection, "rows_g") == []
        return outlines.read(connection, "rows_g", columns, GRID)


@pytest.mark.parametrize(
    ("given", "corners"),
    [
        (gate("closed"), {(1, 1), (3, 1), (3, 3), (1, 3)}),
        (gate("swapped", [[0, 4], [2, 4], [2, 6], [0, 6]], "SSC-A", X), {(4, 0), (6, 0), (6, 2), (4, 2)}),
        (gate("range", [[2, None], [4, None], [4, None], [2, None]]), {(2, -5), (4, -5), (4, 5), (2, 5)}),
        (
            gate("open left and below", [[None, None], [4, None], [4, 1], [None, 1]]),
            {(0, -5), (4, -5), (4, 1), (0, 1)},
        ),
        (
            gate("open above, swapped", [[1, 7], [2, 7], [2, None], [1, None]], "SSC-A", "BUV395-A"),
            {(7, 1), (7, 2), (10, 2), (10, 1)},
        ),
        (gate("over the edge", [[8, 0], [12, 0], [8, 4]]), {(8, 0), (10, 0), (10, 2), (8, 4)}),
        (gate("far away", [[1, 0], [1e16, 0], [1e16, 1], [1, 1]]), {(1, 0), (10, 0), (10, 1), (1, 1)}),
    ],
)
def test_open_sides_end_with_the_plot(
    tmp_path: Path, given: dict[str, Any], corners: set[tuple[int, int]]
) -> None:
    (outline,), notes = read([given], tmp_path)
    found = sorted({(round(x, 6), round(y, 6)) for x, y in outline.points})

    assert found == [pytest.approx(corner) for corner in sorted(corners)]
    assert notes == []


def test_no_more_gates_are_drawn_than_can_be_told_apart(tmp_path: Path) -> None:
    drawn, notes = read([gate(f"gate {n}") for n in range(45)], tmp_path)

    assert [outline.name for outline in drawn] == [f"gate {n}" for n in range(30)]
    assert notes == ["drawn are the first 30 of 45 outlines"]


def test_many_names_of_any_script_are_drawn(tmp_path: Path) -> None:
    names = ["", "日本語", "$x_1^2$", "W" * 500, "_under", "a\nb"]
    rows = [{X: n % 10, Y: n % 7} for n in range(70)]
    told = attempt(tmp_path, rows, [gate(names[n % 6], [[n / 5, 0], [5, 1], [3, n / 9]]) for n in range(40)])

    assert told["notes"] == [
        "drawn are the first 30 of 40 outlines", "signs that the chart's font lacks are drawn as boxes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "gates", "given", "problems"),
    [
        ("density", [{"name": "a", "x": "b"}], {"x": "nope!", "y": "word"},
         {"x": "there is no column 'nope!'", "y": "no numbers (1 of 1), such as 'w'",
          "outlines": "rows_g has no column y and no column points; each row needs name, x, y"}),
        ("density", [gate("a", 5)], {"y": "day", "by": "word"},
         {"y": "a density has numbers along both axes", "by": "a density takes none",
          "outlines": "points of rows_g is BIGINT; a list of [x, y] is needed"}),
        ("scatter", [gate("a")], {}, {"outlines": "a scatter takes none; leave it out"}),
        ("density", None, {"x": "void"}, {"x": "void has no value in any row"}),
        ("density", None, {"x": "hollow"}, {"result": "none of its 1 rows has a value in hollow and SSC-A"}),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_told_at_once(
    tmp_path: Path, kind: str, gates: Rows | None, given: dict[str, str], problems: dict[str, str]
) -> None:
    row = {X: 1, Y: 2, "word": "w", "day": "2024-01-31", "void": None, "hollow": "NaN"}
    told = attempt(tmp_path, [row], gates, kind, **given)["problems"]

    assert told.keys() == problems.keys()
    assert [at for at in problems if problems[at] not in " ".join(told[at])] == []
    assert not (tmp_path / "chart.png").exists()
