"""A workflow document, read: a dataset's tasks as a tree, and what each of them defines and leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pentad.errors import NotFound
from pentad.platforms.omiq.populations import Population, populations_of
from pentad.platforms.omiq.tree import label, listed, named, parents_of, walk
from pentad.text import several, shorten

_NAMED = 30


@dataclass(frozen=True, eq=False)
class Task:
    """One step. `id` is unique in its workflow, `parent` the task above it in the tree, if any, and `raw` the
    task as it was sent."""

    id: str
    name: str | None
    type: str | None
    parent: Task | None = field(repr=False)
    depth: int
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def exports(self) -> bool:
        """Whether it writes files only, so that nothing can be seen from it."""
        return self.type is not None and "export" in self.type.casefold()

    def __str__(self) -> str:
        """`4 (T-cell subsets)`."""
        return f"{label(self.id)} ({self.name or self.type or 'without a name'})"


@dataclass(frozen=True)
class Artifact:
    """A file that a finished task left behind; both are what the platform knows it by."""

    task: str
    file: str


class Workflow:
    """A document as it was sent, never changed here, and a tolerant view of it.

    Names and other texts for people are cleaned; ids, features and files are exactly as they were sent, since
    they are sent back. Whatever is missing, doubled or circular is taken as it can be, and nothing raises.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.id = named(raw.get("id"))
        self.name = label(raw.get("name"))
        self.dataset_id = named(raw.get("datasetId")) or None

    @cached_property
    def tasks(self) -> list[Task]:
        """Depth first, siblings as they are listed."""
        raw = listed(self.raw.get("tasks"))
        ids = [named(task.get("id")) for task in raw]
        found: dict[int, Task] = {}
        for place in walk(parents_of(ids, [named(task.get("parentId")) for task in raw])):
            own, task = ids[place.index], raw[place.index]
            parent = found[place.above[-1]] if place.above else None
            name, kind = label(task.get("name")), label(task.get("type"))
            found[place.index] = Task(own, name, kind, parent, len(place.above), task)
        return list(found.values())

    @cached_property
    def artifacts(self) -> list[Artifact]:
        told = listed(self.raw.get("taskArtifacts"))
        pairs = ((named(one.get("taskId")), named(one.get("file"))) for one in told)
        return [Artifact(task, file) for task, file in pairs if file]

    def task(self, task_id: str | int) -> Task:
        """Raises NotFound that names the tasks there are."""
        wanted = str(task_id).strip()
        for task in self.tasks:
            if task.id == wanted:
                return task
        known = several([str(task) for task in self.tasks], _NAMED)
        raise NotFound(
            f"Workflow {label(self.id)} has no task {shorten(wanted, 40)!r}; "
            f"{f'its tasks are {known}' if known else 'it has no tasks at all'}.",
            outcome="none",
        )

    def upstream(self, task: Task) -> list[Task]:
        """The task and those above it, the nearest first."""
        found = [task]
        while found[-1].parent is not None:
            found.append(found[-1].parent)
        return found

    def populations(self, task: Task | None = None) -> list[Population]:
        """In the order of the tasks and of each task's tree: all, or those available at a task, which are its
        own and its ancestors', never those of a sibling branch."""
        if task is None:
            return [population for found in self._defined for population in found]
        above = self.upstream(task)
        pairs = zip(self.tasks, self._defined, strict=True)
        return [population for one, found in pairs if one in above for population in found]

    def own(self, task: Task) -> list[Population]:
        """What a task defines itself."""
        return self._defined[self.tasks.index(task)]

    @cached_property
    def _defined(self) -> list[list[Population]]:
        """What each task defines, task by task."""
        return [populations_of(task.raw.get("gatingTree"), task.id) for task in self.tasks]
