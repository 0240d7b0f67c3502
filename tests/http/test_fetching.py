"""Files behind signed links: resumed where that is possible, without the credential, and leaving no half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from pentad.call import Call, Unfinished
from pentad.errors import Malformed, PlatformError, Rejected, Unavailable
from pentad.files import Folder, Interrupted
from pentad.http.fetching import fetch
from pentad.models import Saved
from tests.disk import full_disk
from tests.http.wire import KEY, Line, Step, breaks, content, names, parts, text

BODY = bytes(range(256)) * 40
LINK = "https://storage.example/exports/events.csv?sig=s3cr3t-of-the-link"
BREAK = httpx.ReadError("reset")


def whole(**headers: str) -> Step:
    told: dict[str, Any] = {"etag": '"1"', "content_type": "text/csv"}
    told.update(headers)
    return text(BODY, **told)


def broken(at: int, **headers: str) -> Step:
    told: dict[str, Any] = {"etag": '"1"', "content_type": "text/csv", "content_length": str(len(BODY))}
    told.update(headers)
    return parts(BODY[:at], BREAK, **told)


def ranged(request: httpx.Request) -> httpx.Response:
    """A storage that gives out the rest of the file."""
    start = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
    told = {"content-range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}", "etag": '"1"'}
    return httpx.Response(206, content=BODY[start:], headers=told)


class Desk:
    """A line to the storage: links that are asked for are counted."""

    def __init__(self, folder: Path, *steps: Step, limit: int = 2**20) -> None:
        self.line = Line(*steps, folder=folder)
        self.folder = Folder(folder, limit)
        self.links = 0

    async def link(self) -> str:
        self.links += 1
        return LINK

    async def fetch(self, call: Call | None = None) -> Saved:
        shop = self.line.shop(call)
        await fetch(shop, "key", self.link, self.folder)
        return self.folder.settle("key", "thing")


async def test_a_file_is_fetched_under_its_own_name_without_the_credential(tmp_path: Path) -> None:
    desk = Desk(tmp_path, whole(content_disposition='attachment; filename="T cells.csv"'))
    saved = await desk.fetch()

    assert (Path(saved.path).name, saved.size, saved.media_type) == ("T cells.csv", len(BODY), "text/csv")
    assert content(saved) == BODY
    (request,) = desk.line.seen
    assert KEY not in str(request.headers)
    assert "authorization" not in request.headers
    assert desk.folder.partials == {}


@pytest.mark.parametrize("at", [1, 100, len(BODY) - 1])
async def test_what_broke_off_is_gone_on_with(at: int, tmp_path: Path) -> None:
    desk = Desk(tmp_path, broken(at), ranged)

    assert content(await desk.fetch()) == BODY
    asked = desk.line.seen[1].headers
    assert (asked["range"], asked["if-range"]) == (f"bytes={at}-", '"1"')
    assert desk.links == 1


@pytest.mark.parametrize(
    "second",
    [
        whole(),
        whole(etag='"2"'),
        text(b"", 416),
        text(BODY[5:], 206, content_range=f"bytes 5-{len(BODY) - 1}/{len(BODY)}"),
        text(BODY, 206),
    ],
)
async def test_a_file_that_changed_or_a_server_without_ranges_begins_anew(
    second: Step, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, broken(100), second, whole())
    assert content(await desk.fetch()) == BODY
    assert names(tmp_path) == ["events.csv"]


@pytest.mark.parametrize("headers", [{"etag": 'W/"1"'}, {"etag": ""}])
async def test_without_a_strong_tag_nothing_is_resumed(headers: dict[str, str], tmp_path: Path) -> None:
    desk = Desk(tmp_path, broken(100, **headers), whole())
    assert content(await desk.fetch()) == BODY
    assert "range" not in desk.line.seen[1].headers


async def test_the_next_call_goes_on_where_time_ran_out(tmp_path: Path) -> None:
    late = Desk(tmp_path)
    clock = late.line.manual
    told: dict[str, Any] = {"etag": '"1"', "content_length": str(len(BODY))}
    body = parts(BODY[:300], lambda: clock.advance(60), BODY[300:600], BODY[600:], **told)
    late.line.tape.steps = [body, ranged]
    with pytest.raises(Unfinished) as caught:
        await late.fetch()

    assert caught.value.members == {"status": "downloading", "bytes": 600, "of": len(BODY)}
    assert [name.endswith(".part") for name in names(tmp_path)] == [True]
    assert content(await late.fetch()) == BODY
    assert late.links == 1


async def test_where_nothing_can_be_resumed_nothing_is_kept(tmp_path: Path) -> None:
    late = Desk(tmp_path)
    clock = late.line.manual
    late.line.tape.steps = [parts(BODY[:300], lambda: clock.advance(60), BODY[300:600], BODY[600:])]
    with pytest.raises(Unavailable, match="too slow to finish in time; nothing was kept"):
        await late.fetch()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (text(b"<Error/>", 403), Rejected, "link may have expired. Nothing was kept; call again"),
        (text(b"gone", 404), Rejected, "HTTP 404"),
        (text(b"", 503), Unavailable, "failed"),
        (text(b"<html>", content_type="text/html"), Malformed, "web page instead of a file"),
        (text(b"", 302, location="https://169.254.169.254/x"), Malformed, "not fetched from"),
        (text(b"", 302, location=LINK), Malformed, "from one link to another"),
        (text(BODY * 200, etag='"1"'), Rejected, "the limit is 1,048,576. Nothing was kept"),
        (parts(*[BODY] * 200), Rejected, "larger than the limit of 1,048,576 bytes; nothing was kept"),
        (breaks(httpx.ConnectError("no route")), Unavailable, "could not be reached"),
        (parts(BREAK), Interrupted, "broke off"),
    ],
)
async def test_what_goes_wrong_is_told_without_the_link_and_leaves_nothing_behind(
    step: Step, error: type[PlatformError], words: str, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, step)
    with pytest.raises(error) as caught:
        await desk.fetch()

    assert words in caught.value.message
    assert "s3cr3t" not in str(caught.value.words())
    assert names(tmp_path) == []


async def test_a_folder_that_closes_leaves_no_half_files(tmp_path: Path) -> None:
    desk = Desk(tmp_path, broken(100), broken(100), broken(100))
    with pytest.raises(Interrupted):
        await desk.fetch()

    assert len(names(tmp_path)) == 1
    desk.folder.close()
    assert names(tmp_path) == []


async def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, whole())
    with full_disk(4096), pytest.raises(Rejected, match="could not be saved: File too large"):
        await desk.fetch()
    assert names(tmp_path) == []


async def test_of_files_that_nobody_goes_on_with_the_oldest_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for number in range(12):
        folder.begin(str(number), httpx.URL(LINK))
    assert list(folder.partials) == [str(number) for number in range(4, 12)]
    assert len(names(tmp_path)) == 8


@pytest.mark.parametrize("place", ["http://storage.example/x", "https://localhost/x", "https://10.0.0.8/x"])
async def test_a_link_to_elsewhere_is_not_followed(place: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, whole())

    async def link() -> str:
        return place

    with pytest.raises(Malformed, match="not fetched from"):
        await fetch(desk.line.shop(), "key", link, desk.folder)
    assert desk.line.seen == []
