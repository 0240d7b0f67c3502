"""Charts of kept rows: what is drawn and told is what Python makes of the same rows."""

from __future__ import annotations

import importlib.util
import statistics
import struct
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.results import plotting
from pentad.results.charts import fonts
from pentad.results.locks import Limits
from pentad.results.query import DISK, MEMORY, TIMEOUT
from tests.proof import EXAMPLES
from tests.results.bench import source

Rows = Sequence[Mapping[str, Any]]
LIMITS = Limits(MEMORY, DISK, TIMEOUT)
HOSTILE = "_$x_1^2$ \\frac{ \x1b[31m\x00 \u202eabc\u200b 日本語 עברית\n" + "W" * 10_000


def attempt(folder: Path, rows: Rows, kind: str, **given_: str) -> dict[str, Any]:
    """What the worker's job answers, done in this process."""
    kept = source(folder, "rows_a", rows)
    told = {"name": kept.name, "path": str(kept.path), "columns": kept.columns}
    chart = dict.fromkeys(("x", "y", "by", "title", "outlines")) | {"kind": kind} | given_
    into = folder / "chart.png"
    return plotting.plot(folder, {"plot": chart, "into": str(into), "sources": [told]}, LIMITS)


def drawn(folder: Path, rows: Rows, kind: str, **given_: str) -> dict[str, Any]:
    """The same where there must be a picture."""
    told = attempt(folder, rows, kind, **given_)
    assert "problems" not in told, told
    assert size_of((folder / "chart.png").read_bytes()) == (1000, 600)
    return told


