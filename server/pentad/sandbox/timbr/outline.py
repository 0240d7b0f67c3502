"""What the outermost select of a statement says about the columns of its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from pentad.sandbox.timbr.dialect import Timbr
from pentad.sandbox.timbr.nesting import ENTITY_ID, Column
from pentad.sandbox.timbr.ontology import Ontology
from pentad.sandbox.timbr.paths import parse_path
from pentad.sandbox.timbr.scoping import is_plain, reads_one_table


@dataclass(slots=True)
class Outline:
    """`nestable` is false where rows are not those of entities, or a value belongs to several branches.

    `sources` tells which column an answer's column shows, None for an expression; `places` tells where that
    belongs.
    """

    nestable: bool = False
    sources: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    places: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def columns(self, names: Iterable[str], ontology: Ontology) -> list[Column]:
        return [self._column(name, ontology) for name in names]

    def _column(self, name: str, ontology: Ontology) -> Column:
        source = self.sources.get(name, name)
        if source is None:
            return Column(name, self.places.get(name, ()), name)
        path = parse_path(source)
        steps = tuple(step.text for step in path.steps)
        known = ontology.property_named(path.leaf.removeprefix("_") if steps else path.leaf)
        leaf = path.leaf if name.casefold() == source.casefold() else name
        pattern = known.format if known else None
        return Column(name, steps, leaf, path.leaf.casefold() == ENTITY_ID, pattern)


def outlined(tree: exp.Expr, username: str) -> Outline:
    """Names every column of the answer as the statement writes it, in the tree itself."""
    head = _head(tree)
    if head is None:
        return Outline()
    outline = Outline(nestable=head is tree and is_plain(head) and reads_one_table(head))
    for one in head.expressions:
        if not one.is_star:
            _note(outline, one, username)
    return outline


def asks_username(one: exp.Expr) -> bool:
    return isinstance(one, exp.CurrentUser) or (
        isinstance(one, exp.Anonymous) and one.name.casefold() == "timbr_username"
    )


def _head(tree: exp.Expr) -> exp.Select | None:
    """The select that gives a union its column names."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    return tree if isinstance(tree, exp.Select) else None


def _note(outline: Outline, one: exp.Expr, username: str) -> None:
    inner = one.this if isinstance(one, exp.Alias) else one
    name = _name(one, username)
    if not isinstance(one, exp.Alias):
        one.replace(exp.alias_(one.copy(), name, quoted=True))
    if isinstance(inner, exp.Column):
        outline.sources[name] = inner.name
        return
    outline.sources[name] = None
    place = _deepest(inner)
    outline.places[name] = place or ()
    outline.nestable = outline.nestable and place is not None


def _name(one: exp.Expr, username: str) -> str:
    """In a vendor's test the function that tells the user's name was keyed by its own value."""
    if isinstance(one, exp.Alias):
        return one.alias
    if isinstance(one, exp.Column):
        return one.name
    return username if asks_username(one) else one.sql(dialect=Timbr)


def _deepest(expression: exp.Expr) -> tuple[str, ...] | None:
    """The level that an expression's value belongs to; None if it mixes branches."""
    found = [parse_path(one.name).steps for one in expression.find_all(exp.Column)]
    walks = sorted((tuple(step.text for step in steps) for steps in found), key=len)
    deepest = walks[-1] if walks else ()
    return deepest if all(deepest[: len(walk)] == walk for walk in walks) else None
