"""A sandbox has its platforms by name and by host, and keeps a record of what passed."""

from __future__ import annotations

import json

import httpx2 as httpx
import pytest

from pentad.sandbox import Fault, Sandbox, SandboxPlatform
from pentad.sandbox.asgi import dumps
from pentad.sandbox.metering import MeteredClock
from tests.clock import ManualClock


async def test_platforms_are_reached_by_host_and_foreign_hosts_are_not(
    sandbox: Sandbox, reports: httpx.AsyncClient, outreach: httpx.AsyncClient
) -> None:
    assert (await reports.get("/api/v1/reports")).status_code == 200
    assert (await outreach.get("/v1/my-groups")).status_code == 200
    for url in ("https://claribi.com/", "https://files.optimized.sandbox/", "https://claribi/"):
        with pytest.raises(httpx.ConnectError):
            await reports.get(url)


async def test_claribi_does_not_listen_without_tls(reports: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ConnectError):
        await reports.get("http://claribi.sandbox/api/v1/reports")


def test_only_named_platforms_exist(sandbox: Sandbox) -> None:
    assert list(sandbox.platforms) == ["claribi", "omiq", "optimibi", "optimized", "timbr"]
    assert len(sandbox.platforms) == 5
    with pytest.raises(KeyError):
        sandbox.platforms["other"]


async def test_the_same_seed_gives_the_same_answers(clock: ManualClock) -> None:
    bodies: list[str] = []
    for seed in (1, 1, 2):
        box = Sandbox(seed=seed, clock=clock)
        one = box.platforms["claribi"]
        async with httpx.AsyncClient(transport=box.transport(), headers=one.headers()) as client:
            bodies.append((await client.get(f"{one.url}/api/v1/reports")).text)
    assert bodies[0] == bodies[1] != bodies[2]


def test_a_bare_platform_promises_what_its_subclasses_give() -> None:
    class Bare(SandboxPlatform):
        name = "bare"

    bare = Bare(MeteredClock(ManualClock()))
    assert bare.url == "https://bare.sandbox"
    for promise in ("credentials", "samples", "state"):
        with pytest.raises(NotImplementedError):
            getattr(bare, promise)
    with pytest.raises(NotImplementedError):
        bare.headers()


async def test_a_platforms_app_can_be_driven_without_the_transport(claribi: SandboxPlatform) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(claribi.app)) as client:
        response = await client.get(f"{claribi.url}/api/v1/reports", headers=claribi.headers())
    assert response.json()["count"] == 120


async def test_every_exchange_is_recorded_in_both_directions(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    response = await reports.post("/api/v1/dashboards?a=1&a=2", json={"name": "New"})
    (exchange,) = claribi.log
    assert (exchange.host, exchange.method, exchange.path) == (
        "claribi.sandbox",
        "POST",
        "/api/v1/dashboards",
    )
    assert exchange.query == [("a", "1"), ("a", "2")]
    assert json.loads(exchange.request_body) == {"name": "New"}
    assert exchange.request_headers["x-api-key"] == claribi.credentials["api_key"]
    assert exchange.status == 201
    assert exchange.response_body == response.content
    assert exchange.response_headers["content-type"] == "application/json"


async def test_an_exchange_that_broke_is_recorded_as_far_as_it_went(
    claribi: SandboxPlatform, reports: httpx.AsyncClient
) -> None:
    for fault in (Fault("reset"), Fault("truncate", after_bytes=7)):
        claribi.faults.add(fault)
        with pytest.raises(httpx.TransportError):
            await reports.get("/api/v1/reports")
    assert [(one.status, len(one.response_body)) for one in claribi.log] == [(0, 0), (200, 7)]


async def test_a_sleep_outside_any_exchange_is_charged_to_nobody() -> None:
    clock = ManualClock(0.0)
    await MeteredClock(clock).sleep(90.0)
    assert (clock.now, MeteredClock(clock).monotonic()) == (90.0, 90.0)


def test_only_numbers_get_special_care_in_json() -> None:
    with pytest.raises(TypeError):
        dumps({1, 2})
