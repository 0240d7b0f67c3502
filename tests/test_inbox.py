"""Which files may leave this machine: those in folders that the user named, and no others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pentad.errors import Rejected
from pentad.inbox import Inbox
from pentad.settings import load


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("runs", "other", "private"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.fcs").write_bytes(name.encode())
    return tmp_path / "runs", tmp_path / "other"


def test_files_of_the_folders_are_opened_by_path_or_name(folders: tuple[Path, Path]) -> None:
    inbox = Inbox(folders)
    for path in ("a.fcs", str(folders[0] / "a.fcs"), "../runs/./a.fcs"):
        with inbox.open(path) as file:
            assert file.read() == b"runs"
    with inbox.open("../other/a.fcs") as file:
        assert file.read() == b"other"


def test_a_file_that_goes_in_one_piece_has_a_name_and_a_bound(folders: tuple[Path, Path]) -> None:
    inbox = Inbox(folders)
    assert inbox.read("a.fcs", most=4) == ("a.fcs", b"runs")
    (folders[0] / "large.zip").write_bytes(b"x" * (2**20 + 1))
    with pytest.raises(Rejected, match="has more than 1 MiB"):
        inbox.read("large.zip", most=2**20)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../private/a.fcs", "lies in no folder that files may be taken from.*PENTAD_UPLOADS"),
        ("/etc/passwd", "lies in no folder"),
        ("~/.ssh/id_rsa", "cannot be read|lies in no folder"),
        ("b.fcs", "cannot be read: No such file"),
        ("", "is not a file"),
        (".", "is not a file"),
        ("a\0b", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        (".hidden", "is hidden"),
        ("link.fcs", "lies in no folder"),
        ("pipe.fcs", "is not a file"),
    ],
)
def test_everything_else_is_refused(folders: tuple[Path, Path], path: str, words: str) -> None:
    runs = folders[0]
    (runs / ".hidden").write_bytes(b"secret")
    (runs / "link.fcs").symlink_to(runs.parent / "private" / "a.fcs")
    os.mkfifo(runs / "pipe.fcs")
    with pytest.raises(Rejected, match=words) as caught, Inbox(folders).open(path):
        pass
    assert caught.value.outcome == "none"
    assert str(runs) not in caught.value.message


def test_the_folders_are_a_setting_and_the_download_folder_without_it() -> None:
    assert load({"PENTAD_CONFIG": os.devnull, "PENTAD_UPLOADS": "/b/runs,/a"}).uploads == (
        Path("/a"),
        Path("/b/runs"),
    )
    assert load({"PENTAD_CONFIG": os.devnull}).uploads == ()
