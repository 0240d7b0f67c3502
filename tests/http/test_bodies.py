"""Large answers: rows go to the store as they come, and read from there as if they were in memory."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.clock import Clock
from pentad.errors import Malformed, Rejected, Unavailable
from pentad.http.bodies import LARGE, redacted
from pentad.jsontext import dumps
from pentad.models import Rows, Tabular
from pentad.operations import reads
from pentad.results.folder import Scratch, Unkept
from pentad.results.record import Stored
from pentad.results.store import QUOTA, Store
from tests.clock import ManualClock
from tests.http.wire import KEY, Line, Shop, Step, parts, text
from tests.proof import EXAMPLES

ROW = {"id": 1, "price": 1.5, "note": "word " * 200, "of": {"kind": ["a", None]}}
MANY = LARGE // 1000


class Depot(Shop):
    rows_in = ("data", "rows")

    def opened(self, data: Any) -> Any:
        return data.get("data", data)


class Answer(Tabular):
    rows: Rows
    total: int | None = None


@reads("GET /stock")
async def query_stock(depot: Depot) -> Answer:
    """All of it."""
    return await depot.get(Answer)


class Desk:
    """A line to the depot, and the store that its answers go to."""

    def __init__(self, folder: Path, *steps: Step, quota: int = QUOTA, clock: Clock | None = None) -> None:
        self.store = Store(ManualClock(), scratch=Scratch(folder), quota=quota)
        self.line = Line(*steps, clock=clock, store=self.store)

    async def ask(self) -> Answer:
        line = self.line
        return await query_stock(Depot(line.connection, line.bench))


def body(rows: int = MANY, **beside: Any) -> bytes:
    return dumps({"status": "ok", "data": {"rows": [ROW] * rows, "total": 7, **beside}}).encode()


def cut(whole: bytes, size: int = 60_000) -> Iterator[bytes]:
    return (whole[at : at + size] for at in range(0, len(whole), size))


async def test_rows_of_a_large_answer_read_like_those_of_a_small_one(tmp_path: Path) -> None:
    answers = [await Desk(tmp_path, parts(*cut(body(rows)))).ask() for rows in (3, MANY)]

    assert isinstance(answers[0].rows, list)
    assert isinstance(answers[1].rows, Stored)
    for answer, rows in zip(answers, (3, MANY), strict=True):
        assert answer.total == 7
        assert len(answer.rows) == rows
        assert answer.rows[0] == answer.rows[-1] == ROW
        assert answer.rows[:2] == [ROW, ROW]
        assert sum(row["id"] for row in answer.rows) == rows


async def test_a_compressed_answer_is_no_exception(tmp_path: Path) -> None:
    packed = gzip.compress(body())
    answer = await Desk(tmp_path, parts(*cut(packed), content_encoding="gzip")).ask()

    assert answer.rows[MANY - 1] == ROW


async def test_the_credential_is_not_among_the_rows(tmp_path: Path) -> None:
    desk = Desk(tmp_path, parts(*cut(body(echo=KEY).replace(b"word", KEY.encode()), 7001)))
    answer = await desk.ask()

    assert answer.rows[5]["note"].startswith("(credential) (credential)")
    assert KEY.encode() not in b"".join(desk.store.kept.popitem()[1].lines.read(0, MANY))


async def test_an_answer_that_breaks_off_is_asked_for_again(tmp_path: Path) -> None:
    whole = body()
    broken = parts(whole[:-100_000], httpx.ReadError("reset"))
    desk = Desk(tmp_path, broken, parts(*cut(whole)))

    assert len((await desk.ask()).rows) == MANY
    assert len(desk.line.seen) == 2
    assert len(desk.store.kept) == 1


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (body()[:-1], "not complete JSON"),
        (body().replace(b'{"id":1', b'7,{"id":1', 1), "rows of which number 0 is no object"),
        (dumps({"text": "x" * 2 * LARGE}).encode(), "more than one answer can hold, and not as rows"),
        (b"<html>" + b" " * 2 * LARGE, "web page"),
    ],
)
async def test_a_large_answer_in_another_form_is_refused_and_leaves_nothing(
    tmp_path: Path, sent: bytes, says: str
) -> None:
    desk = Desk(tmp_path, parts(*cut(sent)))
    with pytest.raises(Malformed, match=says):
        await desk.ask()

    assert not desk.store.kept
    assert not list(tmp_path.rglob("*.ndjson"))


async def test_an_answer_that_the_store_cannot_take_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, parts(*cut(body(4 * MANY))), quota=2 * LARGE)
    with pytest.raises(Unkept, match="8 MiB that results may take"):
        await desk.ask()

    assert not list(tmp_path.rglob("*.ndjson"))


async def test_an_answer_that_never_ends_ends_with_the_time_of_the_call(tmp_path: Path) -> None:
    clock = ManualClock()

    def wait() -> None:
        clock.advance(30)

    desk = Desk(tmp_path, parts(body()[: LARGE + 1], wait, b" ", wait, b" "), clock=clock)
    with pytest.raises(Unavailable):
        await desk.ask()

    assert not desk.store.kept


async def test_an_error_is_never_taken_for_rows(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(b'{"message":"No."}' + b" " * 2 * LARGE, status=400))
    with pytest.raises(Rejected) as caught:
        await desk.ask()

    assert caught.value.quote == "No."


async def all_of(chunks: Sequence[bytes], secret: bytes) -> bytes:
    async def given_chunks() -> AsyncGenerator[bytes]:
        for chunk in chunks:
            yield chunk

    return b"".join([part async for part in redacted(given_chunks(), secret)])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text("abc", max_size=40), st.text("abc", min_size=1, max_size=4), st.data())
async def test_a_secret_goes_wherever_the_chunks_are_cut(body: str, secret: str, data: st.DataObject) -> None:
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5))), len(body)]
    chunks = [body[a:b].encode() for a, b in pairwise(cuts)]
    assert await all_of(chunks, secret.upper().encode()) == body.encode()
    body, chunks = body.upper(), [chunk.upper() for chunk in chunks]
    got = await all_of(chunks, secret.upper().encode())
    assert got == body.replace(secret.upper(), "(credential)").encode()
