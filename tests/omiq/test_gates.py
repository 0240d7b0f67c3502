"""Gates as rows: for plots, and to see which files have their own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from pentad.platforms.omiq.document import Workflow
from pentad.platforms.omiq.gates import Outline, outline
from pentad.sandbox import Sandbox
from pentad.sandbox.omiq.geometry import inside
from tests.inside import World

SHOWN = ["id", "gate", "x", "y", "points", "overrides", "md"]


def sample(world: World, name: str) -> str:
    return world.sample("omiq", name)


async def gates(world: World, **given: Any) -> dict[str, dict[str, Any]]:
    told = await world.ask("omiq_list_gates", workflow_id=sample(world, "workflow"), fields=SHOWN, **given)
    return {row[0]: dict(zip(told["columns"], row, strict=True)) for row in told["rows"]}


async def test_a_population_comes_with_everything_below_it(world: World) -> None:
    found = await gates(world, population="lymphocytes / singlets", task_id=sample(world, "gating_task"))

    assert list(found) == [sample(world, "population"), sample(world, "deep_population")]
    assert found[sample(world, "population")]["x"] == "FSC-A"
    assert len(found[sample(world, "population")]["points"]) == 4


async def test_a_file_with_its_own_position_has_another_outline(world: World) -> None:
    deep = sample(world, "deep_population")
    usual = (await gates(world, population=deep))[deep]
    own = (await gates(world, population=deep, file_id=f"F{sample(world, 'override_file')}"))[deep]
    other = (await gates(world, population=deep, file_id=sample(world, "file")))[deep]

    assert sample(world, "override_file") in usual["overrides"]
    assert usual["md"] == "Batch"
    assert own["points"] != usual["points"] == other["points"]


async def test_every_kind_of_gate_but_booleans_has_an_outline(world: World) -> None:
    told = await world.ask("omiq_list_gates", workflow_id=sample(world, "workflow"))
    kept = told["more"]["result"]
    corners = await world.ask(
        "query_results",
        sql=f"SELECT gate, min(len(points)), count(x) = count(points) FROM {kept} GROUP BY 1",
    )

    drawn = {"rectangle": 4, "range": 4, "ellipse": 48, "angle": 3, "polygon": 4}
    booleans = {"and": None, "or": None, "not": None}
    assert {gate: least for gate, least, _ in corners["rows"]} == drawn | booleans
    assert all(matching for *_, matching in corners["rows"])


async def test_a_name_that_means_several_is_refused_with_their_ids(world: World) -> None:
    error = await world.refused(
        "omiq_list_gates", workflow_id=sample(world, "workflow"), population="CD45RA high"
    )

    (says,) = error["problems"]["population"]
    assert "chh09 (CD4+ CD8-/CD45RA high), wlw0a (CD8+/CD45RA high): give the id" in says


OPEN = 1e9


def closed(corners: Outline) -> list[dict[str, float]]:
    """The corners as the vertices of a polygon gate, sides without a bound far out in their direction."""
    lows = (0, 3), (0, 1)
    return [
        {
            f"f{axis + 1}Val": (-OPEN if index in lows[axis] else OPEN) if value is None else value
            for axis, value in enumerate(corner)
        }
        for index, corner in enumerate(corners)
    ]


def closed_in(sector: Mapping[str, Any]) -> Outline:
    """A box that has the centre in its middle and the two points on its rays within it."""
    x, y = ([float(sector[name].get(axis, 0)) for name in ("c", "v1", "v2")] for axis in ("f1Val", "f2Val"))
    reach = max(abs(value - values[0]) for values in (x, y) for value in values)
    return [[x[0] - reach, y[0] - reach], [x[0] + reach, y[0] + reach]]


def around(corners: Outline, axis: int, rng: random.Random) -> list[float]:
    """Places on one axis, some of them beyond the gate."""
    known = [value for corner in corners if (value := corner[axis]) is not None] or [0.0]
    low, high = min(known), max(known)
    wide = (high - low) or 1.0
    return [rng.uniform(low - wide / 4, high + wide / 4) for _ in range(400)]


@pytest.mark.parametrize("name", ["workflow", "small_workflow", "big_workflow"])
def test_what_lies_in_an_outline_lies_in_the_gate(name: str) -> None:
    platform = Sandbox().platforms["omiq"]
    document: Mapping[str, Any] = platform.state.workflows[platform.samples[name]].document
    gates = [one.geometry() for one in Workflow(document).populations()]
    drawn = [(gate, corners) for gate in gates if (corners := outline(gate)) is not None]
    rng = random.Random(1)

    assert len(drawn) >= len(gates) - 4
    for gate, corners in drawn:
        # The rays of a sector end far outside of any plot.
        near = closed_in(gate) if gate["type"] == "AngleGate" else corners
        x, y = around(near, 0, rng), around(near, 1, rng)
        seen = inside({"type": "PolygonGate", "vertices": closed(corners)}, x, y)
        # An ellipse is drawn with straight sides.
        beyond = 0 if gate["type"] != "EllipseGate" else 4
        assert sum(a != b for a, b in zip(seen, inside(gate, x, y), strict=True)) <= beyond
        assert any(seen)
