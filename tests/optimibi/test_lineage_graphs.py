"""Lineage as both editions answer it, read without a platform."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad_tools.optimibi.lineage.graphs import Graph, Node, from_connections, from_links
from tests.proof import EXAMPLES

PAGE = "/public/Operations/Outlet pulse.datafor"
LINKS = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


def reached(graph: Graph, start: str, way: Any) -> list[tuple[str, str, int]]:
    return [(node.kind, node.name, depth) for node, depth in graph.walk(start, way)]


def test_a_graph_is_walked_from_a_report_down_to_its_connection() -> None:
    graph = from_links(
        [
            {"lid": "connection/dw", "type": "connection", "name": "dw"},
            {"lid": "schema/Sales", "type": "schema", "name": "Sales", "title": "Outlet sales"},
            {"lid": PAGE, "type": "page", "title": "Outlet pulse", "path": PAGE},
        ],
        [
            {"sourceLid": "connection/dw", "targetLid": "schema/Sales"},
            {"sourceLid": "schema/Sales", "targetLid": PAGE},
        ],
    )

    assert reached(graph, PAGE, "depends_on") == [("model", "Sales", 1), ("connection", "dw", 2)]
    assert reached(graph, "connection/dw", "used_by") == [("model", "Sales", 1), ("report", PAGE, 2)]
    assert graph.find("report", PAGE) == PAGE


def test_the_path_of_a_report_that_may_not_be_read_is_not_told_though_its_id_is_one() -> None:
    graph = from_links(
        [
            {"lid": "schema/Sales", "type": "schema", "name": "Sales"},
            {"lid": PAGE, "type": "page", "canRead": False},
        ],
        [{"sourceLid": "schema/Sales", "targetLid": PAGE}],
    )
    ((node, depth),) = graph.walk("schema/Sales", "used_by")

    assert PAGE not in str(node.row("used_by", depth))
    assert node.row("used_by", depth)["readable"] is False


@pytest.mark.parametrize(
    "file",
    [
        PAGE,
        {"path": PAGE},
        {"pathId": PAGE, "title": "Outlet pulse"},
        {"fullPath": PAGE, "name": "x.datafor"},
    ],
)
def test_a_file_of_a_model_may_be_a_path_or_an_object_that_has_one(file: Any) -> None:
    graph = from_connections([{"name": "dw", "schemas": [{"name": "Sales", "files": [file, None, {}, " "]}]}])

    assert reached(graph, "connection/dw", "used_by") == [("model", "Sales", 1), ("report", PAGE, 2)]


@settings(max_examples=EXAMPLES)
@given(LINKS)
def test_a_walk_ends_and_each_way_is_the_other_one_backwards(links: set[tuple[int, int]]) -> None:
    nodes = {str(at): Node("model", str(at), str(at)) for at in range(8)}
    graph = Graph(nodes, {(str(used), str(user)) for used, user in links})
    up = {(one, node.name, depth) for one in nodes for node, depth in graph.walk(one, "depends_on")}
    down = {(node.name, one, depth) for one in nodes for node, depth in graph.walk(one, "used_by")}

    assert up == down
    assert all(depth == 1 for one, other, depth in up if (int(other), int(one)) in links)
    assert len({(one, other) for one, other, _ in up}) == len(up)
