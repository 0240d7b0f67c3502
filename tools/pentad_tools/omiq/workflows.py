"""OMIQ workflows: which there are, made, brought in and out as files, and their tags."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import Field

from pentad import jsontext
from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Limit, Page, Record, Row, Rows, Saved, Tabular, Wire
from pentad.names import safe_name
from pentad.operations import reads, writes
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.tree import label, named
from pentad.text import quoted, shorten
from pentad_tools.omiq.documents import forget, read_anew
from pentad_tools.omiq.rows import plain, shaped
from pentad_tools.omiq.tags import Tags, completed, differences, map_in, remark

# As large as an answer may be: a file beyond that is no workflow that was read from the platform.
_LARGEST = 32 * 2**20
_NAMED = 12
# What the member is called in a document is inferred.
_TAGS = ("metadata", "tags")


class Workflows(Tabular):
    workflows: Rows


class Changed(Wire):
    """What comes back from a change; for overwriting, the envelope is not documented."""

    config: dict[str, Any] | None = None


class Made(Wire):
    config: dict[str, Any]


class Settings(Wire):
    workflow_settings: dict[str, Any] = Field(alias="workflowSettings")


@reads("GET /workflows", core=True, example={"limit": 5})
async def list_workflows(
    omiq: Omiq, dataset_id: OmiqId | None = None, templates: bool = False, limit: Limit = None
) -> Page[Row]:
    """Workflows, or templates, with their dataset."""
    found = await omiq.get(
        Workflows,
        templatesOnly=templates,
        includeDatasetName=True,
        ignoreDeletedDatasets=True,
        includeOwner=False,
        limit=0 if dataset_id or limit is None else limit,
    )
    shown = ("id", "name", "dataset")
    if dataset_id is None:
        met = limit is not None and len(found.workflows) >= limit
        if met:
            omiq.call.note(f"the limit of {limit} was met, so there may be more")
        rows = await shaped(omiq, found.workflows, _row)
        return Page(rows, shown, None if met else len(rows))
    own = [_row(row) for row in found.workflows if named(row.get("datasetId")) == dataset_id]
    return Page(own[:limit], shown, len(own))


def _row(row: Row) -> Row:
    """An entry in the words of this server; what the dataset's name is called is inferred."""
    told = plain(row)
    named_here = {"id": told.pop("id", None), "name": told.pop("name", None)}
    return named_here | {
        "dataset": told.pop("datasetName", None),
        "dataset_id": told.pop("datasetId", None),
        **told,
    }


@writes(
    "POST /workflows",
    covers=("save_workflow",),
    check="look for its name with omiq_list_workflows",
    example={"dataset_id": "$dataset", "name": "VAX-07 QC pass", "template_id": "$template"},
)
async def create_workflow(
    omiq: Omiq,
    dataset_id: OmiqId,
    name: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")],
    template_id: Annotated[OmiqId | None, Field(description="Template or workflow to copy.")] = None,
    keep_results: Annotated[bool, Field(description="Copy its finished results too.")] = False,
) -> Record:
    """Create a workflow of a dataset, with the default tasks or as a copy. Answers with its id."""
    if keep_results and template_id is None:
        raise Rejected(
            "Nothing was created: an empty workflow has no results to keep.",
            problems={"keep_results": ["goes with template_id"]},
            outcome="none",
        )
    body = {
        "datasetId": int(dataset_id),
        "name": name,
        "initialize": template_id is None,
        "fromId": int(template_id) if template_id else None,
        "keepComputedResults": keep_results,
    }
    made = Workflow((await omiq.send(Made, body=body)).config)
    return Record(
        {"id": made.id or None, "name": made.name, "dataset_id": made.dataset_id, "tasks": len(made.tasks)}
    )


@writes(
    "POST /workflows",
    covers=(),
    reaches="shared",
    off="it overwrites every task and can undo a colleague's edit",
    check="read omiq_describe_workflow",
    example={"workflow_id": "$workflow", "path": "workflow.json"},
)
async def update_workflow(
    omiq: Omiq,
    workflow_id: OmiqId,
    path: Annotated[str, Field(max_length=1000, description="A file as omiq_download_workflow makes it.")],
) -> Record:
    """Overwrite a whole workflow with a JSON file; omiq_update_workflow_task changes one task only. Answers
    with a plan first."""
    brought = _brought(omiq, path, workflow_id)
    now = await read_anew(omiq, workflow_id)
    text = jsontext.dumps(brought.raw)
    # Whatever else a colleague changes between the plan and its approval must end the plan too.
    mark = hashlib.sha256(jsontext.dumps(now.raw).encode()).hexdigest()[:12]
    preview = Preview(
        will=f"Overwrite workflow {workflow_id} with {quoted(path, 120)}, every task of it.",
        slug=f"overwrite-workflow-{workflow_id}",
        body=_changes(now, brought),
        undo="bring back a file that omiq_download_workflow made before",
        now={"name": now.name, "tasks": len(now.tasks), "version": mark},
    )
    with changing(omiq, workflow_id):
        await omiq.send(Changed, body=text, preview=preview)
    after = await read_anew(omiq, workflow_id)
    if left := _changes(after, brought):
        omiq.call.note(f"what is stored differs from the file: {shorten(jsontext.dumps(left), 300)}")
    return Record({"id": after.id, "name": after.name, "tasks": len(after.tasks)})


