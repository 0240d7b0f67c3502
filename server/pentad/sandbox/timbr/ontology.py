"""What an ontology is made of, and what follows from it: inheritance, columns, hops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pentad.sandbox.timbr.paths import Step

ROOT = "thing"
BUILT_IN = ("entity_id", "entity_type", "entity_label")
TO_ONE = frozenset({"one to one", "many to one"})
FROM_ONE = frozenset({"one to one", "one to many"})


@dataclass(frozen=True, slots=True)
class Property:
    """`format` is the pattern of the property's formatting tag."""

    name: str
    type: str
    description: str = ""
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """`own` excludes what is inherited; `source` is the mapped table; `logic` makes a derived concept."""

    name: str
    parent: str | None
    description: str
    own: tuple[str, ...] = ()
    key: str | None = None
    label: str | None = None
    source: str | None = None
    logic: str | None = None


@dataclass(frozen=True, slots=True)
class Relationship:
    """Joined by equal keys, or over `bridge`, a table with columns source_id, target_id and the attributes.

    A transitive one has a bridge that holds the shortest level of every pair; `depth` is its own default.
    """

    name: str
    source: str
    target: str
    inverse: str
    cardinality: str
    source_key: str
    target_key: str
    description: str
    bridge: str | None = None
    attributes: tuple[str, ...] = ()
    transitive: bool = False
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` gives one row's share; the published definition wraps it in `aggregate`."""

    name: str
    concept: str
    type: str
    aggregate: str
    expression: str
    description: str


@dataclass(frozen=True, slots=True)
class View:
    """`columns` are pairs of name and type; a cube's measures are among them, as `measure.m`."""

    name: str
    description: str
    sql: str
    columns: tuple[tuple[str, str], ...]
    is_cube: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One relationship in one direction, ending at `target`; `depth` only where it is transitive."""

    relationship: Relationship
    target: str
    inverse: bool
    depth: int | None = None

    @property
    def name(self) -> str:
        return self.relationship.inverse if self.inverse else self.relationship.name

    @property
    def to_one(self) -> bool:
        kinds = FROM_ONE if self.inverse else TO_ONE
        return self.relationship.cardinality in kinds and not self.relationship.transitive

    @property
    def keys(self) -> tuple[str, str]:
        """The column on this side, and the one on the other side."""
        keys = (self.relationship.source_key, self.relationship.target_key)
        return (keys[1], keys[0]) if self.inverse else keys


@dataclass(frozen=True)
class Ontology:
    """`storage` is where the rows are kept. Names are looked up without regard to case."""

    name: str
    description: str
    storage: str
    concepts: tuple[Concept, ...]
    properties: Mapping[str, Property] = field(default_factory=dict[str, Property])
    relationships: tuple[Relationship, ...] = ()
    measures: tuple[Measure, ...] = ()
    views: tuple[View, ...] = ()
    default_transitivity: int = 3

    @cached_property
    def _concepts(self) -> dict[str, Concept]:
        return {concept.name.casefold(): concept for concept in self.concepts}

    @cached_property
    def _properties(self) -> dict[str, Property]:
        return {name.casefold(): one for name, one in self.properties.items()}

    def concept(self, name: str) -> Concept | None:
        return self._concepts.get(name.casefold())

    def view(self, name: str) -> View | None:
        return next((view for view in self.views if view.name.casefold() == name.casefold()), None)

    def property_named(self, name: str) -> Property | None:
        return self._properties.get(name.casefold())

    def lineage(self, name: str) -> tuple[Concept, ...]:
        """The concept itself, then its parents up to `thing`."""
        concept = self._concepts[name.casefold()]
        return (concept, *(self.lineage(concept.parent) if concept.parent else ()))

    def is_a(self, name: str, ancestor: str) -> bool:
        return any(one.name == ancestor for one in self.lineage(name))

    def descendants(self, name: str) -> list[Concept]:
        """Those below the concept, in the order of the model."""
        return [one for one in self.concepts if one.name != name and self.is_a(one.name, name)]

    def sources(self, name: str) -> list[Concept]:
        """The mapped concepts whose rows belong to this one; a derived concept has its parent's."""
        concept = self.lineage(name)[0]
        if concept.logic is not None and concept.parent is not None:
            return self.sources(concept.parent)
        return [one for one in (concept, *self.descendants(name)) if one.source is not None]

    def columns(self, name: str) -> list[str]:
        """Built-in, inherited, own."""
        below = (column for concept in reversed(self.lineage(name)) for column in concept.own)
        return [*BUILT_IN, *below]

    def extended_columns(self, name: str) -> list[str]:
        """And what only sub-concepts own."""
        deeper = (column for concept in self.descendants(name) for column in concept.own)
        return list(dict.fromkeys([*self.columns(name), *deeper]))

    def type_of(self, column: str) -> str:
        known = self.property_named(column)
        return known.type if known else "string"

    def measures_of(self, name: str) -> list[Measure]:
        return [one for one in self.measures if self.is_a(name, one.concept)]

    def sub_concepts(self, name: str) -> list[Concept]:
        """Those that a row of the concept can be recognised as: a derived one needs its parent's columns."""
        below = self.descendants(name)
        return [one for one in below if one.logic is None or self.is_a(name, one.parent or ROOT)]

    def hops(self, name: str) -> Iterator[Hop]:
        """Every relationship that starts at the concept, inherited ones and inverses included."""
        for one in self.relationships:
            depth = (one.depth or self.default_transitivity) if one.transitive else None
            if self.is_a(name, one.source):
                yield Hop(one, one.target, inverse=False, depth=depth)
            if self.is_a(name, one.target):
                yield Hop(one, one.source, inverse=True, depth=depth)

    def hop(self, name: str, step: Step) -> Hop | None:
        """Where a step leads from a concept; its target may be a sub-concept of the declared one."""
        target = self.concept(step.target)
        for one in self.hops(name):
            named = one.relationship.name if step.tilde else one.name
            if named.casefold() != step.name.casefold() or (step.tilde and not one.inverse):
                continue
            if target is None or not self.is_a(target.name, one.target):
                continue
            if step.depth is not None and one.depth is None:
                continue
            return Hop(one.relationship, target.name, one.inverse, step.depth or one.depth)
        return None
