"""The rows of the sys_* tables that describe the model; those of other tables are in system_records."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pentad.sandbox.timbr.model import ACTIVE_DATASOURCE
from pentad.sandbox.timbr.ontology import BUILT_IN, Concept, Ontology, Relationship, View
from pentad.sandbox.timbr.terms import User

Cell = str | int | None
Row = tuple[Cell, ...]

# Nothing published says when statistics are taken.
MEASURED = "2026-08-30 04:00:00"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is in one column: distinct values, values at all, the least and the greatest as text."""

    name: str
    distinct: int
    filled: int
    least: str | None
    greatest: str | None


class Figures(Protocol):
    """What has to be counted in the data."""

    def mapping_rows(self, concept: str) -> int: ...

    def view_rows(self, view: View) -> int: ...

    def mapping_profile(self, concept: str) -> Iterable[Profile]: ...

    def view_profile(self, view: View) -> Iterable[Profile]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who reads which ontology, and which ontologies there are for this user."""

    ontology: Ontology
    user: User
    visible: tuple[Ontology, ...]
    figures: Figures

    @property
    def mapped(self) -> list[Concept]:
        """None for those who may read no concept."""
        readable = self.user.schemas & {"timbr", "etimbr", "dtimbr"}
        return [one for one in self.ontology.concepts if one.source is not None and readable]

    @property
    def views(self) -> tuple[View, ...]:
        return self.ontology.views if "vtimbr" in self.user.schemas else ()


def ontology_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.ontology.concepts:
        level = len(about.ontology.lineage(one.name)) - 1
        yield one.name, one.parent, level, one.key, one.label, one.description, _logic(one)


def _logic(concept: Concept) -> str | None:
    if concept.logic is None:
        return None
    return " ".join(("SELECT * FROM", f"`dtimbr`.`{concept.parent}`", "WHERE", concept.logic))


def concept_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.ontology.concepts:
        yield one.name, one.description


def property_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.ontology.properties.values():
        yield one.name, one.type, 0, 0, one.description, None
    for measure in about.ontology.measures:
        logic = f"SELECT {measure.aggregate}({measure.expression})"
        yield measure.name, measure.type, 1, 0, measure.description, logic


def concept_property_rows(about: Surroundings) -> Iterator[Row]:
    """Direct ones only: what is inherited is listed with the parent. Only multi-valued ones have tables."""
    for one in about.ontology.concepts:
        for name in (*(BUILT_IN if one.parent is None else ()), *one.own):
            yield one.name, name, about.ontology.type_of(name), None, None
        for measure in about.ontology.measures:
            if measure.concept == one.name:
                yield one.name, measure.name, measure.type, None, None


def relationship_rows(about: Surroundings) -> Iterator[Row]:
    """Two rows each, one for either direction."""
    for one in about.ontology.relationships:
        depth = (one.depth or about.ontology.default_transitivity) if one.transitive else None
        mtm = int(one.cardinality == "many to many")
        tables = (f"erp.{one.name}", ACTIVE_DATASOURCE) if one.bridge else (None, None)
        ends, keys = (one.source, one.target), (one.source_key, one.target_key)
        rest = (depth, one.description, *tables)
        yield ends[0], one.name, ends[1], one.inverse, 0, mtm, *keys, *rest
        yield ends[1], one.inverse, ends[0], one.name, 1, mtm, *keys[::-1], *rest


def view_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.views:
        columns = json.dumps([{"name": name, "type": type_} for name, type_ in one.columns])
        names = ",".join(name for name, _ in one.columns)
        rows = about.figures.view_rows(one)
        yield one.name, one.description, int(one.is_cube), _reads(one), rows, columns, names


def _reads(view: View) -> str:
    found = re.findall(r"`(\w+)`\.`(\w+)`", view.sql)
    return ",".join(f"{schema}.{name}" for schema, name in found)


def view_property_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.views:
        for name, type_ in one.columns:
            yield one.name, name, type_


def mapping_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.mapped:
        rows = about.figures.mapping_rows(one.name)
        yield one.name, f"map_{one.name}", rows, one.source, ACTIVE_DATASOURCE


def statistics_rows(about: Surroundings) -> Iterator[Row]:
    for concept in about.mapped:
        yield from _statistics(f"map_{concept.name}", "mapping", about.figures.mapping_profile(concept.name))
    for view in about.views:
        yield from _statistics(view.name, "view", about.figures.view_profile(view))


def _statistics(name: str, kind: str, profiles: Iterable[Profile]) -> Iterator[Row]:
    for one in profiles:
        stats = json.dumps({"min": one.least, "max": one.greatest}, ensure_ascii=False)
        yield one.name, name, kind, one.distinct, one.filled, stats, MEASURED


def relationship_name_rows(about: Surroundings) -> Iterator[Row]:
    named: dict[str, Relationship] = {one.name: one for one in reversed(about.ontology.relationships)}
    for one in named.values():
        yield one.name, one.inverse, one.description


def mapping_name_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.mapped:
        yield f"map_{one.name}", one.name, one.source, ACTIVE_DATASOURCE


def inheritance_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.ontology.concepts:
        if one.parent is not None:
            yield one.name, one.parent


def lineage_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.mapped:
        yield "table", one.source, "mapping", f"map_{one.name}"
        yield "mapping", f"map_{one.name}", "concept", one.name
    for view in about.views:
        for read in _reads(view).split(","):
            yield "concept", read.partition(".")[2], "view", view.name


def tag_rows(about: Surroundings) -> Iterator[Row]:
    for one in about.ontology.properties.values():
        if one.format is not None:
            yield "property", one.name, "format", one.format


RowsOf = Callable[[Surroundings], Iterable[Row]]

MODEL_ROWS: dict[str, RowsOf] = {
    "sys_ontology": ontology_rows,
    "sys_concepts": concept_rows,
    "sys_properties": property_rows,
    "sys_concept_properties": concept_property_rows,
    "sys_concept_relationships": relationship_rows,
    "sys_views": view_rows,
    "sys_view_properties": view_property_rows,
    "sys_concept_mappings": mapping_rows,
    "sys_properties_statistics": statistics_rows,
    "sys_relationships": relationship_name_rows,
    "sys_mappings": mapping_name_rows,
    "sys_inheritance": inheritance_rows,
    "sys_lineage": lineage_rows,
    "sys_tags": tag_rows,
}
