"""Where exports go: one folder, under a plain name, whole or not at all."""

from __future__ import annotations

import asyncio
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from pentad.boundary import answer
from pentad.call import Call
from pentad.errors import Unavailable
from pentad.files import Folder
from pentad.results.exporting import Text, json_size
from pentad.results.sources import Source
from pentad.session import Session
from tests.answers.given import VERBS, refused, session
from tests.clock import ManualClock
from tests.results.bench import bench
from tests.results.exports import ROWS, export, kept, large, left

# --- the file


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("orders", "orders.csv"),
        ("orders.CSV", "orders.CSV"),
        ("v1.2", "v1.2.csv"),
        ("../../etc/passwd", "passwd.csv"),
        ("x" * 150, "x" * 116 + ".csv"),
        ("..", "HANDLE.csv"),
        ("con", "HANDLE.csv"),
        (None, "HANDLE.csv"),
    ],
)
async def test_a_name_becomes_a_plain_one_with_its_suffix(here: Session, name: str | None, file: str) -> None:
    stored = kept(here, *ROWS)
    _, path = await export(here, stored, name=name)

    assert path == here.folder.path / file.replace("HANDLE", stored.handle)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_nothing_is_overwritten(here: Session) -> None:
    stored = kept(here, *ROWS)
    paths = [(await export(here, stored, name="a.json", format="json"))[1] for _ in range(3)]

    assert (
        [path.name for path in paths] == ["a.json", "a (2).json", "a (3).json"] == sorted(left(here), key=len)
    )


# --- refusals


async def test_an_unknown_field_is_answered_with_the_nearest(here: Session) -> None:
    told = await refused(here, "export_result", result=kept(here, *ROWS).handle, fields=["id", "prise"])

    assert "no field 'prise'; did you mean price?" in told["message"]
    assert left(here) == []


async def test_a_handle_that_is_gone_names_the_call_that_makes_it_again(tmp_path: Path) -> None:
    clock = ManualClock()
    here = session(clock, downloads=tmp_path)
    stored = kept(here, *ROWS)
    clock.advance(3700)
    told = await refused(here, "export_result", result=stored.handle)

    assert told["again"] == {"name": "claribi_list_reports", "arguments": {"limit": 2}}


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
async def test_a_file_beyond_the_limit_leaves_nothing(here: Session, form: str) -> None:
    here.folder = Folder(here.folder.path, limit=100)
    told = await refused(here, "export_result", result=kept(here, *ROWS).handle, format=form)

    assert "larger than the limit of 100 bytes" in told["message"]
    assert left(here) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_folder_that_cannot_be_written_is_told_without_its_path(here: Session, form: str) -> None:
    here.folder.path.touch()
    told = await refused(here, "export_result", result=kept(here, *ROWS).handle, format=form)

    assert "could not be saved" in told["message"]
    assert str(here.folder.path) not in str(told)


async def test_a_result_whose_file_is_lost_is_told(here: Session) -> None:
    stored = large(here, 300)
    pieces = Text(stored).pieces("json")
    stored.path().unlink()

    with pytest.raises(Unavailable, match="can no longer be read"):
        next(pieces)


async def test_rows_that_are_no_table_are_told(here: Session) -> None:
    stored = kept(here, *ROWS)
    stored.path().write_text("[[[", "utf-8")
    told = await refused(here, "export_result", result=stored.handle, format="parquet")

    assert told["message"].endswith("cannot be held in a Parquet table; export them as CSV or JSON.")
    assert left(here) == []


async def test_a_worker_that_fails_is_told_in_words_about_the_file(here: Session) -> None:
    stored, worker = kept(here, *ROWS), here.worker
    folder = here.store.scratch.place("sql")
    folder.rmdir()
    folder.touch()
    told = await refused(here, "export_result", result=stored.handle, format="parquet")

    assert worker.process is None
    assert "export fewer `fields`, or CSV or JSON" in told["message"]


async def test_a_parquet_file_that_takes_too_long_is_removed(tmp_path: Path) -> None:
    async with bench(tmp_path, timeout=0.001) as given_:
        source: Source = given_.orders()
        with pytest.raises(Unavailable):
            await given_.worker.export(source, source.columns, tmp_path / "x.parquet")

    assert not (tmp_path / "x.parquet").exists()


# --- large results, time and cancellation


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_a_large_result_is_written_within_little_memory(here: Session, form: str) -> None:
    stored = large(here, 3000)
    tracemalloc.start()
    try:
        told, path = await export(here, stored, format=form)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert path.stat().st_size == told["size"] > 28 * 2**20
    assert peak < 8 * 2**20


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_cancelled_export_leaves_nothing(here: Session, form: str) -> None:
    started = asyncio.Event()

    async def report(done: float, total: float | None, message: str) -> None:
        started.set()
        await asyncio.Event().wait()

    given_ = {"result": large(here, 300).handle, "format": form}
    call = asyncio.create_task(answer(here, VERBS["export_result"], given_, report))
    await asyncio.wait_for(started.wait(), 5)
    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    assert left(here) == []


async def test_whoever_cancels_waits_for_the_piece_that_is_being_made(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    started, go = asyncio.Event(), threading.Event()
    made: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(9):
            loop.call_soon_threadsafe(started.set)
            go.wait(5)
            made.append(number)
            yield b"x"

    writing = asyncio.create_task(Folder(tmp_path).write(pieces(), "a", Call(ManualClock())))
    await asyncio.wait_for(started.wait(), 5)
    for _ in range(3):
        writing.cancel()
        await asyncio.wait([writing], timeout=0)
        assert not writing.done()
    go.set()

    with pytest.raises(asyncio.CancelledError):
        await writing
    assert made == [0]
    assert list(tmp_path.iterdir()) == []


async def test_an_export_ends_with_the_calls_time(tmp_path: Path) -> None:
    clock = ManualClock()

    def pieces() -> Iterator[bytes]:
        for _ in range(9):
            clock.advance(30)
            yield b"x"

    with pytest.raises(Unavailable, match="took too long to write; nothing was kept"):
        await Folder(tmp_path).write(pieces(), "a", Call(clock))
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_moves_to_disk_meanwhile_is_read_on(tmp_path: Path) -> None:
    here = session(results=tmp_path)
    stored = kept(here, *ROWS)
    pieces = Text(stored).pieces("json")
    stored.path()

    assert len(b"".join(pieces)) == json_size(stored)
    here.store.close()
