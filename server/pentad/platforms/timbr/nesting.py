"""Rows as they came, flat or nested: how many flat rows they stand for, and where a row limit cut them.

A nested answer holds one object per entity, but row limits, LIMIT and OFFSET count the flat rows underneath.
Where the entities do not tell how many there were, the flat rows are read beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

from pentad.models import Row, Table
from pentad.platforms.timbr.flags import Flag, headers_of
from pentad.platforms.timbr.guard import Statement
from pentad.results.record import Stored
from pentad.results.render import columns_of

# What the server returns where no limit is sent: a comment in the vendor's own client.
ROWS = 5000
_HOP = re.compile(r"\](?=[._])")
# Their tables are concepts, whose rows only a path can multiply; a view may hold any join.
_OF_CONCEPTS = ("timbr", "etimbr", "dtimbr")
_HIDDEN = (
    "flat rows multiply behind what is shown; select entity_id at every level and one relationship at a "
    "time, or narrow it"
)


def weights(row: Mapping[str, Any]) -> tuple[int, int]:
    """The fewest and the most flat rows behind a nested one. They differ where several relationships multiply
    each other and a condition between them may have left combinations out."""
    least, most = 1, 1
    for related in _related(row):
        inner = [weights(one) for one in related]
        least = max(least, sum(low for low, _ in inner))
        most *= max(1, sum(high for _, high in inner))
    return least, most


class Tally(NamedTuple):
    """How many rows there are, whether any is nested, the fewest and the most flat rows behind them all, and
    the most behind the last one."""

    rows: int
    deep: bool
    least: int
    most: int
    last: int


def _tally(rows: Iterable[Row]) -> Tally:
    count, deep, least, most, last = 0, False, 0, 0, 0
    for row in rows:
        low, last = weights(row)
        count, least, most = count + 1, least + low, most + last
        deep = deep or any(True for _ in _related(row))
    return Tally(count, deep, least, most, last)


def _entity(row: Row) -> Any:
    return next((value for name, value in row.items() if name.lower() == "entity_id"), None)


def _paths(names: Sequence[str]) -> set[str]:
    """The relationships that columns lead over: `a[b].c[d].e` goes over `a[b]` and `a[b].c[d]`."""
    return {name[: hop.end()] for name in names for hop in _HOP.finditer(name)}


def _related(row: Mapping[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
    """The related entities of each relationship; a single one may come without its list."""
    for value in row.values():
        if isinstance(value, Mapping):
            yield [value]
        elif isinstance(value, list):
            yield [item for item in value if isinstance(item, Mapping)]


def _counted(tally: Tally, flat: Sequence[Row] | None) -> tuple[int, int]:
    """Flat rows in all, and those before the last entity."""
    if flat:
        ids = [_entity(row) for row in flat]
        return len(ids), ids.index(ids[-1])
    return tally.most, tally.most - tally.last


def _with_last(rows: Sequence[Row], row: Row) -> Sequence[Row]:
    if isinstance(rows, Stored):
        rows.replace_last(row)
        return rows
    return [*rows[:-1], row]


@dataclass(frozen=True)
class Asked:
    """A statement on its way: what it asks for from `offset` on, at most `limit` flat rows of it."""

    ontology: str
    statement: Statement
    on: frozenset[Flag]
    limit: int
    offset: int = 0
    mark: str = ""
    datasource: str | None = None

    @property
    def text(self) -> str:
        """The SQL to send: as it was given, or the part of it that a cursor asks for."""
        part = self.statement.window(self.offset, self.limit) if self.offset else None
        return part or self.statement.text

    @property
    def headers(self) -> dict[str, str]:
        return {"results-limit": str(self.limit), **headers_of(self.on)}

    @property
    def nestable(self) -> bool:
        return "nested" in self.on and self.statement.kind == "select" and not self.statement.folded

    def remarks(self) -> Iterator[str]:
        """Why a nested answer would come back flat, as far as the statement tells."""
        if "nested" not in self.on:
            return
        outputs = [name.lower() for name in self.statement.outputs]
        if not self.nestable:
            yield "nested has no effect on this statement: its rows are no entities"
        elif "entity_id" not in outputs and not self.statement.star:
            yield "the rows come back flat, because the statement does not select `entity_id`"
        else:
            lacking = sorted(path for path in _paths(outputs) if f"{path}.entity_id" not in outputs)
            if lacking:
                ids = ", ".join(f"`{path}.entity_id`" for path in lacking[:3])
                yield f"nesting may need {ids} among the selected columns"
            if self.statement.offset:
                yield "OFFSET counts flat rows too: the first entity may lack related ones"

    def tally(self, rows: Sequence[Row]) -> Tally:
        """Goes through all rows where they may be nested, which takes its time where these are many."""
        return _tally(rows) if self.nestable else Tally(len(rows), False, len(rows), len(rows), 1)

    def unsure(self, tally: Tally) -> bool:
        """Whether it takes the flat rows to tell what a limit cut off a nested answer."""
        if not tally.deep:
            return False
        return not self._countable or (tally.least != tally.most and tally.most >= self.limit)

    @property
    def _countable(self) -> bool:
        """Whether entities tell of all flat rows: whatever multiplies these is shown, with an id that keeps
        equal ones apart, under a key of its own."""
        said = self.statement
        schemas = [(schema or "").lower() for schema, _ in said.tables]
        if said.star or len(schemas) != 1 or schemas[0] not in _OF_CONCEPTS:
            return False
        paths = _paths([name.lower() for name in said.columns])
        keys = {path.rpartition("[")[0] if "minimize_relationships" in self.on else path for path in paths}
        shown = {name.lower() for name in said.outputs}
        return len(keys) == len(paths) and all(f"{path}.entity_id" in shown for path in paths)

    @property
    def _grouped(self) -> bool:
        """Whether the order keeps the flat rows of an entity together."""
        own = takewhile(lambda key: key and "[" not in key, self.statement.ordering)
        return "entity_id" in map(str.lower, own)

    def table(
        self, rows: Sequence[Row], tally: Tally, flat: Sequence[Row] | None = None
    ) -> tuple[Table[Row], list[str]]:
        """The answer, and remarks on what a limit cut off it. `flat` are the same rows, not nested."""
        deep = tally.deep
        sure = flat is not None or not self.unsure(tally)
        got, whole = _counted(tally, flat) if deep else (tally.rows, tally.rows)
        own = self.statement.limit
        ended = own is not None and self.offset + got >= own
        capped = got >= self.limit and not ended
        notes: list[str] = []
        if deep and (capped or ended or not sure):
            rows = _with_last(rows, {**rows[-1], "incomplete": True})
            notes.append(self._what_may_lack)
        exact = sure and (self._grouped or not deep)
        cursor = self._cursor(self.offset + whole) if capped and exact else None
        if got == ROWS < self.limit:
            notes.append(f"the platform may have stopped at {ROWS:,} rows by itself")
        if not sure:
            notes.append(f"whether the limit of {self.limit:,} rows was met cannot be told: {_HIDDEN}")
        elif capped:
            notes.append(self._how_to_go_on(cursor, whole, deep=deep))
        shown = tuple(columns_of(rows)) or self.statement.outputs
        return Table(rows, shown, cursor=cursor, deep=deep), notes

    @property
    def _what_may_lack(self) -> str:
        told = "row limits count flat rows: the last entity may lack related ones and is marked incomplete"
        return told if self._grouped else f"{told}; without ORDER BY `entity_id` others may lack some too"

    def _cursor(self, after: int) -> str | None:
        if after <= self.offset or self.statement.window(after, self.limit) is None:
            return None
        return f"{after}-{self.mark}"

    def _how_to_go_on(self, cursor: str | None, whole: int, *, deep: bool) -> str:
        told = f"the limit of {self.limit:,} rows was met, so there may be more"
        if cursor is not None:
            tail = "; the last entity comes again, whole" if deep else ""
            return f"{told} by more.cursor{tail} (exact if ORDER BY leaves no ties)"
        if deep and self._grouped and not whole:
            return f"{told}, of one entity alone: raise limit, or select its related ones by themselves"
        order = "`entity_id`" if "nested" in self.on else "a unique column"
        return f"{told}: add ORDER BY {order} to read on with a cursor, or raise limit, or narrow it"
