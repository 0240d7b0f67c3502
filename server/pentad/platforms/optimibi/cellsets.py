"""A cube's answer as rows. Its form is not documented: by analogy with Saiku, whose query model the platform
shares, a cell set is likely; rows of objects, and rows of lists with their headers, are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_HEADERS = ("headers", "header", "columns", "metadata", "meta", "fields", "columnNames")
_ROWS = ("rows", "resultset", "data", "list", "values", "records", "result")
_WITHIN = ("cellset", "cellSet", "data", "result", "results", "resultset", "queryResult")
_NAMES = ("caption", "title", "label", "colName", "name", "value", "uniqueName")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_DEEPEST = 4
# What Saiku writes where a member is the same as above.
_SAME = (None, "null")
_BLANK = (*_SAME, "")


@dataclass(frozen=True)
class Figures:
    """Rows by column; none if the platform says that nothing was found."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def figures(answer: Any, depth: int = _DEEPEST) -> Figures | None:
    """The rows of an answer of any form that is known; None for another."""
    if isinstance(answer, list):
        return _listed(answer)
    if not isinstance(answer, Mapping) or depth == 0:
        return None
    headed = _headed(answer)
    if headed is not None:
        return headed
    for name in (*_WITHIN, *_ROWS):
        found = figures(answer[name], depth - 1) if answer.get(name) is not None else None
        if found is not None:
            return found
    return None


def outline(answer: Any, depth: int = 3) -> str:
    """The form of an answer in words, without its values."""
    if isinstance(answer, Mapping):
        if not answer or depth == 0:
            return "an object" if answer else "an empty object"
        parts = [f"{str(name)[:40]}: {outline(value, depth - 1)}" for name, value in list(answer.items())[:8]]
        more = f" and {len(answer) - 8} more" if len(answer) > 8 else ""
        return f"an object of ({'; '.join(parts)}{more})"
    if isinstance(answer, list):
        return f"a list of {len(answer)}" + (f", first {outline(answer[0], depth - 1)}" if answer else "")
    kinds = {bool: "a flag", str: "a text", type(None): "nothing"}
    return kinds.get(type(answer), "a number")


def _listed(answer: list[Any]) -> Figures | None:
    if not answer:
        return Figures((), [])
    if all(isinstance(row, Mapping) for row in answer):
        rows = [{str(name): _plain(value) for name, value in row.items()} for row in answer]
        return Figures(tuple(dict.fromkeys(name for row in rows for name in row)), rows)
    if not all(isinstance(row, list) for row in answer):
        return None
    if any(_is_cell(cell) for row in answer for cell in row):
        return _cell_set(answer)
    first, *rest = answer
    if rest and first and all(isinstance(one, str) and one for one in first):
        return _aligned(first, rest)
    return None


def _headed(answer: Mapping[str, Any]) -> Figures | None:
    """Headers in one member, rows of lists in another."""
    for header in _HEADERS:
        told = answer.get(header)
        for name in _ROWS:
            rows = answer.get(name)
            if not isinstance(told, list) or not told or not isinstance(rows, list):
                continue
            if all(isinstance(row, list) for row in rows) and not any(_is_cell(one) for one in told):
                found = _aligned([_called(one) for one in told], rows)
                if found is not None:
                    return found
    return None


def _aligned(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Figures | None:
    if any(len(row) != len(names) for row in rows):
        return None
    columns = _distinct(names)
    return Figures(columns, [dict(zip(columns, map(_plain, row), strict=True)) for row in rows])


def _called(header: Any) -> str:
    if isinstance(header, Mapping):
        return next((str(header[name]) for name in _NAMES if header.get(name)), "")
    return str(header)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """No two columns of one name, and none without."""
    seen: dict[str, None] = {}
    for at, name in enumerate(names, start=1):
        base = candidate = name or f"column {at}"
        number = 2
        while candidate in seen:
            candidate, number = f"{base} ({number})", number + 1
        seen[candidate] = None
    return tuple(seen)


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, Mapping) and "value" in cell


def _cell_set(grid: Sequence[Sequence[Any]]) -> Figures | None:
    """Rows of cells that say what they are: headers above and at the left, figures in between."""
    cells = [[cell if isinstance(cell, Mapping) else {"value": cell} for cell in row] for row in grid]
    top = next((at for at, row in enumerate(cells) if any(map(_is_figure, row))), None)
    if top is None:
        top = next((at for at, row in enumerate(cells) if any(_type(c) == "ROW_HEADER" for c in row)), None)
    if top is None:
        return Figures((), [])
    width = len(cells[top])
    if any(len(row) != width for row in cells):
        return None
    columns = _distinct(_headings(cells[:top], width))
    rows: list[dict[str, Any]] = []
    above: list[Any] = [None] * width
    for row in cells[top:]:
        above = list(_row(row, above))
        rows.append(dict(zip(columns, above, strict=True)))
    return Figures(columns, rows)


def _type(cell: Mapping[str, Any]) -> str:
    return str(cell.get("type") or "").upper()


def _is_figure(cell: Mapping[str, Any]) -> bool:
    return _type(cell) in ("DATA_CELL", "DATA")


def _headings(rows: Sequence[Sequence[Mapping[str, Any]]], width: int) -> list[str]:
    """One name per column: what stands above it, from top to bottom; a blank repeats its left neighbour."""
    parts: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        left = None
        for at, cell in enumerate(row):
            value = cell.get("value")
            if _type(cell) == "COLUMN_HEADER" and value in _BLANK:
                value = left
            left = value if _type(cell) == "COLUMN_HEADER" else None
            if value not in _BLANK and str(value) not in parts[at][-1:]:
                parts[at].append(str(value))
    return [" / ".join(told) for told in parts]


def _row(row: Sequence[Mapping[str, Any]], above: Sequence[Any]) -> Iterator[Any]:
    """A row's values. A blank member is the one above as long as all before it are, too."""
    same = True
    for cell, before in zip(row, above, strict=True):
        if _is_figure(cell):
            yield _figure(cell)
        elif cell.get("value") in _SAME and same:
            yield before
        else:
            value = cell.get("value")
            same = same and value == before
            yield None if value in _BLANK else value


def _figure(cell: Mapping[str, Any]) -> Any:
    """The exact number where it is told beside the formatted one."""
    properties = cell.get("properties")
    raw = properties.get("raw") if isinstance(properties, Mapping) else cell.get("raw")
    return _plain(cell.get("value")) if raw in _BLANK else _number(raw)


def _number(value: Any) -> Any:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return int(value) if value.removeprefix("-").isdecimal() and len(value) < 40 else Decimal(value)


def _plain(value: Any) -> Any:
    """A value out of the object that some answers put around each."""
    if isinstance(value, Mapping) and "value" in value:
        return _figure(value)
    return None if value == "" else value
