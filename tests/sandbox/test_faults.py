"""Every kind of fault does what its name says."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime

import httpx2 as httpx
import pytest

from pentad.sandbox import Fault, Faults, SandboxPlatform
from pentad.sandbox.dice import Dice
from pentad.sandbox.faults import KINDS
from tests.clock import ManualClock

PATH = "/api/v1/reports"


async def test_a_status_comes_with_the_platforms_own_body(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("status", status=429, headers={"Retry-After": "7"}))
    response = await reports.get(PATH)
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json() == {
        "error": "rate_limited",
        "message": "Hourly allowance is used up.",
        "status": 429,
    }


async def test_a_status_of_optimized_has_a_message(
    optimized: SandboxPlatform, outreach: httpx.AsyncClient
) -> None:
    optimized.faults.add(Fault("status"))
    optimized.faults.add(Fault("status", status=500))
    optimized.faults.add(Fault("status", status=422))
    bodies = [(await outreach.get("/v1/my-groups")).json() for _ in range(3)]
    assert bodies[:2] == [{"message": "Service Unavailable"}, {"message": "Server Error"}]
    assert list(bodies[2]["errors"]) == ["profiles"]


async def test_an_unknown_status_is_a_server_error(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("status", body='{"detail": "gone"}', status=500))
    assert (await reports.get(PATH)).json() == {"detail": "gone"}
    claribi.faults.add(Fault("status"))
    response = await reports.get(PATH)
    assert (response.status_code, response.json()["error"]) == (503, "server_error")


@pytest.mark.parametrize(("given", "answered"), [(None, 502), (200, 200)])
async def test_a_gateway_answers_in_html(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, given: int | None, answered: int
) -> None:
    claribi.faults.add(Fault("html", status=given))
    response = await reports.get(PATH)
    assert response.status_code == answered
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("kind", "media", "body"),
    [
        ("empty", "application/json", ""),
        ("not_json", "application/json", "All is well, try again soon."),
        ("wrong_shape", "application/json", '"unexpected"'),
    ],
)
async def test_a_200_can_carry_the_wrong_thing(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, kind: str, media: str, body: str
) -> None:
    claribi.faults.add(Fault.from_json({"kind": kind}))
    response = await reports.get(PATH)
    assert (response.status_code, response.headers["content-type"], response.text) == (200, media, body)


async def test_the_shape_of_a_wrong_answer_can_be_chosen(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("wrong_shape", body="[]"))
    assert (await reports.get(PATH)).json() == []


async def test_json_can_be_called_text(claribi: SandboxPlatform, reports: httpx.AsyncClient) -> None:
    claribi.faults.add(Fault("wrong_type"))
    response = await reports.get(PATH)
    assert response.headers["content-type"] == "text/plain"
    assert response.json()["count"] == 120


async def test_a_delayed_answer_arrives_late_by_the_clock(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    claribi.faults.add(Fault("delay", delay=3.0))
    assert (await reports.get(PATH)).status_code == 200
    assert clock.slept == [3.0]


async def test_a_long_delay_times_out_after_the_work_is_done(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("delay", delay=60.0))
    with pytest.raises(httpx.ReadTimeout):
        await reports.post("/api/v1/reports/9010/generate")
    assert len(claribi.state.ledger) == 1


async def test_a_trickle_is_slow_and_whole(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    claribi.faults.add(Fault("trickle", delay=0.5, after_bytes=1_000))
    response = await reports.get(PATH)
    assert len(response.json()["results"]) == 20
    assert len(clock.slept) == -(-len(response.content) // 1_000)


@pytest.mark.parametrize("after", [None, 0, 10, 10**9])
async def test_a_truncated_body_is_a_protocol_error(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, after: int | None
) -> None:
    claribi.faults.add(Fault("truncate", after_bytes=after))
    with pytest.raises(httpx.RemoteProtocolError):
        await reports.get(PATH)


async def test_truncated_json_is_well_framed(claribi: SandboxPlatform, reports: httpx.AsyncClient) -> None:
    claribi.faults.add(Fault("truncate_json", after_bytes=30))
    response = await reports.get(PATH)
    assert (response.status_code, len(response.content)) == (200, 30)
    with pytest.raises(json.JSONDecodeError):
        response.json()


async def test_a_reset_comes_before_any_work(claribi: SandboxPlatform, reports: httpx.AsyncClient) -> None:
    claribi.faults.add(Fault("reset"))
    with pytest.raises(httpx.ReadError):
        await reports.post("/api/v1/reports/9010/generate")
    assert claribi.state.ledger == []


async def test_a_reset_can_come_within_the_body(claribi: SandboxPlatform, reports: httpx.AsyncClient) -> None:
    claribi.faults.add(Fault("reset", after_bytes=12))
    async with reports.stream("GET", PATH) as response:
        chunks = response.aiter_raw()
        assert len(await anext(chunks)) == 12
        with pytest.raises(httpx.ReadError):
            await anext(chunks)


async def test_a_lost_answer_hides_work_that_was_done(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("lost_answer", method="POST"))
    with pytest.raises(httpx.ReadError):
        await reports.post("/api/v1/reports/9010/generate")
    assert [spent.id for spent in claribi.state.ledger] == [9010]


async def test_a_refused_connection_reaches_no_app(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("refuse"))
    with pytest.raises(httpx.ConnectError):
        await reports.get(PATH)
    assert len(claribi.log) == 0
    assert (await reports.get(PATH)).status_code == 200


async def test_connecting_can_take_its_time(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    claribi.faults.add(Fault("slow_connect", delay=2.0))
    assert (await reports.get(PATH)).status_code == 200
    assert clock.slept == [2.0]
    claribi.faults.add(Fault("slow_connect", delay=20.0))
    with pytest.raises(httpx.ConnectTimeout):
        await reports.get(PATH)


async def test_an_expired_credential_is_refused_once(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("expire"))
    assert [(await reports.get(PATH)).status_code for _ in range(2)] == [401, 200]


async def test_a_credential_can_stay_expired_while_others_work(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("expire", sticky=True))
    assert [(await reports.get(PATH)).status_code for _ in range(3)] == [401, 401, 401]
    other = {"X-API-Key": claribi.credentials["starter_key"]}
    assert (await reports.get(PATH, headers=other)).status_code == 200
    claribi.faults.clear()
    assert (await reports.get(PATH)).status_code == 200


async def test_a_session_can_stay_expired_too(claribi: SandboxPlatform, reports: httpx.AsyncClient) -> None:
    claribi.faults.add(Fault("expire", sticky=True))
    for session in ("one", "one", "two"):
        await reports.get(PATH, headers={"X-API-Key": "", "Cookie": f"JSESSIONID={session}"})
    assert [one.worked is None for one in claribi.log] == [True, True, False]


async def test_a_share_of_the_requests_can_meet_a_fault_the_same_share_each_time(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    async def met(seed: int) -> list[bool]:
        claribi.faults.clear()
        claribi.faults.dice = Dice(seed)
        claribi.faults.add(Fault("status", chance=0.2, times=None))
        return [(await reports.get(f"{PATH}/9001")).status_code == 503 for _ in range(100)]

    first, other = await met(1), await met(2)
    assert 10 <= sum(first) <= 30
    assert 10 <= sum(other) <= 30
    assert first != other


async def test_a_platforms_time_of_day_can_be_another(
    claribi: SandboxPlatform, reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    claribi.clock.skew = 600.0
    told = (await reports.get(PATH)).headers["date"]
    assert parsedate_to_datetime(told).timestamp() == clock.time() + 600


async def test_faults_are_met_by_method_path_count_and_order(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    claribi.faults.add(Fault("status", path="/api/v1/reports/*", status=500, skip=1, times=2))
    claribi.faults.add(Fault("status", method="POST", status=503, times=None))
    assert (await reports.get(PATH)).status_code == 200
    seen = [(await reports.get(f"{PATH}/9001")).status_code for _ in range(4)]
    assert seen == [200, 500, 500, 200]
    assert [(await reports.post("/api/v1/dashboards")).status_code for _ in range(3)] == [503] * 3
    assert len(claribi.faults) == 1


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ([], "an object"),
        ({}, "at least a kind"),
        ({"kind": "nonsense"}, "unknown kind"),
        ({"kind": "reset", "when": "now"}, "unknown members when"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_name(data: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault.from_json(data)


def test_there_is_a_fault_for_each_kind() -> None:
    faults = Faults()
    for kind in KINDS:
        faults.add(Fault.from_json({"kind": kind}))
    assert len(faults) == len(KINDS)
