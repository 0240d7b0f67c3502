"""Handles: random, typed, bound to an owner, living an hour, within a quota; and reading them on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pentad.errors import NotFound
from pentad.operations import reads
from pentad.results.folder import Scratch, Unkept
from pentad.results.record import Origin
from pentad.results.store import LIFE, Store
from pentad.session import Desk
from tests.answers.given import Row, ask, lists, refused, session
from tests.clock import ManualClock

ORIGIN = Origin("claribi_list_reports", {"limit": 5})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(ManualClock(), scratch=Scratch(tmp_path), quota=1000)


def put(store: Store, text: str = "x", owner: str = "me", kind: str = "rows", origin: Origin = ORIGIN) -> str:
    return store.put([{"a": text}], ("a",), origin, owner, kind).handle


def test_a_handle_is_typed_and_random(store: Store) -> None:
    handles = {put(store) for _ in range(50)}
    assert len(handles) == 50
    assert all(re.fullmatch(r"rows_[2-9a-z]{8}", handle) for handle in handles)
    assert put(store, kind="record").startswith("record_")


def test_a_result_belongs_to_its_owner(store: Store) -> None:
    handle = put(store)
    assert store.get(handle, "me")[0] == {"a": "x"}
    with pytest.raises(NotFound, match="There is no result"):
        store.get(handle, "you")


def test_a_gone_result_belongs_to_its_owner_too(store: Store) -> None:
    handle = put(store)
    put(store, "y" * 980)
    assert list(store.gone) == [handle]
    with pytest.raises(NotFound, match="There is no result") as caught:
        store.get(handle, "you")
    assert caught.value.details is None


def test_a_result_expires_and_names_the_call_that_makes_it_again(tmp_path: Path) -> None:
    clock = ManualClock()
    store = Store(clock, scratch=Scratch(tmp_path))
    handle = put(store)
    clock.advance(LIFE - 1)
    assert len(store.get(handle, "me")) == 1
    clock.advance(1)
    with pytest.raises(NotFound, match="no longer kept") as caught:
        store.get(handle, "me")
    assert caught.value.words()["again"] == {"name": "claribi_list_reports", "arguments": {"limit": 5}}


def test_a_result_that_was_not_free_names_no_call(store: Store) -> None:
    handle = put(store, origin=Origin("", {"report_id": "1"}))
    put(store, "y" * 980)
    with pytest.raises(NotFound, match="no longer kept") as caught:
        store.get(handle, "me")
    assert "again" not in caught.value.words()


def test_an_unknown_handle_names_no_call(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        store.get("rows_" + "z" * 200, "me")
    assert "again" not in caught.value.words()
    assert len(caught.value.message) < 160


def test_the_least_recently_used_goes_first(store: Store) -> None:
    first, second = put(store, "a" * 400), put(store, "b" * 400)
    store.get(first, "me")
    third = put(store, "c" * 400)
    assert list(store.kept) == [first, third]
    assert list(store.gone) == [second]


def test_the_quota_is_in_bytes(store: Store) -> None:
    put(store, "a" * 450)
    put(store, "a" * 450)
    assert len(store.kept) == 2
    last = put(store, "売" * 300)
    assert list(store.kept) == [last]


def test_a_result_above_the_whole_quota_is_not_kept_and_drives_out_nothing(store: Store) -> None:
    handle = put(store)
    with pytest.raises(Unkept, match="PENTAD_QUOTA"):
        put(store, "a" * 5000)
    assert list(store.kept) == [handle]


def test_only_so_many_gone_results_are_remembered(tmp_path: Path) -> None:
    store = Store(ManualClock(), scratch=Scratch(tmp_path), quota=20)
    handles = [put(store) for _ in range(510)]
    assert list(store.gone) == handles[9:509]


async def test_a_gone_result_is_made_anew_by_the_call_it_names() -> None:
    clock = ManualClock()
    kept = session(clock)
    operation = lists([{"id": 1, "x": 2}], "id")
    handle = (await ask(kept, operation, limit=5))["more"]["result"]
    clock.advance(LIFE)
    told = await refused(kept, "read_result", result=handle)
    assert told["again"] == {"name": "list_things", "arguments": {"limit": 5}}


async def test_a_result_that_cost_credits_is_not_made_anew() -> None:
    @reads(spends="credits")
    async def generate_rows(desk: Desk) -> Row:
        """Costs."""
        return Row.model_validate({"text": "word " * 9000})

    clock = ManualClock()
    kept = session(clock)
    handle = (await ask(kept, generate_rows))["more"]["result"]
    clock.advance(LIFE)
    told = await refused(kept, "read_result", result=handle)
    assert "would not be free" in told["message"]
    assert "again" not in told


# --- read_result, asked badly


@pytest.mark.parametrize(
    "cursor", ["x", "-1", "1+", "+1", "1.5", "9" * 12, "1+" + "9" * 13, "2", "2+0", "99"]
)
async def test_a_cursor_that_is_no_position_is_refused(cursor: str) -> None:
    kept = session()
    handle = (await ask(kept, lists([{"id": 1, "x": 2}, {"id": 2}], "id")))["more"]["result"]
    told = await refused(kept, "read_result", result=handle, cursor=cursor)
    assert "no position in this result of 2 rows" in told["message"]
    assert set(told["problems"]) == {"cursor"}


async def test_a_cursor_beyond_the_end_of_a_row_is_refused() -> None:
    kept = session()
    handle = (await ask(kept, lists([{"id": 1, "x": 2}], "id")))["more"]["result"]
    told = await refused(kept, "read_result", result=handle, cursor="0+99", fields=["id"])
    assert told["message"] == "Row 0 of this result ends at character 8."


@pytest.mark.parametrize(
    ("arguments", "at"),
    [
        ({"budget": 199}, "budget"),
        ({"budget": 6001}, "budget"),
        ({"budget": "much"}, "budget"),
        ({"fields": ["nope"]}, "fields"),
        ({"cursor": "1" * 41}, "cursor"),
        ({"cursr": "1"}, "cursr"),
    ],
)
async def test_other_bad_input_names_its_argument(arguments: dict[str, Any], at: str) -> None:
    kept = session()
    handle = (await ask(kept, lists([{"id": 1, "x": 2}], "id")))["more"]["result"]
    told = await refused(kept, "read_result", result=handle, **arguments)
    assert told["error"] == "rejected"
    assert list(told["problems"]) == [at]


async def test_an_unknown_handle_is_not_found() -> None:
    told = await refused(session(), "read_result", result="rows_22222222")
    assert told["error"] == "not_found"


async def test_hidden_columns_are_read_from_the_result() -> None:
    kept = session()
    handle = (await ask(kept, lists([{"id": 1, "x": 2}], "id")))["more"]["result"]
    assert (await ask(kept, "read_result", result=handle))["columns"] == ["id"]
    told = await ask(kept, "read_result", result=handle, fields=["x", "id"], cursor="0+0")
    assert told == {"columns": ["x", "id"], "rows": [[2, 1]]}
