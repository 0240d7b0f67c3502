"""Workflow documents for tests: the fact sheet's own, and any that could be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st


def gate(name: str | None, shape: str = "RectangleGate", **more: Any) -> dict[str, Any]:
    drawn = {"type": shape, "f1": "FSC-A", "f2": "SSC-A"}
    return {"name": name, "containerType": "AtomicFilterContainer", "defaultFilter": drawn, **more}


def node(container: str, parent: str = "", order: int = 0) -> dict[str, Any]:
    return {"parentId": parent, "filterContainerId": container, "ord": order, "collapsed": False}


def gating(
    task_id: int, parent: int | None, nodes: Mapping[str, Any], gates: Mapping[str, Any]
) -> dict[str, Any]:
    tree = {"nodes": dict(nodes), "filterContainers": dict(gates)}
    return {
        "id": task_id,
        "parentId": parent,
        "type": "GatingTask",
        "name": f"Gates {task_id}",
        "gatingTree": tree,
    }


# Task 2 gates, 4 below it gates too, and 7 does beside 4; 5 exports, 9 counts.
DOCUMENT: Mapping[str, Any] = {
    "id": 246013880571129,
    "name": "VAX-07 T-cell gating v2",
    "datasetId": "204817563920114",
    "tasks": [
        {"id": 1, "parentId": 0, "type": "ScalingTask", "name": "Scaling"},
        {"id": 9, "parentId": 4, "type": "StatisticsTask", "name": "Subset counts"},
        gating(
            2,
            1,
            {
                "Lm3q": node("c7Rt", order=101),
                "Lv0p": node("p9Ja", "Sg7t", 103),
                "Sg7t": node("k2Wd", "Lm3q", 102),
                "Db1x": node("k2Wd", "", 100),
            },
            {
                "c7Rt": gate("Lymphocytes", "PolygonGate"),
                "k2Wd": gate("Singlets"),
                "p9Ja": gate(
                    "Live CD3+", perFileFilters={"219450071836671": {"type": "RangeGate"}}, md="Batch"
                ),
            },
        ),
        gating(
            4,
            2,
            {"Q4aa": node("r1Xe"), "N8zz": node("b5Nt", order=1), "Lm9x": node("c1", order=2)},
            {
                "r1Xe": gate("CD8+", "RangeGate"),
                "b5Nt": {
                    "name": "not CD8",
                    "containerType": "CompoundFilterContainer",
                    "type": "NOT",
                    "filterContainerIds": ["r1Xe", "b5Nt", "zz"],
                },
                "c1": gate("CD4/CD45RA", "HexGate"),
            },
        ),
        {"id": 5, "parentId": 4, "type": "ExportDataTask", "name": "CSV"},
        gating(7, 2, {"Gr4n": node("g1")}, {"g1": gate("CD8+")}),
    ],
    "taskArtifacts": [{"taskId": 9, "file": "subset_counts.csv"}],
    "unknownKey": {"kept": [1]},
}

_IDS = st.sampled_from([f"n{number}" for number in range(12)])
_GATES = st.sampled_from([f"c{number}" for number in range(6)])
_PARENTS = st.one_of(_IDS, st.sampled_from(["", None, "gone", 7]))
_NAMES = st.sampled_from(["CD3+", "cd3+ ", "CD4/CD8", "Live", "Live CD3+", "", None, "n1", "Zellen ≥ 2"])
_NODES = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "parentId": _PARENTS,
            "filterContainerId": st.one_of(_GATES, st.none()),
            "ord": st.one_of(st.integers(0, 5), st.none(), st.floats(0, 5)),
        },
    ),
    st.none(),
)
_CONTAINERS = st.one_of(
    st.fixed_dictionaries(
        {"name": _NAMES},
        optional={
            "defaultFilter": st.one_of(
                st.none(), st.fixed_dictionaries({"type": st.sampled_from(["RectangleGate", "HexGate"])})
            ),
            "filterContainerIds": st.lists(_GATES, max_size=3),
            "type": st.sampled_from(["AND", "OR", "NOT", "DEFAULT"]),
        },
    ),
    st.just("not an object"),
)
_TREES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"nodes": st.dictionaries(_IDS, _NODES, max_size=12)},
        optional={"filterContainers": st.one_of(st.dictionaries(_GATES, _CONTAINERS), st.just([]))},
    ),
)
_TASKS = st.lists(
    st.tuples(st.sampled_from([0, None, 1, 2, 3, 4, 5, 6, 99]), _TREES, st.booleans()), max_size=6
)


def _document(tasks: list[tuple[int | None, Any, bool]]) -> dict[str, Any]:
    told = [
        {"id": number, "type": "GatingTask", "gatingTree": tree}
        | ({} if parent == 99 else {"parentId": parent})
        | ({"type": "DataExport"} if exports else {})
        for number, (parent, tree, exports) in enumerate(tasks, 1)
    ]
    return {"id": 1, "tasks": told}


# Circles among tasks and nodes, unknown parents, and members of every wrong kind included.
DOCUMENTS = _TASKS.map(_document)
