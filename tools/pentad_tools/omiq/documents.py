"""The workflow document: read whole, kept for a while, told to the model without ever being shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from pentad.jsontext import dumps
from pentad.models import Id, Page, Row
from pentad.operations import reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.populations import Population
from pentad.platforms.omiq.tree import label
from pentad.results.tokens import estimate
from pentad.secrecy import without_secrets
from pentad.text import clean_json, plural, shorten

TaskId = Annotated[Id, Field(max_length=40)]
# A large document takes some megabytes, and exports of many files send the same one again and again; what a
# colleague changes meanwhile is seen after so many seconds.
_MOST = 8
_LIFE = 120.0
# Tokens of what is told of a workflow beside its populations: less than the half of the usual budget, so
# that nothing of it is cut without being counted.
_TASKS = 450
_ARTIFACTS = 150
_SETTINGS = 250
# Of a task, what is told otherwise; gates come as rows, and with omiq_list_gates.
_TOLD = ("id", "parentId", "name", "type", "gatingTree")


@dataclass
class _Kept:
    """Documents with the time of reading. `changes` counts what was forgotten, so that a document whose
    reading was overtaken by a change is not kept."""

    documents: OrderedDict[str, tuple[float, Workflow]] = field(
        default_factory=OrderedDict[str, tuple[float, Workflow]]
    )
    changes: int = 0


async def workflow(omiq: Omiq, workflow_id: str) -> Workflow:
    """The document as it was within the last two minutes, this account's own changes included."""
    kept, now = _kept(omiq), omiq.call.clock.monotonic()
    known = kept.documents.get(workflow_id)
    if known is not None and now - known[0] < _LIFE:
        kept.documents.move_to_end(workflow_id)
        return known[1]
    changes = kept.changes
    found = await read_anew(omiq, workflow_id)
    if changes == kept.changes:
        kept.documents[workflow_id] = (now, found)
        kept.documents.move_to_end(workflow_id)
        while len(kept.documents) > _MOST:
            kept.documents.popitem(last=False)
    return found


async def read_anew(omiq: Omiq, workflow_id: str) -> Workflow:
    """The document as it is now, for what must not rest on an older one."""
    return Workflow(await omiq.bound_to(describe_workflow).document(workflowId=workflow_id))


def forget(omiq: Omiq, workflow_id: str) -> None:
    """To be called around every change of a workflow, whatever came of it."""
    kept = _kept(omiq)
    kept.changes += 1
    kept.documents.pop(workflow_id, None)


def _kept(omiq: Omiq) -> _Kept:
    kept: _Kept = omiq.connection.memory.setdefault("workflows", _Kept())
    return kept


@reads(
    "GET /workflows/{workflowId}",
    core=True,
    covers=("get_workflow",),
    example={"workflow_id": "$workflow"},
)
async def describe_workflow(omiq: Omiq, workflow_id: OmiqId, task_id: TaskId | None = None) -> Page[Row]:
    """Tasks, artifacts, populations; `task_id`: its settings, those usable there."""
    found = await workflow(omiq, workflow_id)
    task = found.task(task_id) if task_id else None
    rows = [row_of(population) for population in found.populations(task)]
    about = {
        "id": label(found.id),
        "name": found.name,
        "dataset_id": label(found.dataset_id),
        "tasks": _bounded(_lines(found, task), _TASKS),
        "artifacts": _bounded(_artifacts(found, task), _ARTIFACTS) or None,
        "settings": _bounded(_settings(task), _SETTINGS) or None if task else None,
    }
    return Page(rows, ("id", "population", "task", "gate"), len(rows), about=about)


def row_of(population: Population) -> dict[str, Any]:
    """A population as a model reads it; names are indented by their depth."""
    return {
        "id": label(population.id),
        "population": f"{'  ' * population.depth}{population.labels[-1]}",
        "task": label(population.task),
        "gate": population.gate,
        "path": population.path,
        "parent": label(population.ancestors[-1]) if population.ancestors else None,
        "features": [label(one) for one in population.features] or None,
        "overrides": [label(one) for one in population.overrides] or None,
        "md": population.md,
        "linked": [label(one) for one in population.linked] or None,
    }


def _lines(workflow: Workflow, task: Task | None) -> Iterator[str]:
    """`4 T-cell subsets (GatingTask, 12 gates)`, indented: all tasks, or those above one and just below."""
    above = workflow.upstream(task) if task else []
    for one in workflow.tasks:
        if task is None or one in above or one.parent is task:
            gates = len(workflow.own(one))
            kind = f"{one.type or 'without a type'}{', ' + plural(gates, 'gate') if gates else ''}"
            yield f"{'  ' * one.depth}{label(one.id)} {shorten(one.name or '', 80)}".rstrip() + f" ({kind})"


def _artifacts(workflow: Workflow, task: Task | None) -> Iterator[Mapping[str, Any]]:
    for artifact in workflow.artifacts:
        if task is None or artifact.task == task.id:
            yield {"task": label(artifact.task), "file": label(artifact.file)}


def _settings(task: Task) -> Iterator[str]:
    """`maxEvents: 1000`: the other members of a task, as omiq_update_workflow_task takes them."""
    own = {name: value for name, value in task.raw.items() if name not in _TOLD}
    for name, value in without_secrets(clean_json(own)).items():
        yield f"{name}: {shorten(dumps(value), 160)}"


def _bounded(told: Iterable[Any], room: int) -> list[Any]:
    """As many as so many tokens hold, and how many there are beyond."""
    whole = list(told)
    for index, one in enumerate(whole):
        room -= estimate(dumps(one)) + 1
        if room < 0:
            return [*whole[:index], f"…({len(whole) - index:,} more)"]
    return whole
