"""Names of files that strangers chose: a download gets a plain one, uploads and secrets have no others."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.call import Call
from pentad.errors import Rejected
from pentad.files import Folder
from pentad.inbox import Inbox
from pentad.names import is_strange, safe_name
from pentad.vault import Vault
from tests.clock import ManualClock
from tests.corpora import entries, kinds
from tests.http.wire import URL, Parts, names
from tests.proof import EXAMPLES

GROUPS = kinds("names")["hostile file names"]
HOSTILE = entries("names", "hostile file names")
SEEN = "devices", "streams", "ends"


def _is_plain(name: str) -> bool:
    return (
        bool(name)
        and not re.search(r'[/\\<>:"|?*\x00-\x1f\x7f-\x9f]', name)
        and not name.startswith((".", " "))
        and len(name) <= 120
        and len(name.encode()) <= 200
        and not is_strange(name, windows=True)
    )


def test_every_name_of_the_corpus_becomes_a_plain_one() -> None:
    assert [name for name in HOSTILE if not _is_plain(safe_name(name, "report.pdf"))] == []
    assert [name for name in HOSTILE if not _is_plain(safe_name(None, name))] == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=4).map("".join))
def test_so_does_whatever_they_are_combined_to(name: str) -> None:
    plain = safe_name(name, "report.pdf")
    assert _is_plain(plain)
    assert safe_name(plain, "other") == plain


def _dispositions() -> Iterator[bytes]:
    for name in HOSTILE:
        spelt = name.replace("\\", "\\\\").replace('"', '\\"')
        yield f'attachment; filename="{spelt}"'.encode()
        yield f"attachment; filename*=UTF-8''{quote(name, safe='')}".encode()
    yield from (header.encode() for header in entries("names", "hostile dispositions"))


async def test_a_download_lies_in_its_folder_as_it_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    for number, header in enumerate(_dispositions()):
        request = httpx.Request("GET", f"{URL}/{quote(HOSTILE[number % len(HOSTILE)], safe='')}")
        answer = httpx.Response(
            200, headers=[(b"content-disposition", header)], stream=Parts([b"%PDF"]), request=request
        )
        saved = Path((await Folder(folder).save(answer, "report", Call(ManualClock()))).path)
        assert names(tmp_path) == ["files"]
        assert names(folder) == [saved.name], header
        assert saved.parent == folder
        assert stat.filemode(saved.lstat().st_mode) == "-rw-------"
        assert _is_plain(saved.name), header
        saved.unlink()


def test_no_such_name_is_taken_from_the_folder_of_uploads(tmp_path: Path) -> None:
    """Not even those that lie there, where they are not what they look like."""
    runs = tmp_path / "runs"
    runs.mkdir()
    (tmp_path / "x.pdf").write_bytes(b"secret")
    for name in HOSTILE:
        with pytest.raises(Rejected) as refused, Inbox([runs]).open(name):
            pass
        assert refused.value.outcome == "none"
        assert str(tmp_path) not in refused.value.message
    for group in ("invisible", "bidirectional", "controls"):
        for name in [name for name in GROUPS[group] if "/" not in name]:
            (runs / name).write_bytes(b"x")
            with pytest.raises(Rejected, match=r"not what it looks like|hidden"), Inbox([runs]).open(name):
                pass


def test_what_windows_takes_for_something_else_is_strange_there_and_nowhere_else() -> None:
    told = {name for group in SEEN for name in GROUPS[group] if not re.search(r"[/\\\s\u3000\u00a0]", name)}
    assert [name for name in told if not is_strange(name, windows=True)] == []
    assert [name for name in told if is_strange(name, windows=False)] == []
    good = [
        "run 1.fcs",
        "Übersicht 東京.pdf",
        "Screenshot 3.15\u202fPM.png",
        "\u0645\u06cc\u200c\u062e.csv",
        "👩\u200d🔬.fcs",
    ]
    assert [name for name in good if is_strange(name, windows=True)] == []


async def test_no_such_name_is_that_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    for name in ("x.pdf", "keys/database"):
        (tmp_path / name).write_text("s3cret-enough")
        (tmp_path / name).chmod(0o600)
    vault, call = Vault(tmp_path / "keys"), Call(ManualClock())
    for name in HOSTILE:
        with pytest.raises(Rejected):
            await vault.secret(name, call)
    assert await vault.secret("database", call) == "s3cret-enough"
