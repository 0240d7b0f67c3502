"""A population's numbers are what the gates say, whoever computes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inside import World
from tests.omiq.cytometry import Analysis, document, events, middle

ASKED = 20
KINDS = {"rectangle", "range", "polygon", "ellipse", "angle", "and", "or", "not"}
FEATURES = {"BUV395-A": "median CD3", "FSC-A": "median FSC-A"}


async def populations(world: World, workflow_id: str, task_id: str) -> list[dict[str, Any]]:
    told = await world.ask(
        "omiq_describe_workflow",
        workflow_id=workflow_id,
        task_id=task_id,
        fields=["id", "task", "gate", "parent"],
    )
    assert len(told["rows"]) == told["total"]
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


async def summary(world: World, **asked: Any) -> dict[str, dict[str, Any]]:
    """By the population's id, with every field."""
    wanted = ["id", "events", "pct_parent", "pct_total", "parent_events", "total_events", *FEATURES.values()]
    told = await world.ask("omiq_summarize_population", features=list(FEATURES), fields=wanted, **asked)
    return {row[0]: dict(zip(told["columns"], row, strict=True)) for row in told["rows"]}


TASKS = {"gating_task": "override_file", "subset_task": "file", "sibling_population": "file"}


async def task_of(world: World, sample: str) -> str:
    """A task that is named by its own sample, or by that of a population which it defines."""
    found = world.sample("omiq", sample)
    told = await world.ask("omiq_describe_workflow", workflow_id=world.sample("omiq", "workflow"))
    return next((str(row[2]) for row in told["rows"] if row[0] == found), found)


@pytest.mark.parametrize(("task", "file"), TASKS.items())
async def test_counts_shares_and_medians_equal_an_independent_computation(
    world: World, task: str, file: str
) -> None:
    workflow_id, task_id = world.sample("omiq", "workflow"), await task_of(world, task)
    file_id = world.sample("omiq", file)
    world.sandbox.platforms["omiq"].state.events[int(file_id)] = 1_200
    analysis = Analysis(world, await document(world, workflow_id), file_id)
    seen = await events(world, workflow_id, file_id, task_id)
    there = await populations(world, workflow_id, task_id)
    told: dict[str, dict[str, Any]] = {}
    for at in range(0, len(there), ASKED):
        ids = [one["id"] for one in there[at : at + ASKED]]
        told |= await summary(
            world, workflow_id=workflow_id, populations=ids, files=[file_id], task_id=task_id
        )

    for one in there:
        inside = analysis.members(one["task"], one["id"], list(seen))
        parent = analysis.members(one["task"], one["parent"], list(seen)) if one["parent"] else list(seen)
        assert told[one["id"]] == {
            "id": one["id"],
            "events": len(inside),
            "pct_parent": float(f"{100 * len(inside) / len(parent):.4g}") if parent else None,
            "pct_total": float(f"{100 * len(inside) / len(seen):.4g}"),
            "parent_events": len(parent),
            "total_events": len(seen),
            **{name: middle([seen[row][column(seen, f)] for row in inside]) for f, name in FEATURES.items()},
        }, one


async def test_every_kind_of_gate_is_among_those_that_are_compared(world: World) -> None:
    workflow_id = world.sample("omiq", "workflow")
    there = [
        one for task in TASKS for one in await populations(world, workflow_id, await task_of(world, task))
    ]
    assert {one["gate"] for one in there} >= KINDS


def column(seen: dict[int, dict[str, str]], feature: str) -> str:
    names = next(iter(seen.values()))
    return next(name for name in names if name == feature or name.startswith(f"{feature}___"))
