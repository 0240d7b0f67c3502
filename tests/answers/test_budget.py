"""Every answer fits its budget, keeps rows whole and loses nothing: the rest is behind the handle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.answering import error_text
from pentad.errors import Rejected
from pentad.jsontext import dumps, loads
from pentad.results.tokens import estimate
from pentad.session import Session
from tests.answers.given import ask, gets, lists, ragged_rows, refused, session, text
from tests.proof import EXAMPLES

budgets = st.integers(min_value=200, max_value=6000) | st.just(200)
Rows = list[dict[str, Any]]


def exact(row: Mapping[str, Any]) -> str:
    """Equal for rows with the same members, down to the spelling of numbers."""
    return dumps(dict(sorted(row.items())))


async def read_all(kept: Session, handle: str, begin: str = "0", **how: Any) -> Rows:
    """Every row of a result from a position on, put together from the answers of read_result."""
    rows: Rows = []
    piece, cursor = "", begin
    while cursor:
        answer = await text(kept, "read_result", result=handle, cursor=cursor, **how)
        assert estimate(answer) <= how.get("budget", kept.settings.budget)
        told = loads(answer)
        cursor = told.get("more", {}).get("cursor", "")
        if "text" in told:
            piece += told["text"]
            if "+" not in cursor:
                rows.append(loads(piece))
                piece = ""
        else:
            rows += rows_of(told)
    return rows


def rows_of(told: Mapping[str, Any]) -> Rows:
    """The rows an answer shows, without the members that it says a row does not have."""
    absent = told.get("absent", {})
    rows = [dict(zip(told["columns"], cells, strict=True)) for cells in told["rows"]]
    return [
        {name: value for name, value in row.items() if name not in absent.get(str(index), ())}
        for index, row in enumerate(rows)
    ]


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows(), budgets, budgets)
async def test_read_result_gives_back_every_row_exactly(rows: Rows, budget: int, slices: int) -> None:
    kept = session(budget=budget)
    told = await refused(kept, lists(rows or [{"a": 1}]), fields=["no such field, ever"])
    got = await read_all(kept, told["result"], budget=slices)
    assert [*map(exact, got)] == [*map(exact, rows or [{"a": 1}])]


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows(), budgets, st.integers(min_value=0, max_value=5), st.booleans())
async def test_a_first_answer_fits_and_goes_on_where_it_stops(
    rows: Rows, budget: int, shown: int, more: bool
) -> None:
    kept = session(budget=budget)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    operation = lists(
        rows, *columns[:shown], total=len(rows) if more else None, cursor="c" * 40 if more else None
    )
    answer = await text(kept, operation)
    assert estimate(answer) <= budget
    told = loads(answer)
    left = told.get("more", {}).get("rows", 0)
    assert len(told["rows"]) + left == len(rows)
    if left:
        rest = await read_all(kept, told["more"]["result"], told["more"]["from"], fields=columns)
        assert [*map(exact, rest)] == [*map(exact, rows[len(told["rows"]) :])]


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows(), budgets)
async def test_an_answer_without_a_handle_shows_everything(rows: Rows, budget: int) -> None:
    told = await ask(session(budget=budget), lists(rows))
    if "result" not in told.get("more", {}):
        full = [[row.get(name) for name in told["columns"]] for row in rows]
        assert dumps(told["rows"]) == dumps(full)
        assert all(name in told["columns"] for row in rows for name in row)


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows(most=3), budgets)
async def test_a_record_fits_and_is_whole_behind_its_handle(rows: Rows, budget: int) -> None:
    members: dict[str, Any] = {"first": rows, "second": rows[:1]} | (rows[0] if rows else {})
    kept = session(budget=budget)
    answer = await text(kept, gets(members))
    assert estimate(answer) <= budget
    told = loads(answer)
    if "more" in told and "more" not in members:
        (row,) = await read_all(kept, told["more"]["result"])
        assert exact(row) == exact(members)


@pytest.mark.parametrize("budget", [200, 1500, 6000])
async def test_a_long_list_comes_in_whole_rows_and_says_where_it_goes_on(budget: int) -> None:
    rows = [{"id": str(number), "name": f"Report {number}"} for number in range(900)]
    kept = session(budget=budget)
    answer = await text(kept, lists(rows, "id", "name"))
    told = loads(answer)
    assert budget * 0.6 < estimate(answer) <= budget
    assert told["rows"] == [[row["id"], row["name"]] for row in rows[: len(told["rows"])]]
    assert told["more"]["from"] == str(len(told["rows"]))
    assert rows_of(told) + await read_all(kept, told["more"]["result"], told["more"]["from"]) == rows


async def test_cells_stay_whole_where_all_rows_fit_so() -> None:
    told = await ask(session(), lists([{"note": "word " * 400}]))
    assert told == {"columns": ["note"], "rows": [["word " * 400]]}


async def test_long_cells_are_shortened_before_rows_are_left_out() -> None:
    rows = [{"id": number, "note": "word " * 400, "of": list(range(99))} for number in range(5)]
    told = await ask(session(), lists(rows))
    assert told["rows"][4] == [4, ("word " * 48) + "…(+1,760 characters)", [0, 1, 2, "…(96 more)"]]
    assert set(told["more"]) == {"result"}


async def test_one_row_is_shown_even_if_every_cell_must_be_cut_short() -> None:
    rows = [{f"c{number}": {"long": "word " * 100} for number in range(12)} | {"id": 1}]
    told = await ask(session(budget=200), lists(rows, *rows[0]))
    assert told["rows"] == [["{1 members}"] * 12 + [1]]


async def test_nested_data_is_previewed_to_a_bounded_depth() -> None:
    line = {"sku": "BRG-1", "of": {"lot": {"from": {"plant": "north"}, "at": 1}, "qty": 2}}
    rows: Rows = [{"id": number, "lines": [line] * number} for number in range(90)]
    told = await ask(session(), lists(rows))
    shown = {"sku": "BRG-1", "of": "{2 members}"}
    assert told["rows"][:2] == [[0, []], [1, [line]]]
    assert told["rows"][9] == [9, [shown, shown, shown, "…(6 more)"]]


async def test_a_row_that_cannot_be_shown_at_all_is_read_in_pieces() -> None:
    rows: Rows = [{"id": 1}, {"n": 10**2500, "u": "ü" * 900}, {"id": 3}]
    kept = session(budget=200)
    told = await ask(kept, lists(rows[1:], "n"))
    assert told["rows"] == []
    assert told["more"]["rows"] == 2
    told = await refused(kept, lists(rows), fields=["x"])
    second = await ask(kept, "read_result", result=told["result"], cursor="1")
    assert second["row"] == 1
    assert second["more"]["cursor"].startswith("1+")
    assert await read_all(kept, told["result"], budget=200) == rows


async def test_an_identifier_is_not_cut() -> None:
    row = {"id": "27f083cd-d92a-461c-ba8c-f014d7eee990"}
    told = await ask(session(budget=200), lists([row | {"text": "long " * 300}] * 20, "id", "text"))
    assert told["rows"][0][0] == row["id"]


@pytest.mark.parametrize("shown", [("id",), ()])
async def test_rows_that_lack_a_member_are_told_from_rows_where_it_is_null(shown: Sequence[str]) -> None:
    rows: Rows = [{"id": 1, "a": None}, {"id": 2}, {"a": 3}]
    kept = session()
    handle = (await refused(kept, lists(rows, *shown), fields=["x"]))["result"]
    told = await ask(kept, "read_result", result=handle, fields=["id", "a"])
    assert told["absent"] == {"1": ["a"], "2": ["id"]}
    assert rows_of(told) == rows


async def test_an_object_of_many_long_members_is_told_by_their_names() -> None:
    members = {f"m{number}": "\u58f2" * 40 for number in range(25)}
    told = await ask(session(budget=200), gets(members))
    assert told["members"] == list(members)


async def test_many_members_with_long_names_still_make_a_record_that_fits() -> None:
    members = {f"{'ü' * 200} {number}": "word " * 9 for number in range(100)}
    kept = session(budget=200)
    answer = await text(kept, gets(members))
    assert estimate(answer) <= 200
    told = loads(answer)
    assert told["members"][-1].endswith(" more)")
    (row,) = await read_all(kept, told["more"]["result"], budget=6000)
    assert row == members


async def test_of_a_large_object_in_a_record_the_first_members_are_shown_and_the_rest_is_counted() -> None:
    settings = {f"setting {number}": {"from": "off", "to": "on"} for number in range(300)}
    told = await ask(session(), gets({"id": "7", "settings": settings}))
    assert told["id"] == "7"
    assert told["settings"] == dict(list(settings.items())[:20]) | {"…": "280 more"}


async def test_a_long_name_inside_a_record_is_shortened_and_its_value_is_shown() -> None:
    told = await ask(session(), gets({"settings": {"n" * 9000: "on"}}))
    assert told["settings"] == {"n" * 80 + "…(+8,920 characters)": "on"}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.text(max_size=6000) | st.sampled_from(["{" * 9000, "\u00e9" * 5000, "\u58f2" * 5000, "word " * 9000]),
    budgets,
)
def test_an_error_fits_and_keeps_its_kind(words: str, budget: int) -> None:
    error = Rejected(f"Too much: {words}", problems={"a": [words], "b": ["short"]}, outcome="none")
    answer = error_text(error, budget)
    assert estimate(answer) <= budget
    assert loads(answer)["message"].startswith("Too much:")
