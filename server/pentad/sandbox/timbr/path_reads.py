"""Reading a concept or a view by its path, as a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from sqlglot import exp

from pentad.sandbox.timbr.ontology import Ontology, View
from pentad.sandbox.timbr.paths import MEASURE
from pentad.sandbox.timbr.sources import Catalogue
from pentad.sandbox.timbr.terms import StatementError


def path_read(
    catalogue: Catalogue,
    kind: Literal["concept", "view"],
    name: str,
    filters: Mapping[str, str],
    *,
    nested: bool,
) -> exp.Select:
    """Nested, a concept brings the ids and labels of what its relationships lead to, one hop far."""
    schema = "dtimbr" if kind == "concept" else "vtimbr"
    target = catalogue.named(schema, name)
    view = catalogue.view(target) if kind == "view" else None
    properties = _dimensions(view) if view else catalogue.ontology.columns(target.name)
    cells: list[exp.Expr] = [exp.column(one, quoted=True) for one in properties]
    if view is not None and view.is_cube:
        cells += _aggregates(catalogue.ontology, view)
    elif view is None and nested:
        cells += [exp.column(one, quoted=True) for one in _related(catalogue.ontology, target.name)]
    statement = exp.select(*cells).from_(exp.table_(target.name, db=schema, quoted=True))
    if view is not None and view.is_cube:
        statement = statement.group_by(*(exp.column(one, quoted=True) for one in properties))
    return statement.where(*_conditions(kind, target.name, properties, filters))


def _dimensions(view: View) -> list[str]:
    return [name for name, _ in view.columns if not name.startswith(MEASURE)]


def _aggregates(ontology: Ontology, view: View) -> list[exp.Expr]:
    """A cube's measures, each in the aggregate of its definition."""
    kinds = {f"{MEASURE}{one.name}": one.aggregate for one in ontology.measures}
    names = [name for name, _ in view.columns if name in kinds]
    return [
        exp.alias_(exp.func(kinds[name], exp.column(name, quoted=True)), name, quoted=True) for name in names
    ]


def _related(ontology: Ontology, concept: str) -> Iterable[str]:
    for hop in ontology.hops(concept):
        if not hop.inverse and hop.depth is None:
            yield f"{hop.name}[{hop.target}].entity_id"
            yield f"{hop.name}[{hop.target}].entity_label"


def _conditions(
    kind: str, name: str, properties: Iterable[str], filters: Mapping[str, str]
) -> Iterable[exp.Expr]:
    known = {one.casefold(): one for one in properties}
    for key, value in filters.items():
        if key.casefold() not in known:
            raise StatementError(f"Property `{key}` does not exist in {kind} {name}")
        yield exp.EQ(
            this=exp.column(known[key.casefold()], quoted=True), expression=exp.Literal.string(value)
        )
