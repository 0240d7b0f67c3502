"""What stands on what: connection, model, report. One call in the newer edition, two in the older."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.connecting import readable
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.metadata import connection_of
from pentad.sandbox.optimibi.modelling import entry, visible
from pentad.sandbox.optimibi.nodes import Node, slashed

Edge = tuple[str, str]


def users_of(context: Context, model: str) -> list[Node]:
    """The reports that use a model, as far as their lineage is kept."""
    return [one for one in context.state.nodes.values() if model in one.models and not one.legacy]


def graph(context: Context) -> dict[str, Any]:
    """Everything up and down from what was named; unreadable reports are told without name and path."""
    body = context.fields()
    edges: list[Edge] = []
    for path in body.get("pathIds") or []:
        node = context.state.nodes.get(slashed(str(path)))
        if node is not None and not node.legacy:
            edges += [
                edge for model in node.models for edge in (*_up(context, model), (_schema(model), node.path))
            ]
    for name in body.get("schemas") or []:
        edges += _down(context, str(name)) if name in context.state.models else []
    for name in body.get("connections") or []:
        held = [model for model in context.state.models.values() if model.connection == name]
        edges += [edge for model in held for edge in _down(context, model.name)]
    edges = list(dict.fromkeys(edges))
    found = dict.fromkeys(lid for edge in edges for lid in edge)
    links = [{"sourceLid": source, "targetLid": target} for source, target in edges]
    return {"success": True, "objs": [_object(context, lid) for lid in found], "links": links}


def _up(context: Context, model: str) -> list[Edge]:
    """What a model stands on; of one that was deleted it is not known."""
    found = context.state.models.get(model)
    return [] if found is None else [(f"connection/{found.connection}", _schema(model))]


def _schema(model: str) -> str:
    return f"schema/{model}"


def _down(context: Context, model: str) -> list[Edge]:
    return [
        *_up(context, model),
        *((_schema(model), one.path) for one in users_of(context, model)),
    ]


def _object(context: Context, lid: str) -> dict[str, Any]:
    kind, _, name = lid.partition("/")
    if kind == "connection":
        told = {"lid": lid, "type": kind, "name": name, "exist": name in context.state.connections}
        return told | {"title": name, "canRead": name in readable(context)}
    if kind == "schema":
        found = context.state.models.get(name)
        told = {"lid": lid, "type": kind, "name": name, "exist": found is not None}
        return told | {"title": found.caption if found else name, "canRead": found in visible(context)}
    node = context.state.nodes[lid]
    if not node.readable(context.user):
        return {"lid": lid, "type": "page", "canRead": False}
    told = {"lid": lid, "type": "page", "title": node.title, "path": node.path, "canRead": True}
    return told | {"schemas": list(node.models), "owner": node.creator, "lastModifiedDate": node.changed}


def of_connection(context: Context) -> dict[str, Any]:
    """All connections without a name; the report files of each model as objects, if asked for."""
    asked = context.param("connection")
    names = [connection_of(context, asked).name] if asked else readable(context)
    models = {name: [one.name for one in visible(context) if one.connection == name] for name in names}
    rows = [
        {"name": name, "schemas": [_entry(context, model) for model in held]} for name, held in models.items()
    ]
    return {"success": True, "data": rows}


def _entry(context: Context, model: str) -> dict[str, Any]:
    files = _readable(context, model) if context.is_on("includeFiles") else []
    shown = [{"path": one.path, "title": one.title, "id": one.id} for one in files]
    return entry(context, context.state.models[model]) | {
        "files": shown,
        "otherFiles": _others(context, model),
    }


def of_model(context: Context) -> dict[str, Any]:
    """The report files as paths."""
    name = context.param("schema")
    if name not in {model.name for model in visible(context)}:
        return {"success": True, "data": []}
    files = [one.path for one in _readable(context, name)]
    return {"success": True, "data": [{"schema": name, "files": files, "otherFiles": _others(context, name)}]}


def _readable(context: Context, model: str) -> list[Node]:
    return [one for one in users_of(context, model) if one.readable(context.user)]


def _others(context: Context, model: str) -> list[dict[str, str]]:
    wanted = context.is_on("includeOthers")
    return [
        {"name": one.name, "type": "alert"}
        for one in context.state.alerts.values()
        if wanted and one.model == model
    ]
