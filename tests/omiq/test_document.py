"""A workflow document, read as it may come: tasks, populations, who stands above whom."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from pentad.errors import NotFound
from pentad.platforms.omiq.document import Workflow
from tests.omiq.documents import DOCUMENT, DOCUMENTS, gating, node
from tests.proof import EXAMPLES


def test_tasks_come_as_their_tree_says_siblings_as_they_are_listed() -> None:
    found = Workflow(DOCUMENT)

    assert [(task.id, task.depth) for task in found.tasks] == [
        ("1", 0), ("2", 1), ("4", 2), ("9", 3), ("5", 3), ("7", 2),
    ]  # fmt: skip
    assert (found.id, found.dataset_id) == ("246013880571129", "204817563920114")
    assert [(one.task, one.file) for one in found.artifacts] == [("9", "subset_counts.csv")]
    assert [task.id for task in found.upstream(found.task(9))] == ["9", "4", "2", "1"]
    assert [task.exports for task in found.tasks] == [False, False, False, False, True, False]


def test_populations_come_by_ord_with_their_paths_and_gates() -> None:
    found = {one.id: one for one in Workflow(DOCUMENT).populations()}

    assert list(found) == ["Db1x", "Lm3q", "Sg7t", "Lv0p", "Q4aa", "N8zz", "Lm9x", "Gr4n"]
    deep, negated = found["Lv0p"], found["N8zz"]
    assert deep.path == "Lymphocytes/Singlets/Live CD3+"
    assert (deep.depth, deep.ancestors, deep.task) == (2, ("Lm3q", "Sg7t"), "2")
    assert (deep.container, deep.overrides, deep.md) == ("p9Ja", ("219450071836671",), "Batch")
    assert deep.geometry("219450071836671") == {"type": "RangeGate"}
    assert deep.geometry("1") == deep.geometry() != {}
    assert found["Sg7t"].linked == ("Db1x",)
    assert (negated.gate, negated.features) == ("not", ("FSC-A", "SSC-A"))
    assert [one.gate for one in found.values()][:5] == [
        "rectangle",
        "polygon",
        "rectangle",
        "rectangle",
        "range",
    ]
    assert found["Lm9x"].gate == "HexGate"
    assert found["Lm9x"].path == "CD4/CD45RA"


def test_what_a_sibling_branch_defines_is_not_available() -> None:
    found = Workflow(DOCUMENT)

    assert [one.id for one in found.populations(found.task("7"))] == ["Db1x", "Lm3q", "Sg7t", "Lv0p", "Gr4n"]
    assert "Gr4n" not in [one.id for one in found.populations(found.task("9"))]
    assert found.populations(found.task("1")) == []


def test_an_unknown_task_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"no task '3'; its tasks are 1 \(Scaling\), 2 \(Gates 2\), 4"):
        Workflow(DOCUMENT).task("3")
    with pytest.raises(NotFound, match="no tasks at all"):
        Workflow({"id": 1, "tasks": None}).task("3")


@settings(max_examples=EXAMPLES, deadline=None)
@given(DOCUMENTS)
def test_every_task_and_node_appears_once_below_what_it_names_as_its_parent(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    found = Workflow(document)

    assert sorted(task.id for task in found.tasks) == sorted(str(task["id"]) for task in document["tasks"])
    for task in found.tasks:
        nodes = (task.raw.get("gatingTree") or {}).get("nodes", {})
        own = found.own(task)
        assert sorted(one.id for one in own) == sorted(nodes)
        ancestors = {one.id: one.ancestors for one in own}
        for one in own:
            wanted = (nodes[one.id] or {}).get("parentId")
            assert one.ancestors == () or wanted == one.ancestors[-1]
            assert one.ancestors == () or one.ancestors[:-1] == ancestors[one.ancestors[-1]]
            # A root whose parent exists is where a circle was cut.
            assert one.ancestors or wanted not in nodes or _circles(nodes, one.id)
            assert one.id not in one.ancestors
            assert one.labels[:-1] == tuple(
                next(other.labels[-1] for other in own if other.id == above) for above in one.ancestors
            )
    assert document == before
    assert json.dumps([one.path for one in found.populations()])


def _circles(nodes: dict[str, Any], start: str) -> bool:
    at = start
    for _ in nodes:
        at = (nodes.get(at) or {}).get("parentId") or ""
        if at == start:
            return True
    return False


@settings(max_examples=EXAMPLES, deadline=None)
@given(DOCUMENTS)
def test_only_what_lies_upstream_is_available_at_a_task(document: dict[str, Any]) -> None:
    found = Workflow(document)

    parents = {task.id: task.parent.id if task.parent else None for task in found.tasks}
    for task in found.tasks:
        upstream = [task.id]
        while (above := parents[upstream[-1]]) is not None:
            upstream.append(above)
        assert [one.id for one in found.upstream(task)] == upstream
        everything = [(one.task, one.id) for one in found.populations()]
        available = [(one.task, one.id) for one in found.populations(task)]
        assert available == [pair for pair in everything if pair[0] in upstream]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"tasks": "none", "taskArtifacts": {"taskId": 1}},
        {"id": True, "name": 5, "tasks": [None, {"id": None, "gatingTree": {"nodes": [{"id": "a"}, {}, 3]}}]},
        {"tasks": [gating(1, 1, {"a": node("x", "a")}, {}), gating(1, 1, {"a": node("x")}, {})]},
        {"tasks": [{"id": 1, "gatingTree": {"nodes": {"a": {"parentId": ["b"], "ord": "first"}}}}]},
        {"taskArtifacts": [{"taskId": 1}, {"taskId": None, "file": "a.csv"}, 7]},
    ],
)
def test_malformed_pieces_are_taken_as_they_can_be(document: dict[str, Any]) -> None:
    found = Workflow(document)

    assert len(found.tasks) <= 2
    for task in found.tasks:
        assert found.populations(task)
    assert all(one.name is None and one.gate is None for one in found.populations())
    assert all(one.path == one.id for one in found.populations())


def test_containers_and_nodes_may_be_lists() -> None:
    tree = {"nodes": [{"id": "a", **node("c")}], "filterContainers": [{"id": "c", "name": "Live"}]}
    (found,) = Workflow({"tasks": [{"id": 1, "gatingTree": tree}]}).populations()

    assert (found.id, found.path) == ("a", "Live")


def test_names_are_cleaned_and_ids_stay_as_they_were_sent() -> None:
    tree = {
        "nodes": {"a\u200b": node("c")},
        "filterContainers": {"c": {"name": "Li\u202eve Bearer abcdefgh12345678"}},
    }
    found = Workflow({"name": "VAX\u200b-07", "tasks": [{"id": 1, "name": "a\u0007", "gatingTree": tree}]})

    assert (found.name, found.tasks[0].name) == ("VAX-07", "a")
    assert [(one.id, one.name) for one in found.populations()] == [("a\u200b", "Live Bearer (secret)")]
