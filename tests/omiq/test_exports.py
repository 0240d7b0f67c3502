"""Tables of events come out whole, to disk; what was asked for is found in them, and links stay secret."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pentad.errors import Malformed
from pentad.platforms.omiq.columns import told
from pentad.sandbox import Fault
from tests.inside import World


def asked(world: World, **more: Any) -> dict[str, Any]:
    return {"workflow_id": world.sample("omiq", "workflow"), "file": world.sample("omiq", "file"), **more}


def order(world: World) -> dict[str, Any]:
    """The last export that was ordered."""
    sent = [one for one in world.sent("omiq", "POST") if one.path.endswith("/export/initiate")]
    body: dict[str, Any] = json.loads(sent[-1].request_body)
    return body


def rows(saved: dict[str, Any]) -> list[dict[str, str]]:
    with Path(saved["path"]).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def test_the_order_carries_every_option_and_the_document_as_it_came(world: World) -> None:
    options = ["namecol", "drop_not_filtered", "reverse_transform", "no_row_idx"]
    populations = [world.sample("omiq", name) for name in ("population", "deep_population")]
    saved = await world.ask(
        "omiq_export_events",
        **asked(world),
        populations=populations,
        features=["CD3", "FSC-A"],
        options=options,
    )
    sent = order(world)
    state = world.sandbox.platforms["omiq"].state
    document = sent.pop("instructions")

    assert sent == {
        "datasetId": int(world.sample("omiq", "dataset")),
        "fileIds": [int(world.sample("omiq", "file"))],
        "featureNames": ["BUV395-A", "FSC-A"],
        "addOrigRowIdx": False,
        "reverseTransform": True,
        "format": "CSV",
        "filterUsageMode": "NAMECOL",
        "dropNotFiltered": True,
    }
    assert document["filters"] == populations
    assert document["taskId"] == 2
    # The sandbox refuses a document that is not the stored one; numbers came back as they were spelt.
    assert document["config"]["id"] == state.workflows[int(asked(world)["workflow_id"])].id
    assert {row["OmiqFilter"] for row in rows(saved)} == {
        "Lymphocytes/Singlets",
        "Lymphocytes/Singlets/Live CD3+",
    }
    assert saved["columns"] == ["BUV395-A___CD3", "FSC-A", "OmiqFilter"]


async def test_the_handle_answers_in_sql_and_no_event_passes_through_the_model(world: World) -> None:
    name = "Lymphocytes/Singlets"
    saved = await world.ask("omiq_export_events", **asked(world), populations=[name], features=["CD3"])
    sql = (
        f'SELECT count(*) AS n, sum("{name}") AS inside, max("BUV395-A___CD3") AS top FROM {saved["result"]}'
    )
    counted = await world.ask("query_results", sql=sql)
    read = rows(saved)

    assert "rows" not in saved
    assert counted["rows"] == [
        [
            len(read),
            sum(int(row[name]) for row in read),
            max(float(row["BUV395-A___CD3"]) for row in read),
        ]
    ]


async def test_fcs_is_saved_without_a_handle(world: World) -> None:
    saved = await world.ask("omiq_export_events", **asked(world), task_id="2", options=["fcs"])
    assert Path(saved["path"]).read_bytes()[:6] == b"FCS3.1"
    assert "result" not in saved


async def test_the_token_stays_with_the_api_and_the_link_with_the_storage(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [
        await world.ask("omiq_export_events", **asked(world), task_id="2", features=["CD3"]),
        await world.ask(
            "omiq_download_file",
            dataset_id=world.sample("omiq", "dataset"),
            file_id=world.sample("omiq", "file"),
        ),
        await world.ask("pentad_status"),
    ]
    stored = [one for one in world.sent("omiq") if one.host.startswith("storage.")]

    assert len(stored) == 2
    assert all("authorization" not in one.request_headers for one in stored)
    signs = {value for one in stored for _, value in one.query}
    assert signs
    assert not [sign for sign in signs if len(sign) > 12 and sign in json.dumps(told) + caplog.text]
    assert "storage." not in json.dumps(told)
    assert "GET https://storage." in caplog.text


async def test_flags_are_found_whatever_their_columns_are_called(world: World) -> None:
    ids = [world.sample("omiq", name) for name in ("population", "deep_population")]
    asking = {"workflow_id": world.sample("omiq", "workflow"), "files": [world.sample("omiq", "file")]}
    told = []
    for style in ("path", "id", "name"):
        world.sandbox.platforms["omiq"].state.flag_names = style
        # What was counted before is remembered.
        world.app.session.connections.clear()
        summary = await world.ask("omiq_summarize_population", **asking, populations=ids)
        told.append([row[2] for row in summary["rows"]])

    assert told[0] == told[1] == told[2]
    assert told[0][0] > told[0][1] > 0


@pytest.mark.parametrize(
    ("header", "flags", "guessed"),
    [
        (["Orig_Row_Number", "A___CD3", "B", "P/Q", "P"], {"q": "P/Q", "p": "P"}, False),
        (["B", "A", "p", "q"], {"q": "q", "p": "p"}, False),
        (["A", "B", "filter 1", "filter 2"], {"q": "filter 1", "p": "filter 2"}, True),
        (["A", "B", "Q", "Q"], {"q": "Q", "p": "Q"}, True),
    ],
)
def test_columns_are_told_by_name_or_by_place(
    header: list[str], flags: dict[str, str], *, guessed: bool
) -> None:
    found = told(header, ["A", "B"], {"q": ["q", "P/Q", "Q"], "p": ["p", "P"]})
    assert (found.flags, found.guessed) == (flags, guessed)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["A", "Q", "P"], "no column of the feature 'B'"),
        (["A", "B", "x"], "not one for each of the 2 filters"),
        (["A", "B", "x", "y", "z"], "not one for each of the 2 filters"),
    ],
)
def test_columns_that_are_missing_are_named(header: list[str], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        told(header, ["A", "B"], {"q": ["Q1"], "p": ["P1"]})


@pytest.mark.parametrize(
    ("arguments", "at", "words"),
    [
        ({}, "task_id", "give a task's id, or populations"),
        ({"populations": ["Lymphocites"]}, "populations", "did you mean"),
        ({"populations": ["l6400"], "task_id": "4"}, "populations", "is not available at task 4"),
        ({"populations": ["l6400", "cc700"]}, "populations", "branches beside each other"),
        ({"task_id": "7"}, "task_id", "writes files"),
        ({"task_id": "2", "features": ["CD33"]}, "features.0", "did you mean BUV395-A"),
        ({"task_id": "2", "features": ["zzz"]}, "features.0", "there are Time, FSC-A"),
    ],
)
async def test_what_cannot_be_exported_is_told_with_what_can(
    world: World, arguments: dict[str, Any], at: str, words: str
) -> None:
    refused = await world.refused("omiq_export_events", **asked(world), **arguments)
    assert words in " ".join(refused["problems"][at])
    assert not [one for one in world.sent("omiq", "POST") if one.path.endswith("/export/initiate")]


@pytest.mark.parametrize(
    ("file", "words"),
    [("nofile.fcs", "the dataset has no file"), ("$processing_file", "its status is PROCESSING")],
)
async def test_a_file_that_cannot_be_exported_is_told(world: World, file: str, words: str) -> None:
    named = world.sample("omiq", file[1:]) if file.startswith("$") else file
    told = await world.refused("omiq_export_events", **asked(world, file=named), task_id="2")
    assert words in " ".join(told["problems"]["files.0"])


async def test_an_export_that_breaks_off_is_gone_on_with_by_ranges(world: World) -> None:
    storage = world.sandbox.platforms["omiq"]
    storage.faults.add(Fault("truncate", path="/exports/*", after_bytes=5000))
    saved = await world.ask("omiq_export_events", **asked(world), task_id="2")
    ranges = [
        one.request_headers.get("range") for one in world.sent("omiq") if one.host.startswith("storage.")
    ]

    assert len(rows(saved)) == 3000
    assert ranges == [None, "bytes=5000-"]
    assert [path.name for path in world.settings.downloads.iterdir()] == [Path(saved["path"]).name]


async def test_a_link_that_has_expired_is_told_and_leaves_nothing(world: World) -> None:
    world.sandbox.platforms["omiq"].state.link_life = -1
    told = await world.refused("omiq_export_events", **asked(world), task_id="2")
    assert "its link may have expired. Nothing was kept" in told["message"]
    assert list(world.settings.downloads.iterdir()) == []


async def test_an_artifact_that_is_a_table_has_a_handle_with_numbers(world: World) -> None:
    saved = await world.ask(
        "omiq_download_artifact",
        workflow_id=world.sample("omiq", "workflow"),
        task_id=world.sample("omiq", "artifact_task"),
        file=world.sample("omiq", "artifact"),
    )
    described = await world.ask("query_results", sql=f"DESCRIBE {saved['result']}")
    assert {row[1] for row in described["rows"]} > {"VARCHAR"}


async def test_a_file_is_never_overwritten(world: World) -> None:
    dataset, file = world.sample("omiq", "dataset"), world.sample("omiq", "file")
    paths = [
        (await world.ask("omiq_download_file", dataset_id=dataset, file_id=file))["path"] for _ in range(2)
    ]
    assert len(set(paths)) == 2
    assert Path(paths[0]).read_bytes() == Path(paths[1]).read_bytes()
