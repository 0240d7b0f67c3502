"""Workflows through the tools: described without their documents, kept for a while, made, tagged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.jsontext import dumps
from pentad.results.tokens import estimate
from pentad.sandbox import Exchange, Fault
from tests.inside import World


def sample(world: World, name: str) -> str:
    return world.sample("omiq", name)


def sent(world: World, method: str, end: str = "") -> list[Exchange]:
    return [one for one in world.sent("omiq", method) if one.path.endswith(end)]


def body(exchange: Exchange) -> Any:
    return json.loads(exchange.request_body)


async def test_a_workflow_is_told_as_tasks_artifacts_and_populations(world: World) -> None:
    told = await world.ask("omiq_describe_workflow", workflow_id=sample(world, "workflow"))

    about = told["about"]
    assert about["id"] == sample(world, "workflow")
    assert about["dataset_id"] == sample(world, "dataset")
    assert about["tasks"][:2] == ["1 Scaling (ScalingTask)", "  2 Clean-up (GatingTask, 5 gates)"]
    assert {"task": sample(world, "artifact_task"), "file": sample(world, "artifact")} in about["artifacts"]
    assert told["columns"] == ["id", "population", "task", "gate"]
    assert told["rows"][:2] == [
        ["ehn00", "Lymphocytes", "2", "polygon"],
        ["qd601", "  Singlets", "2", "rectangle"],
    ]
    assert told["total"] == len(told["rows"])


async def test_at_a_task_only_what_is_available_there_is_told(world: World) -> None:
    whole = await world.ask(
        "omiq_describe_workflow", workflow_id=sample(world, "workflow"), fields=["id", "path"]
    )
    told = await world.ask(
        "omiq_describe_workflow",
        workflow_id=sample(world, "workflow"),
        task_id=sample(world, "subset_task"),
        fields=["id", "path", "overrides", "md"],
    )

    known = {row[0]: row for row in told["rows"]}
    assert known[sample(world, "deep_population")][1] == sample(world, "deep_population_path")
    assert sample(world, "override_file") in known[sample(world, "deep_population")][2]
    assert sample(world, "sibling_population") in [row[0] for row in whole["rows"]]
    assert sample(world, "sibling_population") not in known
    assert [line.split()[0] for line in told["about"]["tasks"]] == ["1", "2", "3", "4", "6", "7", "9"]


async def test_of_one_task_the_settings_are_told_as_they_are_changed(world: World) -> None:
    workflow = sample(world, "workflow")
    whole = await world.ask("omiq_describe_workflow", workflow_id=workflow)
    one = await world.ask("omiq_describe_workflow", workflow_id=workflow, task_id="3")
    scaled = await world.ask("omiq_describe_workflow", workflow_id=workflow, task_id="1")

    assert "settings" not in whole["about"]
    live = sample(world, "deep_population")
    assert one["about"]["settings"] == ["maxEvents: 1000", f'filterId: "{live}"', "perFile: true"]
    (scalings,) = [line for line in scaled["about"]["settings"] if line.startswith("scalings: ")]
    assert len(scalings) <= 180


async def test_of_250_populations_the_first_answer_is_short_and_the_rest_is_kept(world: World) -> None:
    told = await world.ask("omiq_describe_workflow", workflow_id=sample(world, "big_workflow"))

    assert estimate(dumps(told)) <= 1500
    assert told["total"] == 250
    assert len(told["rows"]) > 40
    kept = told["more"]["result"]
    counted = await world.ask(
        "query_results", sql=f"SELECT count(DISTINCT id) AS ids, count(features) AS known FROM {kept}"
    )
    assert counted["rows"] == [[250, 250]]


async def test_of_many_tasks_the_first_are_told_and_the_others_counted(world: World) -> None:
    workflow = world.sandbox.platforms["omiq"].state.workflows[int(sample(world, "big_workflow"))]
    more = [{"id": number, "type": "FigureTask", "name": f"Figure {number}"} for number in range(10, 150)]
    workflow.document = {**workflow.document, "tasks": [*workflow.document["tasks"], *more]}
    told = await world.ask("omiq_describe_workflow", workflow_id=str(workflow.id))

    *lines, rest = told["about"]["tasks"]
    assert rest == f"…({142 - len(lines)} more)"
    assert len(lines) > 20
    assert len(told["rows"]) > 20


async def test_an_unknown_task_is_refused_with_those_there_are(world: World) -> None:
    error = await world.refused("omiq_describe_workflow", workflow_id=sample(world, "workflow"), task_id="77")

    assert error["error"] == "not_found"
    assert "its tasks are 1 (Scaling), 2 (Clean-up)" in error["message"]


async def test_a_document_is_read_again_after_two_minutes_and_after_a_change(world: World) -> None:
    async def described() -> int:
        await world.ask("omiq_describe_workflow", workflow_id=sample(world, "workflow"))
        return len(sent(world, "GET", sample(world, "workflow")))

    assert [await described(), await described()] == [1, 1]
    world.clock.advance(121)
    assert await described() == 2
    await world.ask("omiq_update_workflow_tags", workflow_id=sample(world, "workflow"), tags={"a": "b"})
    before = len(sent(world, "GET", sample(world, "workflow")))
    assert await described() == before + 1


async def test_a_change_whose_outcome_is_unclear_is_seen_too(world: World) -> None:
    await world.ask("omiq_describe_workflow", workflow_id=sample(world, "workflow"))
    world.sandbox.platforms["omiq"].faults.add(Fault("lost_answer", path="*/setmetadata", times=None))
    await world.refused("omiq_update_workflow_tags", workflow_id=sample(world, "workflow"), tags={"a": "b"})
    before = len(sent(world, "GET", sample(world, "workflow")))
    await world.ask("omiq_describe_workflow", workflow_id=sample(world, "workflow"))

    assert len(sent(world, "GET", sample(world, "workflow"))) == before + 1


async def test_workflows_of_a_dataset_are_matched_here(world: World) -> None:
    whole = await world.ask("omiq_list_workflows", fields=["id", "dataset_id"])
    own = await world.ask("omiq_list_workflows", dataset_id=sample(world, "dataset"), limit=2)

    of_dataset = [row[0] for row in whole["rows"] if row[1] == sample(world, "dataset")]
    assert whole["total"] == len(whole["rows"]) > len(of_dataset) == own["total"]
    assert [row[0] for row in own["rows"]] == of_dataset[:2]
    assert own["columns"] == ["id", "name", "dataset"]
    assert [dict(one.query)["limit"] for one in sent(world, "GET", "/workflows")] == ["0", "0"]


async def test_without_a_dataset_the_limit_is_the_platforms(world: World) -> None:
    told = await world.ask("omiq_list_workflows", limit=2)
    templates = await world.ask("omiq_list_workflows", templates=True)

    assert len(told["rows"]) == 2
    assert "total" not in told
    assert "there may be more" in told["note"]
    assert [row[0] for row in templates["rows"]] == [sample(world, "template")]
    first, second = (dict(one.query) for one in sent(world, "GET", "/workflows"))
    assert (first["limit"], second["limit"], second["templatesOnly"].lower()) == ("2", "0", "true")


@pytest.mark.parametrize("copied", [True, False])
async def test_a_workflow_is_created_empty_or_as_a_copy(world: World, copied: bool) -> None:
    given = {"template_id": sample(world, "template"), "keep_results": True} if copied else {}
    told = await world.ask(
        "omiq_create_workflow", dataset_id=sample(world, "small_dataset"), name="QC pass", **given
    )

    assert body(sent(world, "POST", "/workflows")[0]) == {
        "datasetId": int(sample(world, "small_dataset")),
        "name": "QC pass",
        "initialize": not copied,
        "fromId": int(sample(world, "template")) if copied else None,
        "keepComputedResults": copied,
    }
    assert told["name"] == "QC pass"
    described = await world.ask("omiq_describe_workflow", workflow_id=told["id"])
    assert len(described["about"]["tasks"]) == told["tasks"]


async def test_results_are_kept_of_a_copy_only(world: World) -> None:
    error = await world.refused(
        "omiq_create_workflow", dataset_id=sample(world, "dataset"), name="QC", keep_results=True
    )

    assert error["problems"] == {"keep_results": ["goes with template_id"]}
    assert sent(world, "POST", "/workflows") == []


@pytest.mark.parametrize("merges", [False, True])
async def test_tags_are_sent_whole_and_what_is_stored_then_is_told(world: World, merges: bool) -> None:
    world.sandbox.platforms["omiq"].state.merges = merges
    workflow = sample(world, "workflow")
    await world.ask("omiq_update_workflow_tags", workflow_id=workflow, tags={"review": "open", "by": "me"})
    told = await world.ask(
        "omiq_update_workflow_tags", workflow_id=workflow, tags={"review": None, "gates": "approved"}
    )

    wanted = body(sent(world, "POST", "/setmetadata")[-1])["metadata"]
    assert wanted.items() >= {"by": "me", "gates": "approved"}.items()
    assert "review" not in wanted
    assert told["tags"] == (wanted | {"review": "open"} if merges else wanted)
    assert ("'review' was left out and is still stored" in told.get("note", "")) is merges


async def test_settings_are_read_with_an_empty_body(world: World) -> None:
    told = await world.ask("omiq_get_workflow_settings", workflow_id=sample(world, "workflow"))

    assert told["autoSave"] is True
    assert body(sent(world, "POST", "/settings")[0]) == {}
