"""Counts of what is in the data, taken once per seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pentad.sandbox.timbr.ontology import Ontology, View
from pentad.sandbox.timbr.seeding import database
from pentad.sandbox.timbr.system_rows import Profile


@dataclass(frozen=True, slots=True)
class CountedFigures:
    """`defining` gives the query behind a view."""

    seed: int
    ontology: Ontology
    defining: Callable[[View], str]

    def mapping_rows(self, concept: str) -> int:
        return _rows(self.seed, self._table(concept))

    def view_rows(self, view: View) -> int:
        return _rows(self.seed, f"({self.defining(view)})")

    def mapping_profile(self, concept: str) -> tuple[Profile, ...]:
        return _profiles(self.seed, self._table(concept), tuple(self.ontology.columns(concept)))

    def view_profile(self, view: View) -> tuple[Profile, ...]:
        names = tuple(name for name, _ in view.columns if not name.startswith("measure."))
        return _profiles(self.seed, f"({self.defining(view)})", names)

    def _table(self, concept: str) -> str:
        return f'{self.ontology.storage}."map_{concept}"'


@lru_cache(maxsize=256)
def _rows(seed: int, relation: str) -> int:
    with database(seed).cursor() as cursor:
        row = cursor.execute(f"FROM {relation} SELECT count(*)").fetchone()
    return int(row[0]) if row else 0


@lru_cache(maxsize=256)
def _profiles(seed: int, relation: str, names: tuple[str, ...]) -> tuple[Profile, ...]:
    cells = ", ".join(_cells(name) for name in names)
    with database(seed).cursor() as cursor:
        row = cursor.execute(f"FROM {relation} SELECT {cells}").fetchone() or ()
    quarters = zip(names, row[0::4], row[1::4], row[2::4], row[3::4], strict=True)
    return tuple(Profile(*quarter) for quarter in quarters)


def _cells(name: str) -> str:
    quoted = f'"{name}"'
    ends = (f"CAST({end}({quoted}) AS VARCHAR)" for end in ("min", "max"))
    return ", ".join((f"count(DISTINCT {quoted})", f"count({quoted})", *ends))
