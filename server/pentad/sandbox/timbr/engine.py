"""The SQL engine of the imitation: ontologies, the statements that read them, and a record of the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pentad.sandbox.timbr.fleet import EMPTY
from pentad.sandbox.timbr.model import DATASOURCES, ONTOLOGIES, SYSTEM
from pentad.sandbox.timbr.ontology import Ontology
from pentad.sandbox.timbr.splitting import bare, first_word, split
from pentad.sandbox.timbr.terms import ROW_CAP, Flags, StatementError, UnknownOntologyError, User

if TYPE_CHECKING:
    from pentad.sandbox.timbr.session import Session

_WRITES = """
ALTER ANALYZE CACHE CALL CLEAR COMMENT CREATE DELETE DENY DROP EXPORT GRANT IMPORT INSERT LOAD MERGE REFRESH
RENAME REPLACE REVOKE SET TRUNCATE UNCACHE UPDATE USE
"""
_CHANGES = frozenset(_WRITES.split())
_DEFINITIONS = frozenset({"ALTER", "CREATE", "DROP", "RENAME", "REPLACE"})
_CREATION = re.compile(r"\s*CREATE\s+ONTOLOGY\s+`?(\w+)`?\s*", re.IGNORECASE)

# Seconds of the platform's time; everything else is quick.
_SLOW = {"network_replay": 70.0, "supplier_scorecard": 12.0}
_QUICK = 0.05
_FIRST_VERSION = 17
_NO_FLAGS = Flags()

Rows = list[dict[str, Any]]


@dataclass
class Engine:
    """`changes` are the statements that change something, as sent; the data stay as they are.

    `tokens` are what SHOW TOKEN FOR prints, by user. `to_one_as_object` nests a to-one as an object.
    """

    seed: int
    to_one_as_object: bool = False
    changes: list[str] = field(default_factory=list[str])
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    _known: dict[str, Ontology] = field(default_factory=lambda: dict(ONTOLOGIES))
    _versions: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def seeded(cls, seed: int) -> Engine:
        """The data are made when they are first needed."""
        return cls(seed)

    @property
    def ontologies(self) -> tuple[str, ...]:
        return tuple(self._known)

    def create_ontology(self, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise StatementError(f"{name!r} is not a valid name for an ontology")
        if name.casefold() in {known.casefold() for known in (*self._known, SYSTEM)}:
            raise StatementError(f"Ontology {name} already exists")
        self._known[name] = replace(EMPTY, name=name)

    def version(self, ontology: str) -> int:
        return self._versions.get(ontology, _FIRST_VERSION)

    def publish(self, ontology: str) -> None:
        """Raise the version, as every change of the model does."""
        self._versions[ontology] = self.version(ontology) + 1

    def rows(  # noqa: PLR0917 - what a request can say, in one call
        self,
        ontology: str,
        sql: str,
        user: User,
        flags: Flags = _NO_FLAGS,
        cap: int = ROW_CAP,
        datasource: str | None = None,
    ) -> Rows:
        """Runs every statement of the text and answers with the rows of the last one."""
        self._seen(ontology, user)
        if datasource is not None and datasource not in DATASOURCES:
            raise StatementError(f"Datasource {datasource} does not exist")
        rows: Rows = []
        for statement in split(sql):
            rows = self._run(ontology, statement, user, flags, cap)
        return rows

    def read(  # noqa: PLR0917 - what a request can say, in one call
        self,
        ontology: str,
        kind: Literal["concept", "view"],
        name: str,
        filters: Mapping[str, str],
        user: User,
        flags: Flags = _NO_FLAGS,
        cap: int = ROW_CAP,
    ) -> Rows:
        """The rows of a concept or a view whose properties equal the filters' texts."""
        self._seen(ontology, user)
        return self._session(ontology, user).read(kind, name, filters, flags, cap)

    def duration(self, ontology: str, sql: str) -> float:
        """Guessed from the text: only reading a slow view takes its time."""
        del ontology
        words = bare(sql)
        reads = first_word(words) in ("SELECT", "WITH")
        slow = [
            cost for name, cost in _SLOW.items() if reads and re.search(rf"\b{name}\b", words, re.IGNORECASE)
        ]
        return max(slow, default=_QUICK)

    def _seen(self, ontology: str, user: User) -> None:
        if ontology != SYSTEM and (ontology not in self._known or ontology not in user.ontologies):
            raise UnknownOntologyError(f"Ontology {ontology} does not exist")

    def _run(self, ontology: str, statement: str, user: User, flags: Flags, cap: int) -> Rows:
        rows = None
        if first_word(statement) not in _CHANGES:
            rows = self._session(ontology, user).run(statement, flags, cap)
        if rows is None:
            self._change(ontology, statement)
        return rows or []

    def _change(self, ontology: str, statement: str) -> None:
        creation = _CREATION.fullmatch(bare(statement))
        if creation is not None:
            self.create_ontology(creation[1])
        elif first_word(statement) in _DEFINITIONS:
            self.publish(ontology)
        self.changes.append(statement)

    def _session(self, ontology: str, user: User) -> Session:
        # The parser and the database take their time to load; nobody should wait for them at the start.
        from pentad.sandbox.timbr.session import Session

        visible = tuple(one for one in self._known.values() if one.name in user.ontologies)
        model = self._known.get(ontology) or Ontology(SYSTEM, "Metadata of the platform", EMPTY.storage, ())
        return Session(
            self.seed, model, visible, user, self.version(ontology), self.tokens, self.to_one_as_object
        )
