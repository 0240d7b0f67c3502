"""One task of an OMIQ workflow, changed: read anew, merged with what is to change, and sent whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from pentad import jsontext
from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Record
from pentad.operations import writes
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.tree import label, mapping
from pentad.secrecy import without_secrets
from pentad.text import all_quoted, shorten, visible_json
from pentad_tools.omiq.documents import TaskId, read_anew
from pentad_tools.omiq.workflows import Changed, changing

_FIXED = ("id", "type")
_ABSENT = object()
Steps = tuple[str, ...]


@writes(
    "POST /workflows/{workflowId}/updateTask",
    reaches="shared",
    retry_safe=True,
    check="read omiq_describe_workflow",
    example={"workflow_id": "$workflow", "task_id": "$gating_task", "changes": {"name": "T-cell subsets v2"}},
)
async def update_workflow_task(
    omiq: Omiq,
    workflow_id: OmiqId,
    task_id: TaskId,
    changes: Annotated[
        dict[str, Any],
        Field(min_length=1),
        WithJsonSchema({"type": "object", "description": "Merged into the task (RFC 7396): null removes."}),
    ],
) -> Record:
    """Change members of one task, for everybody who has the workflow; that computes nothing. Answers with a
    plan first, and at last with what is stored."""
    task = (await read_anew(omiq, workflow_id)).task(task_id)
    wanted = _wanted(task, changes)
    touched = list(_touched(task.raw, wanted))
    members = shorten(", ".join(map(_dotted, touched)), 300)
    preview = Preview(
        will=f"Change task {task} of workflow {workflow_id}: {members}.",
        slug=f"update-task-{workflow_id}-{task.id[:20]}",
        body={_dotted(at): f"{_told(task.raw, at)} -> {_told(wanted, at)}" for at in touched},
        undo="change the same members back",
        now={"name": task.name, "type": task.type},
    )
    body = jsontext.dumps({"task": wanted, "overrideLock": False})
    with changing(omiq, workflow_id):
        answer = await omiq.send(Changed, body=body, preview=preview, workflowId=workflow_id)
    after = Workflow(answer.config) if answer.config else await read_anew(omiq, workflow_id)
    return _outcome(omiq, after.task(task.id), wanted, touched)


def _wanted(task: Task, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole task as it shall be. Raises Rejected for what cannot be changed, and where nothing would."""
    try:
        # As they are spelt, like the numbers that they are compared with.
        given = jsontext.exact(jsontext.dumps(changes))
    except ValueError:
        raise _refusal({"changes": ["a number in it is none that JSON has"]}) from None
    wanted: dict[str, Any] = merged(task.raw, given)
    fixed = {f"changes.{name}": ["cannot be changed"] for name in _FIXED if _differ(task.raw, wanted, name)}
    if fixed:
        raise _refusal(fixed)
    if not any(_touched(task.raw, wanted)):
        raise _refusal({"changes": ["the task has these values already"]})
    return wanted


def merged(target: Any, patch: Any) -> Any:
    """The target with the patch merged into it (RFC 7396), which leaves both as they are."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(mapping(target))
    for name, part in patch.items():
        if part is None:
            whole.pop(name, None)
        else:
            whole[name] = merged(whole.get(name), part)
    return whole


def _touched(before: Mapping[str, Any], after: Mapping[str, Any], above: Steps = ()) -> Iterator[Steps]:
    """The ways to the innermost members that differ."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _touched(old, new, (*above, name))
        elif _differ(before, after, name):
            yield (*above, name)


def _differ(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    """Compared as JSON, to which true is not 1."""
    if (name in before) != (name in after):
        return True
    return jsontext.dumps(before.get(name)) != jsontext.dumps(after.get(name))


def _at(task: Mapping[str, Any], steps: Steps) -> Any:
    value: Any = task
    for step in steps:
        value = mapping(value).get(step, _ABSENT)
    return value


def _seen(task: Mapping[str, Any], steps: Steps) -> Any:
    """A member as it may be shown; its name tells whether it is a secret."""
    name, value = steps[-1], _at(task, steps)
    if value is _ABSENT:
        return None
    (shown,) = visible_json(without_secrets({name: value})).values()
    return shown


def _told(task: Mapping[str, Any], steps: Steps) -> str:
    if _at(task, steps) is _ABSENT:
        return "(none)"
    return shorten(jsontext.dumps(_seen(task, steps)), 120)


def _dotted(steps: Steps) -> str:
    return ".".join(label(step) or "" for step in steps)


def _outcome(omiq: Omiq, stored: Task, wanted: Mapping[str, Any], touched: list[Steps]) -> Record:
    """What is stored of what was changed, with a remark where that is not what was sent."""
    seen = {_dotted(at): _seen(stored.raw, at) for at in touched}
    other = [_dotted(at) for at in touched if seen[_dotted(at)] != _seen(wanted, at)]
    if other:
        omiq.call.note(f"stored otherwise than it was sent: {shorten(all_quoted(other), 300)}")
    return Record({"task": str(stored), "stored": seen})


def _refusal(problems: dict[str, list[str]]) -> Rejected:
    return Rejected("The task was left as it is.", problems=problems, outcome="none")
