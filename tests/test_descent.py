"""Files are opened below a folder, and nowhere else, whoever moves things about meanwhile."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pentad.descent import opened
from pentad.errors import Rejected
from pentad.files import Folder
from pentad.inbox import Inbox
from pentad.landing import begin
from tests.http.wire import names

SECRET = b"the secret"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Two folders: one to work in, and one that nothing may come from or go to."""
    (tmp_path / "runs" / "plate" / "day").mkdir(parents=True)
    (tmp_path / "runs" / "plate" / "day" / "a.fcs").write_bytes(b"runs")
    (tmp_path / "private" / "day").mkdir(parents=True)
    (tmp_path / "private" / "day" / "a.fcs").write_bytes(SECRET)
    (tmp_path / "private" / "a.fcs").write_bytes(SECRET)
    return tmp_path


def _content(folder: Path, *parts: str) -> bytes:
    with os.fdopen(opened(folder, parts), "rb") as file:
        return file.read()


def test_a_file_is_reached_through_folders_and_through_no_link(room: Path) -> None:
    runs, private = room / "runs", room / "private"
    assert _content(runs, "plate", "day", "a.fcs") == b"runs"
    (runs / "link").symlink_to(private)
    (runs / "inner").symlink_to(runs / "plate")
    (runs / "plate" / "a.fcs").symlink_to(private / "a.fcs")
    os.mkfifo(runs / "pipe")
    for way in (
        ("link", "a.fcs"),
        ("link", "day", "a.fcs"),
        ("inner", "day", "a.fcs"),
        ("plate", "a.fcs"),
        ("pipe",),
        ("plate",),
        ("plate", "day", "a.fcs", "x"),
        ("none", "a.fcs"),
    ):
        with pytest.raises(OSError, match=r"."):
            _content(runs, *way)


@contextmanager
def swapping(one: Path, other: Path) -> Generator[None]:
    """Another process' doing: the two take each other's place, again and again."""
    ended = threading.Event()
    aside = one.with_name("aside")

    def swap() -> None:
        while not ended.is_set():
            for now, then in ((one, aside), (other, one), (one, other), (aside, one)):
                now.rename(then)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("swapped", ["plate", "plate/day", "plate/day/a.fcs"])
def test_no_race_brings_out_what_lies_elsewhere(swapped: str, room: Path) -> None:
    """A part of the way becomes a link between the look at it and the use of it."""
    runs = room / "runs"
    lure = runs / "lure"
    lure.symlink_to(room / "private" / ("a.fcs" if swapped.endswith(".fcs") else "day"))
    if swapped == "plate":
        lure.unlink()
        lure.symlink_to(room / "private")
    found = set()
    with swapping(runs / swapped, lure):
        for _ in range(1500):
            try:
                with Inbox([runs]).open("plate/day/a.fcs") as file:
                    found.add(file.read())
            except Rejected:
                found.add(b"")
    assert found <= {b"runs", b""}


def test_a_file_in_the_making_is_new_hidden_and_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    before = os.umask(0)
    try:
        landing, file = begin(folder)
    finally:
        os.umask(before)
    file.close()
    assert stat.filemode(folder.stat().st_mode) == "drwx------"
    assert stat.filemode(landing.path.lstat().st_mode) == "-rw-------"
    assert landing.path.name.startswith(".")
    assert landing.settle("x.pdf") == folder / "x.pdf"
    assert stat.filemode((folder / "x.pdf").lstat().st_mode) == "-rw-------"


@pytest.mark.parametrize("kind", ["link", "file", "folder", "pipe"])
def test_what_was_put_in_the_place_of_a_file_is_neither_written_nor_named(kind: str, room: Path) -> None:
    folder = room / "files"
    landing, file = begin(folder)
    file.close()
    kept = landing.path.rename(room / "kept")
    match kind:
        case "link":
            landing.path.symlink_to(room / "private" / "a.fcs")
        case "file":
            landing.path.write_bytes(b"theirs")
        case "folder":
            landing.path.mkdir()
        case _:
            os.mkfifo(landing.path)
    for act in (landing.reopen, lambda: landing.settle("x.pdf")):
        with pytest.raises(OSError, match=r"."):
            act()
    assert names(folder) == [landing.path.name]
    assert kept.read_bytes() == b""
    assert (room / "private" / "a.fcs").read_bytes() == SECRET


def test_a_link_under_the_wanted_name_is_left_alone(room: Path) -> None:
    folder = room / "files"
    landing, file = begin(folder)
    with file:
        file.write(b"%PDF")
    (folder / "x.pdf").symlink_to(room / "private" / "a.fcs")
    (folder / "x (2).pdf").symlink_to(room / "private" / "none")
    assert landing.settle("x.pdf") == folder / "x (3).pdf"
    assert (folder / "x (3).pdf").read_bytes() == b"%PDF"
    assert (room / "private" / "a.fcs").read_bytes() == SECRET
    assert not (room / "private" / "none").exists()


def _moved_while_written(folder: Path, to: Path) -> None:
    with Folder(folder).part("x.pdf") as part:
        part.write(b"%PDF")
        folder.rename(folder.with_name("moved"))
        folder.symlink_to(to)


def test_a_download_is_named_in_its_folder_or_not_at_all(room: Path) -> None:
    """The folder made room for a link to another one while a file was on its way."""
    with pytest.raises(Rejected, match="could not be saved"):
        _moved_while_written(room / "files", room / "private")
    assert names(room / "private") == ["a.fcs", "day"]
