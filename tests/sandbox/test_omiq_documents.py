"""OMIQ: workflow documents keep every member and digit; datasets go to the trash with what hangs on them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx2 as httpx

from pentad.sandbox import Sandbox
from pentad.sandbox.omiq.spelling import objects, same
from tests.clock import ManualClock
from tests.sandbox.omiq_desk import Desk


async def test_a_document_comes_back_as_it_was_spelt() -> None:
    desk = Desk()
    path = f"/workflows/{desk.samples['workflow']}"
    text = (await desk.ask("GET", path)).text
    assert '"zoom": 1.10' in text
    assert '"f1Max": 1E+16' in text
    document = await desk.document()
    kept = await desk.ask("POST", "/workflows", document)
    assert (kept.status_code, kept.text) == (200, text)
    task = next(one for one in document["tasks"] if one["id"] == 2)
    saved = await desk.ask("POST", f"{path}/updateTask", {"task": task, "overrideLock": False})
    assert saved.text == text


async def test_a_task_sent_becomes_the_whole_task() -> None:
    desk = Desk()
    path = f"/workflows/{desk.samples['workflow']}/updateTask"
    task = {"id": 3, "parentId": 2, "type": "SubsamplingTask", "maxEvents": 10}
    told = await desk.send(path, {"task": task, "overrideLock": False})
    assert [one for one in told["config"]["tasks"] if one["id"] == 3] == [task]
    wrong: list[tuple[Any, int]] = [
        ({"task": task, "overrideLock": True}, 400),
        ({"task": {**task, "id": 77}, "overrideLock": False}, 404),
        ({"task": {"id": True, "type": "x"}, "overrideLock": False}, 400),
        ([], 400),
    ]
    for body, status in wrong:
        assert (await desk.ask("POST", path, body)).status_code == status


async def test_the_seeded_documents_hold_every_kind_of_gate() -> None:
    desk = Desk()
    documents = [one.document for one in desk.state.workflows.values()]
    trees = [task["gatingTree"] for one in documents for task in one["tasks"] if "gatingTree" in task]
    gates = [gate for tree in trees for gate in tree["filterContainers"].values()]
    atomic = [gate for gate in gates if gate["containerType"] == "AtomicFilterContainer"]
    shapes = {gate["defaultFilter"]["type"] for gate in atomic}
    assert shapes == {
        *("RectangleGate", "PolygonGate", "EllipseGate", "RangeGate", "AngleGate"),
        "SplineGate",
    }
    assert {gate["type"] for gate in gates} == {"DEFAULT", "AND", "OR", "NOT"}
    groups = Counter(gate["groupId"].partition("_")[2][:-1] for gate in atomic if "groupId" in gate)
    assert set(groups) == {"QUAD", "SKEWEDQUAD", "SPLIT"}
    uses = [Counter(node["filterContainerId"] for node in tree["nodes"].values()) for tree in trees]
    assert any(count > 1 for use in uses for count in use.values())
    assert any(set(tree["filterContainers"]) - set(use) for tree, use in zip(trees, uses, strict=True))
    assert any("perFileFilters" in gate and gate.get("md") == "Batch" for gate in atomic)
    assert max(len(tree["nodes"]) for tree in trees) == 250
    parents = {json.dumps(task.get("parentId", "absent")) for one in documents for task in one["tasks"]}
    assert parents >= {"0", "null", '"absent"'}
    assert {type(one["datasetId"]) for one in documents} == {int, str}
    assert all(len(set(tree["nodes"])) == len(tree["nodes"]) for tree in trees)


async def test_lists_begin_with_the_latest_change_and_understand_both_spellings_of_booleans() -> None:
    desk = Desk()
    await desk.send(f"/datasets/{desk.samples['controls_dataset']}/setmetadata", {"metadata": {"a": "b"}})
    everything = (await desk.read("/datasets?limit=0"))["datasets"]
    assert next(row["id"] for row in everything) == desk.samples["controls_dataset"]
    assert (await desk.read("/datasets?limit=2&includeOwner=True"))["datasets"][1]["owner"]["type"] == "USER"
    for word in ("True", "true"):
        rows = (await desk.read(f"/workflows?templatesOnly={word}&includeDatasetName={word}"))["workflows"]
        assert [row["id"] for row in rows] == [desk.samples["template"]]
        assert "VAX-07" in rows[0]["datasetName"]
    assert len((await desk.read("/workflows?templatesOnly=False"))["workflows"]) == 7
    assert (await desk.ask("GET", "/workflows?templatesOnly=1")).status_code == 400
    assert (await desk.ask("GET", "/datasets?limit=all")).status_code == 400


async def test_the_trash_hides_a_dataset_and_its_workflows_unless_they_are_asked_for() -> None:
    desk = Desk()
    path = f"/datasets/{desk.samples['dataset']}"
    assert (await desk.ask("POST", f"{path}/delete", {"delete": False})).status_code == 400
    assert (await desk.send(f"{path}/delete", {"delete": True}))["dataset"]["deleted"] is True
    assert len((await desk.read("/datasets"))["datasets"]) == 2
    assert len((await desk.read("/workflows"))["workflows"]) == 2
    assert len((await desk.read("/workflows?ignoreDeletedDatasets=False"))["workflows"]) == 7
    await desk.send(f"{path}/forcedelete", {})
    assert (await desk.ask("GET", path)).status_code == 404
    assert len((await desk.read("/workflows?ignoreDeletedDatasets=False"))["workflows"]) == 2


async def test_metadata_and_tags_are_replaced_or_if_wanted_merged() -> None:
    desk = Desk()
    dataset, file = f"/datasets/{desk.samples['dataset']}", desk.samples["file"]
    rows = {"omiqMetadatas": {str(file): {"Donor": "D9"}}}
    for merging, left in ((True, 4), (False, 1)):
        desk.state.merges = merging
        (told,) = (await desk.send(f"{dataset}/setomiqmetadata", rows))["files"]
        assert (told["omiqMetadata"]["Donor"], len(told["omiqMetadata"])) == ("D9", left)
        tags = (await desk.send(f"{dataset}/setmetadata", {"metadata": {"new": "tag"}}))["dataset"][
            "metadata"
        ]
        assert len(tags) == (3 if merging else 1)
    bad: list[dict[str, Any]] = [{str(file): {"Donor": 9}}, {"F1": {}}, {"1": {}}]
    for wrong in bad:
        refused = await desk.ask("POST", f"{dataset}/setomiqmetadata", {"omiqMetadatas": wrong})
        assert refused.status_code in (400, 404)


async def test_sharing_reaches_connected_people_and_own_groups_and_the_dataset_beneath() -> None:
    desk = Desk()
    workflow, user = desk.samples["big_workflow"], desk.samples["user"]
    body: dict[str, Any] = {
        "resourceType": "WORKFLOW",
        "resourceId": workflow,
        "resourceName": "VAX-07",
        "role": "EDITOR",
        "userIds": [user],
        "groupIds": [],
        "message": "Please look",
        "noEmail": False,
    }
    told = (await desk.send("/sharing", body))["policies"]
    assert {"resourceType": "WORKFLOW", "resourceId": workflow, "role": "EDITOR", "userId": user} in told
    dataset = desk.state.datasets[desk.samples["dataset"]]
    assert [one.role for one in dataset.grants if one.holder == user] == ["READER"]
    assert [mail["users"] for mail in desk.state.mails] == [[user]]
    strangers = [desk.samples["stranger"]]
    bad: list[dict[str, Any]] = [
        {"userIds": strangers},
        {"role": "OWNER"},
        {"userIds": []},
        {"groupIds": [1]},
    ]
    for wrong in bad:
        assert (await desk.ask("POST", "/sharing", {**body, **wrong})).status_code == 400


async def test_a_connection_request_is_answered_once() -> None:
    desk = Desk()
    answer = {"requesterId": desk.samples["requester"], "connect": True}
    told = (await desk.ask("PATCH", "/users/connection", answer)).json()["user"]
    assert desk.samples["requester"] in told["connections"]
    assert told["connectionRequests"] == []
    assert (await desk.ask("PATCH", "/users/connection", answer)).status_code == 404


async def test_a_new_owner_replaces_the_old_one() -> None:
    desk = Desk()
    dataset = desk.samples["dataset"]
    body = {
        "resourceId": dataset,
        "resourceType": "DATASET",
        "updatedOwnerId": desk.samples["user"],
        "updatedOwnerType": "USER",
    }
    assert (await desk.send("/iam/policies/changeowners", body))["policy"]["userId"] == desk.samples["user"]
    owners = (await desk.read("/datasets_ops/listowners"))["owners"]
    assert owners[str(dataset)]["name"] == "Teo Lindqvist"
    assert (await desk.ask("POST", "/iam/policies/changeowners", body)).status_code == 403


async def test_the_same_seed_gives_the_same_world() -> None:
    worlds: list[tuple[str, Any]] = []
    for seed in (1, 1, 2):
        box = Sandbox(seed=seed, clock=ManualClock())
        one = box.platforms["omiq"]
        async with httpx.AsyncClient(transport=box.transport(), headers=one.headers()) as client:
            path = f"{one.url}/workflows/{one.samples['workflow']}"
            text = (await client.get(path)).text
        worlds.append((text, one.state.values(one.samples["file"])))
    assert worlds[0] == worlds[1]
    assert worlds[0][0] != worlds[2][0]
    assert worlds[0][1] != worlds[2][1]


def test_equality_of_documents_is_strict_about_digits_and_not_about_order() -> None:
    document = {"a": 1, "b": [True, None, "x"]}
    assert same(document, {"b": [True, None, "x"], "a": 1})
    for other in ({"a": True, "b": [True, None, "x"]}, {"a": 1}, {"a": 1, "b": [True, None]}, [document]):
        assert not same(document, other)
    assert objects("text") == []
