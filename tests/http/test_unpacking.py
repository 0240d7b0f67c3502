"""Packed bodies: every one is unpacked in small steps, and none grows beyond its bound."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed, Rejected, Unavailable
from pentad.files import Folder, Interrupted
from pentad.http.unpacking import STEP, unpacked
from tests.http.wire import THING, Line, Parts, get_thing, names, ok, parts, save_thing, text
from tests.proof import EXAMPLES

JSON = b'{"id":"7","name":"lamp"}'


def raw(body: bytes) -> bytes:
    """What some servers call deflate: without its frame."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def halves(body: bytes) -> bytes:
    middle = len(body) // 2
    return gzip.compress(body[:middle]) + gzip.compress(b"") + gzip.compress(body[middle:])


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": halves,
    "deflate": zlib.compress,
    "Deflate, identity": raw,
}


def bomb(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(mebibytes)), packer.flush()])


async def _read(packing: str, chunks: Sequence[bytes]) -> list[bytes]:
    headers = {"content-encoding": packing} if packing else {}
    return [part async for part in unpacked(httpx.Response(200, stream=Parts(chunks), headers=headers))]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(list(PACKINGS)), st.sampled_from([1, 3000]), st.data())
async def test_a_body_is_what_was_packed_wherever_it_is_cut(
    body: bytes, packing: str, times: int, data: st.DataObject
) -> None:
    packed = PACKINGS[packing](body * times)
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(packed)), max_size=5))), len(packed)]
    found = await _read(packing, [packed[a:b] for a, b in pairwise(cuts)])
    assert b"".join(found) == body * times
    assert all(len(part) <= STEP for part in found)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from(list(PACKINGS)), st.data())
async def test_a_body_that_is_cut_short_or_goes_on_is_an_error(
    body: bytes, packing: str, data: st.DataObject
) -> None:
    packed = PACKINGS[packing](body)
    members = {len(gzip.compress(body[: len(body) // 2]))} if packing == "x-gzip" else set[int]()
    members |= {length + len(gzip.compress(b"")) for length in members}
    cut = data.draw(st.integers(1, len(packed) - 1).filter(lambda at: at not in members))
    wrong = data.draw(st.sampled_from([packed[:cut], packed + b"\0", packed + b"more"]))
    with pytest.raises(httpx.DecodingError):
        await _read(packing, [wrong])


@pytest.mark.parametrize("packing", ["br", "zstd", "compress", "gzip, gzip", "gzip,br", "deflate gzip", "7z"])
async def test_another_packing_is_refused_in_answers_and_in_files(packing: str, tmp_path: Path) -> None:
    for act in (get_thing, save_thing):
        line = Line(parts(JSON, content_encoding=packing, content_type="application/pdf"), folder=tmp_path)
        with pytest.raises(Malformed, match="packed in a way that was not asked for"):
            await act(line.shop(), "7")
        assert len(line.seen) == 1
        assert line.seen[0].headers["accept-encoding"] == "gzip, deflate"
    assert names(tmp_path) == []


@pytest.mark.parametrize("packing", list(PACKINGS))
async def test_answers_and_files_are_unpacked(packing: str, tmp_path: Path) -> None:
    packed = PACKINGS[packing](JSON)
    line = Line(parts(packed, content_encoding=packing), folder=tmp_path)
    assert (await get_thing(line.shop(), "7")).id == "7"
    line = Line(parts(packed, content_encoding=packing, content_type="text/plain"), folder=tmp_path)
    assert (await save_thing(line.shop(), "7")).size == len(JSON)


async def test_an_answer_that_cannot_be_unpacked_is_asked_for_again() -> None:
    line = Line(parts(gzip.compress(JSON)[:-3], content_encoding="gzip"), ok(THING))
    assert (await get_thing(line.shop(), "7")).id == "7"
    line = Line(parts(b"garbage", content_encoding="gzip"))
    with pytest.raises(Unavailable, match="before its answer was complete"):
        await get_thing(line.shop(), "7")


async def test_a_bomb_ends_at_the_bound_and_takes_little_memory(tmp_path: Path) -> None:
    packed = bomb(200)
    assert len(packed) < 2**18
    line = Line(text(b""), folder=tmp_path)
    line.folder = Folder(tmp_path, limit=64 * 2**20)
    for kind, act, error, words, most in (
        ("application/pdf", save_thing, Rejected, "larger than the limit of 67,108,864 bytes", 8),
        ("application/json", save_thing, Malformed, "too large to be one", 8),
        ("application/json", get_thing, Malformed, "more than 32 MiB in one answer", 48),
    ):
        line.tape.steps = [parts(packed, content_encoding="gzip", content_type=kind)]
        tracemalloc.start()
        try:
            with pytest.raises(error, match=words):
                await act(line.shop(), "7")
            assert tracemalloc.get_traced_memory()[1] < most * 2**20
        finally:
            tracemalloc.stop()
    assert names(tmp_path) == []


async def test_a_file_that_breaks_off_while_packed_leaves_nothing(tmp_path: Path) -> None:
    line = Line(parts(bomb(1)[:-8], content_encoding="gzip"), folder=tmp_path)
    with pytest.raises(Interrupted):
        await save_thing(line.shop(), "7")
    assert names(tmp_path) == []


async def test_an_empty_body_is_one_however_it_is_called() -> None:
    assert b"".join(await _read("gzip", [])) == b""
    assert b"".join(await _read("deflate", [b""])) == b""
    line = Line(text("", 204, content_encoding="gzip"))
    with pytest.raises(Malformed, match="an empty body"):
        await get_thing(line.shop(), "7")
