"""The populations of a gating tree: nodes are places, their containers have the names and the gates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pentad.platforms.omiq.tree import Place, by_id, label, mapping, named, parents_of, walk

_KINDS: Mapping[str, str] = {
    "RectangleGate": "rectangle",
    "PolygonGate": "polygon",
    "EllipseGate": "ellipse",
    "RangeGate": "range",
    "AngleGate": "angle",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
}


@dataclass(frozen=True, eq=False)
class Population:
    """A node of a task's gating tree. `id` is what exports take as a filter, exactly as it was sent.

    `labels` are the names from the top of the tree down to its own, with the id in place of a missing name;
    `path` joins them by "/" as the platform does. `ancestors` are node ids, the topmost first. `gate` is the
    kind of its gate, in the platform's own word where it is none of the known kinds; `features` are names of
    columns as they were sent. `overrides` are ids of the files for which the gate has a position of its own,
    grouped by the metadata column `md`. `linked` nodes share its `container`, which is the gate.
    """

    id: str
    task: str
    name: str | None
    labels: tuple[str, ...]
    ancestors: tuple[str, ...]
    container: str | None
    gate: str | None
    features: tuple[str, ...]
    overrides: tuple[str, ...]
    md: str | None
    linked: tuple[str, ...]
    definition: Mapping[str, Any] = field(repr=False)

    @property
    def path(self) -> str:
        return "/".join(self.labels)

    @property
    def depth(self) -> int:
        return len(self.ancestors)

    def geometry(self, file_id: str | None = None) -> Mapping[str, Any]:
        """The gate as it was sent, in the position it has for this file; empty for a boolean."""
        own = by_id(self.definition.get("perFileFilters")).get(file_id or "")
        return own or mapping(self.definition.get("defaultFilter"))


def populations_of(gating_tree: Any, task: str) -> list[Population]:
    """Every node of a task's tree, depth first, siblings by `ord`. What is missing of a node is None or
    empty; nothing raises."""
    return _Tree(mapping(gating_tree), task).populations()


class _Tree:
    """A gating tree on its way to populations: nodes in the order of `ord`, and the gate of each."""

    def __init__(self, tree: Mapping[str, Any], task: str) -> None:
        nodes = sorted(by_id(tree.get("nodes")).items(), key=lambda item: _order(item[1]))
        self.task = task
        self.gates = by_id(tree.get("filterContainers"))
        self.ids = [node_id for node_id, _ in nodes]
        self.parents = parents_of(self.ids, [named(node.get("parentId")) for _, node in nodes])
        self.containers = [named(node.get("filterContainerId")) for _, node in nodes]
        self.sharing: dict[str, list[str]] = {}
        for node_id, container in zip(self.ids, self.containers, strict=True):
            self.sharing.setdefault(container, []).append(node_id)

    def populations(self) -> list[Population]:
        return [self._population(place) for place in walk(self.parents)]

    def _population(self, place: Place) -> Population:
        own, container = self.ids[place.index], self.containers[place.index]
        gate = self.gates.get(container, {})
        return Population(
            id=own,
            task=self.task,
            name=label(gate.get("name")),
            labels=tuple(self._label(index) for index in (*place.above, place.index)),
            ancestors=tuple(self.ids[index] for index in place.above),
            container=container or None,
            gate=_kind(gate),
            features=tuple(dict.fromkeys(self._features(container))),
            overrides=tuple(by_id(gate.get("perFileFilters"))),
            md=label(gate.get("md")),
            linked=tuple(other for other in self.sharing[container] if container and other != own),
            definition=gate,
        )

    def _label(self, index: int) -> str:
        name = self.gates.get(self.containers[index], {}).get("name")
        return label(name) or label(self.ids[index]) or ""

    def _features(self, container: str) -> Iterator[str]:
        """Of a boolean, those of its operands, which may be booleans too."""
        waiting, seen = [container], set[str]()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            gate = self.gates.get(current, {})
            shape = mapping(gate.get("defaultFilter"))
            yield from filter(None, (named(shape.get("f1")), named(shape.get("f2"))))
            waiting += reversed(_operands(gate))


def _operands(gate: Mapping[str, Any]) -> list[str]:
    ids = gate.get("filterContainerIds")
    return [named(one) for one in ids if named(one)] if isinstance(ids, list) else []


def _kind(gate: Mapping[str, Any]) -> str | None:
    told = mapping(gate.get("defaultFilter")) or (gate if _is_boolean(gate) else {})
    word = label(told.get("type"))
    return _KINDS.get(word, word) if word else None


def _is_boolean(gate: Mapping[str, Any]) -> bool:
    return gate.get("containerType") == "CompoundFilterContainer" or "filterContainerIds" in gate


def _order(node: Mapping[str, Any]) -> tuple[bool, Decimal]:
    """Nodes without a place among their siblings come after those with one, in the document's order."""
    order = node.get("ord")
    if isinstance(order, bool) or not isinstance(order, int | float | Decimal) or not math.isfinite(order):
        return True, Decimal(0)
    return False, Decimal(order)
