"""Answers of cubes: one table in any form that is known, and never a guess about another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.platforms.optimibi.cellsets import Figures, figures, outline
from tests.proof import EXAMPLES

MEMBERS = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=8).filter(
    lambda text: text not in ("null",)
)
NUMBERS = st.one_of(
    st.none(), st.integers(-(10**15), 10**15), st.decimals(-1000, 1000, places=2, allow_nan=False)
)


@st.composite
def tables(draw: st.DrawFn) -> Figures:
    """Some levels, some measures, some rows; levels have text, measures have numbers or nothing."""
    levels, measures = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    columns = tuple([f"Level {at}" for at in range(levels)] + [f"Sum {at}" for at in range(measures)])
    row = st.tuples(*[MEMBERS] * levels, *[NUMBERS] * measures)
    rows = draw(st.lists(row, min_size=1, max_size=5))
    return Figures(columns, [dict(zip(columns, one, strict=True)) for one in rows])


def cell_set(table: Figures, *, sparse: bool) -> list[list[dict[str, Any]]]:
    """The grid as Saiku writes it; a sparse one repeats no member that is the same as above."""
    levels = [name for name in table.columns if name.startswith("Level")]
    head = [
        {"value": name, "type": "ROW_HEADER_HEADER" if name in levels else "COLUMN_HEADER"}
        for name in table.columns
    ]
    grid, above = [head], [None] * len(levels)
    for row in table.rows:
        members = [row[name] for name in levels]
        same = [sparse and members[: at + 1] == above[: at + 1] for at in range(len(levels))]
        cells = [
            {"value": "null" if blank else member, "type": "ROW_HEADER"}
            for member, blank in zip(members, same, strict=True)
        ]
        cells += [figure(row[name]) for name in table.columns if name not in levels]
        grid.append(cells)
        above = members
    return grid


def figure(value: Any) -> dict[str, Any]:
    shown = "" if value is None else f"{value:,}"
    return {
        "value": shown,
        "type": "DATA_CELL",
        "properties": {"raw": "null" if value is None else str(value)},
    }


def rows_of(table: Figures) -> list[list[Any]]:
    return [list(row.values()) for row in table.rows]


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables(), st.booleans())
def test_a_cell_set_is_read_exactly_whether_members_are_repeated_or_not(table: Figures, sparse: bool) -> None:
    grid = cell_set(table, sparse=sparse)

    for answer in ({"cellset": grid, "error": None}, {"success": True, "data": {"cellset": grid}}, grid):
        assert figures(answer) == table


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_rows_of_objects_and_rows_with_headers_are_the_same_table(table: Figures) -> None:
    names, lists = list(table.columns), rows_of(table)
    captioned = [{"caption": name, "type": 1} for name in names]
    for answer in (
        {"success": True, "data": table.rows},
        {"rows": table.rows},
        {"headers": names, "rows": lists},
        {"data": {"columns": captioned, "data": lists}},
        {"metadata": [{"colName": name} for name in names], "resultset": lists, "queryInfo": {}},
        [names, *lists],
    ):
        assert figures(answer) == table


def test_members_on_the_columns_stand_before_the_measure() -> None:
    def head(value: str) -> dict[str, Any]:
        return {"value": value, "type": "COLUMN_HEADER"}

    grid = [
        [head("null"), head("2026"), head("null"), head("2027")],
        [{"value": "Region", "type": "ROW_HEADER_HEADER"}, head("Net"), head("Units"), head("Net")],
        [{"value": "North", "type": "ROW_HEADER"}, figure(Decimal("1200.50")), figure(3), figure(None)],
    ]
    assert figures({"cellset": grid}) == Figures(
        ("Region", "2026 / Net", "2026 / Units", "2027 / Net"),
        [{"Region": "North", "2026 / Net": Decimal("1200.50"), "2026 / Units": 3, "2027 / Net": None}],
    )


def test_columns_of_one_name_stay_apart() -> None:
    assert figures({"headers": ["Name", "Name", ""], "rows": [["a", "b", 1]]}) == Figures(
        ("Name", "Name (2)", "column 3"), [{"Name": "a", "Name (2)": "b", "column 3": 1}]
    )


@pytest.mark.parametrize("answer", [{"cellset": []}, {"success": True, "data": []}, []])
def test_an_answer_without_rows_is_empty_and_understood(answer: Any) -> None:
    assert figures(answer) == Figures((), [])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "an empty object"),
        ({"status": 7, "secret": "hunter2"}, "an object of (status: a number; secret: a text)"),
        (
            {"cube": {"a": {"b": {"c": 1}}}},
            "an object of (cube: an object of (a: an object of (b: an object)))",
        ),
        ({"rows": [[1, 2], [3]], "headers": ["a"]}, "a list of 2, first a list of 2"),
        ({"data": [1, 2]}, "an object of (data: a list of 2, first a number)"),
        ("done", "a text"),
        (None, "nothing"),
    ],
)
def test_another_form_is_not_read_but_told_without_its_values(answer: Any, words: str) -> None:
    assert figures(answer) is None
    assert words in outline(answer)
    assert "hunter2" not in outline(answer)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inside: (
            st.lists(inside, max_size=4)
            | st.dictionaries(
                st.sampled_from(["data", "rows", "cellset", "headers", "value", "type", "x"]),
                inside,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_no_answer_breaks_the_reader_and_rows_have_every_column(answer: Any) -> None:
    found = figures(answer)

    assert outline(answer)
    assert found is None or all(set(row) <= set(found.columns) for row in found.rows)