def _brought(omiq: Omiq, path: str, workflow_id: str) -> Workflow:
    """The document in a file of the user's. Raises Rejected unless it is this workflow's."""
    with omiq.inbox.open(path) as file:
        content = file.read(_LARGEST + 1)
    try:
        raw = jsontext.exact(content) if len(content) <= _LARGEST else None
    except ValueError:
        raw = None
    if not isinstance(raw, dict) or not isinstance(raw.get("tasks"), list):
        wrong = "is not a workflow document: JSON with id and tasks, as omiq_download_workflow saves it"
    elif named(raw.get("id")) != workflow_id:
        wrong = f"is the document of workflow {shorten(named(raw.get('id')), 40) or '(none)'}"
    else:
        return Workflow(raw)
    raise Rejected("Nothing was sent: the file does not fit.", problems={"path": [wrong]}, outcome="none")


def _changes(before: Workflow, after: Workflow) -> dict[str, Any]:
    """What the second has otherwise than the first: tasks, and other members by name."""
    old, new = _by_id(before), _by_id(after)
    rest = [
        label(name)
        for name in {**before.raw, **after.raw}
        if name != "tasks" and before.raw.get(name) != after.raw.get(name)
    ]
    told = {
        "added": _some(new[one] for one in new if one not in old),
        "removed": _some(old[one] for one in old if one not in new),
        "changed": _some(new[one] for one in new if one in old and new[one].raw != old[one].raw),
        "members": rest[:_NAMED],
    }
    return {what: found for what, found in told.items() if found}


def _by_id(workflow: Workflow) -> dict[str, Task]:
    return {task.id: task for task in workflow.tasks}


def _some(tasks: Iterator[Task]) -> list[str]:
    told = [str(task) for task in tasks]
    rest = len(told) - _NAMED
    return [*told[:_NAMED], *([f"and {rest} more"] if rest > 0 else [])]


@contextmanager
def changing(omiq: Omiq, workflow_id: str) -> Generator[None]:
    """While a workflow is changed; whatever comes of it, what was known of it is forgotten."""
    try:
        yield
    finally:
        forget(omiq, workflow_id)


@reads(example={"workflow_id": "$workflow"})
async def download_workflow(omiq: Omiq, workflow_id: OmiqId) -> Saved:
    """Save a workflow's whole document as a JSON file: a copy for later, or for omiq_update_workflow. To
    read it, prefer omiq_describe_workflow."""
    found = await read_anew(omiq, workflow_id)
    text = jsontext.dumps(found.raw).encode()
    stem = (found.name or "workflow").replace("/", "_").replace("\\", "_")
    name = safe_name(f"{stem}-{workflow_id}.json", f"workflow-{workflow_id}.json")
    part = await omiq.folder.write(iter([text]), name, omiq.call)
    return Saved(str(part.path), part.size, "application/json")


@writes(
    "POST /workflows/{workflowId}/setmetadata",
    covers=("set_workflow_tags",),
    retry_safe=True,
    check="read them with omiq_list_workflows",
    example={"workflow_id": "$workflow", "tags": {"review": "gates approved 2026-03-02"}},
)
async def update_workflow_tags(omiq: Omiq, workflow_id: OmiqId, tags: Tags) -> Record:
    """Set or remove tags of a workflow; the others are kept. Answers with the tags that are stored then."""
    wanted = completed(map_in((await read_anew(omiq, workflow_id)).raw, *_TAGS), tags)
    with changing(omiq, workflow_id):
        answer = await omiq.send(Changed, body=jsontext.dumps({"metadata": wanted}), workflowId=workflow_id)
    stored = map_in(answer.config, *_TAGS)
    if stored is None:
        stored = map_in((await read_anew(omiq, workflow_id)).raw, *_TAGS) or {}
    if found := differences(wanted, stored):
        omiq.call.note(remark(found))
    return Record({"id": workflow_id, "tags": stored})


@reads("POST /workflows/{workflowId}/settings", example={"workflow_id": "$workflow"})
async def get_workflow_settings(omiq: Omiq, workflow_id: OmiqId) -> Record:
    """A workflow's settings; their keys are not documented."""
    found = await omiq.send(Settings, body={}, workflowId=workflow_id)
    return Record(found.workflow_settings)
