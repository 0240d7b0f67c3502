"""One user's reading of one ontology: from the text of a statement to the rows of its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
from sqlglot import ErrorLevel, exp

from pentad.sandbox.timbr.describing import DEFAULT_DEPTH, described
from pentad.sandbox.timbr.dialect import parse
from pentad.sandbox.timbr.failures import failure
from pentad.sandbox.timbr.figures import CountedFigures
from pentad.sandbox.timbr.nesting import Column, Look, Nesting, can_nest, flat
from pentad.sandbox.timbr.ontology import Ontology, View
from pentad.sandbox.timbr.outline import Outline, asks_username, outlined
from pentad.sandbox.timbr.path_reads import path_read
from pentad.sandbox.timbr.paths import MEASURE, parse_path
from pentad.sandbox.timbr.planning import plan
from pentad.sandbox.timbr.resolving import walk
from pentad.sandbox.timbr.rewriting import Rewriting
from pentad.sandbox.timbr.seeding import database
from pentad.sandbox.timbr.showing import Showing, shown
from pentad.sandbox.timbr.sources import Catalogue
from pentad.sandbox.timbr.splitting import first_word, syntax_error, uncommented
from pentad.sandbox.timbr.system_rows import Surroundings
from pentad.sandbox.timbr.system_tables import SystemTables
from pentad.sandbox.timbr.terms import Flags, StatementError, User

Rows = list[dict[str, Any]]

_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter)
_READS = frozenset({"SELECT", "WITH", "VALUES"})
_NAME = r"(?:`([^`]+)`|(\w+))"
_DESCRIBE = re.compile(
    rf"DESC(?:RIBE)?\s+(?:(?:CONCEPT|VIEW|TABLE)\s+)?(?:{_NAME}\s*\.\s*)?{_NAME}"
    r"(?:\s+OPTIONS\s*\(\s*graph_depth\s*=\s*'?(\d+)'?\s*\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Session:
    seed: int
    ontology: Ontology
    visible: tuple[Ontology, ...]
    user: User
    version: int
    tokens: Mapping[str, str]
    to_one_as_object: bool

    def run(self, statement: str, flags: Flags, cap: int) -> Rows | None:
        """None when the statement turns out to write."""
        word = first_word(statement)
        if word == "SHOW":
            return shown(Showing(self._about, self._catalogue, self.version, self.tokens), statement)[:cap]
        if word in ("DESC", "DESCRIBE"):
            return self._describe(statement, cap)
        if word == "EXPLAIN":
            return self._explain(statement)[:cap]
        if word not in _READS:
            raise syntax_error(statement, word or "<EOF>", 1, 0)
        tree = parse(statement)
        return None if tree.find(*_WRITES) else self._select(tree, flags, cap)

    def read(
        self, kind: Literal["concept", "view"], name: str, filters: Mapping[str, str], flags: Flags, cap: int
    ) -> Rows:
        return self._select(path_read(self._catalogue, kind, name, filters, nested=flags.nested), flags, cap)

    @property
    def _about(self) -> Surroundings:
        figures = CountedFigures(self.seed, self.ontology, self._definition)
        return Surroundings(self.ontology, self.user, self.visible, figures)

    @property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.ontology, self.user.schemas, SystemTables(self._about))

    def _definition(self, view: View) -> str:
        """The query behind a view, without a cube's measures."""
        cells = [exp.column(name, quoted=True) for name, _ in view.columns if not name.startswith(MEASURE)]
        open_to_all = Catalogue(self.ontology, None, SystemTables(self._about))
        tree = exp.select(*cells).from_(exp.table_(view.name, db="vtimbr", quoted=True))
        return Rewriting(open_to_all).rewritten(tree).sql(dialect="duckdb", identify=True)

    def _select(self, tree: exp.Expr, flags: Flags, cap: int) -> Rows:
        outline = outlined(tree, self.user.name)
        root = self._root(tree, outline)
        names, rows = self._fetch(self._translated(tree, cap), cap)
        columns, look = outline.columns(names, self.ontology), Look.of(flags)
        if not (look.nested and outline.nestable and can_nest(columns)):
            return flat(columns, rows, look)
        return self._nesting(columns, look, root).nested(rows)

    def _nesting(self, columns: list[Column], look: Look, root: str | None) -> Nesting:
        def becomes_object(steps: tuple[str, ...]) -> bool:
            walked = [parse_path(f"{step}.entity_id").steps[0] for step in steps]
            hops = walk(self.ontology, root, walked) if root is not None else ()
            return hops[-1].to_one if hops else False

        return Nesting(columns, look, becomes_object)

    def _root(self, tree: exp.Expr, outline: Outline) -> str | None:
        """The concept whose to-one relationships are shown as objects, if any are."""
        table = tree.find(exp.Table)
        if not (self.to_one_as_object and outline.nestable and table is not None):
            return None
        found = self._catalogue.find(table)
        return found.name if found.schema == "dtimbr" else None

    def _translated(self, tree: exp.Expr, cap: int) -> str:
        for one in [found for found in tree.walk() if asks_username(found)]:
            one.replace(exp.Literal.string(self.user.name))
        _drop_time_zones(tree)
        tree = Rewriting(self._catalogue).rewritten(tree)
        if tree.args.get("limit") is None:
            tree.set("limit", exp.Limit(expression=exp.Literal.number(cap)))
        return tree.sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.IGNORE)

    def _fetch(self, sql: str, cap: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        with database(self.seed).cursor() as cursor:
            try:
                cursor.execute(sql)
                described_as = cursor.description
                if any(str(one[1]) == "TIMESTAMP WITH TIME ZONE" for one in described_as):
                    raise StatementError(
                        "Data type timestamp with time zone is not supported: cast it to timestamp"
                    )
                return [str(one[0]) for one in described_as], cursor.fetchmany(cap) if cap else []
            except duckdb.Error as error:
                raise failure(str(error)) from error

    def _describe(self, statement: str, cap: int) -> Rows:
        match = _DESCRIBE.fullmatch(" ".join(uncommented(statement).split()))
        if match is None:
            raise syntax_error(statement, "<EOF>")
        schema, name = match[1] or match[2] or "", match[3] or match[4]
        depth = int(match[5]) if match[5] else DEFAULT_DEPTH
        target = self._catalogue.named(schema, name)
        return described(self._catalogue, target, depth, cap)

    def _explain(self, statement: str) -> Rows:
        """The statement is checked in full, but reads nothing."""
        rest = uncommented(statement).strip()[len("EXPLAIN") :]
        tree = parse(rest) if first_word(rest) in _READS else None
        if not isinstance(tree, exp.Query):
            raise syntax_error(statement, first_word(rest) or "<EOF>")
        text = plan(tree)
        self._fetch(self._translated(tree.copy(), 0), 0)
        return [{"PLAN": text}]


def _drop_time_zones(tree: exp.Expr) -> None:
    """A timestamp of this dialect would have one in the database, while those in the data have none."""
    for kind in tree.find_all(exp.DataType):
        if kind.this in (exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ):
            kind.set("this", exp.DType.TIMESTAMP)
    for moment in list(tree.find_all(exp.CurrentTimestamp)):
        moment.replace(exp.cast(moment.copy(), "timestamp"))
