"""OMIQ: which events a gate and a population hold, worked out by hand."""

from __future__ import annotations

import math
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox.dice import Dice
from pentad.sandbox.omiq.forests import subsets
from pentad.sandbox.omiq.geometry import UnknownGateError, inside
from pentad.sandbox.omiq.views import ExportError, View, evenly
from tests.proof import EXAMPLES

SQUARE = [{"f1Val": 2}, {"f1Val": 2, "f2Val": 2}, {"f2Val": 2}, {}]
GATES: list[tuple[dict[str, Any], list[tuple[float, float]], list[tuple[float, float]]]] = [
    (
        {"type": "RectangleGate", "min": {}, "max": {"f1Val": 2, "f2Val": 1e16}},
        [(0, 0), (1.9, 9e15), (1, 1)],
        [(2, 1), (-0.1, 1), (1, -0.1)],
    ),
    ({"type": "RangeGate", "f1Min": -1e16, "f1Max": 3}, [(-5, 9), (2.9, -9)], [(3, 0), (4, 0)]),
    (
        {"type": "PolygonGate", "vertices": SQUARE},
        [(1, 1), (0, 0), (1.9, 0)],
        [(2, 1), (1, 2), (3, 3), (-1, 1)],
    ),
    (
        # A bow tie: the crossing halves are inside, above and below the crossing is not.
        {"type": "PolygonGate", "vertices": [{}, {"f1Val": 4, "f2Val": 4}, {"f1Val": 4}, {"f2Val": 4}]},
        [(0.5, 2), (3.5, 2)],
        [(2, 3), (2, 1)],
    ),
    (
        # Half axes (2, 2) and (-1, 1) around (3, 3).
        {
            "type": "EllipseGate",
            "left": {"f1Val": 1, "f2Val": 1},
            "right": {"f1Val": 5, "f2Val": 5},
            "top": {"f1Val": 2, "f2Val": 4},
            "bottom": {"f1Val": 4, "f2Val": 2},
        },
        [(3, 3), (5, 5), (4.3, 4.3), (2.1, 3.9)],
        [(5.1, 5.1), (4.5, 1.5), (3, 5)],
    ),
    (
        {"type": "AngleGate", "c": {}, "v1": {"f1Val": 3, "f2Val": 1}, "v2": {"f2Val": 5}},
        [(3, 1), (6, 2), (1, 1), (0.1, 9)],
        [(0, 5), (0, 0), (3, 0.9), (-1, 1), (-3, -1)],
    ),
    ({"type": "AngleGate", "c": {}, "v1": {"f1Val": 1}, "v2": {"f1Val": 2}}, [], [(1, 0), (1, 1)]),
]


@pytest.mark.parametrize(("gate", "within", "beyond"), GATES)
def test_a_gate_holds_what_geometry_says(
    gate: dict[str, Any], within: list[tuple[float, float]], beyond: list[tuple[float, float]]
) -> None:
    x, y = zip(*within, *beyond, strict=True)
    assert list(inside(gate, x, y)) == [1] * len(within) + [0] * len(beyond)


def test_a_gate_of_a_kind_that_is_not_known_cannot_be_computed() -> None:
    with pytest.raises(UnknownGateError, match="SplineGate"):
        inside({"type": "SplineGate"}, [1.0], [1.0])


@given(x=st.integers(-900, 900), y=st.integers(-900, 900))
@settings(max_examples=EXAMPLES)
def test_each_event_lies_in_one_of_the_quadrants_a_split_or_skewed_quadrants(x: int, y: int) -> None:
    """Off the borders, where the last digit decides."""
    containers = subsets(Dice(1), "main").containers.values()
    for kind, parts in (("QUAD", 4), ("SKEWEDQUAD", 4), ("SPLIT", 2)):
        gates = [one["defaultFilter"] for one in containers if f"_{kind}" in one.get("groupId", "")]
        held = [inside(gate, [x / 100 + 0.00371], [y / 100 + 0.00713])[0] for gate in gates]
        assert (len(held), sum(held)) == (parts, 1)


def small_view() -> View:
    """Six events, one gate with a position of its own for file 7, every boolean, and two tasks below."""
    low: dict[str, Any] = {"type": "RangeGate", "f1": "A", "f2": "B", "f1Min": 1, "f1Max": 9}
    gates: dict[str, Any] = {
        "a": {"name": "A", "containerType": "AtomicFilterContainer", "defaultFilter": low},
        "b": {"name": "B", "containerType": "AtomicFilterContainer", "defaultFilter": {**low, "f1": "B"}},
        "moved": {
            "name": "M",
            "containerType": "AtomicFilterContainer",
            "defaultFilter": low,
            "perFileFilters": {"7": {**low, "f1Min": 4}},
        },
        "loop": {"containerType": "CompoundFilterContainer", "type": "NOT", "filterContainerIds": ["loop"]},
    }
    for kind in ("AND", "OR"):
        gates[kind] = {
            "containerType": "CompoundFilterContainer",
            "type": kind,
            "filterContainerIds": ["a", "b"],
        }
    gates["NOT"] = {"containerType": "CompoundFilterContainer", "type": "NOT", "filterContainerIds": ["a"]}
    places = {one: {"parentId": "", "filterContainerId": one} for one in gates}
    places["below"] = {"parentId": "b", "filterContainerId": "moved"}
    tasks = [
        {"id": 1, "type": "ScalingTask", "scalings": {"C": {"type": "arcsinh", "cofactor": 2}}},
        {
            "id": 2,
            "parentId": 1,
            "type": "GatingTask",
            "gatingTree": {"nodes": places, "filterContainers": gates},
        },
        {"id": 3, "parentId": 2, "type": "SubsamplingTask", "filterId": "a", "maxEvents": 2},
        {"id": 4, "parentId": 3, "type": "GatingTask"},
    ]
    columns = {"A": [0, 1, 2, 3, 4, 9], "B": [1, 0, 1, 0, 1, 0], "C": [0, 2, 4, 6, 8, 10]}
    return View({"tasks": tasks}, 7, {name: array("f", values) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("a", [0, 1, 1, 1, 1, 0]),
        ("moved", [0, 0, 0, 0, 1, 0]),
        ("below", [0, 0, 0, 0, 1, 0]),
        ("b", [1, 0, 1, 0, 1, 0]),
        ("AND", [0, 0, 1, 0, 1, 0]),
        ("OR", [1, 1, 1, 1, 1, 0]),
        ("NOT", [1, 0, 0, 0, 0, 1]),
    ],
)
def test_a_population_is_inside_its_gate_and_all_above(node: str, expected: list[int]) -> None:
    view = small_view()
    assert list(view.members(view.tasks()[2], node)) == expected


def test_what_refers_to_itself_or_to_nothing_fails_as_work() -> None:
    view = small_view()
    with pytest.raises(ExportError, match="loop"):
        view.members(view.tasks()[2], "loop")
    with pytest.raises(ExportError, match="Feature X is not present at task 2"):
        view.values(2, "X")


def test_a_task_sees_the_scaling_and_subsampling_above_it() -> None:
    view = small_view()
    assert list(view.values(1, "C")) == [0, 2, 4, 6, 8, 10]
    assert list(view.values(2, "C")) == [math.asinh(value / 2) for value in (0, 2, 4, 6, 8, 10)]
    assert list(view.values(2, "A")) == [0, 1, 2, 3, 4, 9]
    assert view.rows(3) == [0, 1, 2, 3, 4, 5]
    assert view.rows(4) == [1, 3]
    assert evenly([5, 6, 7, 8, 9], 2) == [5, 8]
