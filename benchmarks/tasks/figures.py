"""What the tasks came to: how many were done, and what they cost in calls and tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias, get_args

from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table
from benchmarks.tasks import suite
from benchmarks.tasks.doing import MODES, Outcome
from benchmarks.tasks.task import Sort, Task
from benchmarks.tasks.upstream import WAY

LEAST = 60
WAYS = (*MODES, WAY)
# Of what the bridge costs: a session with one task in it, and calls and answers alone.
SESSION, TALK = 0.25, 0.75
ABSENT = "The bridge is not installed here (`python -m benchmarks.peers` does it), so nothing stands beside."

Outcomes: TypeAlias = Sequence[Outcome]


async def measured(folder: Path) -> Figures:
    """All tasks in each mode and over the bridge."""
    outcomes = await suite.outcomes(suite.tasks(), folder)
    return Figures(promises(outcomes), tables(outcomes))


def promises(outcomes: Outcomes) -> list[Promise]:
    named = {one.task.name for one in outcomes}
    ours = [one for one in outcomes if one.way != WAY]
    done = sum(not one.problem for one in ours)
    kept = [
        Promise("scripted tasks", f"at least {LEAST}", str(len(named)), len(named) >= LEAST),
        Promise("tasks done, in each exposure mode", "all", f"{done} of {len(ours)}", done == len(ours)),
    ]
    both = _done_by(outcomes, ("core", WAY))
    return [*kept, *_beside(outcomes, both)] if both else kept


def _beside(outcomes: Outcomes, both: Sequence[Task]) -> list[Promise]:
    ours, theirs = (_of(outcomes, way, both) for way in ("core", WAY))
    talk = _tokens(ours) / _tokens(theirs)
    session = (_tokens(ours) + _paid(ours)) / (_tokens(theirs) + _paid(theirs))
    about = f"over the {len(both)} tasks that both did"
    return [
        Promise(
            "tokens of core beside the bridge's, definitions paid in each session",
            f"at most {SESSION:.2f}x", f"{session:.2f}x", session <= SESSION, about,
        ),
        Promise(
            "the same without definitions",
            f"at most {TALK:.2f}x", f"{talk:.2f}x", talk <= TALK, about,
        ),
    ]  # fmt: skip


def tables(outcomes: Outcomes) -> list[Table]:
    ways = [way for way in WAYS if any(one.way == way for one in outcomes)]
    shared = _done_by(outcomes, ways)
    remarks = () if WAY in ways else (ABSENT,)
    definitions = [f"{_of(outcomes, way)[0].definitions:,}" for way in ways if outcomes]
    cost = _by_sort("Tokens of a task", outcomes, ways, _mean(lambda one: one.tokens), among=shared)
    return [
        _by_sort("Tasks done by scripted agents", outcomes, ways, _share, remarks=remarks),
        _by_sort("Calls of a task", outcomes, ways, _mean(lambda one: len(one.turns)), among=shared),
        Table(
            cost.title,
            cost.columns,
            [*cost.rows, ("definitions, once a session", "", *definitions)],
            (f"Means over the {len(shared)} tasks done in every way, of arguments and answers.",),
        ),
        _left(outcomes),
    ]


def _by_sort(
    title: str,
    outcomes: Outcomes,
    ways: Sequence[str],
    figure: Callable[[Outcomes], str],
    *,
    among: Sequence[Task] | None = None,
    remarks: tuple[str, ...] = (),
) -> Table:
    rows: list[tuple[str, ...]] = []
    for sort in (*get_args(Sort), "all"):
        part = [one for one in outcomes if sort in (one.task.sort, "all")]
        of_ways = [_of(part, way, among) for way in ways]
        if of_ways and of_ways[0]:
            rows.append((sort, str(len(of_ways[0])), *map(figure, of_ways)))
    return Table(title, ("sort", "tasks", *ways), rows, remarks)


def _left(outcomes: Outcomes) -> Table:
    rows = [(one.task.name, one.way, _short(one.problem)) for one in outcomes if one.problem]
    return Table("Tasks that were not done", ("task", "way", "why"), rows)


def _of(outcomes: Outcomes, way: str, among: Sequence[Task] | None = None) -> list[Outcome]:
    names = None if among is None else {task.name for task in among}
    return [one for one in outcomes if one.way == way and (names is None or one.task.name in names)]


def _done_by(outcomes: Outcomes, ways: Sequence[str]) -> list[Task]:
    """Tasks that were done in each of these ways."""
    done = {(one.task.name, one.way) for one in outcomes if not one.problem}
    tasks = {one.task.name: one.task for one in outcomes}
    return [task for name, task in tasks.items() if all((name, way) in done for way in ways)]


def _share(outcomes: Outcomes) -> str:
    return str(sum(not one.problem for one in outcomes))


def _mean(figure: Callable[[Outcome], int]) -> Callable[[Outcomes], str]:
    def mean(outcomes: Outcomes) -> str:
        value = sum(map(figure, outcomes)) / len(outcomes)
        return f"{value:.1f}" if value < 100 else f"{value:,.0f}"

    return mean


def _tokens(outcomes: Outcomes) -> int:
    return sum(one.tokens for one in outcomes)


def _paid(outcomes: Outcomes) -> int:
    return sum(one.definitions for one in outcomes)


def _short(problem: str) -> str:
    return " ".join(problem.split())[:240].replace("|", "/")
