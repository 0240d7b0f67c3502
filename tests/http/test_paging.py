"""Every row exactly once, in order, however a platform pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed, NotFound, Rejected, Unavailable
from pentad.http import paging
from pentad.http.paging import Paging, in_envelope
from pentad.models import Page
from tests.http.wire import Line, Shop, Thing, fails, get_thing, list_things, ok, text
from tests.proof import EXAMPLES


class Shelf:
    """A platform's list: `cap` is the most it gives per page, whatever is asked for."""

    def __init__(self, rows: list[Any], cap: int, *, bare: bool = False) -> None:
        self.rows, self.cap, self.bare = rows, cap, bare
        self.sizes: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response | Awaitable[httpx.Response]:
        page, asked = (int(request.url.params[name]) for name in ("page", "size"))
        self.sizes.append(asked)
        size = min(asked, self.cap)
        rows = self.rows[(page - 1) * size : page * size]
        if page > 1 and not rows:
            return fails(404)(request)
        more = page * size < len(self.rows)
        whole = {"rows": rows, "next": "link" if more else None, "count": len(self.rows)}
        return httpx.Response(200, json=rows if self.bare else whole)


def _things(count: int) -> list[dict[str, str]]:
    return [{"id": str(number)} for number in range(count)]


async def _all(line: Line, limits: list[int | None]) -> list[str]:
    """Follow the cursors, each time with the next limit."""
    ids: list[str] = []
    cursor = None
    for step in range(400):
        found = await list_things(line.shop(), limit=limits[step % len(limits)], cursor=cursor)
        ids += [row.id for row in found.rows]
        cursor = found.cursor
        if cursor is None:
            return ids
    raise AssertionError("the cursors never end")


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.integers(0, 40), st.integers(1, 6), st.lists(st.none() | st.integers(1, 17), min_size=1, max_size=5)
)
async def test_every_row_comes_once_and_in_order(count: int, cap: int, limits: list[int | None]) -> None:
    assert await _all(Line(Shelf(_things(count), cap)), limits) == [str(n) for n in range(count)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 40), st.lists(st.none() | st.integers(1, 17), min_size=1, max_size=5))
async def test_a_bare_list_is_walked_too(count: int, limits: list[int | None]) -> None:
    shelf = Shelf(_things(count), 5, bare=True)
    assert await _all(Line(shelf), limits) == [str(n) for n in range(count)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 60), st.lists(st.none() | st.integers(1, 40), min_size=1, max_size=5))
async def test_a_size_that_cannot_be_chosen_is_walked_too(count: int, limits: list[int | None]) -> None:
    dialect = Paging(4, 4, in_envelope("rows", "next", None))
    rows = _things(count)

    async def fetch(page: int, size: int) -> paging.Slice:
        found = rows[(page - 1) * 4 : page * 4]
        return dialect.read({"rows": found, "next": page * 4 < count}, size)

    got: list[Any] = []
    cursor: str | None = None
    for step in range(200):
        limit = limits[step % len(limits)]
        begin = paging.start(dialect, limit, cursor, "abcdef")
        walked = await paging.walk(fetch, begin, limit, lambda row: str(row["id"]), print)
        got += walked.rows
        cursor = walked.next.text("abcdef") if walked.next else None
        if cursor is None:
            break
    assert got == rows
    assert dialect.query(3, 4) == {"page": 3}


@pytest.mark.parametrize(
    ("limit", "sizes"), [(None, [3]), (2, [2]), (5, [5]), (12, [5, 5, 5]), (1000, [5, 5, 5, 5])]
)
async def test_no_more_is_fetched_than_asked_for(limit: int | None, sizes: list[int]) -> None:
    shelf = Shelf(_things(20), 5)
    found = await list_things(Line(shelf).shop(), limit=limit)
    assert shelf.sizes == sizes
    assert len(found.rows) == min(limit or 3, 20)
    assert found.total == 20


async def _page(*steps: Any, limit: int | None = 10, cursor: str | None = None) -> tuple[Page[Thing], Line]:
    line = Line(*steps)
    return await list_things(line.shop(), limit=limit, cursor=cursor), line


def _rows(*ids: str, more: bool = True) -> Any:
    return ok({"rows": [{"id": one} for one in ids], "next": more})


async def test_a_row_that_moved_to_the_next_page_comes_once() -> None:
    found, _ = await _page(_rows("1", "2", "3", "4", "5"), _rows("5", "6", more=False))
    assert [row.id for row in found.rows] == ["1", "2", "3", "4", "5", "6"]


async def test_a_page_that_brings_nothing_new_ends_the_list() -> None:
    found, line = await _page(_rows("1", "2", "3", "4", "5"), limit=1000)
    assert (len(found.rows), found.cursor, len(line.seen)) == (5, None, 2)


async def test_rows_without_an_id_are_all_different() -> None:
    class Loose(Thing):
        id: Any = None

    rows = [{"name": "same"}, {"name": "same"}, {"id": {"odd": 1}}, {"uuid": "u"}, {"uuid": "u"}]
    client = Line(ok({"rows": rows})).shop().bound_to(list_things)
    found = await client.page(Loose, limit=None, cursor=None)
    assert len(found.rows) == 4


