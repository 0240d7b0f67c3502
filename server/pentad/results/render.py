"""Compact JSON in a token budget: whole rows first, then a word on what was left out and how to get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pentad.jsontext import dumps
from pentad.results.record import Stored
from pentad.results.tokens import estimate, fits

Row = Mapping[str, Any]
_FRAME = 30
_ABSENT = object()
# Characters that saying how much was cut takes.
_WORD = 20
# How a record gets shorter: characters of texts, items of lists, depth, and members of nested objects.
_LEVELS = (
    (1000, 20, 6, None),
    (300, 8, 4, None),
    (120, 4, 3, None),
    (60, 2, 2, None),
    (24, 0, 1, None),
    (60, 2, 2, 20),
    (24, 2, 2, 8),
)


@dataclass(frozen=True)
class Grid:
    """Rows of a table as text: how many fit, and whether any cell had to be shortened."""

    texts: tuple[str, ...]
    shortened: bool


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Every column of every row, in first-seen order."""
    if isinstance(rows, Stored):
        return rows.columns()
    seen: dict[str, None] = {}
    for row in rows:
        seen |= dict.fromkeys(row)
    return list(seen)


def grid(rows: Sequence[Row], columns: Sequence[str], budget: int, *, whole: bool = False) -> Grid:
    """As many whole rows as fit. Cells stay whole if all rows fit so (or if any does, with `whole`), are
    shortened if not, and are shortened harder only where not even one row would fit."""
    best = _grid(rows, columns, budget, 4 * budget)
    if len(best.texts) == len(rows) or (whole and best.texts and not best.shortened):
        return best
    for width in (240, 80, 24):
        best = _grid(rows, columns, budget, width)
        if best.texts:
            return best
    return best


def _grid(rows: Sequence[Row], columns: Sequence[str], budget: int, width: int) -> Grid:
    texts: list[str] = []
    shortened = False
    for row in rows:
        cells = [row.get(column) for column in columns]
        short = [brief(cell, width) for cell in cells]
        text = dumps(short)
        budget -= estimate(text) + 1
        if budget < 0:
            break
        texts.append(text)
        shortened = shortened or any(a is not b for a, b in zip(cells, short, strict=True))
    return Grid(tuple(texts), shortened)


def brief(value: Any, width: int) -> Any:
    """The value itself if it is short; else its beginning, or a word on its size. A text that would hardly
    get shorter, such as an id, stays whole; of nested data the first levels and items are shown."""
    if isinstance(value, str):
        over = len(value) - width
        return value if over <= _WORD else f"{value[:width]}…(+{over:,} characters)"
    if not isinstance(value, list | dict) or not value or len(dumps(value)) <= width:
        return value
    for items, depth in ((3, 2), (1, 2), (1, 1)):
        first = _shrunk(value, width // 4, items, depth)
        if len(dumps(first)) <= width:
            return first
    return _size(value)


def _size(value: list[Any] | Mapping[str, Any]) -> str:
    return f"[{len(value)} items]" if isinstance(value, list) else f"{{{len(value)} members}}"


def assemble(columns: Sequence[str], texts: Sequence[str], before: Row, after: Row) -> str:
    """The answer's one JSON object around rows that are text already."""
    members = [f"{dumps(name)}:{dumps(value)}" for name, value in before.items()]
    members += [f'"columns":{dumps(list(columns))}', f'"rows":[{",".join(texts)}]']
    members += [f"{dumps(name)}:{dumps(value)}" for name, value in after.items()]
    return "{" + ",".join(members) + "}"


def frame(columns: Sequence[str], rest: Mapping[str, Any]) -> int:
    """Tokens an answer takes besides its rows, with room for what is only known at the end."""
    return estimate(assemble(columns, (), {}, rest)) + _FRAME


def without_nulls(value: Any) -> Any:
    """Objects without their null members, at any depth; nulls in lists keep their place."""
    if isinstance(value, Mapping):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def shrunk(members: Row, budget: int) -> dict[str, Any] | None:
    """The record with long texts and lists shortened until it fits; None if it fits as it is."""
    if fits(dumps(members), budget):
        return None
    small: dict[str, Any] = {}
    for level in _LEVELS:
        small = {name: _shrunk(value, *level) for name, value in members.items()}
        if fits(dumps(small), budget):
            return small
    small = {name: brief(value, 24) for name, value in members.items()}
    if fits(dumps(small), budget):
        return small
    return {"members": _leading(list(members), budget)}


def _leading(names: Sequence[str], budget: int) -> list[str]:
    """The first names, each of bounded length, for as long as they fit, and how many do not."""
    kept: list[str] = []
    room = budget - estimate(dumps({"members": [f"…({len(names):,} more)"]}))
    for name in names:
        room -= estimate(dumps(brief(name, 80))) + 1
        if room < 0:
            return [*kept, f"…({len(names) - len(kept):,} more)"]
        kept.append(brief(name, 80))
    return kept


def _shrunk(value: Any, width: int, items: int, depth: int, most: int | None = None) -> Any:
    """Nested data to this depth, so many items of each list and so many members of each object; what is
    left out is counted."""
    if not isinstance(value, list | Mapping) or not value:
        return brief(value, width)
    if depth == 0:
        return _size(value)
    if isinstance(value, Mapping):
        parts = {
            brief(name, 80): _shrunk(part, width, items, depth - 1, most)
            for name, part in islice(value.items(), most)
        }
        rest = len(value) - len(parts)
        return parts | ({"…": f"{rest:,} more"} if rest else {})
    kept = [_shrunk(item, width, items, depth - 1, most) for item in value[:items]]
    return kept if len(kept) == len(value) else [*kept, f"…({len(value) - items:,} more)"]


def absences(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, list[str]]:
    """Which columns a row does not have at all, by position: null is a value, absence is not."""
    lacking = {
        str(index): [column for column in columns if row.get(column, _ABSENT) is _ABSENT]
        for index, row in enumerate(rows)
    }
    return {index: names for index, names in lacking.items() if names}
