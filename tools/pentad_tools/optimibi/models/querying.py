"""The body of a cube query, from a model's measures and levels or from an alert's stored query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pentad.platforms.optimibi.schemas import Level, Measure, Model, bracketed

# Setting of a query that adds rows of totals among those it is asked for.
_TOTALS, _PICK = "datafor.query.sum.bottom", "datafor.query.pick.row"


def query_of(model: Model, measures: Sequence[Measure], levels: Sequence[Level]) -> dict[str, Any]:
    """The smallest query of the documented form; cube, catalog, schema and connection are called alike."""
    path = (model.name, model.name, model.name, model.cube)
    return {
        "cube": {
            "uniqueName": ".".join(map(bracketed, path)),
            **dict(zip(("connection", "catalog", "schema", "name"), path, strict=True)),
            "caption": model.caption,
            "visible": True,
        },
        "queryModel": {
            "axes": {name: _axis(name, levels if name == "ROWS" else ()) for name in _AXES},
            "details": {"axis": "COLUMNS", "location": "BOTTOM", "measures": _measures(measures)},
            "calculatedMeasures": [],
            "calculatedMembers": [],
            "visualTotals": False,
            "visualTotalsPattern": None,
            "lowestLevelsOnly": False,
        },
        "queryType": "OLAP",
        "type": "QUERYMODEL",
        "name": "pentad",
        "mdx": None,
        **{name: {} for name in ("metadata", "plugins", "parameters", "properties")},
    }


def changed(
    query: Mapping[str, Any], measures: Sequence[Measure], levels: Sequence[Level] | None
) -> dict[str, Any]:
    """A stored query with other measures, if any are given, and other levels, if they are not None."""
    held = query.get("queryModel")
    inner: dict[str, Any] = dict(held) if isinstance(held, Mapping) else {}
    if measures:
        inner["details"] = {**inner.get("details", {}), "measures": _measures(measures)}
    if levels is not None:
        inner["axes"] = {**inner.get("axes", {}), "ROWS": _axis("ROWS", levels)}
    return {**query, "queryModel": inner}


def levels_of(query: Mapping[str, Any]) -> list[str]:
    """The unique names of the levels on a query's rows."""
    return [
        f"{held.get('name')}.{bracketed(str(level.get('name')))}"
        for held in _hierarchies(query)
        for level in (held.get("levels") or {}).values()
        if isinstance(level, Mapping)
    ]


def widened(query: Mapping[str, Any], levels: Sequence[Level]) -> dict[str, Any]:
    """A stored query with further levels on its rows; those it has stay with what is chosen of them."""
    further = {held["name"]: held for held in _axis("ROWS", levels)["hierarchies"]}
    kept = [
        {
            **held,
            "levels": {**(held.get("levels") or {}), **further.pop(held.get("name"), {}).get("levels", {})},
        }
        for held in _hierarchies(query)
    ]
    inner = query["queryModel"]
    rows = {**inner["axes"].get("ROWS", {}), "hierarchies": [*kept, *further.values()]}
    return {**query, "queryModel": {**inner, "axes": {**inner["axes"], "ROWS": rows}}}


def _hierarchies(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: Any = query
    for name in ("queryModel", "axes", "ROWS", "hierarchies"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def bounded(query: Mapping[str, Any], most: int) -> dict[str, Any]:
    """The query for its first rows, without totals between them, which would be taken for more of them."""
    held = query.get("properties")
    properties = dict(held) if isinstance(held, Mapping) else {}
    return {**query, "properties": {**properties, _TOTALS: "false", _PICK: f"0,{most}"}}


_AXES = ("FILTER", "COLUMNS", "ROWS")


def _axis(name: str, levels: Sequence[Level]) -> dict[str, Any]:
    hierarchies: dict[str, dict[str, Any]] = {}
    for level in levels:
        told = {"name": level.hierarchy, "levels": {}, "cmembers": {}, "filters": []}
        hierarchies.setdefault(level.hierarchy, told)["levels"][level.name] = {
            "name": level.name,
            "caption": level.caption,
            "mdx": None,
            "selection": {},
            "aggregators": [],
            "filters": [],
        }
    return {
        "location": name,
        "mdx": None,
        "filters": [],
        "sortOrder": None,
        "sortEvaluationLiteral": None,
        "hierarchizeMode": None,
        "hierarchies": list(hierarchies.values()),
        "nonEmpty": name != "FILTER",
    }


def _measures(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    return [
        {
            "caption": one.caption,
            "name": one.name,
            "uniqueName": one.unique,
            "id": f"{one.name}.1",
            "type": "CALCULATED" if one.calculated else "EXACT",
        }
        for one in measures
    ]
