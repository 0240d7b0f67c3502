"""What an ontology holds, from its system tables: concepts, properties, relationships, views, measures.

Servers differ in which system tables and columns they have; what is missing is left out. Views are filtered
by the user's permissions, so nothing here is shared between identities.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pentad.errors import NotFound, PlatformError, Rejected
from pentad.text import whole_number

Read = Callable[[str], Awaitable[Sequence[Mapping[str, Any]]]]

# On every concept, whatever else it has.
BUILT_IN = ("entity_id", "entity_type", "entity_label")
SCHEMAS = ("dtimbr", "vtimbr", "timbr", "etimbr")
_AGGREGATE = re.compile(r"\s*(?:SELECT\s+)?(COUNT|SUM|AVG|MIN|MAX)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Concept:
    """`parents` are the direct ones, or the whole chain: servers differ. `labels` name a row for people."""

    name: str
    parents: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    description: str | None = None
    logic: str | None = None


@dataclass(frozen=True)
class View:
    name: str
    is_cube: bool
    description: str | None = None


@dataclass(frozen=True)
class Property:
    """`type` is the declared one; a measure is an aggregate: `measure.name` inside SUM and the like.
    `aggregate` is the one that its definition begins with, where the server tells it."""

    name: str
    type: str | None
    description: str | None = None
    is_measure: bool = False
    aggregate: str | None = None


@dataclass(frozen=True)
class Relationship:
    """`transitivity` is the number of levels, 0 for one that is not transitive."""

    name: str
    target: str
    inverse: str | None
    is_inverse: bool
    many_to_many: bool
    transitivity: int
    description: str | None


@dataclass(frozen=True)
class Graph:
    """`properties` are those of the whole ontology, by name: concepts share them."""

    concepts: Mapping[str, Concept]
    views: Mapping[str, View]
    properties: Mapping[str, Property]

    def named(self, name: str) -> str | None:
        """A concept's or view's name as it is written here; case tells no two of them apart."""
        known = (one for one in (*self.concepts, *self.views) if one.lower() == name.lower())
        return next(known, None)

    @property
    def measures(self) -> list[Property]:
        return [known for known in self.properties.values() if known.is_measure]

    def lineage(self, name: str) -> list[str]:
        """A concept and what it inherits from, itself first; a cycle ends it."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            at = waiting.pop(0)
            if at not in found:
                found[at] = None
                waiting += self.concepts[at].parents if at in self.concepts else ()
        return list(found)

    def children(self, name: str) -> list[str]:
        return [known.name for known in self.concepts.values() if name in known.parents]


@dataclass(frozen=True)
class Details:
    """One concept or view closely; `paths` are the columns it has in `dtimbr`, one hop deep."""

    properties: Sequence[Property]
    relationships: Sequence[Relationship] = ()
    paths: Sequence[str] = ()


async def load(read: Read) -> Graph:
    """Raises what the platform says when it shows neither concepts nor views."""
    (concepts, error), (views, _), (properties, _) = await asyncio.gather(
        _quietly(read, "SELECT * FROM `timbr`.`sys_ontology`"),
        _quietly(read, "SELECT * FROM `timbr`.`sys_views`"),
        _quietly(read, "SELECT * FROM `timbr`.`sys_properties`"),
    )
    if not concepts:
        concepts, later = await _quietly(read, "SELECT * FROM `timbr`.`sys_concepts`")
        error = error and later
    if error is not None and not concepts and not views:
        raise error
    return Graph(
        {known.name: known for known in map(_concept, concepts) if known.name},
        {known.name: known for known in map(_view, views) if known.name},
        {known.name: known for known in map(_property, properties) if known.name},
    )


async def look_closely(read: Read, graph: Graph, name: str) -> Details:
    """A concept's own and inherited properties and relationships, or the columns of a view."""
    if name not in graph.concepts:
        rows, _ = await _quietly(read, _select("sys_view_properties", "view_name", [name]))
        return Details([_property(row) for row in rows])
    lineage = graph.lineage(name)
    (own, _), (links, _), (columns, _) = await asyncio.gather(
        _quietly(read, _select("sys_concept_properties", "concept", lineage)),
        _quietly(read, _select("sys_concept_relationships", "concept", lineage)),
        _quietly(read, f"DESCRIBE CONCEPT `dtimbr`.`{name}` OPTIONS (graph_depth = '1')"),
    )
    properties = {known.name: _told(known, graph) for known in map(_property, own) if known.name}
    relationships = {(known.name, known.target): known for known in map(_relationship, links)}
    paths = [str(row.get("col_name", "")) for row in columns]
    return Details(list(properties.values()), list(relationships.values()), paths)


async def _quietly(read: Read, sql: str) -> tuple[Sequence[Mapping[str, Any]], PlatformError | None]:
    """The rows; none, and why, from a server without that table or a user without the right. A platform in
    trouble is no such server."""
    try:
        return [_lowered(row) for row in await read(sql)], None
    except (Rejected, NotFound) as error:
        return [], error


def _select(table: str, column: str, among: Sequence[str]) -> str:
    """Statement for the rows of a system table that are about these names, which it quotes."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in among)
    return " ".join(["SELECT * FROM", f"`timbr`.`{table}`", "WHERE", column, "IN", f"({names})"])


def _lowered(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name.lower(): value for name, value in row.items()}


def _concept(row: Mapping[str, Any]) -> Concept:
    return Concept(
        _text(row, "concept") or "",
        _split(row.get("inheritance")),
        _split(row.get("primary_keys")),
        _split(row.get("label_keys")),
        _text(row, "description"),
        _text(row, "query"),
    )


def _view(row: Mapping[str, Any]) -> View:
    return View(_text(row, "view_name") or "", _true(row.get("is_cube")), _text(row, "description"))


def _property(row: Mapping[str, Any]) -> Property:
    name, kind = _text(row, "property_name") or "", _text(row, "property_type")
    defined = _AGGREGATE.match(_text(row, "logic_query") or "")
    aggregate = defined[1].upper() if defined else None
    return Property(name, kind, _text(row, "description"), _true(row.get("is_measure")), aggregate)


def _told(known: Property, graph: Graph) -> Property:
    """A concept's property with what only the list of all properties says about it."""
    general = graph.properties.get(known.name, known)
    description = known.description or general.description
    return Property(known.name, known.type, description, general.is_measure, general.aggregate)


def _relationship(row: Mapping[str, Any]) -> Relationship:
    levels = str(row.get("transitivity") or "")
    steps = whole_number(levels)
    return Relationship(
        _text(row, "relationship_name") or "",
        _text(row, "target_concept") or "",
        _text(row, "inverse_name"),
        _true(row.get("is_inverse")),
        _true(row.get("is_mtm")),
        int(_true(levels)) if steps is None else steps,
        _text(row, "description"),
    )


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return str(value).strip() or None if value is not None else None


def _split(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value or "").split(",") if part.strip())


def _true(value: Any) -> bool:
    """Flags come as 1, "1", true or "true", depending on the server."""
    return str(value).lower() in ("1", "true")
