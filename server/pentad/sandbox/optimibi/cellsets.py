"""The answer to a query on a model: a set of cells in the manner of Saiku, or rows of objects."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pentad.sandbox.optimibi.cubes import Query, Shown
from pentad.sandbox.optimibi.model import Measure

Row = tuple[Any, ...]
Cell = dict[str, Any]
NO_MEMBER = "#null"


class Grid:
    """Rows and columns of members with a value for each measure; `ordered` are row keys, in order."""

    def __init__(self, query: Query, rows: Sequence[Row]) -> None:
        self.query, self.cells = query, dict[tuple[Row, Row], Row]()
        cut, end = len(query.rows), len(query.rows) + len(query.columns)
        for row in rows:
            keys = tuple(NO_MEMBER if key is None else key for key in row[:end])
            self.cells[keys[:cut], keys[cut:]] = row[end:]
        self.columns = sorted({column for _, column in self.cells})
        self.ordered = self._windowed(list(dict.fromkeys(row for row, _ in self.cells)))

    def _windowed(self, keys: list[Row]) -> list[Row]:
        if self.query.order is not None:
            place, falling = self.query.order
            totals = {key: sum(self._numbers(key, place)) for key in keys}
            keys.sort(key=lambda key: totals[key], reverse=falling)
        start, count = self.query.window
        return keys[start : start + count]

    def _numbers(self, row: Row, place: int) -> list[float]:
        found = (self.cells.get((row, column)) for column in self.columns)
        return [float(values[place] or 0) for values in found if values is not None]

    def value(self, row: Row, column: Row, place: int) -> Any:
        values = self.cells.get((row, column))
        return None if values is None else values[place]


def cell_set(grid: Grid) -> dict[str, Any]:
    """The bare answer; `error` is null, and every cell has a value, a type and properties."""
    query = grid.query
    head = [_column_header(grid, depth) for depth in range(len(query.columns))]
    measures = [_measure_header(one) for _ in grid.columns for one in query.measures]
    corner = [_corner(one) for one in query.rows]
    body = [
        [*_row_header(query.rows, row), *_data(grid, row, number)] for number, row in enumerate(grid.ordered)
    ]
    cells = [*head, [*corner, *measures], *body]
    return {
        "cellset": cells,
        "rowTotalsLists": None,
        "colTotalsLists": None,
        "runtime": 41,
        "error": None,
        "height": len(cells),
        "width": len(cells[0]),
        "topOffset": len(head) + 1,
        "leftOffset": len(query.rows),
    }


def _cell(value: str, kind: str, **properties: str) -> Cell:
    return {"value": value, "type": kind, "properties": properties}


def _corner(one: Shown) -> Cell:
    return _cell(one.level.caption, "ROW_HEADER_HEADER", **_place(one))


def _place(one: Shown) -> dict[str, str]:
    hierarchy = f"[{one.dimension.name}].[{one.hierarchy.name}]"
    return {"dimension": one.dimension.name, "hierarchy": hierarchy, "level": one.unique}


def _member(one: Shown, key: str, kind: str) -> Cell:
    unique = f"[{one.dimension.name}].[{one.hierarchy.name}].[{key}]"
    return _cell(key, kind, uniquename=unique, **_place(one))


def _column_header(grid: Grid, depth: int) -> list[Cell]:
    one, blank = grid.query.columns[depth], [_cell("null", "COLUMN_HEADER") for _ in grid.query.rows]
    members = [
        _member(one, column[depth], "COLUMN_HEADER") for column in grid.columns for _ in grid.query.measures
    ]
    return [*blank, *members]


def _measure_header(one: Measure) -> Cell:
    place = {"dimension": "Measures", "hierarchy": "[Measures]", "level": "[Measures].[MeasuresLevel]"}
    return _cell(one.caption, "COLUMN_HEADER", uniquename=one.unique, **place)


def _row_header(levels: Sequence[Shown], row: Row) -> list[Cell]:
    return [_member(one, key, "ROW_HEADER") for one, key in zip(levels, row, strict=True)]


def _data(grid: Grid, row: Row, number: int) -> list[Cell]:
    made: list[Cell] = []
    for column in grid.columns:
        for place, measure in enumerate(grid.query.measures):
            value = grid.value(row, column, place)
            position = f"{len(made)}:{number}"
            made.append(_cell(_formatted(value, measure), "DATA_CELL", raw=_raw(value), position=position))
    return made


def _raw(value: Any) -> str:
    return "null" if value is None else str(value)


def _formatted(value: Any, measure: Measure) -> str:
    if value is None:
        return ""
    return f"{Decimal(value):,.0f}" if measure.format == "#,##0" else f"{Decimal(value):,.2f}"


def row_objects(grid: Grid) -> dict[str, Any]:
    """The other answer: one object for each row, keyed by captions, columns' members in front."""
    made: list[dict[str, Any]] = []
    for row in grid.ordered:
        shown = {one.level.caption: key for one, key in zip(grid.query.rows, row, strict=True)}
        for column in grid.columns:
            for place, measure in enumerate(grid.query.measures):
                shown[" / ".join([*column, measure.caption])] = grid.value(row, column, place)
        made.append(shown)
    return {"success": True, "msg": "", "code": "200", "data": made}