def size_of(image: bytes) -> tuple[int, int]:
    """Width and height of a PNG that is small enough to travel."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(image) < 150_000
    width, height = struct.unpack(">II", image[16:24])
    return width, height


VALUES = {f"2024-{month:02d}": month * 37 % 101 + 0.5 for month in range(1, 13)}
MONTHS: Rows = [{"month": month, "value": value} for month, value in VALUES.items()]
LOST: Rows = [{"month": "2025-01", "value": None}, {"month": None, "value": 3}, {"month": "2025-02"}]


def test_bars_are_told_with_their_extremes_and_sum_and_what_is_left_out(tmp_path: Path) -> None:
    told = drawn(tmp_path, [*MONTHS, *LOST], "bar", x="month", y="value")
    high, low = max(VALUES, key=lambda month: VALUES[month]), min(VALUES, key=lambda month: VALUES[month])

    assert told["told"] == (
        f"12 bars of value by month: highest {VALUES[high]} at {high}, lowest {VALUES[low]} at {low}. "
        f"They add up to {sum(VALUES.values()):g} over 12 rows; 3 rows without a value to draw are left out."
    )
    assert (told["rows"], told["left_out"], told["notes"]) == (12, 3, [])


def test_a_line_is_drawn_in_order_of_time_even_if_times_are_text_in_any_order(tmp_path: Path) -> None:
    rows = [
        {"at": f"2024-03-0{9 - day}T12:00:00+02:00", "site": site, "n": day * factor}
        for day in range(8)
        for site, factor in (("a", 2), ("b", 3))
    ]
    told = drawn(tmp_path, rows, "line", x="at", y="n", by="site")["told"]

    assert "2 lines of n over at from 2024-03-02 10:00:00 to 2024-03-09 10:00:00" in told
    assert "highest 21 at 2024-03-02 10:00:00, 'b'" in told
    assert "The last values are 'a' 0, 'b' 0." in told


def test_points_are_told_with_their_ranges_and_correlation(tmp_path: Path) -> None:
    rows = [{"a": str(n), "b": (n * 7919) % 100 + n, "c": n % 3 == 0} for n in range(400)]
    told = drawn(tmp_path, rows, "scatter", x="a", y="b", by="c")["told"]
    found = statistics.correlation(*zip(*((n, row["b"]) for n, row in enumerate(rows)), strict=True))

    assert "400 points of b against a in 2 colours by c: a from 0 to 399" in told
    assert f"correlation (Pearson) is {found:.2f} over 400 rows" in told


def test_bins_are_counted_over_all_rows(tmp_path: Path) -> None:
    values = [(n * 7919) % 6 + (n * 104729) % 6 for n in range(30_000)]
    told = drawn(tmp_path, [{"v": value} for value in values], "histogram", x="v")["told"]
    fullest = statistics.mode(values)

    assert f"11 bins, the fullest {values.count(fullest):,} at {fullest}." in told
    assert f"median {statistics.median(values):g}, mean {statistics.mean(values):.7g}" in told
    moments = [{"v": f"2024-01-{1 + n % 31:02d}"} for n in range(310)]
    assert (
        "from 2024-01-01 to 2024-01-31"
        in drawn(tmp_path / _new(tmp_path), moments, "histogram", x="v")["told"]
    )


def test_cells_of_a_heat_map_may_be_missing(tmp_path: Path) -> None:
    cells = {(x, y): x * len(y) * 10**6 for x in (3, 1, 2) for y in ("low", "high")}
    rows = [{"x": x, "y": y, "n": n} for (x, y), n in cells.items() if (x, y) != (2, "low")]
    told = drawn(tmp_path, rows, "heatmap", x="x", by="y", y="n")["told"]

    assert told.startswith(
        "3 by 2 cells (5 filled) of n by x and y: highest 12,000,000 at 3, 'high', lowest 3,000,000 at 1"
    )


def test_a_heat_map_of_many_cells_has_no_figures_in_them(tmp_path: Path) -> None:
    rows = [{"x": x, "y": y, "n": x * y} for x in range(100) for y in range(100)]

    assert (
        "They add up to 24,502,500 over 10,000 rows"
        in drawn(tmp_path, rows, "heatmap", x="x", by="y", y="n")["told"]
    )


def test_what_is_the_same_everywhere_has_no_correlation(tmp_path: Path) -> None:
    told = drawn(tmp_path, [{"a": 1e18, "b": n} for n in range(9)], "scatter", x="a", y="b")["told"]

    assert "a from 1e+18 to 1e+18, b from 0 to 8. There is no correlation" in told


def test_names_along_a_line_keep_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = [{"stage": stage, "n": n} for stage, n in (("lead", 90), ("offer", 40), ("contract", 7))]

    assert "It begins at 90 and ends at 7" in drawn(tmp_path, rows, "line", x="stage", y="n")["told"]


@pytest.mark.parametrize(
    ("kind", "given_", "problems"),
    [
        ("bar", {"x": "statsu", "by": "nope!"},
         {"x": "did you mean status?", "y": "is required for a bar", "by": "there are status, total"}),
        ("scatter", {"x": "status", "y": "when"},
         {"x": "no numbers (4 of 4), such as 'a'", "y": "when is a date or time"}),
        ("histogram", {"x": "mixed", "y": "total", "by": "status"},
         {"x": "no numbers (1 of 4), such as 'n/a'. Plot", "y": "leave it out", "by": "leave it out"}),
        ("heatmap", {"x": "deep"}, {"x": "is nested (STRUCT", "y": "of numbers", "by": "down its side"}),
        ("line", {"x": "total", "y": "void"}, {"y": "void has no value in any row"}),
        ("line", {"x": "total", "y": "hollow"}, {"result": "none of its 4 rows has a value in total and"}),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_with_the_columns_is_told_at_once(
    tmp_path: Path, kind: str, given_: dict[str, str], problems: dict[str, str]
) -> None:
    rows = [
        {"status": "a", "total": n / 7, "when": "2024-01-01", "mixed": "n/a" if n == 2 else str(n),
         "deep": {"a": 1}, "void": None, "hollow": "NaN"}
        for n in range(4)
    ]  # fmt: skip
    told = attempt(tmp_path, rows, kind, **given_)["problems"]

    assert told.keys() == problems.keys()
    assert [words for words in problems if problems[words] not in " ".join(told[words])] == []
    assert not (tmp_path / "chart.png").exists()


@pytest.mark.parametrize(
    ("kind", "rows", "words"),
    [
        ("bar", 201, "there are 201 bars; at most 200 can be seen. Aggregate n first"),
        ("bar", 201, 'SELECT "x", SUM("n") AS "n" FROM rows_a GROUP BY ALL ORDER BY "n" DESC LIMIT 30'),
        ("heatmap", 101, "there are 101 by 1 cells; at most 100 by 100 can be seen. Keep fewer"),
        ("line", 201, "there are 201 names along x; at most 200 can be seen. Keep fewer"),
    ],
)
def test_what_nobody_could_see_is_refused(tmp_path: Path, kind: str, rows: int, words: str) -> None:
    many = [{"x": f"x{n}", "n": n, "g": 1} for n in range(rows)]
    more = {"by": "g"} if kind == "heatmap" else {}

    assert words in attempt(tmp_path, many, kind, x="x", y="n", **more)["problems"]["x"][0]


def test_rows_that_share_a_place_are_refused_with_the_statement_that_makes_them_one(tmp_path: Path) -> None:
    rows = [{"day": f"2024-01-0{1 + n % 3}", "site": "ab"[n % 2], "n": str(n)} for n in range(12)]
    (told,) = attempt(tmp_path, rows, "line", x="day", y="n", by="site")["problems"]["x"]

    assert told == (
        "12 rows share 6 values of day and site, and a line has one number for each. Aggregate n first and "
        "plot that answer's handle, here with SUM: query_results "
        'SELECT "day", "site", SUM(TRY_CAST("n" AS DOUBLE)) AS "n" FROM rows_a GROUP BY ALL ORDER BY ALL'
    )


def test_many_points_are_sampled_and_a_long_line_keeps_its_peaks_and_ends(tmp_path: Path) -> None:
    rows = [{"i": i, "v": 1000 if i == 17_777 else i % 100, "g": i % 15} for i in range(30_000)]
    cloud = drawn(tmp_path, rows, "scatter", x="i", y="v", by="g")
    line = drawn(tmp_path / _new(tmp_path), rows, "line", x="i", y="v")

    assert cloud["notes"] == [
        "drawn are the 12 values of g with the largest sums of v; 3 more are left out",
        "a random sample of 20,000 of the 24,000 points is drawn",
    ]
    assert "highest 1,000 at 17,777, lowest 0 at 0. It begins at 0 and ends at 99" in line["told"]
    assert "the highest and lowest of each" in line["notes"][0]


def test_hostile_names_and_values_are_drawn_as_plain_text(tmp_path: Path) -> None:
    rows = [{HOSTILE: f"{HOSTILE[: n * 9]}{HOSTILE}", "_n": n, "_g": f"_{n % 7}$"} for n in range(40)]
    told = drawn(tmp_path, rows, "bar", x=HOSTILE, y="_n", by="_g", title=HOSTILE)

    assert told["notes"] == ["signs that the chart's font lacks are drawn as boxes"]
    assert len(told["told"]) < 500
    assert told["told"].isprintable()


def test_fonts_of_the_system_are_not_looked_for(tmp_path: Path) -> None:
    found = importlib.util.find_spec("matplotlib.font_manager")
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLCONFIGDIR", "")
        patch.setenv("OPENBLAS_NUM_THREADS", "")
        fonts.settle(tmp_path)
    (listed,) = (tmp_path / "matplotlib").iterdir()
    manager = sys.modules["matplotlib.font_manager"]
    read = manager.json_load(listed)

    assert listed.name == f"fontlist-v{manager.FontManager.__version__}.json"
    assert read._version == manager.FontManager.__version__
    assert {Path(font.fname).name for font in read.ttflist} == {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"}
    assert all(Path(font.fname).is_file() for font in read.ttflist)


def test_a_library_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "pentad.results.charts.drawing", raising=False)
    told = attempt(tmp_path, MONTHS, "bar", x="month", y="value")

    assert "matplotlib cannot be loaded" in told["problems"]["kind"][0]


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["NaN", "-Infinity", ""])
MIXED = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**80), 2**80), NUMBERS, st.text(max_size=20),
    st.dates().map(str), st.datetimes().map(str), st.lists(st.integers(), max_size=2),
)  # fmt: skip
DATES = st.dates().map(str) | st.datetimes().map(str)
COLUMN = st.one_of(*(st.lists(cells, min_size=1, max_size=12) for cells in (MIXED, NUMBERS, DATES)))
KINDS = {"line": ("x", "y"), "bar": ("x", "y", "by"), "scatter": ("x", "y"), "histogram": ("x",)}
KINDS |= {"heatmap": ("x", "y", "by"), "density": ("x", "y")}


@settings(max_examples=EXAMPLES // 5)
@given(kind=st.sampled_from(sorted(KINDS)), x=COLUMN, y=COLUMN, by=COLUMN)
def test_any_rows_are_either_drawn_or_refused_in_words(
    kind: str, x: list[Any], y: list[Any], by: list[Any]
) -> None:
    rows = [{"x": one, "y": two, "by": three} for one, two, three in zip(x, y, by, strict=False)]
    with tempfile.TemporaryDirectory() as folder:
        told = attempt(Path(folder), rows, kind, **{name: name for name in KINDS[kind]})

        assert ("problems" in told) is not (Path(folder) / "chart.png").exists()


def _new(folder: Path) -> str:
    (folder / "other").mkdir()
    return "other"
