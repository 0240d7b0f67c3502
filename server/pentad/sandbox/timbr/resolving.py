"""What a column path means when it starts at a given concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pentad.sandbox.timbr.ontology import Hop, Ontology
from pentad.sandbox.timbr.paths import Path, Step

Kind = Literal["property", "attribute", "membership", "measure"]
MEMBERSHIP = "_type_of_"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`name` is that of a property, an attribute or a measure of `concept`, or of one of its sub-concepts."""

    hops: tuple[Hop, ...]
    concept: str
    kind: Kind
    name: str
    type: str


def walk(ontology: Ontology, concept: str, steps: Sequence[Step]) -> tuple[Hop, ...] | None:
    """None where a step leads nowhere."""
    hops: list[Hop] = []
    for step in steps:
        hop = ontology.hop(concept, step)
        if hop is None:
            return None
        hops.append(hop)
        concept = hop.target
    return tuple(hops)


def resolve(ontology: Ontology, concept: str, path: Path) -> Meaning | None:
    hops = walk(ontology, concept, path.steps)
    if hops is None:
        return None
    end = hops[-1].target if hops else concept
    if path.measure:
        return _measure(ontology, hops, end, path.leaf)
    if path.leaf.startswith("_") and hops:
        return _attribute(ontology, hops, end, path.leaf)
    for name in ontology.columns(end):
        if name.casefold() == path.leaf.casefold():
            return Meaning(hops, end, "property", name, ontology.type_of(name))
    prefix, _, sub = path.leaf.partition(MEMBERSHIP)
    return _membership(ontology, hops, end, sub) if prefix.casefold() == end.casefold() else None


def _measure(ontology: Ontology, hops: tuple[Hop, ...], end: str, leaf: str) -> Meaning | None:
    for measure in ontology.measures_of(end):
        if measure.name.casefold() == leaf.casefold():
            return Meaning(hops, end, "measure", measure.name, measure.type)
    return None


def _attribute(ontology: Ontology, hops: tuple[Hop, ...], end: str, leaf: str) -> Meaning | None:
    for name in hops[-1].relationship.attributes:
        if name.casefold() == leaf[1:].casefold():
            return Meaning(hops, end, "attribute", name, ontology.type_of(name))
    prefix, _, sub = leaf.partition(MEMBERSHIP)
    return None if prefix else _membership(ontology, hops, end, sub)


def _membership(ontology: Ontology, hops: tuple[Hop, ...], end: str, sub: str) -> Meaning | None:
    for concept in ontology.sub_concepts(end):
        if concept.name.casefold() == sub.casefold():
            return Meaning(hops, end, "membership", concept.name, "int")
    return None
