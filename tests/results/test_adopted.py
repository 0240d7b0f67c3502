"""A CSV file as a result where it lies: its rows are what the csv module reads, and nobody writes to it."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed, NotFound, Unavailable
from pentad.jsontext import dumps
from pentad.results.exporting import Text, json_size
from pentad.results.folder import Unkept
from pentad.text import clean
from tests.proof import EXAMPLES
from tests.results.tables import ME, adopted, expected, made, written

NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
ALMOST = st.sampled_from(
    ["", "NaN", "007", "+1", ".5", "1.", " 1", "1e", "null", "true", '"1"', "-", "1_0", "[]"]
)
WORDS = st.text(st.sampled_from('a,"\n\r é😀1\t='), max_size=6) | st.text(max_size=6).map(clean)
ROW = st.tuples(WORDS, NUMBERS | ALMOST, WORDS, NUMBERS)
HEADER = ("text", "x", 'a "b",\nc %s', "y")


@settings(max_examples=EXAMPLES * 2)
@given(
    rows=st.lists(ROW, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    quoted=st.sampled_from([',"\r\n', ""]),
    marked=st.booleans(),
    cut=st.booleans(),
    part=st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_rows_and_slices_are_what_the_csv_module_reads(
    *, rows: list[tuple[str, ...]], end: str, quoted: str, marked: bool, cut: bool, part: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder, "a.csv"), HEADER, rows, end, quoted=quoted)
        text = (b"\xef\xbb\xbf" if marked else b"") + file.read_bytes()
        file.write_bytes(text.removesuffix(end.encode()) if cut else text)
        stored = asyncio.run(adopted(made(Path(folder)), file, {"x", "y", "missing"}))
        found = [*map(dumps, expected(file, {"x", "y"}))]
        start, stop = part

        assert [*map(dumps, stored)] == found
        assert (
            [*map(dumps, stored[start:stop])] == [*map(dumps, stored.rows(start, stop))] == found[start:stop]
        )
        assert [dumps(stored[at]) for at in range(len(stored))] == found
        assert (len(stored), stored.columns()) == (len(rows), list(HEADER))


async def test_every_row_of_many_blocks_is_found_by_its_position(tmp_path: Path) -> None:
    chosen = random.Random(7)
    odd = ['a "quoted"\r\nword', "x" * 3000, "é,", "", "\n" * 40, "plain"]
    rows = [[str(at), chosen.choice(odd), f"{chosen.random():.5f}"] for at in range(20_000)]
    file = written(tmp_path / "a.csv", ["n", "odd", "x"], rows)
    stored = await adopted(made(tmp_path), file, {"n", "x"})

    assert len(stored) == 20_000
    assert [*stored.rows(9_990, 10_020)] == expected(file, {"n", "x"})[9_990:10_020]
    assert all(stored[at]["n"] == at for at in chosen.sample(range(20_000), 60))
    assert [row["odd"] for row in stored] == [row[1] for row in rows]
    # The index has an entry for every 64 KiB and not for every row.
    assert stored.lines.footprint < 16 * 2 * file.stat().st_size / 2**16


async def test_texts_are_cleaned_and_swept_like_all_that_comes_in(tmp_path: Path) -> None:
    rows = [["a\u202eb\x00", "hunter2", "1.10"], ["see password=hunter2 there", "", "\u200b2"]]
    stored = await adopted(
        made(tmp_path), written(tmp_path / "a.csv", ["t\x07", "api_key", "n"], rows), {"n"}
    )

    assert [*map(dumps, stored)] == [
        '{"t":"ab","api_key":"(secret)","n":1.10}',
        '{"t":"see password=(secret) there","api_key":"","n":"2"}',
    ]


async def test_header_names_become_ones_that_differ(tmp_path: Path) -> None:
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", ["a", "", "a"], ["123"]), {"a"})

    assert dumps(stored[0]) == '{"a":1,"column_2":"2","a_3":3}'


async def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", ["a", "b"], []))

    assert ([*stored], stored.columns()) == ([], ["a", "b"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "The file is empty"),
        (b"\na,b\n", "Line 1 of the file is empty"),
        (b"a,b\n1,2\n1,2,3\n", "Line 3 of the file has 3 cells where the header has 2."),
        (b'a,b\n1,"x\ny"\n\n1\n', "Line 5 of the file has 1 cell where"),
        (b'a,b\n1,5" pipe\n1,5" pipe\n', "Line 2 of the file has a quote within a cell"),
        (b'a,b\n"x"y,1\n', "Line 2 of the file has a quote within a cell"),
        (b'a,b\n1,"x\n2,y\n', "Line 2 of the file begins a row of more than 128 KiB, or a quote in it is"),
        (b"a,b\n1," + b"x" * 2**20 + b"\n", "Line 2 of the file begins a row of more than 128 KiB"),
        (b"a,b\n1,2\r3,4\n", "Line 2 of the file has a carriage return outside of quotes"),
        (b"a,b\n1,2\r\n3,4\n", "Line 2 of the file has a carriage return outside of quotes"),
        (b"a,b\r\n1,2\r\n3,4\n", "Line 3 of the file ends otherwise than the header"),
        (b"a,b\n1,2\n1,\xff\n", "Line 3 of the file is not UTF-8"),
        (b"a\n1\n\n2\n", "Line 3 of the file is empty"),
        (b'"a,b\n1,2\n', "Line 1 of the file begins a row of more than"),
    ],
)
async def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, text: bytes, words: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text)
    store = made(tmp_path)

    with pytest.raises(Malformed) as refused:
        await adopted(store, file)
    assert words in refused.value.message
    assert (store.kept, file.exists()) == ({}, True)


async def test_a_file_that_cannot_be_read_or_takes_too_long_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", ["a"], ["1"])

    with pytest.raises(Unavailable, match="The time of one call was over"):
        await adopted(made(tmp_path), file, left=lambda: 0.0)
    with pytest.raises(Unavailable, match="cannot be read") as refused:
        await adopted(made(tmp_path), tmp_path / "b.csv")
    assert str(tmp_path) not in str(refused.value.words())


async def test_a_cancelled_call_reads_no_further(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", ["a"], ([str(n)] for n in range(60_000)))
    started, go, asked = asyncio.Event(), threading.Event(), list[int]()
    loop = asyncio.get_running_loop()

    def left() -> float:
        asked.append(1)
        loop.call_soon_threadsafe(started.set)
        go.wait(5)
        return 9.0

    adopting = asyncio.create_task(adopted(made(tmp_path), file, left=left))
    await started.wait()
    adopting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adopting
    go.set()
    await loop.shutdown_default_executor()

    assert len(asked) == 1


def changes(file: Path) -> Sequence[Any]:
    """Ways in which a file can stop being what it was."""
    text, at = file.read_bytes(), file.stat().st_mtime_ns

    def same_size() -> None:
        file.write_bytes(text.replace(b"1", b"2"))
        os.utime(file, ns=(at, at + 1))

    def same_time() -> None:
        file.write_bytes(text + b"3,4\n")
        os.utime(file, ns=(at, at))

    return same_size, same_time, file.unlink


@pytest.mark.parametrize("which", range(3))
async def test_a_file_that_changed_or_went_is_a_result_that_is_gone(tmp_path: Path, which: int) -> None:
    store = made(tmp_path)
    file = written(tmp_path / "a.csv", ["a", "b"], ["12"] * 9)
    stored = await adopted(store, file)
    reading = stored.rows()
    next(reading)
    changes(file)[which]()

    with pytest.raises(Unavailable, match=r"changed by another program|no longer be read"):
        next(stored.rows())
    assert store.newest(ME) == []
    with pytest.raises(NotFound) as gone:
        store.get(stored.handle, ME)
    assert gone.value.words()["again"]["name"] == "omiq_export_events"


async def test_a_file_of_the_users_counts_for_nothing_and_stays(tmp_path: Path) -> None:
    store = made(tmp_path, quota=1000, life=60)
    file = written(tmp_path / "a.csv", ["a"], ["1"] * 5000)
    stored = await adopted(store, file)
    small = store.put([{"a": 1}], (), stored.origin, ME)
    assert store.newest(ME) == [small, stored]
    assert store.clock.monotonic() < stored.expires
    store.close()

    assert file.stat().st_size == 10_002


async def test_an_owned_file_counts_and_goes_with_its_handle(tmp_path: Path) -> None:
    store = made(tmp_path, quota=15_000)
    first, second, third = (
        written(tmp_path / name, ["a"], ["1"] * rows)
        for name, rows in (("a", 5000), ("b", 5000), ("c", 8000))
    )
    gone = await adopted(store, first, owned=True)
    assert [*(await adopted(store, second, owned=True)).rows(0, 1)] == [{"a": "1"}]
    assert (first.exists(), second.exists(), list(store.gone)) == (False, True, [gone.handle])
    with pytest.raises(Unkept, match="larger than"):
        await adopted(store, third, owned=True)
    assert third.exists()


async def test_a_csv_result_is_exported_like_any_other(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", ["n", "t"], [["1.10", '=1 "x"'], ["", "é\n"]])
    stored = await adopted(made(tmp_path), file, {"n"})
    text = Text(stored)

    assert b"".join(text.pieces("csv")).decode() == 'n,t\r\n1.10,"\'=1 ""x"""\r\n,"é\n"\r\n'
    assert (text.guarded, json_size(stored)) == (1, None)
    assert b"".join(Text(stored, ["t", "n"]).pieces("json")).decode() == (
        '[\n{"t":"=1 \\"x\\"","n":1.10},\n{"t":"é\\n","n":null}\n]\n'
    )
    with pytest.raises(TypeError, match="only read"):
        stored.replace_last({})
