"""From Timbr SQL to SQL that the database understands.

Every table of a statement is replaced by a subquery that has the columns the statement may name: own and
inherited properties, and of the paths those that are mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from pentad.sandbox.timbr.denormalised import Denormalised, column, stored
from pentad.sandbox.timbr.dialect import parse
from pentad.sandbox.timbr.ontology import View
from pentad.sandbox.timbr.paths import MEASURE, Path, parse_path
from pentad.sandbox.timbr.resolving import MEMBERSHIP
from pentad.sandbox.timbr.scoping import is_plain, names_subquery, scopes_around, wraps
from pentad.sandbox.timbr.seeding import EXTENDED
from pentad.sandbox.timbr.sources import Catalogue, Source
from pentad.sandbox.timbr.terms import StatementError


class Rewriting:
    """Of one statement. Inside the definition of a cube measures stand bare."""

    def __init__(self, catalogue: Catalogue, *, bare_measures: bool = False) -> None:
        self._catalogue = catalogue
        self._bare = bare_measures
        self._sources: list[Source] = []
        self._aliases: set[str] = set()
        self._relationships: set[str] = set()

    def rewritten(self, tree: exp.Expr) -> exp.Expr:
        """Changes the tree; raises StatementError for what cannot be resolved or is not permitted."""
        self._sources = list(self._found(tree))
        self._aliases = {one.name.casefold() for one in tree.find_all(exp.TableAlias)}
        self._aliases |= {source.alias for source in self._sources}
        concepts = [one.target.name for one in self._sources if one.target.schema == "dtimbr"]
        hops = (hop for name in concepts for hop in self._catalogue.ontology.hops(name))
        self._relationships = {hop.name.casefold() for hop in hops}
        for one in list(tree.find_all(exp.Column)):
            self._place(one)
        for source in self._sources:
            self._hide_paths(source)
        for source in self._sources:
            source.table.replace(self._subquery(source))
        return tree

    def _found(self, tree: exp.Expr) -> Iterable[Source]:
        for table in tree.find_all(exp.Table):
            scope = table.find_ancestor(exp.Select)
            if scope is None:
                raise StatementError(f"Table or concept {table.name} is not read by a SELECT")
            if not names_subquery(table):
                yield Source(table, self._catalogue.find(table), scope)

    def _place(self, one: exp.Column) -> None:
        """Note which table a path belongs to; plain columns are left to the database."""
        one.set("db", None)
        path = parse_path(one.name)
        special = bool(path.steps) or path.measure or MEMBERSHIP in one.name.casefold()
        source = self._owner(one, path) if special else None
        if source is not None:
            self._check_measure(one, path)
            source.want(one.name, self._catalogue.meaning(source, path))
        elif not special:
            self._refuse_old_style(one)

    def _owner(self, one: exp.Column, path: Path) -> Source | None:
        for scope in scopes_around(one):
            near = [source for source in self._sources if source.scope is scope]
            if one.table:
                near = [source for source in near if source.alias == one.table.casefold()]
            owners = [source for source in near if self._catalogue.offers(source, one.name, path)]
            if len(owners) > 1:
                raise StatementError(f"Column `{one.name}` is ambiguous")
            if owners:
                return owners[0]
        return None

    def _check_measure(self, one: exp.Column, path: Path) -> None:
        if not path.measure or self._bare:
            return
        wrapping = wraps(one)
        if wrapping is None:
            expected = "an aggregate function: COUNT, SUM, AVG, MIN or MAX"
            raise StatementError(f"Measure `{one.name}` must be wrapped in {expected}")
        if wrapping == "distinct":
            raise StatementError(f"COUNT DISTINCT is not allowed on measure `{one.name}`")

    def _refuse_old_style(self, one: exp.Column) -> None:
        """`rel.prop` is what samples of 2022 write."""
        head, dot, rest = one.name.partition(".")
        name, leaf = (head, rest) if dot else (one.table, one.name)
        if name.casefold() in self._relationships - self._aliases:
            hint = f"name the target concept in brackets, as in `{name}[concept].{leaf}`"
            raise StatementError(f"Column `{name}.{leaf}` could not be resolved: {hint}")

    def _hide_paths(self, source: Source) -> None:
        """`*` stands for properties only."""
        names: list[exp.Expr] = [exp.to_identifier(text, quoted=True) for text in source.wanted]
        for one in source.scope.expressions if names else ():
            star, owner = (one.this, one.table) if isinstance(one, exp.Column) else (one, "")
            if isinstance(star, exp.Star) and owner.casefold() in ("", source.alias):
                star.set("except_", [*(star.args.get("except_") or ()), *names])

    def _subquery(self, source: Source) -> exp.Subquery:
        table = source.table
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
        return exp.Subquery(this=self._query(source), alias=alias, joins=table.args.get("joins"))

    def _query(self, source: Source) -> exp.Expr:
        ontology, target = self._catalogue.ontology, source.target
        if target.schema == "system":
            return self._catalogue.system.query(target.name)
        if target.schema == "vtimbr":
            return self._view(self._catalogue.view(target), source)
        if target.schema == "dtimbr":
            wanted = {text: meaning for text, meaning in source.wanted.items() if meaning is not None}
            ordered = is_plain(source.scope) and not source.scope.args.get("order")
            return Denormalised(ontology, target.name).table(
                ontology.columns(target.name), wanted, ordered=ordered
            )
        extended = target.schema == "etimbr"
        columns = ontology.extended_columns(target.name) if extended else ontology.columns(target.name)
        rows = stored(ontology.storage + (EXTENDED if extended else ""), target.name, "r")
        return exp.select(*(column(name, "r") for name in columns)).from_(rows)

    def _view(self, view: View, source: Source) -> exp.Expr:
        inner = Rewriting(replace(self._catalogue, allowed=None), bare_measures=view.is_cube)
        query = inner.rewritten(parse(view.sql))
        if not view.is_cube:
            return query
        dimensions = [name for name, _ in view.columns if not name.startswith(MEASURE)]
        cells = [column(name, "v") for name in (*dimensions, *source.wanted)]
        return exp.select(*cells).from_(
            exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("v")))
        )
