"""Files that go to a signed link: from their beginning each time, never half of one and half of another."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest

from pentad.errors import Malformed, PlatformError, Rejected, Unavailable
from pentad.http.storing import Changed, store
from tests.http.wire import KEY, Line, Step, text

BODY = bytes(range(256)) * 4096
LINK = "https://storage.example/uploads/7?sig=s3cr3t-of-the-link"


class Desk:
    """A line to the storage; what arrives there is read whole, as a server would."""

    def __init__(self, folder: Path, *steps: Step) -> None:
        self.file = folder / "run.fcs"
        self.file.write_bytes(BODY)
        self.line = Line(*map(self._reading, steps))
        self.arrived: list[bytes] = []
        self.told: list[int] = []

    def _reading(self, step: Step) -> Step:
        async def play(request: httpx.Request) -> httpx.Response:
            self.arrived.append(await request.aread())
            answer = step(request)
            assert isinstance(answer, httpx.Response)
            return answer

        return play

    async def store(self, link: str = LINK) -> None:
        with self.file.open("rb") as file:
            await store(self.line.shop(), link, file, self._sent)

    async def _sent(self, size: int) -> None:
        self.told.append(size)


async def test_bytes_arrive_whole_with_their_length_and_without_the_credential(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(b""))
    await desk.store()

    (request,) = desk.line.seen
    assert desk.arrived == [BODY]
    assert request.method == "PUT"
    assert request.headers["content-length"] == str(len(BODY))
    assert request.headers["content-type"] == "application/octet-stream"
    assert "transfer-encoding" not in request.headers
    assert "authorization" not in request.headers
    assert KEY not in str(request.headers)
    assert desk.told[-1] == len(BODY)


async def test_a_storage_that_fails_in_passing_gets_all_of_it_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(b"", 503), text(b"", 500), text(b""))
    await desk.store()
    assert desk.arrived == [BODY] * 3


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (text(b"<Error/>", 403), Rejected, "refused the file (HTTP 403); its link may have expired"),
        (text(b"", 503), Unavailable, "failed"),
    ],
)
async def test_a_refusal_is_told_without_the_link(
    step: Step, error: type[PlatformError], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        await Desk(tmp_path, step).store()
    assert words in caught.value.message
    assert "s3cr3t" not in str(caught.value.words())


async def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(b""))

    async def grow(size: int) -> None:
        if size < len(BODY):
            desk.file.write_bytes(BODY + b"more")

    with desk.file.open("rb") as file, pytest.raises(Changed, match="changed while it was uploaded"):
        await store(desk.line.shop(), LINK, file, grow)


async def test_a_link_to_this_machine_is_not_followed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(b""))
    with pytest.raises(Malformed, match="not fetched from"):
        await desk.store("https://127.0.0.1/uploads")
    assert desk.line.seen == []
