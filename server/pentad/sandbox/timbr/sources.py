"""The tables that a statement reads: which schema and name each one means, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from pentad.sandbox.timbr.model import SCHEMAS, Schema
from pentad.sandbox.timbr.ontology import Ontology, View
from pentad.sandbox.timbr.paths import MEASURE, Path
from pentad.sandbox.timbr.resolving import Meaning, resolve
from pentad.sandbox.timbr.system_tables import SystemTables
from pentad.sandbox.timbr.terms import StatementError


@dataclass(frozen=True, slots=True)
class Target:
    """`schema` is one of the four, or `system` for a sys_* table."""

    schema: Schema | Literal["system"]
    name: str


@dataclass(slots=True)
class Source:
    """One table of a FROM clause; `wanted` are the paths that the statement mentions, as first written."""

    table: exp.Table
    target: Target
    scope: exp.Select
    wanted: dict[str, Meaning | None] = field(default_factory=dict[str, "Meaning | None"])

    @property
    def alias(self) -> str:
        return self.table.alias_or_name.casefold()

    def want(self, text: str, meaning: Meaning | None) -> None:
        if text.casefold() not in {known.casefold() for known in self.wanted}:
            self.wanted[text] = meaning


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to read. `allowed` is None for the definitions of views, which ask for no permission."""

    ontology: Ontology
    allowed: frozenset[str] | None
    system: SystemTables

    def find(self, table: exp.Table) -> Target:
        """Raises StatementError for what is unknown or not permitted."""
        if not isinstance(table.this, exp.Identifier) or table.catalog:
            raise StatementError(f"Table or concept {table.sql()} does not exist")
        return self.named(table.db, table.name)

    def named(self, schema: str, name: str) -> Target:
        """Without a schema: among the concepts first, then among the views."""
        place = self.schema(schema) if schema else self._place(name)
        if place == "timbr" and name.casefold() in self.system.names:
            return Target("system", name.casefold())
        self.permit(place)
        known = self.ontology.view(name) if place == "vtimbr" else self.ontology.concept(name)
        if known is None:
            raise StatementError(f"Table or concept {name} does not exist")
        return Target(place, known.name)

    def schema(self, text: str) -> Schema:
        for schema in SCHEMAS:
            if schema == text.casefold():
                return schema
        raise StatementError(f"Knowledge graph schema {text} does not exist")

    def permit(self, schema: Schema) -> None:
        if self.allowed is not None and schema not in self.allowed:
            raise StatementError(f"No permission for knowledge graph schema {schema}", denied=True)

    def _place(self, name: str) -> Schema:
        concept, view = self.ontology.concept(name), self.ontology.view(name)
        return "vtimbr" if view is not None and concept is None else "dtimbr"

    def view(self, target: Target) -> View:
        return next(one for one in self.ontology.views if one.name == target.name)

    def offers(self, source: Source, text: str, path: Path) -> bool:
        return self.is_measure(source, text) or self.meaning(source, path) is not None

    def meaning(self, source: Source, path: Path) -> Meaning | None:
        if source.target.schema != "dtimbr":
            return None
        return resolve(self.ontology, source.target.name, path)

    def is_measure(self, source: Source, text: str) -> bool:
        """A cube offers its measures under their own names."""
        if source.target.schema != "vtimbr" or not text.casefold().startswith(MEASURE):
            return False
        return text.casefold() in {name.casefold() for name, _ in self.view(source.target).columns}
