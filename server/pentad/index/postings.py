"""Which operation has which word where: a full-text table in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from math import log
from typing import TYPE_CHECKING

from pentad.index.synonyms import GENERAL
from pentad.index.texts import Texts
from pentad.index.words import is_plural, words

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

# How much a word counts by where it stands: in the texts of an operation, or among what people say for words
# of its name (`named`), for what it gives (`told`) and for the rest (`said`). The table's own ranking, BM25,
# is made for prose: it would hold it against an operation that it has many arguments.
_WEIGHTS: Mapping[str, float] = {
    "name": 1.6,
    "gives": 1.3,
    "does": 0.9,
    "takes": 0.5,
    "area": 0.8,
    "named": 1.4,
    "told": 1.0,
    "said": 0.6,
}
# The same form, singular or plural, tells lists from single things.
_FORM = 1.25
_SYNONYMS: Mapping[str, str] = {"named": "name", "told": "gives", "said": "does takes"}


class Postings:
    """`vocabularies` are the platforms' own, by platform name."""

    def __init__(
        self, operations: Sequence[AnyOperation], vocabularies: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._owners = [operation.platform for operation in operations]
        names = {operation.name for operation in operations}
        self._texts = [Texts.of(operation, names) for operation in operations]
        # Filled here and only read afterwards, by one search at a time.
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        columns = ", ".join(_WEIGHTS)
        self._base.execute(f"CREATE VIRTUAL TABLE texts USING fts5({columns}, tokenize='porter unicode61')")
        insert = "INSERT INTO texts (rowid, name, gives, does, takes, area, named, told, said)"
        rows = ((row, *astuple(text)) for row, text in enumerate(self._texts))
        self._base.executemany(f"{insert} VALUES (?, ?, ?, ?, ?, ?, '', '', '')", rows)
        self._add_synonyms(vocabularies)

    def _add_synonyms(self, vocabularies: Mapping[str, Mapping[str, str]]) -> None:
        """What people say for a term is added once to an operation, for the first place that has the term."""
        found = [dict.fromkeys(_SYNONYMS, "") for _ in self._owners]
        for owner, vocabulary in ((None, GENERAL), *vocabularies.items()):
            for term, meanings in vocabulary.items():
                placed = {row for row, own in enumerate(self._owners) if owner not in (None, own)}
                for column, within in _SYNONYMS.items():
                    rows = self._rows(within, term) - placed
                    placed |= rows
                    for row in rows:
                        found[row][column] += f" {meanings}"
        values = [{**texts, "row": row} for row, texts in enumerate(found)]
        self._base.executemany(
            "UPDATE texts SET named = :named, told = :told, said = :said WHERE rowid = :row", values
        )

    def _rows(self, columns: str, term: str) -> set[int]:
        found = self._base.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ?", (f'{{{columns}}} : "{term}"',)
        )
        return {row for (row,) in found}

    def scores(self, term: str) -> dict[int, float]:
        """By row, for those that have the word or phrase in any form; rare ones score higher."""
        found: dict[int, float] = {}
        for column, weight in _WEIGHTS.items():
            for row in self._rows(column, term):
                formed = _FORM if self._agrees(row, column, term) else 1.0
                found[row] = max(found.get(row, 0.0), weight * formed)
        rare = log(1 + (len(self._texts) - len(found) + 0.5) / (len(found) + 0.5))
        return {row: score * rare for row, score in found.items()}

    def _agrees(self, row: int, column: str, term: str) -> bool:
        text = self._texts[row]
        if column in ("name", "gives"):
            return term in text.forms[column]
        return column in ("named", "told") and is_plural(term) and is_plural(text.name)

    def spelt(self) -> set[str]:
        """Every word as it is spelt somewhere."""
        rows = self._base.execute("SELECT * FROM texts")
        return {word for row in rows for text in row for word in words(text)}

    def close(self) -> None:
        self._base.close()
