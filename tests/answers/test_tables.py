"""Rows whose columns the caller chose, rows that hold objects, rows that exist only once."""

from __future__ import annotations

from typing import Any

import pytest

from pentad.models import Page, Table
from pentad.operations import AnyOperation, reads
from pentad.results.tokens import estimate
from pentad.session import Desk
from tests.answers.given import Row, ask, lists, refused, session, text


def tabulates(table: Table[Row]) -> AnyOperation:
    @reads()
    async def run_thing(desk: Desk, sql: str | None = None) -> Table[Row]:
        """Rows as asked for."""
        return table

    return run_thing


def table(*rows: dict[str, Any], **more: Any) -> Table[Row]:
    shown = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table([Row.model_validate(row) for row in rows], shown, **more)


async def test_a_table_offers_no_choice_of_fields_and_a_list_does() -> None:
    listing, asked = lists([{"id": 1}], "id"), tabulates(table({"id": 1}))

    assert "fields" in listing.arguments.schema()["properties"]
    assert "fields" not in asked.arguments.schema()["properties"]
    told = await refused(session(), asked, fields=["id"])
    assert "no such argument" in told["problems"]["fields"][0]


async def test_a_table_shows_every_column_of_however_many() -> None:
    wide = {f"c{number}": number for number in range(20)}
    told = await ask(session(), tabulates(table(wide, total=1)))

    assert told == {"columns": list(wide), "rows": [list(wide.values())], "total": 1}


async def test_an_empty_table_still_tells_its_columns() -> None:
    told = await ask(session(), tabulates(Table((), ("a", "b"))))

    assert told == {"columns": ["a", "b"], "rows": []}


LINES = [{"sku": f"BRG-{number:03d}", "note": "x" * 40} for number in range(6)]
ORDERS = [{"id": number, "lines": LINES} for number in range(9)]


@pytest.mark.parametrize("kind", [Page, Table])
async def test_deep_rows_are_shown_whole_if_fewer(kind: type[Page[Row]]) -> None:
    rows = [Row.model_validate(row) for row in ORDERS]
    kept = session(budget=600)
    deep = await ask(kept, _answers(kind(rows, ("id", "lines"), deep=True)))
    flat = await ask(kept, _answers(kind(rows, ("id", "lines"))))

    assert 1 <= len(deep["rows"]) < len(ORDERS)
    assert [row[1] for row in deep["rows"]] == [LINES] * len(deep["rows"])
    assert (deep["more"]["rows"], deep["more"]["from"]) == (9 - len(deep["rows"]), str(len(deep["rows"])))
    assert len(flat["rows"]) > len(deep["rows"])
    assert flat["rows"][0][1] == [*LINES[:3], "…(3 more)"]


async def test_a_deep_row_that_does_not_fit_at_all_is_shortened() -> None:
    big = table({"id": 1, "lines": LINES * 50}, {"id": 2, "lines": []}, deep=True)
    kept = session(budget=600)
    told = await ask(kept, tabulates(big))

    assert told["rows"][0] == [1, [*LINES[:3], "…(297 more)"]]
    assert told["more"]["result"].startswith("rows_")
    assert estimate(await text(kept, tabulates(big))) <= 600


async def test_rows_that_exist_once_are_kept_even_where_all_are_shown() -> None:
    kept = session()
    once = await ask(kept, tabulates(table({"id": 1}, {"id": 2}, once=True)))
    again = await ask(kept, "read_result", result=once["more"]["result"])
    usual = await ask(kept, tabulates(table({"id": 1}, {"id": 2})))

    assert again["rows"] == once["rows"] == [[1], [2]]
    assert "more" not in usual


def _answers(page: Page[Row]) -> AnyOperation:
    @reads()
    async def list_things(desk: Desk) -> Page[Row]:
        """Things."""
        return page

    return list_things
