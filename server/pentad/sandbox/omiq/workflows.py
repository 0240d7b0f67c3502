"""Workflow documents: read whole, written task by task or whole, copied from templates."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from pentad.sandbox.omiq.context import Context, need
from pentad.sandbox.omiq.datasets import tags_of
from pentad.sandbox.omiq.longops import Later, Link
from pentad.sandbox.omiq.records import Grant, Workflow
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.sharing import owner_of
from pentad.sandbox.omiq.spelling import is_list, objects


def list_workflows(context: Context) -> dict[str, Any]:
    """Templates are among them; a trashed dataset hides its workflows unless that is switched off."""
    only, hide = context.flag("templatesOnly"), context.flag("ignoreDeletedDatasets", default=True)
    state = context.state
    seen = [
        one
        for one in state.workflows.values()
        if context.role(one.grants)
        and (one.template or not only)
        and not (hide and state.datasets[one.dataset].trashed)
    ]
    latest = context.limited(sorted(seen, key=attrgetter("changed"), reverse=True))
    return {"workflows": [_brief(context, one) for one in latest]}


def _brief(context: Context, workflow: Workflow) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": workflow.id,
        "name": workflow.name,
        "datasetId": workflow.dataset,
        "template": workflow.template,
        "lastModified": int(workflow.changed * 1000),
    }
    if context.flag("includeDatasetName"):
        row["datasetName"] = context.state.datasets[workflow.dataset].name
    if context.flag("includeOwner"):
        row["owner"] = owner_of(context.state, workflow.grants)
    return row


def get_workflow(context: Context) -> dict[str, Any]:
    return {"config": context.workflow().document}


def get_settings(context: Context) -> dict[str, Any]:
    workflow = context.workflow()
    context.empty()
    return {"workflowSettings": {"autoSave": True, "defaultPlot": "contour", "locked": workflow.locked}}


def set_tags(context: Context) -> dict[str, Any]:
    workflow = context.workflow("EDITOR")
    tags = tags_of(context, workflow.document.get("metadata", {}))
    return _stored(context, workflow, {**workflow.document, "metadata": tags})


def _stored(context: Context, workflow: Workflow, document: dict[str, Any]) -> dict[str, Any]:
    workflow.document, workflow.changed = document, context.now
    return {"config": document}


def _unlocked(workflow: Workflow) -> Workflow:
    if workflow.locked:
        raise RefusalError(409)
    return workflow


def update_task(context: Context) -> dict[str, Any]:
    """The task sent becomes the whole stored state of that task."""
    workflow, body = context.workflow("EDITOR"), context.body()
    task = need(body, "task", dict)
    if body.get("overrideLock") is not False:
        raise RefusalError(400, "overrideLock: has to be false")
    _unlocked(workflow)
    number, tasks = need(task, "id", int), objects(workflow.document["tasks"])
    need(task, "type", str)
    if number not in [one["id"] for one in tasks]:
        raise RefusalError(404, f"Task {number} was not found in workflow {workflow.id}")
    changed = [dict(task) if one["id"] == number else one for one in tasks]
    return _stored(context, workflow, {**workflow.document, "tasks": changed})


def save(context: Context) -> dict[str, Any] | Later:
    """A body with tasks overwrites, anything else creates; how they are really told apart is not known."""
    body = context.body()
    return _overwritten(context, body) if "tasks" in body else Later(_created(context, body))


def _overwritten(context: Context, document: dict[str, Any]) -> dict[str, Any]:
    workflow = _unlocked(context.workflow("EDITOR", need(document, "id", int)))
    numbers = [need(task, "id", int) for task in objects(document["tasks"])]
    if not is_list(document["tasks"]) or len(set(numbers)) < len(document["tasks"]):
        raise RefusalError(400, "tasks: every task needs an id of its own")
    need(document, "name", str)
    if str(document.get("datasetId")) != str(workflow.dataset):
        raise RefusalError(400, "datasetId: a workflow stays with its dataset")
    return _stored(context, workflow, document)


def _created(context: Context, body: Mapping[str, Any]) -> dict[str, Any]:
    name, source = need(body, "name", str), body.get("fromId")
    dataset = context.dataset("READER", need(body, "datasetId", int))
    keep = need(body, "keepComputedResults", bool)
    if need(body, "initialize", bool) is not (source in (None, 0)) or not name.strip():
        raise RefusalError(
            400, "initialize, name: true exactly when fromId is empty; a name that is not blank"
        )
    if source in (None, 0):
        if keep:
            raise RefusalError(400, "keepComputedResults: there is nothing to keep")
        content: dict[str, Any] = {"schemaVersion": 7, "tasks": _DEFAULT_TASKS, "taskArtifacts": []}
    else:
        content = _copied(context, need(body, "fromId", int), keep=keep)
    id_ = context.state.new_id(context.state.workflows)
    document = {**content, "id": id_, "name": name, "datasetId": dataset.id}
    made = Workflow(id_, dataset.id, document, context.now, [Grant("OWNER", context.user.id)])
    context.state.workflows[id_] = made
    return {"config": document}


_DEFAULT_TASKS = [
    {"id": 1, "parentId": None, "type": "ScalingTask", "name": "Scaling", "scalings": {}},
    {
        "id": 2,
        "parentId": 1,
        "type": "GatingTask",
        "name": "Gating",
        "gatingTree": {"nodes": {}, "filterContainers": {}},
    },
]


def _copied(context: Context, source: int, *, keep: bool) -> dict[str, Any]:
    document = context.workflow("READER", source).document
    return document if keep else {**document, "taskArtifacts": []}


def artifact_link(context: Context) -> dict[str, Any]:
    workflow, body = context.workflow(), context.body()
    task, name = need(body, "taskId", int), need(body, "file", str)
    if body.get("download") is not True:
        raise RefusalError(400, "download: has to be true")
    if {"taskId": task, "file": name} not in objects(workflow.document.get("taskArtifacts")):
        raise RefusalError(404, f"Task {task} has no artifact {name}")
    return {"url": Link(f"/artifacts/{workflow.id}/{task}/{name}")}
