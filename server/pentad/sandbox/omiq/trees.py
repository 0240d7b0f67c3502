"""Building gating trees: nodes are places, containers are gates, several nodes may share a container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pentad.sandbox.dice import Dice

Number = int | Decimal
Point = tuple[Number, Number]
Shape = Mapping[str, Any]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# The two spellings of no bound that are known.
UP, DOWN = Decimal("1E+16"), -10_000_000_000_000_000


def point(at: Point) -> dict[str, Any]:
    """A coordinate that is 0 is left out, which is how the platform may say it."""
    named = {"f1Val": at[0], "f2Val": at[1]}
    return {name: value for name, value in named.items() if value != 0}


def rectangle(f1: str, f2: str, low: Point, high: Point) -> Shape:
    return {"type": "RectangleGate", "f1": f1, "f2": f2, "min": point(low), "max": point(high)}


def polygon(f1: str, f2: str, *vertices: Point) -> Shape:
    corners = [point(vertex) for vertex in vertices]
    return {"type": "PolygonGate", "f1": f1, "f2": f2, "vertices": corners, "labelLoc": corners[0]}


def ellipse(f1: str, f2: str, *around: Point) -> Shape:
    """`around` are left, top, right and bottom."""
    places = dict(zip(("left", "top", "right", "bottom"), map(point, around), strict=True))
    return {"type": "EllipseGate", "f1": f1, "f2": f2, **places, "v": 1}


def interval(f1: str, f2: str, low: Number, high: Number = UP) -> Shape:
    return {"type": "RangeGate", "f1": f1, "f2": f2, "f1Min": low, "f1Max": high}


def sector(f1: str, f2: str, centre: Point, first: Point, second: Point) -> Shape:
    rays = {"c": point(centre), "v1": point(first), "v2": point(second)}
    return {"type": "AngleGate", "f1": f1, "f2": f2, **rays}


@dataclass(slots=True)
class Tree:
    """`born` is the creation time of the first node in milliseconds."""

    dice: Dice
    label: str
    born: int
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    containers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def gate(self, name: str, shape: Shape, **more: Any) -> str:
        """A container; `more` are groupId, md and perFileFilters."""
        id_ = short_id(self.dice, f"{self.label}:gate", len(self.containers))
        self.containers[id_] = {
            "id": id_,
            "name": name,
            "containerType": "AtomicFilterContainer",
            "type": "DEFAULT",
            **more,
            "defaultFilter": shape,
            "color": "#1f77b4",
        }
        return id_

    def combined(self, name: str, kind: str, *operands: str) -> str:
        id_ = short_id(self.dice, f"{self.label}:gate", len(self.containers))
        self.containers[id_] = {
            "id": id_,
            "name": name,
            "containerType": "CompoundFilterContainer",
            "type": kind,
            "filterContainerIds": list(operands),
        }
        return id_

    def place(self, container: str, under: str = "") -> str:
        number = len(self.nodes)
        id_ = short_id(self.dice, f"{self.label}:node", number)
        self.nodes[id_] = {
            "id": id_,
            "parentId": under,
            "filterContainerId": container,
            "ord": self.born + number,
            "collapsed": number % 7 == 5,
        }
        return id_

    def add(self, name: str, shape: Shape, under: str = "", **more: Any) -> str:
        return self.place(self.gate(name, shape, **more), under)

    def quadrants(self, suffix: str, under: str, named: Sequence[tuple[str, Shape]]) -> list[str]:
        stem = self.dice.word(f"{self.label}:{suffix}:{len(self.containers)}", 6)
        return [
            self.add(name, shape, under, groupId=f"{stem}_{suffix}{index}")
            for index, (name, shape) in enumerate(named)
        ]

    def task(self, number: int, parent: int | None, name: str, kind: str = "GatingTask") -> dict[str, Any]:
        tree = {"nodes": self.nodes, "filterContainers": self.containers, "treeVersion": 3}
        return {"id": number, "parentId": parent, "type": kind, "name": name, "gatingTree": tree}


def short_id(dice: Dice, label: str, number: int) -> str:
    """Three letters or digits of chance and two that count, so that no id comes twice in a tree."""
    return dice.word(f"{label}:{number}", 3) + _DIGITS[number // 36] + _DIGITS[number % 36]
