"""The gates of an OMIQ workflow as rows: their outlines for plots, and which files have their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from pentad.models import Page, Row
from pentad.operations import reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.choosing import choose
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.gates import outline
from pentad.platforms.omiq.populations import Population
from pentad.platforms.omiq.tree import label
from pentad_tools.omiq.documents import TaskId, workflow

_SHOWN = ("id", "path", "gate", "x", "y", "overrides")


@reads(example={"workflow_id": "$workflow", "population": "$population"})
async def list_gates(
    omiq: Omiq,
    workflow_id: OmiqId,
    population: Annotated[
        str | None, Field(max_length=1000, description="Id, path or name; with all below it.")
    ] = None,
    file_id: Annotated[OmiqId | None, Field(description="Positions for this file.")] = None,
    task_id: TaskId | None = None,
) -> Page[Row]:
    """Gates with axes and the files that have their own position (`overrides`, grouped by `md`); the result's
    `points` are outlines for plot_result."""
    found = await workflow(omiq, workflow_id)
    task = found.task(task_id) if task_id else None
    chosen = found.populations(task) if population is None else list(_below(found, population, task))
    return Page([_row(one, file_id) for one in chosen], _SHOWN, len(chosen))


def _below(found: Workflow, word: str, task: Task | None) -> Iterator[Population]:
    """A population and those below it in its tree."""
    (top,) = choose(found, [word], task, argument="population").populations
    for one in found.populations(task):
        if one is top or (one.task == top.task and top.id in one.ancestors):
            yield one


def _row(population: Population, file_id: str | None) -> dict[str, Any]:
    """A gate as a plot takes it: `name`, `x`, `y`, `points`."""
    gate = population.geometry(file_id)
    return {
        "name": population.labels[-1],
        "x": label(gate.get("f1")),
        "y": label(gate.get("f2")),
        "points": outline(gate),
        "id": label(population.id),
        "path": population.path,
        "gate": population.gate,
        "overrides": [label(one) for one in population.overrides] or None,
        "md": population.md,
    }
