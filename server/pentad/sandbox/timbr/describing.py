"""What DESCRIBE tells about a concept, a view or a system table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pentad.sandbox.timbr.ontology import Hop, Ontology
from pentad.sandbox.timbr.resolving import MEMBERSHIP
from pentad.sandbox.timbr.sources import Catalogue, Target
from pentad.sandbox.timbr.system_columns import column_names, column_types

DEFAULT_DEPTH = 1


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    comment: str = ""
    key: str = ""

    def row(self) -> dict[str, Any]:
        return {"col_name": self.name, "data_type": self.type, "comment": self.comment, "key": self.key}


def described(catalogue: Catalogue, target: Target, depth: int, cap: int) -> list[dict[str, Any]]:
    """`depth` is how many hops along relationships are shown, in the denormalised schema only."""
    columns = _columns(catalogue.ontology, catalogue, target, depth)
    return [one.row() for one in islice(columns, cap)]


def _columns(ontology: Ontology, catalogue: Catalogue, target: Target, depth: int) -> Iterator[_Column]:
    if target.schema == "system":
        pairs = zip(column_names(target.name), column_types(target.name), strict=True)
        return (_Column(name, type_) for name, type_ in pairs)
    if target.schema == "vtimbr":
        return (_Column(name, type_) for name, type_ in catalogue.view(target).columns)
    if target.schema == "etimbr":
        return _properties(ontology, target.name, ontology.extended_columns(target.name))
    if target.schema == "timbr":
        return _properties(ontology, target.name, ontology.columns(target.name))
    return _denormalised(ontology, target.name, depth)


def _properties(ontology: Ontology, concept: str, names: list[str]) -> Iterator[_Column]:
    keys = {hop.keys[0] for hop in ontology.hops(concept) if not hop.inverse and not hop.relationship.bridge}
    own = ontology.lineage(concept)[0].key
    for name in names:
        known = ontology.property_named(name)
        key = "PK" if name == own else "FK" if name in keys else ""
        yield _Column(name, ontology.type_of(name), known.description if known else "", key)


def _denormalised(ontology: Ontology, concept: str, depth: int) -> Iterator[_Column]:
    yield from _properties(ontology, concept, ontology.columns(concept))
    for measure in ontology.measures_of(concept):
        yield _Column(f"measure.{measure.name}", measure.type, measure.description)
    for sub in ontology.sub_concepts(concept):
        yield _Column(f"{concept}{MEMBERSHIP}{sub.name}", "int", f"1 when the row is a {sub.name}")
    yield from _related(ontology, concept, "", depth)


def _related(ontology: Ontology, concept: str, before: str, depth: int) -> Iterator[_Column]:
    for hop in ontology.hops(concept) if depth > 0 else ():
        step = before + _step(hop)
        for name in ontology.columns(hop.target):
            yield _Column(f"{step}.{name}", ontology.type_of(name), hop.relationship.description)
        for name in hop.relationship.attributes:
            yield _Column(f"{step}_{name}", ontology.type_of(name), "Attribute of the relationship")
        for sub in ontology.sub_concepts(hop.target):
            yield _Column(f"{step}{MEMBERSHIP}{sub.name}", "int", f"1 when it is a {sub.name}")
        for measure in ontology.measures_of(hop.target):
            yield _Column(f"measure.{step}.{measure.name}", measure.type, measure.description)
        yield from _related(ontology, hop.target, f"{step}.", depth - 1)


def _step(hop: Hop) -> str:
    depth = "" if hop.depth is None else f"*{hop.depth}"
    return f"{hop.name}[{hop.target}{depth}]"
