"""What a parameter may be set to, told from its definition alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad_tools.optimibi.parameters.ranges import Range
from tests.proof import EXAMPLES


def made(**raw: Any) -> Range:
    found = Range.of({"name": "p", **raw})
    assert found is not None
    return found


LISTED = json.dumps(
    [{"name": "p", "value": "North"}, {"name": "p", "value": "Küste"}, {"name": "p", "value": "-5"}]
)


@pytest.mark.parametrize("type_", ["1", "3"])
def test_a_list_is_told_by_its_definition_as_the_codes_differ_between_editions(type_: str) -> None:
    found = made(type=type_, datatype="2", detail=LISTED)

    assert (found.values, found.sql) == (("North", "Küste", "-5"), False)
    assert [found.fitting(text) for text in ("North", "NORTH", "kuste", "5", "Sout")] == [
        "North",
        "North",
        "Küste",
        None,
        None,
    ]
    assert "the nearest are North" in found.wrong("Nort")


def test_a_statement_has_no_values_until_they_are_computed() -> None:
    found = made(type="2", datatype="2", detail="select code, name from t")
    whole = found.having(
        [{"code": "A", "name": "Alpha"}, {"code": "B", "name": "Beta"}, {"code": "A", "name": "x"}]
    )

    assert (found.values, found.sql, found.shown) == (None, True, "from SQL")
    assert whole.values == ("A", "B")
    assert found.having([]).values is None


@pytest.mark.parametrize("code", ["1", "5"])
def test_numbers_are_numbers_in_either_edition(code: str) -> None:
    found = made(datatype=code, type="1")

    assert [found.fitting(text) for text in ("12", "-1.5", "1e3", "NaN", "twelve", "")] == [
        "12",
        "-1.5",
        "1e3",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026", True),
        ("2026-02", True),
        ("2026-02-28", True),
        ("2026-02-28 23:59:59", True),
        ("2026-02-28T23:59:59Z", True),
        ("2026-02-28T23:59:59.123+02:00", True),
        ("2026-02-30", False),
        ("2026-13", False),
        ("28.02.2026", False),
        ("2026-2-8", False),
        ("yesterday", False),
        ("0000", False),
    ],
)
def test_dates_are_checked_by_form_and_calendar(text: str, fits: bool) -> None:
    found = made(datatype="9", type="1")

    assert (found.fitting(text) == text) is fits
    assert "yyyy-MM-dd" in found.wrong(text)


@settings(max_examples=EXAMPLES)
@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_can_be_written(moment: datetime) -> None:
    found = made(datatype="9")

    assert found.fitting(moment.isoformat())
    assert found.fitting(moment.isoformat(" ", "seconds")[:19])


@settings(max_examples=EXAMPLES)
@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.text())
def test_what_fits_is_always_one_of_the_values(values: list[str], asked: str) -> None:
    found = made(detail=json.dumps([{"name": "p", "value": value} for value in values]))

    assert found.fitting(asked) in (*values, None)
    assert all(found.fitting(value) == value for value in values)
    assert isinstance(found.wrong(asked), str)


@pytest.mark.parametrize("detail", [None, "", "[", "[]", "[[1]]", {"a": 1}, 7])
def test_a_range_that_cannot_be_read_lets_any_text_through(detail: Any) -> None:
    assert made(detail=detail).values is None
    assert made(detail=detail).fitting("x") == "x"
