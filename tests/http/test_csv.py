"""A downloaded table: its rows are behind a handle, whatever its spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from pentad.call import Call
from pentad.models import Saved
from pentad.results.folder import Scratch
from pentad.results.store import Store
from tests.clock import ManualClock
from tests.http.wire import Line, content, save_thing, text


async def saved(folder: Path, body: bytes, call: Call | None = None) -> Saved:
    store = Store(ManualClock(), scratch=Scratch(folder / "kept"))
    line = Line(
        text(body, content_type="text/csv; charset=utf-8"),
        folder=folder / "files",
        store=store,
    )
    return await save_thing(line.shop(call), "7")


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("a,b\n1,x\n2,y\n", [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]),
        ("\ufeffa,b\r\n1,x\r\n\r\n", [{"a": "1", "b": "x"}]),
        ('a,b\n1,"x\ny"\n', [{"a": "1", "b": "x\ny"}]),
        ("a,b\n1\n1,2,3\n", [{"a": "1"}, {"a": "1", "b": "2", "column_3": "3"}]),
        ("a,,a\n1,2,3\n", [{"a": "1", "column_2": "2", "a_3": "3"}]),
        ("a\u200b,b\n\u202ex,y\n", [{"a": "x", "b": "y"}]),
        ("", []),
        ("a,b\n", []),
    ],
)
async def test_a_table_is_read(tmp_path: Path, body: str, rows: list[dict[str, str]]) -> None:
    table = await saved(tmp_path, body.encode())
    assert table.rows is not None
    assert list(table.rows) == rows
    assert content(table) == body.encode()


async def test_a_table_that_is_no_text_is_kept_as_it_is(tmp_path: Path) -> None:
    table = await saved(tmp_path, b"a\n\xff\xfe\n")
    assert table.rows is not None
    assert list(table.rows) == [{"a": "\ufffd\ufffd"}]
    assert content(table) == b"a\n\xff\xfe\n"


async def test_what_is_no_table_is_a_file_all_the_same(tmp_path: Path) -> None:
    table = await saved(tmp_path, b"a\n" + b"x" * 200_000)
    assert table.rows is None
    assert table.size == 200_002


async def test_a_large_table_is_read_without_holding_it(tmp_path: Path) -> None:
    table = await saved(tmp_path, b"id,note\n" + b"".join(b"%d,word\n" % n for n in range(100_000)))
    assert table.rows is not None
    assert len(table.rows) == 100_000
    assert table.rows[-1] == {"id": "99999", "note": "word"}
    assert table.rows.lines.file is not None
