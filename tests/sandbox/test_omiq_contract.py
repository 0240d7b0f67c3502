"""What the embedded OMIQ answers is what its contract documents, refusals and tickets included."""

from __future__ import annotations

from typing import Any

import pytest

from pentad.sandbox.omiq.routes import ROUTES
from tests.sandbox.omiq_desk import Desk
from tests.witness import Contract, check_exchange

SHARING = {"resourceName": "Gating", "message": "", "noEmail": True, "userIds": [], "groupIds": []}
# In an order in which each still finds what it needs; $names are samples.
CALLS: list[tuple[str, str, Any]] = [
    *[
        ("GET", path, None)
        for path in (
            "/settings/config",
            "/user",
            "/users/search?query=okonjo",
            "/groups",
            "/group/$group/memberinfo",
            "/datasets?includeOwner=true&limit=2",
            "/datasets/$dataset",
            "/datasets/$dataset/files",
            "/datasets/$dataset/files/$file",
            "/datasets/$dataset/files/$spare_file",
            "/datasets/$dataset/files/$file/download",
            "/workflows?includeOwner=true&includeDatasetName=true&templatesOnly=false",
            "/workflows/$workflow",
            "/workflows/$big_workflow",
            "/iam/policies?resourceType=WORKFLOW&resourceId=$workflow",
            "/datasets_ops/listowners",
            "/workflows_ops/listowners",
            "/crosstenant/listtransfers?datasetid=$dataset",
            "/longops/$long_op",
        )
    ],
    ("POST", "/user/setprefs", {"prefs": {"compactView": True}}),
    ("PATCH", "/users/connection", {"requesterId": "$requester", "connect": True}),
    ("POST", "/datasets", {"displayName": "Visit 3"}),
    ("POST", "/datasets/$dataset/setmetadata", {"metadata": {"study": "VAX-08"}}),
    ("POST", "/datasets/$dataset/setomiqmetadata", {"omiqMetadatas": {"$file": {"Donor": "D1"}}}),
    (
        "POST",
        "/datasets/$dataset/files",
        {
            "datasetKey": "$dataset",
            "files": [
                {
                    "displayName": "a.fcs",
                    "fileName": "a.fcs",
                    "contentType": "application/octet-stream",
                    "datasetId": "$dataset",
                }
            ],
        },
    ),
    ("DELETE", "/datasets/$dataset/files/$spare_file", None),
    (
        "POST",
        "/workflows",
        {
            "datasetId": "$dataset",
            "name": "QC",
            "initialize": True,
            "fromId": None,
            "keepComputedResults": False,
        },
    ),
    ("POST", "/workflows/$workflow/settings", {}),
    ("POST", "/workflows/$workflow/setmetadata", {"metadata": {"review": "done"}}),
    (
        "POST",
        "/workflows/$workflow/updateTask",
        {"task": {"id": 3, "parentId": 2, "type": "SubsamplingTask", "maxEvents": 5}, "overrideLock": False},
    ),
    ("POST", "/workflows/$workflow/getArtifactUrl", {"taskId": 9, "file": "$artifact", "download": True}),
    (
        "POST",
        "/sharing",
        {
            **SHARING,
            "resourceType": "DATASET",
            "resourceId": "$dataset",
            "role": "READER",
            "userIds": ["$user"],
        },
    ),
    (
        "POST",
        "/iam/policies/changeowners",
        {
            "resourceId": "$small_dataset",
            "updatedOwnerId": "$group",
            "updatedOwnerType": "GROUP",
            "resourceType": "DATASET",
        },
    ),
    ("POST", "/datasets/$dataset/delete", {"delete": True}),
    ("POST", "/datasets/$dataset/forcedelete", {}),
]


def filled(desk: Desk, value: Any) -> Any:
    if isinstance(value, dict):
        return {str(filled(desk, name)): filled(desk, part) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(desk, part) for part in value]
    if not isinstance(value, str):
        return value
    if value.startswith("$"):
        return desk.samples[value[1:]]
    for name in sorted(desk.samples, key=len, reverse=True):
        value = value.replace(f"${name}", str(desk.samples[name]))
    return value


async def every_call(desk: Desk, token: str | None = None) -> None:
    order = await desk.order(desk.samples["gating_task"], ["UNFILTERED"])
    await desk.ask("POST", "/export/initiate", order, token)
    for method, path, body in CALLS:
        await desk.ask(method, filled(desk, path), filled(desk, body), token)


def problems(desk: Desk) -> list[str]:
    contract = Contract.load("omiq")
    log = [exchange for exchange in desk.platform.log if exchange.host == "omiq.sandbox"]
    return [problem for exchange in log for problem in check_exchange(contract, exchange)]


def test_every_operation_of_the_contract_has_one_route() -> None:
    known = {(one.method, one.path): name for name, one in Contract.load("omiq").operations.items()}
    assert {(route.method, route.path): route.operation for route in ROUTES} == known
    assert len(ROUTES) == 35


async def test_every_operation_answers_as_documented() -> None:
    desk = Desk()
    await every_call(desk)
    assert {exchange.status for exchange in desk.platform.log} == {200}
    assert problems(desk) == []


async def test_every_operation_may_answer_with_a_ticket_first() -> None:
    desk = Desk()
    desk.state.deferred |= {route.operation for route in ROUTES}
    await desk.ask("POST", "/auth/login", {"email": "a@b.example", "token": "none"})
    for method, path, body in CALLS:
        await desk.ask(method, filled(desk, path), filled(desk, body))
    started = [one.operation for one in desk.state.long_ops.values()]
    assert len(set(started)) == 32
    assert "create_auth_token" not in started
    assert problems(desk) == []


@pytest.mark.parametrize("who", ["reader_token", "expired_token", "other"])
async def test_refusals_are_documented_in_every_style(who: str) -> None:
    desk = Desk()
    await every_call(desk, {"other": "a.b.c"}.get(who) or desk.held[who])
    refused = [exchange for exchange in desk.platform.log if exchange.status != 200]
    assert {exchange.status for exchange in refused} <= {401, 403, 404}
    styles = {exchange.response_headers["content-type"].partition(";")[0] for exchange in refused}
    assert styles == {"application/json", "text/plain"}
    assert problems(desk) == []


async def test_what_does_not_exist_and_what_is_locked_is_refused_as_documented() -> None:
    desk = Desk()
    task = {"id": 2, "parentId": 1, "type": "GatingTask"}
    locked = desk.samples["locked_workflow"]
    calls: list[tuple[str, str, Any, int]] = [
        ("GET", "/datasets/204000000000001", None, 404),
        ("GET", f"/datasets/{desk.samples['dataset']}/files/1", None, 404),
        ("GET", "/workflows/1", None, 404),
        ("GET", "/longops/none", None, 404),
        ("POST", f"/workflows/{locked}/updateTask", {"task": task, "overrideLock": False}, 409),
        ("POST", "/workflows", await desk.document("locked_workflow"), 409),
    ]
    for method, path, body, status in calls:
        assert (await desk.ask(method, path, body)).status_code == status
    assert problems(desk) == []
