"""Files land in one folder, under a plain name, whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.call import Call
from pentad.errors import Rejected, Unavailable
from pentad.files import Folder, Interrupted
from pentad.models import Saved
from pentad.names import safe_name
from tests.clock import ManualClock
from tests.http.wire import URL, Parts, content, names
from tests.proof import EXAMPLES

FALLBACK = "report-7.pdf"
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"
}


@pytest.mark.parametrize(
    ("offered", "name"),
    [
        ("Q3 report.pdf", "Q3 report.pdf"),
        ("Übersicht 東京.pdf", "Übersicht 東京.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/olute.csv", "olute.csv"),
        ("C:\\x\\y.csv", "y.csv"),
        ("C:x.csv", "C_x.csv"),
        (".bashrc", "bashrc"),
        ("...x...", "x"),
        (" x.pdf ", "x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u200bb.pdf", "ab.pdf"),
        ("a\tb\nc.pdf", "a b c.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ('a<b>:"|?*c.pdf', "a_b______c.pdf"),
        ("report.tar.gz", "report.tar.gz"),
        ("con1.txt", "con1.txt"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
        ("x." + "y" * 200, "x." + "y" * 15),
        ("東" * 100 + ".pdf", "東" * 65 + ".pdf"),
    ],
)
def test_a_name_becomes_a_plain_one(offered: str, name: str) -> None:
    assert safe_name(offered, FALLBACK) == name


@pytest.mark.parametrize(
    "offered",
    [
        *[None, "", " ", ".", "..", "/", "a/", "a\\", "\u200b", "\u3000", "con", "CON.txt", "nul.tar.gz"],
        *["aux .txt", "COM1", "lpt9.x", "com¹.txt", "CONIN$"],
    ],
)
def test_what_is_no_name_is_replaced(offered: str | None) -> None:
    assert safe_name(offered, FALLBACK) == FALLBACK


def test_the_replacement_is_made_plain_too() -> None:
    assert safe_name("", "a\0b:c.bin") == "ab_c.bin"
    assert safe_name("", "..") == "download.bin"


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text() | st.from_regex(r"[./\\ a:\u00a0\u3000-]{0,9}(con|nul|x)?[./\\ é東]{0,300}"), st.text())
def test_a_name_never_leaves_the_folder(offered: str, fallback: str) -> None:
    name = safe_name(offered, fallback)
    assert name
    assert not re.search(r'[/\\<>:"|?*\x00-\x1f\x7f]', name)
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert name.partition(".")[0].strip().lower() not in DEVICES
    assert len(name) <= 120
    assert len(name.encode()) <= 200
    assert safe_name(name, "other") == name


def _response(*parts: object, path: str = "/x", **headers: str) -> httpx.Response:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = httpx.Request("GET", f"{URL}{path}")
    return httpx.Response(200, stream=Parts(parts), headers=named, request=request)


async def _save(folder: Path, response: httpx.Response, limit: int = 2**20) -> Saved:
    return await Folder(folder, limit).save(response, "report-7", Call(ManualClock()))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a.pdf", "a.pdf"),
        ('inline; filename="a;b.pdf"', "a;b.pdf"),
        ('attachment; filename="a\\"b.pdf"', "a_b.pdf"),
        ("attachment; filename*=UTF-8''%e6%9d%b1%20x.pdf", "東 x.pdf"),
        ("attachment; filename=\"plain.pdf\"; filename*=utf-8''b%C3%BC.pdf", "bü.pdf"),
        ("attachment; filename*=utf-8'de'b%C3%BC.pdf; filename=\"plain.pdf\"", "bü.pdf"),
        ("attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("attachment; filename*=nonsense''%e6%9d.pdf", "æ.pdf"),
        ('attachment; filename*0="long "; filename*1="name.pdf"', "long name.pdf"),
        ('attachment; filename="../../x.pdf"', "x.pdf"),
        ('attachment; filename="Übersicht.pdf"', "Übersicht.pdf"),
        ('attachment; filename=""', "report-7.pdf"),
        ("attachment", "report-7.pdf"),
        ("", "report-7.pdf"),
        (";;;=;filename", "report-7.pdf"),
    ],
)
async def test_the_name_comes_from_the_answer(tmp_path: Path, header: str, name: str) -> None:
    saved = await _save(
        tmp_path, _response(b"%PDF", content_disposition=header, content_type="application/pdf")
    )
    assert Path(saved.path) == tmp_path / name
    assert (saved.size, saved.media_type, saved.rows) == (4, "application/pdf", None)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=60) | st.text("filename*=0;'\"% utf-8\\", max_size=60))
async def test_any_header_yields_a_name(tmp_path_factory: pytest.TempPathFactory, header: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    value = f"attachment; filename{header}".encode(errors="ignore")
    request = httpx.Request("GET", URL)
    headers = [(b"content-disposition", value)]
    saved = await _save(folder, httpx.Response(200, stream=Parts([b"x"]), headers=headers, request=request))
    assert Path(saved.path).parent == folder
    assert len(names(folder)) == 1


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/files/export%20.csv?sig=1", "text/plain", "export .csv"),
        ("/files/..%2F..%2Fx.csv", "text/plain", "x.csv"),
        ("/files/no-suffix", "text/csv; charset=utf-8", "report-7.csv"),
        ("/", "", "report-7.bin"),
        ("/x", "application/zip", "report-7.zip"),
    ],
)
async def test_else_from_the_address_or_the_type(tmp_path: Path, path: str, kind: str, name: str) -> None:
    saved = await _save(tmp_path, _response(b"x", path=path, content_type=kind))
    assert Path(saved.path).name == name
    assert saved.media_type == (kind.partition(";")[0] or "application/octet-stream")


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "report-7 (2).pdf").mkdir()
    (tmp_path / "report-7 (3).pdf").symlink_to(tmp_path / "nowhere")
    saved_as = []
    for body in (b"one", b"two", b"three"):
        saved = await _save(tmp_path, _response(body, content_type="application/pdf"))
        saved_as.append((Path(saved.path).name, content(saved)))
    assert saved_as == [
        ("report-7.pdf", b"one"),
        ("report-7 (4).pdf", b"two"),
        ("report-7 (5).pdf", b"three"),
    ]
    assert not (tmp_path / "nowhere").exists()


async def test_a_folder_full_of_namesakes_is_told(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / (f"x ({number}).pdf" if number > 1 else "x.pdf")).touch()
    with pytest.raises(Rejected, match="too many files"):
        await _save(tmp_path, _response(b"x", content_disposition="a; filename=x.pdf"))
    assert len(names(tmp_path)) == 1000 - 1


async def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    saved = await _save(folder, _response(b"x"))
    assert (_mode(Path(saved.path)), _mode(folder)) == (0o600, 0o700)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _vanish(folder: Path) -> None:
    for part in folder.glob(".*"):
        part.unlink()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([b"half", httpx.ReadError("reset")], Interrupted),
        ([b"half", httpx.RemoteProtocolError("incomplete")], Interrupted),
        ([b"half", httpx.ReadTimeout("slow")], Interrupted),
        ([b"x" * 2**19] * 3, Rejected),
        ([b"half", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))], Rejected),
        ([b"half", ValueError("a defect")], ValueError),
    ],
)
async def test_nothing_is_left_behind(
    tmp_path: Path, body: list[bytes | Exception], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await _save(tmp_path, _response(*body))
    assert names(tmp_path) == []


async def test_a_file_that_cannot_be_given_its_name_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="could not be saved"):
        await _save(tmp_path, _response(b"x", lambda: _vanish(tmp_path)))
    assert names(tmp_path) == []


async def test_a_body_that_cannot_be_unpacked_is_a_break(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        await _save(tmp_path, _response(b"not gzip", content_encoding="gzip"))
    assert names(tmp_path) == []


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Rejected, match="could not be saved") as caught:
        await _save(tmp_path / "file" / "folder", _response(b"x"))
    assert str(tmp_path) not in str(caught.value.words())


async def test_a_download_ends_with_the_calls_time(tmp_path: Path) -> None:
    clock = ManualClock()

    async def pass_time() -> None:
        clock.advance(30)

    response = _response(b"1", pass_time, b"2", pass_time, b"3", pass_time, b"4")
    with pytest.raises(Unavailable, match="too slow"):
        await Folder(tmp_path).save(response, "x", Call(clock))
    assert names(tmp_path) == []


@pytest.mark.parametrize(("length", "total"), [("1048576", 2.0**20), ("", None), ("many", None)])
async def test_progress_is_told_in_steps(tmp_path: Path, length: str, total: float | None) -> None:
    told: list[tuple[float, float | None, str]] = []

    async def progress(done: float, total: float | None, message: str) -> None:
        told.append((done, total, message))

    response = _response(*[b"x" * 2**12] * 256, content_length=length)
    await Folder(tmp_path).save(response, "x", Call(ManualClock(), progress))
    assert 4 <= len(told) <= 6
    assert {(whole, message) for _, whole, message in told} == {(total, "downloading")}
