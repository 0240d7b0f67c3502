"""One file as seen from the tasks of one workflow: scaling, subsampling, populations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.omiq.cells import Columns
from pentad.sandbox.omiq.geometry import UnknownGateError, inside
from pentad.sandbox.omiq.spelling import is_object, member_object, objects

UNFILTERED = "UNFILTERED"
Json = dict[str, Any]


class ExportError(Exception):
    """The work of an export cannot be done; the message is what its poll tells."""


@dataclass(slots=True)
class View:
    """`columns` are raw values of one file. A task sees what lies above it: the nearest scaling task
    above, and every subsampling task above."""

    document: Mapping[str, Any]
    file: int
    columns: Columns
    _scaled: dict[tuple[int, str], Sequence[float]] = field(
        default_factory=dict[tuple[int, str], Sequence[float]]
    )
    _held: dict[tuple[int, str], bytearray] = field(default_factory=dict[tuple[int, str], bytearray])

    def tasks(self) -> dict[int, Json]:
        return {task["id"]: task for task in objects(self.document["tasks"])}

    def upward(self, number: int) -> Iterator[Json]:
        """The task and those above it, nearest first; a parent of 0, null or none at all ends the way."""
        tasks, seen = self.tasks(), set[int]()
        while number in tasks and number not in seen:
            seen.add(number)
            yield tasks[number]
            number = tasks[number].get("parentId") or 0

    def home(self, number: int, filter_id: str) -> Json | None:
        """The task, this one or one above, in whose tree the filter stands."""
        return next((task for task in self.upward(number) if filter_id in nodes(task)), None)

    def values(self, number: int, feature: str) -> Sequence[float]:
        """asinh(raw / cofactor) for a feature that is scaled above the task, else the raw value."""
        if feature not in self.columns:
            raise ExportError(f"Feature {feature} is not present at task {number}.")
        above = list(self.upward(number))[1:]
        scaling = next((task for task in above if task["type"] == "ScalingTask"), {})
        how = member_object(member_object(scaling, "scalings"), feature)
        if how.get("type") != "arcsinh":
            return self.columns[feature]
        key = scaling["id"], feature
        if key not in self._scaled:
            cofactor = float(how["cofactor"])
            self._scaled[key] = [math.asinh(value / cofactor) for value in self.columns[feature]]
        return self._scaled[key]

    def members(self, task: Json, node: str) -> bytearray:
        """Inside the node's gate and all gates above it in the same tree."""
        key = task["id"], node
        if key not in self._held:
            place = nodes(task)[node]
            own = self._gate(task, str(place["filterContainerId"]), ())
            above = str(place.get("parentId") or "")
            self._held[key] = both(own, self.members(task, above)) if above else own
        return self._held[key]

    def _gate(self, task: Json, container: str, within: tuple[str, ...]) -> bytearray:
        gate = containers(task).get(container)
        if not is_object(gate) or container in within:
            raise ExportError(f"Filter container {container} cannot be resolved.")
        if gate["containerType"] == "AtomicFilterContainer":
            return self._drawn(task, gate)
        parts = [self._gate(task, part, (*within, container)) for part in gate["filterContainerIds"]]
        if gate["type"] == "AND":
            return bytearray(map(all, zip(*parts, strict=True)))
        return bytearray(any(one) != (gate["type"] == "NOT") for one in zip(*parts, strict=True))

    def _drawn(self, task: Json, gate: Json) -> bytearray:
        """The file's own position of the gate where it has one, else the default."""
        moved = member_object(member_object(gate, "perFileFilters"), str(self.file))
        shape = moved or member_object(gate, "defaultFilter")
        names = str(shape.get("f1")), str(shape.get("f2", shape.get("f1")))
        try:
            return inside(shape, *(self.values(task["id"], name) for name in names))
        except UnknownGateError as error:
            raise ExportError(str(error)) from error

    def rows(self, number: int) -> list[int]:
        """The events that arrive at a task, by position. Of the events of its filter, a subsampling task
        lets `maxEvents` pass, evenly spaced: those where i * max // size is a new number."""
        kept = list(range(len(next(iter(self.columns.values()), ()))))
        for task in reversed(list(self.upward(number))[1:]):
            if task["type"] != "SubsamplingTask":
                continue
            wanted, most = str(task.get("filterId", UNFILTERED)), int(task["maxEvents"])
            home = None if wanted == UNFILTERED else self.home(task["id"], wanted)
            if home is not None:
                member = self.members(home, wanted)
                kept = [row for row in kept if member[row]]
            kept = evenly(kept, most)
        return kept

    def path(self, task: Json, node: str) -> str:
        """The names from the root of the tree down, joined by slashes."""
        place = nodes(task)[node]
        name = str(containers(task)[place["filterContainerId"]].get("name", ""))
        above = str(place.get("parentId") or "")
        return f"{self.path(task, above)}/{name}" if above else name

    def name(self, task: Json, node: str) -> str:
        return str(containers(task)[nodes(task)[node]["filterContainerId"]].get("name", ""))


def nodes(task: Mapping[str, Any]) -> Json:
    return member_object(member_object(task, "gatingTree"), "nodes")


def containers(task: Mapping[str, Any]) -> Json:
    return member_object(member_object(task, "gatingTree"), "filterContainers")


def both(one: bytearray, other: bytearray) -> bytearray:
    return bytearray(a & b for a, b in zip(one, other, strict=True))


def evenly(rows: list[int], most: int) -> list[int]:
    size = len(rows)
    if size <= most:
        return rows
    return [row for i, row in enumerate(rows) if i * most // size != (i - 1) * most // size]
