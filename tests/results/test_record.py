"""A result as it is kept: written as it arrives, read by position, in memory or on disk alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Unavailable
from pentad.jsontext import dumps, loads
from pentad.results.draft import SMALL, Draft
from pentad.results.folder import Scratch, Unkept
from pentad.results.record import Origin, Stored
from pentad.results.rowtext import line
from pentad.results.store import Store
from tests.answers.given import ragged_rows
from tests.clock import ManualClock
from tests.disk import full_disk
from tests.proof import EXAMPLES

LONG = {"text": "x" * SMALL}
Rows = list[dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return made(tmp_path)


def made(base: Path) -> Store:
    return Store(ManualClock(), scratch=Scratch(base))


def draft(store: Store) -> Draft:
    return store.draft((), Origin("", {}), "me")


def filled(growing: Draft, rows: int) -> Stored:
    for _ in range(rows):
        growing.add(LONG)
    return growing.close()


def files(base: Path) -> list[Path]:
    return sorted(path for path in base.rglob("*") if path.suffix == ".ndjson")


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    ragged_rows(), st.integers(min_value=0, max_value=12), st.integers(min_value=0, max_value=12), st.data()
)
def test_rows_come_back_by_position_from_memory_and_from_disk(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, start: int, stop: int, data: st.DataObject
) -> None:
    store = made(tmp_path_factory.getbasetemp() / "shared")
    with draft(store) as growing:
        for row in rows:
            how: Callable[[Any], None] = data.draw(
                st.sampled_from([growing.add, lambda row: growing.add_text(dumps(row))])
            )
            how(row)
        stored = growing.close()
    for _ in range(2):
        assert len(stored) == len(rows)
        assert [*map(dumps, stored.rows())] == [*map(dumps, rows)]
        assert [*map(dumps, stored.rows(start, stop))] == [*map(dumps, rows[start:stop])]
        assert [dumps(stored[index]) for index in range(len(rows))] == [*map(dumps, rows)]
        assert stored.columns() == list(dict.fromkeys(name for row in rows for name in row))
        text = stored.path().read_bytes()
        assert len(text) == stored.size
        assert [dumps(loads(part)) for part in text.split(b"\n")[:-1]] == [*map(dumps, rows)]
    store.close()


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows().filter(bool), st.booleans())
def test_the_last_row_can_be_replaced(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, large: bool
) -> None:
    store = made(tmp_path_factory.getbasetemp() / "shared")
    before = [LONG, *rows] if large else rows
    stored = store.put(before, (), Origin("", {}), "me")
    whole = [*before[:-1], before[-1] | {"more": 1.5}]
    for row in (before[-1], whole[-1]):
        stored.replace_last(row)
    assert [*map(dumps, stored.rows())] == [*map(dumps, whole)]
    assert stored.columns() == list(dict.fromkeys(name for row in whole for name in row))
    assert len(stored.path().read_bytes()) == stored.size
    store.close()


def test_a_row_beyond_the_last_is_an_index_error(store: Store) -> None:
    with draft(store) as growing:
        growing.add({"a": 1})
        stored = growing.close()
    with pytest.raises(IndexError):
        stored[1]


def test_a_small_result_touches_no_disk_until_sql_asks_for_it(store: Store, tmp_path: Path) -> None:
    stored = store.put([{"a": "x" * (SMALL - 10)}], (), Origin("", {}), "me")
    assert list(tmp_path.iterdir()) == []
    path = stored.path()
    assert files(tmp_path) == [path] == [stored.path()]


def test_a_large_result_is_written_as_it_arrives(store: Store, tmp_path: Path) -> None:
    with draft(store) as growing:
        growing.add(LONG)
        (file,) = files(tmp_path)
        for _ in range(8):
            growing.add(LONG)
        assert file.stat().st_size > 4 * SMALL
        assert len(growing.lines.held) == 0
        stored = growing.close()
    assert stored.path() == file


def test_a_draft_that_is_left_or_discarded_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with draft(store) as growing:
        growing.add(LONG)
    growing.discard()
    assert files(tmp_path) == []
    assert not store.kept
    for late in (growing.close, lambda: growing.add({})):
        with pytest.raises(ValueError, match="ended"):
            late()


@pytest.mark.parametrize("text", ["[1]", "1", "", '{"a":1} x', '{"a":NaN}', '{"a"', "\u00a0{}"])
def test_text_that_is_no_object_is_refused_and_the_draft_goes_on(store: Store, text: str) -> None:
    with draft(store) as growing:
        with pytest.raises(ValueError, match=r"."):
            growing.add_text(text)
        growing.add_text(' {"a":\n 1.10} ')
        stored = growing.close()
    assert [dumps(row) for row in stored.rows()] == ['{"a":1.10}']


def test_a_row_that_is_no_json_is_refused_and_the_draft_goes_on(store: Store) -> None:
    with draft(store) as growing:
        growing.add({"a": 1})
        with pytest.raises(TypeError):
            growing.add({"b": object()})
        stored = growing.close()
    assert list(stored.rows()) == [{"a": 1}]
    assert stored.columns() == ["a"]


def test_rows_can_be_read_while_the_result_is_dropped(store: Store) -> None:
    stored = store.put([LONG, {"a": 1}], (), Origin("", {}), "me")
    rows = stored.rows()
    assert next(rows) == LONG
    store.close()
    assert next(rows) == {"a": 1}
    with pytest.raises(Unavailable, match="can no longer be read"):
        stored[0]


# --- disks that fail


@pytest.mark.parametrize("rows", [2, 5, 9])
def test_a_full_disk_is_told_and_nothing_is_left(store: Store, tmp_path: Path, rows: int) -> None:
    with full_disk(SMALL), draft(store) as growing, pytest.raises(Unkept, match="PENTAD_RESULTS") as caught:
        filled(growing, rows)
    assert "on disk here (File too large)" in caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert files(tmp_path) == []
    assert not store.kept
    assert len(store.put([LONG], (), Origin("", {}), "me")) == 1


def test_a_folder_that_cannot_be_made_costs_only_what_is_large(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    store = made(tmp_path / "taken")
    small = store.put([{"a": 1}], (), Origin("", {}), "me")
    with pytest.raises(Unkept, match="cannot be kept on disk"):
        store.put([LONG], (), Origin("", {}), "me")
    with pytest.raises(Unkept, match="cannot be kept on disk"):
        small.path()
    assert list(store.get(small.handle, "me").rows()) == [{"a": 1}]


def test_every_escape_is_cleaned_or_kept() -> None:
    for code in range(0x10000):
        text = f'{{"\\u{code:04X}":"a\\u{code:04x}\\u{code:04x}b"}}'
        kept = line(text)
        value = loads(text)
        assert json.loads(kept.text) == value
        assert list(kept.names or ()) == list(value)


def test_a_line_is_its_own_text_where_that_hides_nothing() -> None:
    assert line('{"a":  1.10,\n\t"b":"x y"}').text == '{"a":  1.10,"b":"x y"}'
    assert line('{"a":"K\\u00f6ln\\n"}').text == '{"a":"K\\u00f6ln\\n"}'
    assert line('{"a":"x\\u200by"}').text == '{"a":"xy"}'


def test_a_joiner_is_judged_by_its_neighbours_in_the_same_text() -> None:
    text = '{"a":"\u0928\u094d","b":"x\u200dy","c":"\u0928\u094d\u200d"}'
    assert json.loads(line(text).text) == loads(text) == {"a": "न्", "b": "xy", "c": "न्\u200d"}
