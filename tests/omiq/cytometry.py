"""Populations computed once more from a workflow's document and raw events alone, in plain Python with exact
fractions, by other ways than the platform's."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from tests.inside import World

Point = tuple[Fraction, Fraction]


class Analysis:
    """A workflow's document, and the raw values of a file's events."""

    def __init__(self, world: World, document: Mapping[str, Any], file_id: str) -> None:
        self.tasks = {str(task["id"]): task for task in document["tasks"]}
        self.file_id = file_id
        self.raw = world.sandbox.platforms["omiq"].state.values(int(file_id))
        self.size = len(next(iter(self.raw.values())))

    def members(self, task_id: str, node_id: str, rows: Sequence[int]) -> list[int]:
        """The events among these that are inside the gate of a node and of all nodes above it."""
        tree = self.tasks[task_id]["gatingTree"]
        node = tree["nodes"][node_id]
        left = self.members(task_id, node["parentId"], rows) if node.get("parentId") else list(rows)
        return [row for row in left if self._inside(task_id, node["filterContainerId"], row)]

    def _inside(self, task_id: str, container_id: str, row: int) -> bool:
        gate = self.tasks[task_id]["gatingTree"]["filterContainers"][container_id]
        if gate["containerType"] == "CompoundFilterContainer":
            told = [self._inside(task_id, part, row) for part in gate["filterContainerIds"]]
            return {"AND": all(told), "OR": any(told), "NOT": not any(told)}[gate["type"]]
        shape = gate.get("perFileFilters", {}).get(self.file_id, gate["defaultFilter"])
        at = (self._value(task_id, shape["f1"], row), self._value(task_id, shape.get("f2", shape["f1"]), row))
        return GATES[shape["type"]](shape, at)

    def _value(self, task_id: str, feature: str, row: int) -> Fraction:
        """In the units of the task: arcsinh of raw by cofactor, where a task above scales."""
        task: Mapping[str, Any] | None = self.tasks[task_id]
        raw = self.raw[feature][row]
        while task is not None:
            task = self.tasks.get(str(task.get("parentId")))
            how = (task or {}).get("scalings", {}).get(feature)
            if how is not None:
                return Fraction(math.asinh(raw / how["cofactor"]) if how["type"] == "arcsinh" else raw)
        return Fraction(raw)


def _point(of: Mapping[str, Any]) -> Point:
    return Fraction(of.get("f1Val", 0)), Fraction(of.get("f2Val", 0))


def rectangle(gate: Mapping[str, Any], at: Point) -> bool:
    low, high = _point(gate["min"]), _point(gate["max"])
    return all(low[axis] <= at[axis] < high[axis] for axis in (0, 1))


def span(gate: Mapping[str, Any], at: Point) -> bool:
    return Fraction(gate["f1Min"]) <= at[0] < Fraction(gate["f1Max"])


def polygon(gate: Mapping[str, Any], at: Point) -> bool:
    """How often the outline winds around the point: not at all outside a simple polygon."""
    corners = [_point(vertex) for vertex in gate["vertices"]]
    winds = 0
    for one, two in zip(corners, [*corners[1:], corners[0]], strict=True):
        turn = (two[0] - one[0]) * (at[1] - one[1]) - (two[1] - one[1]) * (at[0] - one[0])
        if one[1] <= at[1] < two[1] and turn > 0:
            winds += 1
        if two[1] <= at[1] < one[1] and turn < 0:
            winds -= 1
    return winds != 0


def ellipse(gate: Mapping[str, Any], at: Point) -> bool:
    """Its four points give a parallelogram, in whose axes the ellipse is a circle."""
    left, right, top, bottom = (_point(gate[name]) for name in ("left", "right", "top", "bottom"))
    middle = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
    u = (right[0] - left[0]) / 2, (right[1] - left[1]) / 2
    v = (top[0] - bottom[0]) / 2, (top[1] - bottom[1]) / 2
    a, b = _in_axes((at[0] - middle[0], at[1] - middle[1]), u, v)
    return a * a + b * b <= 1


def angle(gate: Mapping[str, Any], at: Point) -> bool:
    """Between two rays from one point, the first of them included."""
    c, v1, v2 = (_point(gate[name]) for name in ("c", "v1", "v2"))
    a, b = _in_axes((at[0] - c[0], at[1] - c[1]), (v1[0] - c[0], v1[1] - c[1]), (v2[0] - c[0], v2[1] - c[1]))
    return a > 0 and b >= 0


def _in_axes(point: Point, u: Point, v: Point) -> Point:
    """Cramer's rule, exactly."""
    area = u[0] * v[1] - u[1] * v[0]
    return (point[0] * v[1] - point[1] * v[0]) / area, (u[0] * point[1] - u[1] * point[0]) / area


GATES = {
    "RectangleGate": rectangle,
    "RangeGate": span,
    "PolygonGate": polygon,
    "EllipseGate": ellipse,
    "AngleGate": angle,
}


async def document(world: World, workflow_id: str) -> dict[str, Any]:
    """The raw document, as it is saved for the user."""
    saved = await world.ask("omiq_download_workflow", workflow_id=workflow_id)
    found: dict[str, Any] = json.loads(Path(saved["path"]).read_text("utf-8"))
    return found


async def events(world: World, workflow_id: str, file_id: str, task_id: str) -> dict[int, dict[str, str]]:
    """The cells of every event that a task sees, as they are exported, by position in the file."""
    saved = await world.ask(
        "omiq_export_events", workflow_id=workflow_id, file=file_id, task_id=task_id, populations=[]
    )
    with Path(saved["path"]).open(newline="", encoding="utf-8") as file:
        return {int(row["Orig_Row_Number"]) - 1: row for row in csv.DictReader(file)}


def middle(cells: Sequence[str]) -> float | None:
    return float(f"{median(map(float, cells)):.6g}") if cells else None
