"""Summaries over several files: one after the other, gone on with by the next call, nothing done twice."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from pentad.sandbox import Fault
from tests.inside import World


def asked(world: World, **more: Any) -> dict[str, Any]:
    population = world.sample("omiq", "deep_population")
    return {"workflow_id": world.sample("omiq", "workflow"), "populations": [population], **more}


def exports(world: World) -> list[int]:
    """The files of the exports that were ordered, in this order."""
    sent = [one for one in world.sent("omiq", "POST") if one.path.endswith("/export/initiate")]
    return [json.loads(one.request_body)["fileIds"][0] for one in sent]


async def test_every_file_that_is_ready_is_counted_with_its_metadata_at_hand(world: World) -> None:
    state = world.sandbox.platforms["omiq"].state
    state.long_op_seconds = 1
    dataset = int(world.sample("omiq", "dataset"))
    files = [file for file in state.files.values() if file.dataset == dataset]
    for file in files[6:]:
        del state.files[file.id]
    fields = ["file", "Donor", "Visit", "events", "pct_parent"]
    told = await world.ask("omiq_summarize_population", **asked(world), fields=fields)

    assert told["columns"] == fields
    assert told["total"] == 6
    assert sorted(exports(world)) == sorted(file.id for file in files[:6])
    assert {row[1] for row in told["rows"]} == {"D101", "D102"}


async def test_a_summary_that_outlasts_the_call_goes_on_with_the_next_one(world: World) -> None:
    state = world.sandbox.platforms["omiq"].state
    state.long_op_seconds = 12
    dataset = int(world.sample("omiq", "dataset"))
    for file in [file for file in state.files.values() if file.dataset == dataset][7:]:
        del state.files[file.id]
    first = await world.ask("omiq_summarize_population", **asked(world))
    done = first["about"]["files_done"]

    assert 0 < done < first["about"]["of_files"]
    assert len(first["rows"]) == done
    assert "call again with the same arguments" in first["note"]
    seen = first
    for _ in range(20):
        if "files_done" not in seen.get("about", {}):
            break
        seen = await world.ask("omiq_summarize_population", **asked(world))

    assert seen["total"] == first["about"]["of_files"]
    assert seen["rows"][:done] == first["rows"]
    assert len(exports(world)) == len(set(exports(world))) == seen["total"]


async def test_nothing_is_left_on_disk_and_the_same_question_is_not_exported_again(world: World) -> None:
    files = [world.sample("omiq", "file")]
    told = [
        await world.ask("omiq_summarize_population", **asked(world), files=files, features=["CD8"])
        for _ in range(2)
    ]
    assert told[0]["rows"] == told[1]["rows"]
    assert len(exports(world)) == 1
    assert not list(world.settings.results.rglob("*.csv"))
    assert not list(world.settings.results.rglob("*.part"))


async def test_gates_that_have_changed_are_counted_anew(world: World) -> None:
    files = [world.sample("omiq", "file")]
    first = await world.ask("omiq_summarize_population", **asked(world), files=files)
    state = world.sandbox.platforms["omiq"].state
    stored = state.workflows[int(asked(world)["workflow_id"])]
    stored.document = deepcopy(stored.document)
    tree = next(task for task in stored.document["tasks"] if task["id"] == 2)["gatingTree"]
    container = tree["nodes"][world.sample("omiq", "deep_population")]["filterContainerId"]
    tree["filterContainers"][container]["defaultFilter"]["max"]["f1Val"] = -1000
    world.clock.advance(200)
    second = await world.ask("omiq_summarize_population", **asked(world), files=files)

    assert first["rows"][0][2] > 0
    assert second["rows"][0][2:4] == [0, 0]
    assert len(exports(world)) == 2


async def test_every_event_can_be_counted_beside_populations(world: World) -> None:
    populations = ["UNFILTERED", "Lymphocytes/Singlets"]
    told = await world.ask(
        "omiq_summarize_population",
        **asked(world, populations=populations, files=[world.sample("omiq", "file")]),
    )
    assert [row[1] for row in told["rows"]] == populations
    assert told["rows"][0][4] == 100
    assert told["rows"][0][2] > told["rows"][1][2]


async def test_medians_are_scaled_or_in_instrument_units(world: World) -> None:
    files = [world.sample("omiq", "file")]
    asking = asked(world, files=files, features=["CD3", "FSC-A"])
    scaled = await world.ask("omiq_summarize_population", **asking)
    raw = await world.ask("omiq_summarize_population", **asking, reverse_transform=True)

    assert scaled["columns"][-2:] == ["median CD3", "median FSC-A"]
    assert scaled["rows"][0][-1] == raw["rows"][0][-1]
    assert scaled["rows"][0][-2] < 10 < raw["rows"][0][-2]
    assert scaled["rows"][0][2] == raw["rows"][0][2]


async def test_a_file_that_fails_is_named(world: World) -> None:
    files = [world.sample("omiq", "file"), world.sample("omiq", "override_file")]
    await world.ask("omiq_summarize_population", **asked(world), files=files[:1])
    world.sandbox.platforms["omiq"].faults.add(Fault("status", status=400, path="/api/export/initiate"))
    told = await world.refused("omiq_summarize_population", **asked(world), files=files)
    assert told["message"].startswith("File 'VAX07_D101_V1_spike.fcs': ")


async def test_a_full_disk_is_told(world: World) -> None:
    world.app.session.store.quota = 1000
    told = await world.refused(
        "omiq_summarize_population", **asked(world), files=[world.sample("omiq", "file")]
    )
    assert "the limit is 1,000. Nothing was kept" in told["message"]
    assert not list(world.settings.results.rglob("*.part"))
