"""Lineage as the two editions answer it: one graph, or models and reports by connection and by model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import NotFound, Rejected
from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path
from pentad_tools.optimibi.connections.connections import connections_of
from pentad_tools.optimibi.lineage.graphs import Graph, Node, add_files, from_connections, from_links

_NODES = ("kind", "name", "path", "uses")
_MODELS = ("connection", "model", "title", "reports")
_REPORTS = ("name", "path", "kind")

Names = Annotated[list[str] | None, Field(max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=300)]


# The contract's other address is a GET with a body, which proxies drop: it would answer another question.
@reads(
    "POST /plugin/datafor-modeler/api/lineage/link",
    example={"reports": ["$report"]},
)
async def get_lineage_graph(
    optimibi: Optimibi, reports: Names = None, models: Names = None, connections: Names = None
) -> Table[Row]:
    """Everything that hangs together with the given reports (paths), models and connections, each with what
    it uses directly. Newer servers only; for one item prefer optimibi_get_lineage."""
    if not (reports or models or connections):
        raise Rejected(
            "Nothing was asked for.",
            problems={"reports": ["give reports, models or connections"]},
            outcome="none",
        )
    graph = await graph_of(optimibi, [as_path(one) or one for one in reports or ()], models, connections)
    return Table(rows := [*_listed(graph)], _NODES, len(rows))


@reads(
    "GET /plugin/datafor-modeler/api/lineage/connection",
    example={"connection": "$connection"},
)
async def get_connection_lineage(optimibi: Optimibi, connection: Name | None = None) -> Table[Row]:
    """Models that read from a connection (or from each), with the paths of their reports. For one
    connection prefer optimibi_get_lineage."""
    graph = await by_connection(optimibi, connection)
    rows: list[Row] = [
        {
            "connection": graph.nodes[used].name,
            "model": graph.nodes[model].name,
            "title": graph.nodes[model].title,
            "reports": [node.path for node, depth in graph.walk(model, "used_by") if depth == 1],
        }
        for used, model in sorted(graph.links)
        if model in graph.nodes and graph.nodes[model].kind == "model"
    ]
    return Table(rows, _MODELS, len(rows))


@reads("GET /plugin/datafor-modeler/api/lineage/schema", example={"model": "$model"})
async def get_model_lineage(optimibi: Optimibi, model: Name) -> Table[Row]:
    """Reports that use a model; those that were not saved since release 7.05 are missing. Prefer
    optimibi_get_lineage, which takes captions too."""
    found = [node for node in (await by_model(optimibi, model)).nodes.values() if node.path]
    rows = [{"name": node.title, "path": node.path, "kind": node.kind} for node in found]
    return Table(rows, _REPORTS, len(rows))


async def graph_of(
    optimibi: Optimibi,
    reports: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    connections: Sequence[str] | None = None,
) -> Graph:
    """The graph around these, on newer servers. Reports are told by path."""
    asked = {"pathIds": reports, "schemas": models, "connections": connections}
    body = {name: list(some) for name, some in asked.items() if some}

    found = await optimibi.bound_to(get_lineage_graph).record(body)
    return from_links(_list(found.get("objs")), _list(found.get("links")))


async def by_connection(optimibi: Optimibi, connection: str | None) -> Graph:
    """Connections with their models and those models' reports, as the older edition answers. Without a name
    all of them, which the vendor does not say. Where the call has moved, the same from the newer graph."""
    asked = optimibi.bound_to(get_connection_lineage)
    try:
        found = await asked.rows(connection=connection, includeFiles="true", includeOthers="true")
        return from_connections(found)
    except NotFound:
        names = [connection] if connection else [str(row["name"]) for row in await connections_of(optimibi)]
        return await graph_of(optimibi, connections=names)


async def by_model(optimibi: Optimibi, model: str) -> Graph:
    """A model with its reports, in the same way."""
    asked = optimibi.bound_to(get_model_lineage)
    graph, lid = Graph({f"schema/{model}": Node("model", model, model)}), f"schema/{model}"
    try:
        for raw in await asked.rows(schema=model, includeOthers="true"):
            add_files(graph, lid, raw)
    except NotFound:
        return await graph_of(optimibi, models=[model])
    return graph


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _listed(graph: Graph) -> list[Row]:
    """Every node with the names of what it uses directly."""
    uses: dict[str, list[str]] = {}
    for used, user in sorted(graph.links):
        if used in graph.nodes:
            uses.setdefault(user, []).append(graph.nodes[used].name)
    return [
        {"kind": node.kind, "name": node.title if node.path else node.name, "path": node.path}
        | {"uses": uses.get(lid, []), "readable": node.readable, "exists": node.exists}
        for lid, node in graph.nodes.items()
    ]