async def test_a_failure_on_a_later_page_keeps_what_is_there() -> None:
    found, line = await _page(_rows("1", "2", "3", "4", "5"), fails(403))
    assert [row.id for row in found.rows] == ["1", "2", "3", "4", "5"]
    assert len(line.call.notes) == 1
    assert line.call.notes[0].startswith("stopped early: Shop does not allow")
    line.tape.steps = [_rows("6", more=False)]
    rest = await list_things(line.shop(), limit=10, cursor=found.cursor)
    assert [row.id for row in rest.rows] == ["6"]
    assert line.seen[-1].url.params["page"] == "2"


async def test_a_failure_on_the_first_page_is_a_failure() -> None:
    with pytest.raises(NotFound):
        await _page(fails(404))
    found, line = await _page(_rows("1", "2", "3", "4", "5"), limit=5)
    line.tape.steps = [fails(503)]
    with pytest.raises(Unavailable):
        await list_things(line.shop(), limit=5, cursor=found.cursor)


async def test_a_page_beyond_the_end_is_an_empty_end() -> None:
    found, line = await _page(_rows("1", "2", "3", "4", "5"), limit=5)
    line.tape.steps = [fails(404)]
    rest = await list_things(line.shop(), limit=5, cursor=found.cursor)
    assert (list(rest.rows), rest.cursor, line.call.notes) == ([], None, [])


async def test_the_end_may_be_a_missing_page() -> None:
    found, line = await _page(_rows("1", "2", "3", "4", "5"), fails(404), limit=10)
    assert (len(found.rows), found.cursor, line.call.notes) == (5, None, [])


async def test_a_cursor_belongs_to_its_arguments() -> None:
    found, line = await _page(Shelf(_things(20), 5), limit=5)
    asked = len(line.seen)
    elsewhere = Line(ok([]), url="https://other.example")
    for shop, color in ((line.shop(), "red"), (elsewhere.shop(), None)):
        with pytest.raises(Rejected, match="belongs to a call with other arguments") as caught:
            await list_things(shop, cursor=found.cursor, color=color)
        assert "cursor" in caught.value.words()["problems"]
    assert len(line.seen) == asked
    assert (await list_things(line.shop(), limit=2, cursor=found.cursor)).rows[0].id == "5"


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"\d{1,10}\.\d{1,7}\.\d{1,7}-[0-9a-f]{5,7}", fullmatch=True))
async def test_garbage_is_no_cursor(cursor: str) -> None:
    line = Line(ok([]))
    with pytest.raises(Rejected, match="cursor"):
        await list_things(line.shop(), cursor=cursor)
    assert line.seen == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**9 - 1), st.integers(0, 10**6 - 1), st.integers(0, 10**6 - 1))
def test_a_position_survives_as_a_cursor_within_bounds(page: int, skip: int, size: int) -> None:
    dialect = Paging(3, 5, in_envelope("rows", "next", "count"), size_name="size")
    found = paging.start(dialect, None, paging.Position(page, skip, size).text("abcdef"), "abcdef")
    assert (found.page, found.skip, found.size) == (max(page, 1), skip, min(max(size, 1), 5))


@pytest.mark.parametrize(
    "body", ["{}", '{"rows":null}', '{"rows":{"a":1}}', '"rows"', "7", "null", '{"rows":[1]}', "[[]]", "[{}]"]
)
async def test_what_is_no_list_of_rows_is_malformed(body: str) -> None:
    with pytest.raises(Malformed) as caught:
        await _page(text(body))
    assert "form than documented" in caught.value.message


@pytest.mark.parametrize(
    ("count", "total"), [(7, 7), ("7", None), (None, None), ({}, None), (7.5, None), (True, None)]
)
async def test_a_total_is_a_number(count: Any, total: int | None) -> None:
    found, _ = await _page(ok({"rows": [], "count": count}))
    assert found.total == total


async def test_progress_is_told_by_page() -> None:
    told: list[tuple[float, str]] = []

    async def progress(done: float, _: float | None, message: str) -> None:
        told.append((done, message))

    line = Line(Shelf(_things(12), 5))
    shop = line.shop()
    shop.call.progress = progress
    await list_things(shop, limit=12)
    assert told == [(0, "Shop: page 1"), (1, "Shop: page 2"), (2, "Shop: page 3")]


def test_a_mark_differs_with_what_it_stands_for() -> None:
    marks = {paging.mark(*identity) for identity in [("a", "b"), ("ab",), ("a", {"b": 1}), ("a", {"b": "1"})]}
    assert len(marks) == 4


async def test_clients_bound_to_different_operations_do_not_mix() -> None:
    line = Line(lambda request: httpx.Response(200, content=json.dumps({"id": request.url.path})))
    shop: Shop = line.shop()
    first, second = await asyncio.gather(get_thing(shop, "1"), get_thing(shop, "2"))
    assert (first.id, second.id) == ("/things/1", "/things/2")
