"""Populations as people name them, found in a workflow, and the task from which they are seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pentad.errors import Problems, Rejected
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.populations import Population
from pentad.platforms.omiq.tree import label
from pentad.text import nearest, plural, several, shorten

# As many as a refusal names.
_FEW = 12
_SLASH = re.compile(r"\s*/\s*")


@dataclass(frozen=True)
class Choice:
    """Populations in the order in which they were named, and a task at which all of them are available."""

    task: Task
    populations: tuple[Population, ...]


def choose(
    workflow: Workflow, words: Sequence[str], task: Task | None = None, *, argument: str = "populations"
) -> Choice:
    """Each word is a node id, a full path, or the end of a path, such as a name; looked for in this order,
    first as it is spelt, then without regard to case and surrounding space.

    Without a task the point of view is the lowest of the tasks that define the populations, if the others lie
    above it. Raises Rejected that tells all problems at once, those of words under the name of the argument.
    """
    return _Choosing(workflow, task, argument).choice(words)


def matching(word: str, pool: Sequence[Population]) -> list[Population]:
    """Those that the word may mean: all that the first reading with any result finds."""
    for spelt in (_exactly, _folded):
        wanted = spelt(word)
        for reading in (_by_id, _by_path, _by_end):
            found = [population for population in pool if wanted in reading(population, spelt)]
            if found and wanted:
                return found
    return []


class _Choosing:
    """One choice in the making: a workflow seen from a task, or from none, and what was wrong so far."""

    def __init__(self, workflow: Workflow, task: Task | None, argument: str) -> None:
        self.workflow = workflow
        self.task = task
        self.argument = argument
        self.pool = workflow.populations(task)
        self.problems: dict[str, list[str]] = {}

    def choice(self, words: Sequence[str]) -> Choice:
        found = [
            self._one(word, f"{self.argument}.{index}" if len(words) > 1 else self.argument)
            for index, word in enumerate(words)
        ]
        chosen = tuple(dict.fromkeys(population for population in found if population is not None))
        view = self.task or self._view(chosen)
        if view is not None and view.exports:
            self.problems["task_id"] = [_no_view(view)]
        if view is None or self.problems:
            raise _refusal(self.workflow, self.problems)
        return Choice(view, chosen)

    def _one(self, word: str, at: str) -> Population | None:
        found = matching(word, self.pool)
        if self.task is not None:
            # A copy of a task can repeat the ids of the one above it; tasks come from the top down.
            found = list({population.id: population for population in found}.values())
        if len(found) != 1:
            self.problems[at] = [self._ambiguous(word, found) if found else self._unknown(word)]
            return None
        return found[0]

    def _view(self, chosen: Sequence[Population]) -> Task | None:
        """The lowest of the tasks that define these; None, with a problem if there was none, where no task
        has them all."""
        tasks = [self.workflow.task(population.task) for population in chosen]
        lowest = max(tasks, key=lambda task: task.depth, default=None)
        if lowest is not None and all(task in self.workflow.upstream(lowest) for task in tasks):
            return lowest
        if not self.problems:
            told = f"they lie in branches beside each other: {_some(chosen, self._at_home)}"
            wrong = f"no task has all of them, as {told}; ask for those of each branch separately"
            self.problems[self.argument] = [wrong if chosen else "name a population, or give task_id"]
        return None

    def _ambiguous(self, word: str, found: Sequence[Population]) -> str:
        several = len({population.task for population in found}) > 1
        told = _some(found, self._at_home if several else _named)
        again = len({population.id for population in found}) < len(found)
        return f"{_quoted(word)} may mean any of {told}: give the id" + (" and task_id" if again else "")

    def _unknown(self, word: str) -> str:
        elsewhere = matching(word, self.workflow.populations()) if self.task is not None else []
        if elsewhere:
            told = f"is not available at task {self.task}, being defined elsewhere"
            return f"{_quoted(word)} {told}: {_some(elsewhere, self._at_home)}; {self._there()}"
        spellings = {text: one for one in self.pool for text in (one.id, one.path, one.labels[-1])}
        near = dict.fromkeys(spellings[text] for text in nearest(word, spellings, 5))
        hint = f"; did you mean {_some(list(near)[:3], _named)}?" if near else ";"
        return f"there is no population {_quoted(word)}{hint} {self._there()}"

    def _there(self) -> str:
        """Which populations there are, or how to see them."""
        at = f"task {self.task}" if self.task else "the workflow"
        if not self.pool:
            return f"{at} has no populations"
        if len(self.pool) <= _FEW:
            return f"{at} has {_some(self.pool, _named)}"
        return f"omiq_describe_workflow lists all {len(self.pool)} of {at}"

    def _home(self, population: Population) -> Task:
        return self.workflow.task(population.task)

    def _at_home(self, population: Population) -> str:
        return f"{_named(population)} at task {self._home(population)}"


def _no_view(task: Task) -> str:
    """Why nothing can be seen from an export task, and from where instead."""
    parent = f"its parent, task {task.parent}," if task.parent else "another task"
    return f"task {task} only writes files, and nothing is computed from there: use {parent} instead"


def _refusal(workflow: Workflow, problems: Problems) -> Rejected:
    count = plural(len(problems), "problem")
    return Rejected(
        f"What was asked of workflow {label(workflow.id)} was not done: {count} with its populations.",
        problems=problems,
        outcome="none",
    )


def _some(found: Sequence[Population], told: Callable[[Population], str]) -> str:
    return several([told(one) for one in found], _FEW)


def _named(population: Population) -> str:
    """`Lv0p (Lymphocytes/Live CD3+)`."""
    return f"{label(population.id)} ({shorten(population.path, 120)})"


def _quoted(word: str) -> str:
    return repr(shorten(word, 80))


def _exactly(text: str) -> str:
    return text


def _folded(text: str) -> str:
    return _SLASH.sub("/", text.strip().casefold())


def _by_id(population: Population, spelt: Callable[[str], str]) -> set[str]:
    return {spelt(population.id), spelt(label(population.id) or "")}


def _by_path(population: Population, spelt: Callable[[str], str]) -> set[str]:
    return {spelt(population.path)}


def _by_end(population: Population, spelt: Callable[[str], str]) -> set[str]:
    """Names belong to it whole: of "CD3/28" below "Live", "28" is no end."""
    labels = population.labels
    return {spelt("/".join(labels[start:])) for start in range(len(labels))}
