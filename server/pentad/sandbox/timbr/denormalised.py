"""One concept as a table that also offers what its column paths lead to, each under its exact name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp, parse_one

from pentad.sandbox.timbr.dialect import Timbr
from pentad.sandbox.timbr.ontology import Hop, Ontology
from pentad.sandbox.timbr.resolving import Meaning
from pentad.sandbox.timbr.seeding import ROW

_ROOT = "r"
_KEY = "@key"
# The direction of a pair in a bridge: source_id to target_id, or back.
_ENDS = {False: ("source_id", "target_id"), True: ("target_id", "source_id")}


def column(name: str, table: str) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def stored(schema: str, name: str, alias: str) -> exp.Expr:
    table = exp.Table(this=exp.to_identifier(name, quoted=True), db=exp.to_identifier(schema, quoted=True))
    return exp.alias_(table, alias, table=True)


class Denormalised:
    """Grows a join for every hop that is asked for; paths with the same beginning share their joins."""

    def __init__(self, ontology: Ontology, concept: str) -> None:
        self._ontology = ontology
        self._select = exp.select().from_(stored(ontology.storage, concept, _ROOT))
        self._aliases: dict[tuple[Hop, ...], str] = {(): _ROOT}

    def table(self, columns: Iterable[str], wanted: dict[str, Meaning], *, ordered: bool) -> exp.Select:
        """In the order of the rows at every hop, if asked for and if there is more than one table."""
        for name in columns:
            self._select = self._select.select(column(name, _ROOT), copy=False)
        for text, meaning in wanted.items():
            cell = self._cell(meaning, self._reached(meaning.hops))
            self._select = self._select.select(exp.alias_(cell, text, quoted=True), copy=False)
        if ordered and len(self._aliases) > 1:
            keys = [exp.Ordered(this=column(ROW, alias)) for alias in self._aliases.values()]
            self._select = self._select.order_by(*keys, copy=False)
        return self._select

    def _reached(self, hops: tuple[Hop, ...]) -> str:
        """The alias of the table at the end of the hops, joined if it is not yet."""
        if hops not in self._aliases:
            previous = self._reached(hops[:-1])
            alias = f"j{len(self._aliases)}"
            self._join(hops[-1], previous, alias)
            self._aliases[hops] = alias
        return self._aliases[hops]

    def _join(self, hop: Hop, previous: str, alias: str) -> None:
        here, there = hop.keys
        if hop.relationship.bridge is None:
            joined, key = stored(self._ontology.storage, hop.target, alias), there
        else:
            joined, key = exp.alias_(self._bridged(hop).subquery(), alias, table=True), _KEY
        on = exp.EQ(this=column(key, alias), expression=column(here, previous))
        self._select = self._select.join(joined, on=on, join_type="LEFT", copy=False)

    def _bridged(self, hop: Hop) -> exp.Select:
        """The target's rows, each with the key and the attributes of the pair that leads to it."""
        one, storage = hop.relationship, self._ontology.storage
        near, far = _ENDS[hop.inverse]
        attributes = [exp.alias_(column(name, "b"), f"@{name}", quoted=True) for name in one.attributes]
        pairs = exp.select(exp.alias_(column(near, "b"), _KEY, quoted=True), *attributes, "t.*")
        pairs = pairs.from_(stored(storage, one.bridge or "", "b"))
        on = exp.EQ(this=column(hop.keys[1], "t"), expression=column(far, "b"))
        pairs = pairs.join(stored(storage, hop.target, "t"), on=on)
        if hop.depth is not None:
            level = column("transitivity_level", "b")
            pairs = pairs.where(exp.LTE(this=level, expression=exp.Literal.number(hop.depth)))
        return pairs

    def _cell(self, meaning: Meaning, alias: str) -> exp.Expr:
        if meaning.kind == "attribute":
            return column(f"@{meaning.name}", alias)
        if meaning.kind == "membership":
            return self._membership(meaning.name, alias)
        if meaning.kind == "measure":
            known = self._ontology.measures_of(meaning.concept)
            return _within(next(one.expression for one in known if one.name == meaning.name), alias)
        return column(meaning.name, alias)

    def _membership(self, sub: str, alias: str) -> exp.Expr:
        """1 or 0, and nothing where there is no row."""
        types = [exp.Literal.string(one.name) for one in self._ontology.sources(sub)]
        belongs: exp.Condition = column("entity_type", alias).isin(*types)
        for concept in self._ontology.lineage(sub):
            if concept.logic is not None:
                belongs = exp.and_(belongs, _within(concept.logic, alias))
        absent = exp.Is(this=column("entity_id", alias), expression=exp.null())
        number = exp.Literal.number
        return exp.Case().when(absent, exp.null()).when(belongs, number(1)).else_(number(0))


def _within(expression: str, alias: str) -> exp.Expr:
    """An expression of the model over the columns of one row."""
    tree = parse_one(expression, dialect=Timbr)
    for one in tree.find_all(exp.Column):
        one.set("table", exp.to_identifier(alias, quoted=True))
    return exp.paren(tree)
