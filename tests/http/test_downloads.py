"""A download: the file itself, a pointer to it, or a redirect."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest

from pentad.errors import Malformed, NotFound, Rejected
from pentad.files import Interrupted
from tests.http.wire import Line, Step, breaks, content, fails, names, ok, parts, save_dream, save_thing, text

FILE = text(b"%PDF", content_type="application/pdf")
FAR = "https://files.example/a/report.pdf?sig=1"
BROKEN = [
    parts(b"%P", httpx.ReadError("reset"), content_type="application/pdf"),
    parts(b'{"url":', httpx.ReadError("reset"), content_type="application/json"),
    parts(b"not gzip", content_type="application/json", content_encoding="gzip"),
]


@pytest.mark.parametrize(
    "first", [None, ok({"url": FAR}), text("", 302, location=FAR), ok({"url": "/a/report.pdf"})]
)
async def test_the_file_is_reached_directly_or_through_a_link(first: Step | None, tmp_path: Path) -> None:
    line = Line(*([first] if first else []), FILE, folder=tmp_path)
    saved = await save_thing(line.shop(), "7")
    assert Path(saved.path).name == ("report.pdf" if first else "thing-7.pdf")
    assert content(saved) == b"%PDF"


@pytest.mark.parametrize("step", BROKEN)
async def test_an_interrupted_download_is_tried_three_times(step: Step, tmp_path: Path) -> None:
    line = Line(step, FILE, folder=tmp_path)
    assert (await save_thing(line.shop(), "7")).size == 4
    line = Line(step, folder=tmp_path)
    with pytest.raises(Interrupted, match="nothing was kept"):
        await save_thing(line.shop(), "7")
    assert len(line.seen) == 3
    assert names(tmp_path) == ["thing-7.pdf"]


async def test_a_link_that_breaks_is_asked_for_again(tmp_path: Path) -> None:
    line = Line(ok({"url": FAR}), BROKEN[0], ok({"url": FAR}), FILE, folder=tmp_path)
    assert (await save_thing(line.shop(), "7")).size == 4
    assert [request.url.host for request in line.seen] == ["shop.example", "files.example"] * 2


async def test_a_download_that_costs_is_not_tried_again(tmp_path: Path) -> None:
    line = Line(BROKEN[0], FILE, folder=tmp_path)
    with pytest.raises(Interrupted):
        await save_dream(line.shop())
    assert len(line.seen) == 1


@pytest.mark.parametrize(
    "step",
    [
        ok({}),
        ok({"url": None}),
        ok({"url": 7}),
        ok([FAR]),
        ok("x"),
        text("{", content_type="application/json"),
    ],
)
async def test_a_garbled_pointer_is_asked_for_again_before_it_is_malformed(
    step: Step, tmp_path: Path
) -> None:
    passing, lasting = Line(step, step, FILE, folder=tmp_path), Line(step, folder=tmp_path)
    assert content(await save_thing(passing.shop(), "7")) == b"%PDF"
    with pytest.raises(Malformed):
        await save_thing(lasting.shop(), "7")
    with pytest.raises(Malformed):
        await save_dream(Line(step, FILE, folder=tmp_path).shop())
    assert [len(passing.seen), len(lasting.seen)] == [3, 3]


@pytest.mark.parametrize(
    "step",
    [
        ok({"url": "http://10.0.0.1/x"}),
        ok({"url": "https://[::1"}),
        text("", 302, location="file:///x"),
    ],
)
async def test_a_pointer_astray_is_malformed_at_once(step: Step, tmp_path: Path) -> None:
    line = Line(step, FILE, folder=tmp_path)
    with pytest.raises(Malformed):
        await save_thing(line.shop(), "7")
    assert len(line.seen) == 1


async def test_a_refused_download_is_told_as_any_refusal(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="thing_id='7'"):
        await save_thing(Line(fails(404), folder=tmp_path).shop(), "7")
    with pytest.raises(Rejected, match="does not allow"):
        await save_thing(Line(ok({"url": FAR}), fails(403), folder=tmp_path).shop(), "7")


async def test_faults_before_the_body_are_repeated(tmp_path: Path) -> None:
    line = Line(fails(503), breaks(httpx.ReadError("reset")), FILE, folder=tmp_path)
    assert (await save_thing(line.shop(), "7")).size == 4
    assert len(line.seen) == 3


async def test_a_link_draws_on_no_budget(tmp_path: Path) -> None:
    line = Line(ok({"url": FAR}), fails(429, retry_after="1"), FILE, folder=tmp_path)
    await save_thing(line.shop(), "7")
    assert len(line.connection.pacing.budget("general").taken) == 1
