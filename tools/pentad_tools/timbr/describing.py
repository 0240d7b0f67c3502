"""What to ask a Timbr ontology for: its concepts and views, then one of them with paths ready for SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from pentad.errors import NotFound
from pentad.models import Id, Page, Record, Wire
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.atlas import details_of, graph_of
from pentad.platforms.timbr.graph import BUILT_IN, Concept, Details, Graph, Property, Relationship, View
from pentad.results.render import columns_of
from pentad_tools.timbr.explaining import explaining, unknown
from pentad_tools.timbr.queries import system_rows

# Columns across relationships: (relationship, target) to (path, what follows the brackets).
Columns = dict[tuple[str, str], list[tuple[str, str]]]
_PATH = re.compile(r"((~?[^\[\]]+)\[([^\[\]*]+)(?:\*\d+)?\])([._])(.+)")


class Entry(Wire):
    shown: ClassVar[tuple[str, ...]] = ("kind", "name", "inherits", "description")


@reads(core=True, example={"ontology": "$ontology", "name": "$concept"})
async def describe(
    timbr: Timbr,
    ontology: Id,
    name: Annotated[
        str | None, Field(max_length=200, description="A concept or view to look at closely.")
    ] = None,
) -> Page[Entry] | Record:
    """Concepts, views, cubes and measures of an ontology; with `name`, one concept's properties, measures and
    relationships, with paths ready to paste into SQL."""
    async with explaining(timbr, ontology, None, system_rows):
        graph, version = await graph_of(timbr, ontology, system_rows)
    if name is None:
        rows = list(_entries(graph))
        return Page(rows, Entry.shown, len(rows), about={"ontology": ontology, "version": version})
    known = graph.named(name)
    if known is None:
        wrong = unknown("there is no concept or view", name, [*graph.concepts, *graph.views])
        raise NotFound(f"{ontology} has nothing of that name: {wrong}.", problems={"name": [wrong]})
    details = await details_of(timbr, ontology, known, system_rows)
    if known in graph.concepts:
        return Record(_concept(graph, graph.concepts[known], details))
    return Record(_view(graph, graph.views[known], details))


def _entries(graph: Graph) -> Iterator[Entry]:
    for concept in graph.concepts.values():
        kind, parents = "derived concept" if concept.logic else "concept", ", ".join(concept.parents)
        yield _entry(kind, concept.name, concept.description, parents or None)
    for view in graph.views.values():
        yield _entry("cube" if view.is_cube else "view", view.name, view.description)
    for measure in graph.measures:
        yield _entry("measure", measure.name, measure.description)


def _entry(kind: str, name: str, description: str | None, inherits: str | None = None) -> Entry:
    return Entry.model_validate(
        {"kind": kind, "name": name, "inherits": inherits, "description": description}
    )


def _concept(graph: Graph, concept: Concept, details: Details) -> dict[str, Any]:
    own = [known for known in details.properties if known.name not in BUILT_IN]
    plain = [known for known in own if not known.is_measure]
    measures = [known for known in own if known.is_measure]
    by_link = _by_link(details.paths)
    links = [_link(link, graph, by_link) for link in details.relationships]
    return {
        "concept": concept.name,
        "from": f"`dtimbr`.`{concept.name}`",
        "description": concept.description,
        "inherits": graph.lineage(concept.name)[1:] or None,
        "inherited_by": graph.children(concept.name) or None,
        "key": concept.keys or None,
        "logic": concept.logic,
        "properties": _table(map(_told, plain)),
        "also": ", ".join(BUILT_IN),
        "measures": _table(_told(known, _use(known)) for known in measures) if measures else None,
        "relationships": _table(links) if links else None,
    }


def _view(graph: Graph, view: View, details: Details) -> dict[str, Any]:
    return {
        "cube" if view.is_cube else "view": view.name,
        "from": f"`vtimbr`.`{view.name}`",
        "description": view.description,
        "properties": _table(_told(known, _measured(graph, known.name)) for known in details.properties),
    }


def _measured(graph: Graph, column: str) -> str | None:
    """How a cube's measure stands in a select; None for any other column."""
    name = column.removeprefix("measure.")
    return _use(graph.properties.get(name) or Property(name, None)) if name != column else None


def _use(measure: Property) -> str:
    """A measure as it stands in a select; its own aggregate is the one that its figures are right with."""
    return f"{measure.aggregate or 'SUM'}(`measure.{measure.name}`)"


def _told(known: Property, use: str | None = None) -> dict[str, Any]:
    return {"name": known.name, "type": known.type, "use": use, "description": known.description}


def _by_link(paths: Iterable[str]) -> Columns:
    found: Columns = {}
    for path in paths:
        if parts := _PATH.fullmatch(path):
            found.setdefault((parts[2].lower(), parts[3].lower()), []).append((path, parts[4] + parts[5]))
    return found


def _link(link: Relationship, graph: Graph, by_link: Columns) -> dict[str, Any]:
    return {
        "name": link.name,
        "target": link.target,
        "inverse": link.inverse,
        "many_to_many": link.many_to_many or None,
        "levels": link.transitivity or None,
        "path": _example(link, graph, by_link),
        "attributes": _attributes(link, by_link),
        "description": link.description,
    }


def _example(link: Relationship, graph: Graph, by_link: Columns) -> str:
    """A path across the relationship to what names its target, as the server or its grammar spells it."""
    labels = graph.concepts[link.target].labels if link.target in graph.concepts else ()
    tails = {tail: path for path, tail in _columns(link, by_link)}
    wanted = next((f".{label}" for label in labels if f".{label}" in tails), ".entity_id")
    name = f"~{link.inverse or link.name}" if link.is_inverse else link.name
    target = f"{link.target}*{link.transitivity}" if link.transitivity else link.target
    return f"`{tails.get(wanted, f'{name}[{target}]{wanted}')}`"


def _attributes(link: Relationship, by_link: Columns) -> list[str] | None:
    """Paths of what belongs to the link itself and not to its target."""
    tails = ((path, tail) for path, tail in _columns(link, by_link) if tail.startswith("_"))
    return [f"`{path}`" for path, tail in tails if not tail.startswith("_type_of_")] or None


def _columns(link: Relationship, by_link: Columns) -> list[tuple[str, str]]:
    """Inverse ones may go by their own name, or by that of the other direction after a tilde."""
    names = (link.name, f"~{link.name}", f"~{link.inverse}")
    found = (by_link.get((name.lower(), link.target.lower())) for name in names)
    return next(filter(None, found), [])


def _table(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Columns once, without those that no row has a value for."""
    listed = list(rows)
    columns = [name for name in columns_of(listed) if any(row[name] is not None for row in listed)]
    return {"columns": columns, "rows": [[row[name] for name in columns] for row in listed]}
