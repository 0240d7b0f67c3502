"""OMIQ: what is asked for wrongly is refused with a status of its own, and changes nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.omiq_desk import Desk

WORKFLOW = {"name": "New", "datasetId": "$dataset", "keepComputedResults": False}
OWNER = {
    "resourceType": "DATASET",
    "resourceId": "$dataset",
    "updatedOwnerType": "GROUP",
    "updatedOwnerId": 1,
}
CALLS: list[tuple[str, str, Any, int]] = [
    ("GET", "/nowhere", None, 404),
    ("DELETE", "/user", None, 405),
    ("GET", "/users/search?query=", None, 400),
    ("GET", "/group/1/memberinfo", None, 404),
    ("GET", "/datasets/x", None, 400),
    ("POST", "/datasets", [], 400),
    ("POST", "/datasets", {"displayName": " "}, 400),
    ("POST", "/datasets", {"displayName": 7}, 400),
    ("GET", "/crosstenant/listtransfers", None, 400),
    ("POST", "/datasets/$dataset/setmetadata", {"metadata": {"count": 3}}, 400),
    ("POST", "/datasets/$dataset/forcedelete", {"sure": True}, 400),
    ("POST", "/workflows/$workflow/settings", {"autoSave": False}, 400),
    ("POST", "/workflows/$workflow/getArtifactUrl", {"taskId": 9, "file": "a", "download": False}, 400),
    ("POST", "/workflows", {"id": "$workflow", "name": "x", "datasetId": "$dataset", "tasks": [{}]}, 400),
    ("POST", "/workflows", {"id": "$workflow", "name": "x", "datasetId": "$dataset", "tasks": [3]}, 400),
    ("POST", "/workflows", {"id": "$workflow", "name": "x", "datasetId": "$small_dataset", "tasks": []}, 400),
    ("POST", "/workflows", {**WORKFLOW, "initialize": True, "keepComputedResults": True}, 400),
    ("GET", "/iam/policies?resourceType=FILE&resourceId=$dataset", None, 400),
    ("GET", "/iam/policies?resourceType=DATASET", None, 400),
    ("POST", "/iam/policies/changeowners", OWNER, 404),
    ("POST", "/iam/policies/changeowners", {**OWNER, "updatedOwnerType": "ROBOT"}, 400),
    ("POST", "/export/initiate", {}, 400),
]


def filled(desk: Desk, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: filled(desk, part) for name, part in value.items()}
    if not isinstance(value, str) or "$" not in value:
        return value
    named = {f"${name}": sample for name, sample in desk.samples.items()}
    if value in named:
        return named[value]
    longest = max((name for name in named if name in value), key=len)
    return value.replace(longest, str(named[longest]))


async def test_a_wrong_call_is_refused_and_changes_nothing() -> None:
    desk = Desk()
    kept = deepcopy((desk.state.datasets, desk.state.files, desk.state.workflows))
    statuses: list[int] = []
    for method, path, body, _ in CALLS:
        refused = await desk.ask(method, filled(desk, path), filled(desk, body))
        statuses.append(refused.status_code)
        assert refused.content
    assert statuses == [status for *_, status in CALLS]
    assert (desk.state.datasets, desk.state.files, desk.state.workflows) == kept


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[1]"])
async def test_a_body_that_is_no_json_object_is_refused(content: bytes) -> None:
    desk = Desk()
    async with httpx.AsyncClient(transport=desk.box.transport(), headers=desk.platform.headers()) as client:
        refused = await client.post(f"{desk.platform.url}/datasets", content=content)
    assert refused.status_code == 400


async def test_a_path_without_the_base_is_not_found() -> None:
    desk = Desk()
    async with httpx.AsyncClient(transport=desk.box.transport(), headers=desk.platform.headers()) as client:
        assert (await client.get("https://omiq.sandbox/user")).status_code == 404


async def test_a_group_that_one_does_not_belong_to_stays_closed() -> None:
    desk = Desk()
    token = desk.held["reader_token"]
    refused = await desk.ask("GET", f"/group/{desk.samples['group']}/memberinfo", token=token)
    assert (refused.status_code, "You do not have permission" in refused.text) == (403, True)
