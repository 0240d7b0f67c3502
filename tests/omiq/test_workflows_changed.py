"""Changes of workflows: planned, sent whole and exactly, and told as they are stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pentad import jsontext
from pentad.sandbox import Fault
from tests.inside import World
from tests.omiq.test_workflows import body, sample, sent


def stored(world: World, workflow: str) -> Any:
    """The document as the platform last sent it, exactly."""
    return jsontext.exact(sent(world, "GET", f"/workflows/{workflow}")[-1].response_body)["config"]


def task_in(document: Any, task: str) -> Any:
    return next(one for one in document["tasks"] if str(one["id"]) == task)


async def test_a_task_is_sent_whole_with_nothing_changed_but_what_was_asked(world: World) -> None:
    workflow, task = sample(world, "workflow"), sample(world, "gating_task")
    changes = {"name": "Clean-up v2", "note": {"by": "me", "cut": 1.5, "gone": None}}
    plan = await world.ask("omiq_update_workflow_task", workflow_id=workflow, task_id=task, changes=changes)

    assert plan["body"] == {
        "name": '"Clean-up" -> "Clean-up v2"', "note": '(none) -> {"by":"me","cut":1.5}',
    }  # fmt: skip
    assert plan["will"] == f"Change task 2 (Clean-up) of workflow {workflow}: name, note."
    assert sent(world, "POST", "/updateTask") == []
    before = task_in(stored(world, workflow), task)
    told = await world.ask("apply_plan", plan=plan["plan"])

    (request,) = sent(world, "POST", "/updateTask")
    wanted = before | {"name": "Clean-up v2", "note": {"by": "me", "cut": jsontext.exact("1.5")}}
    assert request.request_body.decode() == jsontext.dumps({"task": wanted, "overrideLock": False})
    assert told == {
        "task": "2 (Clean-up v2)",
        "stored": {"name": "Clean-up v2", "note": {"by": "me", "cut": 1.5}},
    }
    described = await world.ask("omiq_describe_workflow", workflow_id=workflow)
    assert described["about"]["tasks"][1] == "  2 Clean-up v2 (GatingTask, 5 gates)"


async def test_a_member_deep_in_a_task_is_changed_alone(world: World) -> None:
    workflow, task = sample(world, "workflow"), sample(world, "gating_task")
    await world.ask("omiq_describe_workflow", workflow_id=workflow)
    tree = task_in(stored(world, workflow), task)["gatingTree"]
    container = tree["nodes"][sample(world, "population")]["filterContainerId"]
    plan = await world.ask(
        "omiq_update_workflow_task",
        workflow_id=workflow,
        task_id=task,
        changes={"gatingTree": {"filterContainers": {container: {"name": "Single cells"}}}},
    )

    at = f"gatingTree.filterContainers.{container}.name"
    assert plan["body"] == {at: '"Singlets" -> "Single cells"'}
    assert (await world.ask("apply_plan", plan=plan["plan"]))["stored"] == {at: "Single cells"}


async def test_a_plan_ends_when_the_task_was_changed_meanwhile(world: World) -> None:
    given = {"workflow_id": sample(world, "workflow"), "task_id": sample(world, "gating_task")}
    first = await world.ask("omiq_update_workflow_task", **given, changes={"name": "Mine"})
    other = await world.ask("omiq_update_workflow_task", **given, changes={"comment": "theirs"})
    await world.ask("apply_plan", plan=other["plan"])

    error = await world.refused("apply_plan", plan=first["plan"])
    assert "differs from what was planned, so nothing was sent" in error["message"]
    assert len(sent(world, "POST", "/updateTask")) == 1


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"id": 3, "type": None},
            {"changes.id": ["cannot be changed"], "changes.type": ["cannot be changed"]},
        ),
        ({"name": "Clean-up", "id": 2}, {"changes": ["the task has these values already"]}),
    ],
)
async def test_what_changes_nothing_or_another_task_is_refused(
    world: World, changes: dict[str, Any], problems: dict[str, list[str]]
) -> None:
    given = {"workflow_id": sample(world, "workflow"), "task_id": sample(world, "gating_task")}
    error = await world.refused("omiq_update_workflow_task", **given, changes=changes)

    assert error["problems"] == problems


async def test_a_locked_workflow_is_left_alone(world: World) -> None:
    given = {"workflow_id": sample(world, "locked_workflow"), "task_id": sample(world, "gating_task")}
    plan = await world.ask("omiq_update_workflow_task", **given, changes={"name": "Mine"})
    error = await world.refused("apply_plan", plan=plan["plan"])

    assert error["error"] == "rejected"
    assert "HTTP 409" in error["message"]
    assert body(sent(world, "POST", "/updateTask")[0])["overrideLock"] is False


async def test_what_is_stored_otherwise_than_it_was_sent_is_remarked(world: World) -> None:
    workflow, task = sample(world, "workflow"), sample(world, "gating_task")
    plan = await world.ask(
        "omiq_update_workflow_task", workflow_id=workflow, task_id=task, changes={"name": "Mine"}
    )
    answer = {
        "config": {"id": int(workflow), "tasks": [{"id": int(task), "type": "GatingTask", "name": "Theirs"}]}
    }
    world.sandbox.platforms["omiq"].faults.add(
        Fault("wrong_shape", path="*/updateTask", body=json.dumps(answer))
    )
    told = await world.ask("apply_plan", plan=plan["plan"])

    assert told["stored"] == {"name": "Theirs"}
    assert told["note"] == "stored otherwise than it was sent: name"


async def downloaded(world: World, workflow: str) -> Path:
    told = await world.ask("omiq_download_workflow", workflow_id=workflow)
    assert told["type"] == "application/json"
    return Path(told["path"])


async def test_a_download_is_the_document_exactly(world: World) -> None:
    workflow = sample(world, "small_workflow")
    path = await downloaded(world, workflow)

    assert path.name == f"Titration_γδ gates-{workflow}.json"
    assert path.read_text("utf-8") == jsontext.dumps(stored(world, workflow))


async def test_a_whole_workflow_is_overwritten_from_a_file(world: World) -> None:
    workflow = sample(world, "workflow")
    path = await downloaded(world, workflow)
    document = jsontext.exact(path.read_bytes())
    removed = document["tasks"].pop()
    document["tasks"][0]["name"] = "Scaling v2"
    document["name"] = "Renamed"
    path.write_text(jsontext.dumps(document), "utf-8")
    plan = await world.ask("omiq_update_workflow", workflow_id=workflow, path=path.name)

    assert plan["body"] == {
        "removed": [f"{removed['id']} ({removed['name']})"],
        "changed": ["1 (Scaling v2)"],
        "members": ["name"],
    }
    assert sent(world, "POST", "/workflows") == []
    told = await world.ask("apply_plan", plan=plan["plan"])
    (request,) = sent(world, "POST", "/workflows")
    assert request.request_body.decode() == jsontext.dumps(document)
    assert told == {"id": workflow, "name": "Renamed", "tasks": len(document["tasks"])}


async def test_overwriting_is_given_up_when_the_workflow_was_changed_meanwhile(world: World) -> None:
    workflow = sample(world, "workflow")
    path = await downloaded(world, workflow)
    plan = await world.ask("omiq_update_workflow", workflow_id=workflow, path=path.name)
    await world.ask("omiq_update_workflow_tags", workflow_id=workflow, tags={"seen": "by a colleague"})

    error = await world.refused("apply_plan", plan=plan["plan"])
    assert "differs from what was planned" in error["message"]
    assert sent(world, "POST", "/workflows") == []


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ('{"id": 12, "tasks": []}', "is the document of workflow 12"),
        ('{"config": {"id": 12, "tasks": []}}', "is not a workflow document: JSON with id and tasks, as "),
        ("FCS3.1", "is not a workflow document: JSON with id and tasks, as "),
    ],
)
async def test_a_file_that_is_not_this_workflows_is_refused(world: World, content: str, wrong: str) -> None:
    world.settings.downloads.mkdir(parents=True)
    (world.settings.downloads / "brought.json").write_text(content, "utf-8")
    error = await world.refused(
        "omiq_update_workflow", workflow_id=sample(world, "workflow"), path="brought.json"
    )

    assert error["problems"]["path"][0].startswith(wrong)


async def test_overwriting_is_off_until_it_is_enabled(tmp_path: Path) -> None:
    made = World(tmp_path / "files")
    told = await made.app.call("omiq_update_workflow", {"workflow_id": "1", "path": "a.json"})

    assert "PENTAD_ENABLE=omiq_update_workflow" in told.text
    assert "can undo a colleague's edit" in told.text
