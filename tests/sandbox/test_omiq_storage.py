"""OMIQ: signed addresses hand files out, in parts if asked, and take uploads."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox.omiq import fcs
from pentad.sandbox.omiq.storage import KEPT_BYTES
from tests.sandbox.omiq_desk import Desk, flow_data

OCTETS = {"content_type": "application/octet-stream"}
RUN = fcs.head([fcs.Parameter("FSC-A"), fcs.Parameter("BV421-A", "CD4|x")], 3) + fcs.interleaved(
    [[1.0, 2.0, 3.0], [4.5, 5.5, 6.5]]
)


async def link(desk: Desk, sample: str = "file") -> str:
    path = f"/datasets/{desk.samples['dataset']}/files/{desk.samples[sample]}/download"
    url: str = (await desk.read(path))["url"]
    return url


async def registered(desk: Desk, *names: str) -> dict[str, Any]:
    dataset = desk.samples["dataset"]
    kind = {"contentType": "application/octet-stream", "datasetId": dataset}
    files = [{"displayName": name, "fileName": name, **kind} for name in names]
    told: dict[str, Any] = await desk.send(
        f"/datasets/{dataset}/files", {"datasetKey": dataset, "files": files}
    )
    return told


async def status(desk: Desk, file: int) -> Any:
    rows = (await desk.read(f"/datasets/{desk.samples['dataset']}/files"))["files"]
    return next(row for row in rows if row["id"] == file)


async def test_an_original_is_an_fcs_file_of_the_size_that_was_told() -> None:
    desk = Desk()
    response = await desk.fetch(await link(desk))
    assert len(response.content) == (await status(desk, desk.samples["file"]))["size"]
    read = flow_data(response.content)
    values = desk.state.values(desk.samples["file"])
    assert read.pnn_labels == list(values)
    assert (read.event_count, read.text["cyt"]) == (3_000, "Aurora")
    columns = zip(*read.as_array(preprocess=False).tolist(), strict=True)
    assert [list(column) for column in columns] == list(values.values())


async def test_parts_are_honoured_and_held_to_their_tag() -> None:
    desk = Desk()
    url = await link(desk)
    whole = await desk.fetch(url)
    tag, total = whole.headers["etag"], len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, start, end in (
        ("100-199", 100, 200),
        (f"{total - 9}-", total - 9, total),
        ("-50", total - 50, total),
    ):
        part = await desk.fetch(url, range=f"bytes={asked}", if_range=tag)
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{total}"
    other = await desk.fetch(url, range="bytes=100-199", if_range='"other"')
    several = await desk.fetch(url, range="bytes=0-1,4-5")
    beyond = await desk.fetch(url, range=f"bytes={total}-")
    assert (other.status_code, several.status_code, beyond.status_code) == (200, 200, 416)
    assert beyond.headers["content-range"] == f"bytes */{total}"
    desk.state.ranges = False
    ignored = await desk.fetch(url, range="bytes=100-199")
    assert (ignored.status_code, len(ignored.content), "accept-ranges" in ignored.headers) == (
        200,
        total,
        False,
    )


async def test_an_address_is_good_for_a_while_one_path_and_one_method_and_alone() -> None:
    desk = Desk()
    url, spare = await link(desk), str(desk.samples["spare_file"])
    refused = await desk.fetch(url, authorization=f"Bearer {desk.held['token']}")
    assert (refused.status_code, "Only one auth mechanism" in refused.text) == (400, True)
    assert (await desk.fetch(url.replace(str(desk.samples["file"]), spare))).status_code == 403
    assert (await desk.put(url, b"x", **OCTETS)).status_code == 403
    async with httpx.AsyncClient(transport=desk.box.transport()) as client:
        assert (await client.delete(url)).status_code == 405
    desk.state.link_life = 30
    shorter = await link(desk)
    desk.clock.advance(30)
    assert (await desk.fetch(url)).status_code == 200
    late = await desk.fetch(shorter)
    assert (late.status_code, late.headers["content-type"]) == (403, "application/xml")
    assert "expired" in late.text


async def test_an_address_outlives_its_file_in_vain() -> None:
    desk = Desk()
    url = await link(desk)
    path = f"/datasets/{desk.samples['dataset']}/files/{desk.samples['file']}"
    assert (await desk.ask("DELETE", path)).json() == {}
    assert (await desk.fetch(url)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "final"),
    [
        ("run.fcs", RUN, "COMPLETE"),
        ("run.fcs", b"JUNK", "FAILED"),
        ("run.csv", b"a,b\n1,2\n", "COMPLETE"),
        ("run.csv", b"one column\n", "FAILED"),
        ("empty.csv", b"", "FAILED"),
    ],
)
async def test_an_upload_is_processed_and_can_be_had_back(name: str, content: bytes, final: str) -> None:
    desk = Desk()
    told = await registered(desk, "first.fcs", name)
    file = told["files"][1]
    assert (file["fileName"], file["status"], "size" in file) == (name, "UPLOADING", False)
    assert (await desk.put(told["signedUrls"][1], content, **OCTETS)).status_code == 200
    assert (await status(desk, file["id"]))["status"] == "PROCESSING"
    desk.clock.advance(desk.state.processing_seconds)
    settled = await status(desk, file["id"])
    assert (settled["status"], settled["size"]) == (final, len(content))
    path = f"/datasets/{desk.samples['dataset']}/files/{file['id']}/download"
    assert (await desk.fetch((await desk.read(path))["url"])).content == content
    assert (await status(desk, told["files"][0]["id"]))["status"] == "UPLOADING"


async def test_an_uploaded_run_can_be_exported() -> None:
    desk = Desk()
    told = await registered(desk, "run.fcs", "run.csv")
    for url, content in zip(told["signedUrls"], (RUN, b"a,b\n1,2\n"), strict=True):
        await desk.put(url, content, **OCTETS)
    desk.clock.advance(desk.state.processing_seconds)
    first, second = (file["id"] for file in told["files"])
    rows = await desk.table(10, [], fileIds=[first], featureNames=["BV421-A"])
    assert [row["BV421-A___CD4|x"] for row in rows] == ["4.5", "5.5", "6.5"]
    failed = await desk.send(
        "/export/initiate", await desk.order(10, [], fileIds=[second], featureNames=["a"])
    )
    assert failed == {"error": "The events of the file cannot be read."}


async def test_an_upload_has_to_be_what_it_was_announced_as() -> None:
    desk = Desk()
    (url,) = (await registered(desk, "run.fcs"))["signedUrls"]

    async def pieces() -> Any:
        yield RUN

    wrong: list[tuple[Any, dict[str, str], int]] = [
        (RUN, {}, 400),
        (RUN, {"content_type": "text/csv"}, 400),
        (pieces(), OCTETS, 411),
        (RUN, {**OCTETS, "content_length": "3"}, 400),
        (RUN, {**OCTETS, "authorization": "Bearer x"}, 400),
    ]
    for content, headers, expected in wrong:
        assert (await desk.put(url, content, **headers)).status_code == expected
    assert (await status(desk, int(url.partition("uploads/")[2].partition("?")[0])))["status"] == "UPLOADING"
    assert (await desk.put(url, RUN, **OCTETS)).status_code == 200


async def test_a_registration_that_contradicts_itself_is_refused() -> None:
    desk = Desk()
    dataset = desk.samples["dataset"]
    entry = {
        "displayName": "a",
        "fileName": "a",
        "contentType": "application/octet-stream",
        "datasetId": dataset,
    }
    wrong: list[dict[str, Any]] = [
        {"datasetKey": 1, "files": [entry]},
        {"datasetKey": dataset, "files": []},
        {"datasetKey": dataset, "files": [{**entry, "datasetId": 1}]},
        {"datasetKey": dataset, "files": [{**entry, "fileName": "../a"}]},
    ]
    before = len(desk.state.files)
    for body in wrong:
        assert (await desk.ask("POST", f"/datasets/{dataset}/files", body)).status_code == 400
    assert len(desk.state.files) == before


async def test_artifacts_are_a_table_and_a_picture_and_copies_have_them_too() -> None:
    desk = Desk()
    copy = {
        "datasetId": desk.samples["dataset"],
        "name": "Copy",
        "initialize": False,
        "fromId": desk.samples["workflow"],
        "keepComputedResults": True,
    }
    made = (await desk.send("/workflows", copy))["config"]["id"]
    for workflow in (desk.samples["workflow"], made):
        path = f"/workflows/{workflow}/getArtifactUrl"
        wanted = {"taskId": 9, "file": "subset_counts.csv", "download": True}
        table = await desk.fetch((await desk.send(path, wanted))["url"])
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(table.text.splitlines()) == 1 + 4 * 15
        wanted = {"taskId": 8, "file": "gates.png", "download": True}
        assert (await desk.fetch((await desk.send(path, wanted))["url"])).content.startswith(b"\x89PNG")
        assert (await desk.ask("POST", path, {**wanted, "file": "none"})).status_code == 404


async def test_a_repeated_file_is_streamed_with_a_known_length_and_little_of_it_is_logged() -> None:
    desk = Desk()
    desk.state.repeat[desk.samples["file"]] = 40
    told = await desk.send("/export/initiate", await desk.order(2, []))
    sizes: list[int] = []
    async with (
        httpx.AsyncClient(transport=desk.box.transport()) as client,
        client.stream("GET", told["url"]) as response,
    ):
        last = b""
        async for chunk in response.aiter_raw():
            sizes.append(len(chunk))
            last = chunk
    assert sum(sizes) == int(response.headers["content-length"]) > 1_000_000
    assert max(sizes) <= 65_536
    assert last.splitlines()[-1].startswith(b"120000,")
    assert len(desk.platform.log[-1].response_body) == KEPT_BYTES


async def test_the_number_of_events_can_be_chosen() -> None:
    desk = Desk()
    desk.state.events[desk.samples["file"]] = 12
    assert len(await desk.table(2, [])) == 12
    assert flow_data((await desk.fetch(await link(desk))).content).event_count == 12
    assert len(desk.state.values(desk.samples["file"])["Time"]) == 12
