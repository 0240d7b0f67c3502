"""What depends on what: connections, models and reports, from either edition's answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pentad_tools.optimibi.files.items import Item

Direction = Literal["depends_on", "used_by"]
DIRECTIONS: tuple[Direction, ...] = ("depends_on", "used_by")
UNREADABLE = "(not readable)"
_KINDS = {"connection": "connection", "schema": "model", "page": "report"}


@dataclass(frozen=True)
class Node:
    """`kind` is connection, model, report or whatever else is told; `path` is that of a report."""

    kind: str
    name: str
    title: str
    path: str | None = None
    readable: bool = True
    exists: bool = True

    def row(self, relation: str, depth: int) -> dict[str, Any]:
        other = self.title if self.title != self.name else None
        shown = {"kind": self.kind, "name": self.title if self.path else self.name, "path": self.path}
        told = {"relation": relation, "depth": depth, "title": None if self.path else other}
        return shown | told | {"readable": self.readable, "exists": self.exists}


@dataclass
class Graph:
    """Nodes by id; a link leads from what is used to what uses it."""

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    links: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def walk(self, start: str, direction: Direction) -> Iterator[tuple[Node, int]]:
        """Everything that can be reached from a node, nearest first, with the number of steps."""
        onward: dict[str, list[str]] = {}
        for used, user in sorted(self.links):
            ends = (used, user) if direction == "used_by" else (user, used)
            onward.setdefault(ends[0], []).append(ends[1])
        seen, waiting = {start}, deque([(start, 0)])
        while waiting:
            here, depth = waiting.popleft()
            for lid in onward.get(here, ()):
                if lid not in seen:
                    seen.add(lid)
                    waiting.append((lid, depth + 1))
                    if lid in self.nodes:
                        yield self.nodes[lid], depth + 1

    def find(self, kind: str, name: str) -> str | None:
        """The id of a node by its name or path."""
        known = (lid for lid, node in self.nodes.items() if node.kind == kind)
        return next((lid for lid in known if name in (self.nodes[lid].path, self.nodes[lid].name)), None)

    def add(self, other: Graph) -> None:
        """Take in another one; what is known already keeps its titles."""
        self.nodes = other.nodes | self.nodes
        self.links |= other.links

    def add_file(self, model: str, raw: Any) -> None:
        """A report or another file of a model's entry; the form of such an item is not documented."""
        if found := _file(raw):
            lid, node = found
            self.nodes.setdefault(lid, node)
            self.links.add((model, lid))


def from_links(objects: Iterable[Any], links: Iterable[Any]) -> Graph:
    """The newer edition's answer: `objs` and `links` by `lid`."""
    graph = Graph()
    for raw in objects:
        if isinstance(raw, Mapping) and raw.get("lid"):
            graph.nodes[str(raw["lid"])] = _node(raw)
            for model in raw.get("schemas") or ():
                graph.links.add((f"schema/{model}", str(raw["lid"])))
    for raw in links:
        if isinstance(raw, Mapping) and raw.get("sourceLid") and raw.get("targetLid"):
            graph.links.add((str(raw["sourceLid"]), str(raw["targetLid"])))
    return graph


def _node(raw: Mapping[str, Any]) -> Node:
    lid, kind = str(raw["lid"]), _KINDS.get(str(raw.get("type")), str(raw.get("type")))
    readable, exists = raw.get("canRead") is not False, raw.get("exist") is not False
    if kind == "report" and not readable and not raw.get("path"):
        # Its id is its path, which the platform withholds otherwise.
        return Node(kind, UNREADABLE, UNREADABLE, None, readable, exists)
    path = str(raw.get("path") or lid) if kind == "report" else None
    name = path or str(raw.get("name") or lid.partition("/")[2] or lid)
    title = str(raw.get("title") or (path or name).rpartition("/")[2])
    return Node(kind, name, title, path, readable, exists)


def from_connections(found: Iterable[Any]) -> Graph:
    """The older edition's answer: connections with `schemas`, each of which may list `files`."""
    graph = Graph()
    for raw in found:
        if isinstance(raw, Mapping) and raw.get("name"):
            lid = f"connection/{raw['name']}"
            graph.nodes[lid] = Node("connection", str(raw["name"]), str(raw["name"]))
            for model in raw.get("schemas") or ():
                _add_model(graph, lid, model)
    return graph


def _add_model(graph: Graph, connection: str, raw: Any) -> None:
    if not isinstance(raw, Mapping) or not raw.get("name"):
        return
    lid = f"schema/{raw['name']}"
    graph.nodes[lid] = Node("model", str(raw["name"]), str(raw.get("title") or raw["name"]))
    graph.links.add((connection, lid))
    add_files(graph, lid, raw)


def add_files(graph: Graph, model: str, raw: Mapping[str, Any]) -> None:
    """The files of an entry, under the node of its model."""
    for member in ("files", "otherFiles"):
        for file in raw.get(member) or ():
            graph.add_file(model, file)


def _file(raw: Any) -> tuple[str, Node] | None:
    """A path, or an object that has one under some name; what has a name alone is an alert or the like."""
    told = {"path": raw} if isinstance(raw, str) and raw.strip() else raw
    if not isinstance(told, Mapping):
        return None
    path = next((told[name] for name in ("path", "pathId", "fullPath", "lid") if told.get(name)), None)
    if path and (item := Item.of({**told, "path": path})):
        return item.path, Node(item.kind, item.path, item.name, item.path)
    name, kind = told.get("name"), str(told.get("type") or "file")
    return (f"{kind}/{name}", Node(kind, str(name), str(told.get("title") or name))) if name else None
