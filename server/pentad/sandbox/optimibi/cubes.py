"""Queries on a model: the body as the report designer stores it, the answer as a set of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pentad.sandbox.optimibi.model import Dimension, Hierarchy, Level, Measure, Model
from pentad.sandbox.optimibi.rules import Sight
from pentad.sandbox.optimibi.warehouse import quoted

_SEGMENT = re.compile(r"\[([^\]]*)\]")


class CubeError(Exception):
    """A level, measure or form of the query that the cube does not have."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A level on an axis; `members` are the keys that it is limited to, or that are left out."""

    dimension: Dimension
    hierarchy: Hierarchy
    level: Level
    members: tuple[str, ...] = ()
    excluded: bool = False

    @property
    def unique(self) -> str:
        return f"[{self.dimension.name}].[{self.hierarchy.name}].[{self.level.name}]"


@dataclass(frozen=True, slots=True)
class Query:
    rows: list[Shown]
    columns: list[Shown]
    filters: list[Shown]
    measures: list[Measure]
    order: tuple[int, bool] | None = None
    window: tuple[int, int] = (0, 1_000_000)
    values: list[str] = field(default_factory=list[str])


def mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def members_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def parsed(model: Model, body: Mapping[str, Any]) -> Query:
    """Raises CubeError that names what the cube does not have."""
    asked = mapping(body.get("queryModel"))
    axes = {name: mapping(axis) for name, axis in mapping(asked.get("axes")).items()}
    measures = [
        _measure(model, mapping(one)) for one in members_of(mapping(asked.get("details")).get("measures"))
    ]
    shown = {name: list(_levels(model, axes.get(name, {}))) for name in ("ROWS", "COLUMNS", "FILTER")}
    if not measures:
        raise CubeError("The query has no measures")
    order = _order(axes.get("ROWS", {}), measures)
    window = _window(mapping(body.get("properties")))
    return Query(shown["ROWS"], shown["COLUMNS"], shown["FILTER"], measures, order, window)


def _measure(model: Model, asked: Mapping[str, Any]) -> Measure:
    name = str(asked.get("uniqueName") or asked.get("name") or "")
    for one in model.measures:
        if name in (one.unique, one.name):
            return one
    raise CubeError(f"MDX object '{name}' not found in cube '{model.name}'")


def _levels(model: Model, axis: Mapping[str, Any]) -> Iterator[Shown]:
    for asked in members_of(axis.get("hierarchies")):
        dimension, hierarchy = _hierarchy(model, str(mapping(asked).get("name")))
        named = {last(name): mapping(one) for name, one in mapping(mapping(asked).get("levels")).items()}
        missing = [name for name in named if name not in {level.name for level in hierarchy.levels}]
        if missing:
            raise CubeError(
                f"Level '{missing[0]}' not found in hierarchy '[{dimension.name}].[{hierarchy.name}]'"
            )
        for level in hierarchy.levels:
            if level.name in named:
                yield _selected(
                    Shown(dimension, hierarchy, level), mapping(named[level.name].get("selection"))
                )


def last(name: str) -> str:
    """The last bracketed part of a unique name, or the name itself."""
    parts = _SEGMENT.findall(name)
    return parts[-1] if parts else name


def _selected(shown: Shown, selection: Mapping[str, Any]) -> Shown:
    given = [mapping(one) for one in members_of(selection.get("members"))]
    keys = tuple(last(str(one.get("uniqueName") or one.get("name"))) for one in given)
    excluded = str(selection.get("type", "INCLUSION")).upper() == "EXCLUSION"
    return Shown(shown.dimension, shown.hierarchy, shown.level, keys, excluded)


def _hierarchy(model: Model, name: str) -> tuple[Dimension, Hierarchy]:
    """[dimension].[hierarchy]; a single level of a dimension is a hierarchy of its own, too."""
    parts = _SEGMENT.findall(name)
    for dimension in model.dimensions:
        if len(parts) != 2 or dimension.name != parts[0]:
            continue
        for hierarchy in dimension.hierarchies:
            if hierarchy.name == parts[1]:
                return dimension, hierarchy
            for level in hierarchy.levels:
                if level.name == parts[1]:
                    return dimension, Hierarchy(level.name, level.caption, (level,))
    raise CubeError(f"MDX object '{name}' not found in cube '{model.name}'")


def _order(axis: Mapping[str, Any], measures: Sequence[Measure]) -> tuple[int, bool] | None:
    by = [one.unique for one in measures]
    literal, order = axis.get("sortEvaluationLiteral"), str(axis.get("sortOrder") or "")
    return (by.index(literal), "DESC" in order) if order and literal in by else None


def _window(properties: Mapping[str, Any]) -> tuple[int, int]:
    """Where rows begin and how many there are: `datafor.query.pick.row` is such as 0,500."""
    start, _, count = str(properties.get("datafor.query.pick.row") or "").partition(",")
    return (int(start), int(count)) if start.isdecimal() and count.isdecimal() else (0, 1_000_000)


def statement(model: Model, query: Query, sight: Sight) -> str:
    """The SQL of a query; appends the keys of selected members to `query.values`."""
    levels = [f"CAST({one.level.sql} AS VARCHAR)" for one in (*query.rows, *query.columns)]
    cells = [*levels, *(measure.sql for measure in query.measures)]
    text = ["SELECT", ", ".join(cells), "FROM", _table(model, model.fact, sight)]
    text += [f"JOIN {_table(model, join.table, sight)} ON {join.on}" for join in model.joins]
    limits = [
        _limit(one, query.values) for one in (*query.rows, *query.columns, *query.filters) if one.members
    ]
    text += [f"WHERE {' AND '.join(limits)}"] if limits else []
    places = ", ".join(str(number + 1) for number in range(len(levels)))
    text += [f"GROUP BY {places} ORDER BY {places}"] if levels else []
    return " ".join(text)


def _table(model: Model, table: str, sight: Sight) -> str:
    return f"{sight.rows(model.connection, model.schema, table)} AS {quoted(table)}"


def _limit(one: Shown, values: list[str]) -> str:
    values.extend(one.members)
    word = "NOT IN" if one.excluded else "IN"
    return f"CAST({one.level.sql} AS VARCHAR) {word} ({', '.join('?' for _ in one.members)})"
