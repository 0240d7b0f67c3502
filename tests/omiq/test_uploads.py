"""Files brought in: registered, sent without the token, processed; what fails leaves no empty record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.clock import ManualClock
from tests.inside import EVERYTHING, World

FCS = b"FCS3.1    " + bytes(range(256)) * 64


@pytest.fixture
def run(world: World) -> Path:
    """A file where the user lets files be taken from."""
    place = world.settings.downloads
    place.mkdir()
    (place / "run.fcs").write_bytes(FCS)
    return place / "run.fcs"


async def upload(world: World, *paths: str) -> dict[str, Any]:
    return await world.ask("omiq_upload_files", dataset_id=world.sample("omiq", "dataset"), paths=list(paths))


async def refused(world: World, *paths: str) -> dict[str, Any]:
    dataset = world.sample("omiq", "dataset")
    return await world.refused("omiq_upload_files", dataset_id=dataset, paths=list(paths))


def registered(world: World) -> list[Any]:
    sent = [one for one in world.sent("omiq", "POST") if one.path.endswith("/files")]
    return [json.loads(one.request_body) for one in sent]


async def names(world: World) -> set[str]:
    dataset = world.sample("omiq", "dataset")
    told = await world.ask("omiq_list_files", dataset_id=dataset, fields=["name"])
    return {row[0] for row in told["rows"]}


async def test_a_file_is_registered_sent_and_waited_for(world: World, run: Path) -> None:
    told = await upload(world, "run.fcs")
    dataset = int(world.sample("omiq", "dataset"))

    assert told["columns"] == ["name", "id", "status", "size"]
    assert told["rows"] == [["run.fcs", told["rows"][0][1], "COMPLETE", len(FCS)]]
    assert registered(world) == [
        {
            "datasetKey": dataset,
            "files": [
                {
                    "displayName": "run.fcs",
                    "fileName": "run.fcs",
                    "contentType": "application/octet-stream",
                    "datasetId": dataset,
                }
            ],
        }
    ]
    (put,) = world.sent("omiq", "PUT")
    assert put.request_body == FCS
    assert "authorization" not in put.request_headers
    again = await world.ask("omiq_download_file", dataset_id=str(dataset), file_id=told["rows"][0][1])
    assert Path(again["path"]).read_bytes() == FCS


async def test_several_files_come_in_the_order_they_were_named(world: World, run: Path) -> None:
    (run.parent / "counts.csv").write_text("a,b\n1,2\n")
    (run.parent / "broken.fcs").write_bytes(b"no such thing")
    told = await upload(world, "counts.csv", "run.fcs", "broken.fcs")

    assert [(row[0], row[2]) for row in told["rows"]] == [
        ("counts.csv", "COMPLETE"),
        ("run.fcs", "COMPLETE"),
        ("broken.fcs", "FAILED"),
    ]
    assert "OMIQ could not read 1 file" in told["note"]


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["/etc/hostname"], "lies in no folder that files may be taken from"),
        (["nothing.fcs"], "cannot be read"),
        (["empty.fcs"], "is empty"),
        (["run.fcs", "sub/run.fcs"], "another of these paths has this file name"),
    ],
)
async def test_what_cannot_be_taken_is_told_before_anything_is_sent(
    world: World, run: Path, paths: list[str], words: str
) -> None:
    (run.parent / "empty.fcs").write_bytes(b"")
    (run.parent / "sub").mkdir()
    (run.parent / "sub" / "run.fcs").write_bytes(FCS)
    told = await refused(world, *paths)

    assert words in json.dumps(told)
    assert registered(world) == []


async def test_a_name_that_the_dataset_has_is_not_uploaded_beside_it(world: World, run: Path) -> None:
    await upload(world, "run.fcs")
    told = await refused(world, "run.fcs")

    assert "the dataset has a file of this name already" in told["problems"]["paths.0"][0]
    assert len(registered(world)) == 1


async def test_a_file_that_changes_meanwhile_is_taken_back(tmp_path: Path) -> None:
    world, clock = slow_world(tmp_path)
    large = world.settings.downloads / "large.fcs"
    large.write_bytes(FCS)
    before = await names(world)

    async def write_on() -> None:
        large.write_bytes(FCS * 2)

    clock.meddle = write_on
    path = f"/api/datasets/{world.sample('omiq', 'dataset')}/files"
    world.sandbox.platforms["omiq"].faults.add(Fault("delay", method="POST", path=path, delay=LONG))
    told = await refused(world, "large.fcs")

    assert "changed before it was uploaded" in told["problems"]["paths.0"][0]
    assert "Its record was removed again" in told["problems"]["paths.0"][0]
    assert await names(world) == before
    await world.app.aclose()


async def test_a_storage_that_refuses_leaves_no_record_and_the_other_files_stay(
    world: World, run: Path
) -> None:
    (run.parent / "two.fcs").write_bytes(FCS)
    before = await names(world)
    world.sandbox.platforms["omiq"].faults.add(Fault("status", status=403, method="PUT", path="/uploads/*"))
    told = await refused(world, "run.fcs", "two.fcs")

    assert told["message"].startswith("1 file of 2 could not be uploaded")
    assert [one["name"] for one in told["uploaded"]] == ["two.fcs"]
    assert await names(world) == before | {"two.fcs"}


async def test_a_storage_that_fails_in_passing_is_sent_to_again(world: World, run: Path) -> None:
    faults = world.sandbox.platforms["omiq"].faults
    faults.add(Fault("status", status=503, method="PUT", path="/uploads/*"))
    faults.add(Fault("reset", method="PUT", path="/uploads/*"))
    told = await upload(world, "run.fcs")

    assert told["rows"][0][2] == "COMPLETE"
    assert len(registered(world)) == 1
    assert len(world.sent("omiq", "PUT")) >= 2


async def test_an_unclear_registration_is_not_repeated(world: World, run: Path) -> None:
    dataset = world.sample("omiq", "dataset")
    path = f"/api/datasets/{dataset}/files"
    world.sandbox.platforms["omiq"].faults.add(Fault("lost_answer", method="POST", path=path))
    told = await refused(world, "run.fcs")

    assert told["outcome"] == "unknown"
    assert "look for the files with omiq_list_files" in told["message"]
    assert len(registered(world)) == 1


async def test_an_upload_goes_on_by_itself_and_the_same_call_follows_it(tmp_path: Path) -> None:
    world, clock = slow_world(tmp_path)
    (world.settings.downloads / "run.fcs").write_bytes(FCS)
    arrived = asyncio.Event()

    async def hold() -> None:
        clock.advance(60)
        await arrived.wait()

    clock.meddle = hold
    fault = Fault("delay", method="PUT", path="/uploads/*", delay=LONG)
    world.sandbox.platforms["omiq"].faults.add(fault)
    first = await upload(world, "run.fcs")
    arrived.set()
    second = await upload(world, "run.fcs")

    assert first["status"] == "uploading"
    assert first["of"] == len(FCS)
    assert "goes on by itself: call again with the same arguments" in first["note"]
    assert second["rows"][0][2] == "COMPLETE"
    assert len(registered(world)) == len(world.sent("omiq", "PUT")) == 1
    await world.app.aclose()


async def test_an_upload_that_nobody_follows_ends_with_the_server(tmp_path: Path) -> None:
    world, clock = slow_world(tmp_path)
    (world.settings.downloads / "run.fcs").write_bytes(FCS)

    async def hold() -> None:
        clock.advance(60)
        await asyncio.Event().wait()

    clock.meddle = hold
    world.sandbox.platforms["omiq"].faults.add(Fault("delay", method="PUT", path="/uploads/*", delay=LONG))
    await upload(world, "run.fcs")
    await world.app.aclose()

    assert world.app.session.connections == {}


LONG = 7.25


class Meddling(ManualClock):
    """Something happens while the platform takes so long."""

    meddle: Callable[[], Awaitable[None]]

    async def sleep(self, seconds: float) -> None:
        if seconds == LONG:
            await self.meddle()
        await super().sleep(seconds)


def slow_world(tmp_path: Path) -> tuple[World, Meddling]:
    clock = Meddling()
    world = World(tmp_path / "files", clock, **EVERYTHING)
    world.settings.downloads.mkdir()
    return world, clock
