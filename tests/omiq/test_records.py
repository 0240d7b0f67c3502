"""OMIQ's files through a real MCP client: one readable table, channels with markers, metadata kept whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from benchmarks.tokens import count

from pentad_tools.omiq.records import file_row, marker_of
from tests.inside import World

METADATA = ["Donor", "Visit", "Stim", "Batch"]


def sent_metadata(world: World) -> list[Any]:
    posts = world.sent("omiq", "POST")
    return [json.loads(exchange.request_body)["omiqMetadatas"] for exchange in posts]


async def stored(world: World, dataset: str) -> dict[str, dict[str, Any]]:
    """The metadata of every file, by file id."""
    told = await world.ask("omiq_list_files", dataset_id=dataset, fields=["id", *METADATA])
    assert "rows" not in told.get("more", {})
    return {row[0]: dict(zip(METADATA, row[1:], strict=True)) for row in told["rows"]}


async def test_a_dataset_of_files_is_one_answer_with_its_metadata_as_columns(world: World) -> None:
    dataset = world.sample("omiq", "dataset")
    answer = await world.app.call("omiq_list_files", {"dataset_id": dataset})
    told = json.loads(answer.text)
    common = told["about"]["in_all_files"] if "about" in told else {}

    assert told["total"] == len(told["rows"]) >= 24
    assert count(answer.text) <= 1500
    assert set(told["columns"]) | set(common) >= {"name", "id", "status", "size", *METADATA}
    assert {name for name in common if name in told["columns"]} == set()
    assert world.sample("omiq", "file") in [row[told["columns"].index("id")] for row in told["rows"]]


async def test_the_platforms_own_list_of_features_is_kept_behind_the_table(world: World) -> None:
    told = await world.ask("omiq_list_files", dataset_id=world.sample("omiq", "dataset"))
    rest = await world.ask("read_result", result=told["more"]["result"], fields=["features", "feature_list"])

    assert "feature_list" in told["more"]["fields"]
    assert all(isinstance(features, int) for features, _ in rest["rows"])


async def test_files_that_are_more_than_memory_should_hold_are_shaped_the_same_way(world: World) -> None:
    state, dataset = world.sandbox.platforms["omiq"].state, world.sample("omiq", "small_dataset")
    example = state.files[int(world.sample("omiq", "file"))]
    for number in range(3 * 10**14, 3 * 10**14 + 60):
        metadata = {"Donor": f"D{number % 7}", "Note": "n" * 100_000}
        state.files[number] = replace(example, id=number, dataset=int(dataset), metadata=metadata)
    told = await world.ask("omiq_list_files", dataset_id=dataset, fields=["id", "features"])
    asked = f"SELECT COUNT(*) AS files, COUNT(DISTINCT Donor) AS donors FROM {told['more']['result']}"
    counted = await world.ask("query_results", sql=f"{asked} WHERE Donor LIKE 'D_'")

    assert len(world.sent("omiq")[-1].response_body) > 4 * 2**20
    assert counted["rows"] == [[60, 7]]
    assert all(isinstance(file_id, str) and isinstance(features, int) for file_id, features in told["rows"])


async def test_a_file_is_read_bare_or_wrapped_with_its_channels_and_markers(world: World) -> None:
    dataset = world.sample("omiq", "dataset")
    listed = await world.ask("omiq_list_files", dataset_id=dataset, fields=["id"])
    for (file_id,) in listed["rows"][:6]:
        told = await world.ask("omiq_get_file", dataset_id=dataset, file_id=file_id)
        assert told["about"]["id"] == file_id
        assert told["total"] == told["about"].get("features", 0)
    answers = [json.loads(one.response_body) for one in world.sent("omiq", "GET")]
    example = await world.ask("omiq_get_file", dataset_id=dataset, file_id=world.sample("omiq", "file"))

    assert {"file" in answer for answer in answers[1:]} == {True, False}
    assert example["columns"][0] == "name"
    assert world.sample("omiq", "feature") in [row[0] for row in example["rows"]]


@pytest.mark.parametrize("merges", [False, True])
async def test_changing_one_column_sends_the_whole_row_of_each_file_and_of_no_other(
    world: World, merges: bool
) -> None:
    world.sandbox.platforms["omiq"].state.merges = merges
    dataset, file_id = (world.sample("omiq", name) for name in ("dataset", "file"))
    before = (await stored(world, dataset))[file_id]
    told = await world.ask(
        "omiq_update_file_metadata",
        dataset_id=dataset,
        metadata={f"F{file_id}": {"Visit": "V9", "Batch": None, "Reader": "mo"}},
    )

    whole = {name: value for name, value in before.items() if name != "Batch"}
    assert sent_metadata(world) == [{file_id: whole | {"Visit": "V9", "Reader": "mo"}}]
    row = dict(zip(told["columns"], told["rows"][0], strict=True))
    assert (row["id"], row["Visit"], row["Reader"], row["Donor"]) == (file_id, "V9", "mo", before["Donor"])
    assert (await stored(world, dataset))[file_id]["Visit"] == "V9"
    assert ("Batch" in row) is merges is (f"file {file_id}: 'Batch' was left out" in told.get("note", ""))


async def test_a_change_that_is_answered_with_a_ticket_is_sent_once_and_told_when_it_is_done(
    world: World,
) -> None:
    world.sandbox.platforms["omiq"].state.deferred = {"list_dataset_files", "set_file_metadata"}
    dataset, file_id = (world.sample("omiq", name) for name in ("dataset", "file"))
    told = await world.ask(
        "omiq_update_file_metadata", dataset_id=dataset, metadata={file_id: {"Visit": "V9"}}
    )

    assert told["rows"][0][told["columns"].index("Visit")] == "V9"
    assert len(world.sent("omiq", "POST")) == 1


async def test_a_file_of_another_dataset_stops_the_change_before_it_is_sent(world: World) -> None:
    file_id = world.sample("omiq", "file")
    told = await world.refused(
        "omiq_update_file_metadata",
        dataset_id=world.sample("omiq", "small_dataset"),
        metadata={file_id: {"Visit": "V9"}, "12": {"Visit": "V9"}},
    )

    assert set(told["problems"]) == {f"metadata.{file_id}", "metadata.12"}
    assert world.sent("omiq", "POST") == []


async def test_a_file_is_only_removed_after_a_plan_that_shows_it(world: World) -> None:
    dataset, file_id = (world.sample("omiq", name) for name in ("dataset", "spare_file"))
    plan = await world.ask("omiq_delete_file", dataset_id=dataset, file_id=file_id)
    assert world.sent("omiq", "DELETE") == []
    done = await world.ask("apply_plan", plan=plan["plan"])
    left = await world.ask("omiq_list_files", dataset_id=dataset, fields=["id"])

    assert plan["now"]["id"] == done["deleted"] == file_id
    assert len(world.sent("omiq", "DELETE")) == 1
    assert [file_id] not in left["rows"]


@pytest.mark.parametrize(
    ("feature", "marker"),
    [
        ({"name": "BUV395-A", "secondaryName": "CD3"}, "CD3"),
        ({"name": "BUV395-A", "markerLabel": "CD3", "description": "x"}, "CD3"),
        ({"name": "BUV395-A", "displayName": "BUV395-A", "type": "FLUO"}, None),
        ({"name": "FSC-A", "label": "", "marker": None}, None),
    ],
)
def test_a_marker_is_found_under_any_key_that_speaks_of_one(feature: Any, marker: str | None) -> None:
    assert marker_of(feature) == marker


def test_metadata_that_is_called_like_a_column_of_every_file_stays_apart_from_it() -> None:
    told = file_row({"id": 5, "fileName": "a.fcs", "metadata": {"name": "n", "Stim": 1}, "eventCount": 9})

    assert told["name"] == "a.fcs"
    assert (told["metadata.name"], told["Stim"], told["events"]) == ("n", 1, 9)
