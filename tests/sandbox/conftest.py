"""One sandbox per test, on a clock that the test moves, and a signed-in client per platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2 as httpx
import pytest

from pentad.sandbox import Sandbox, SandboxPlatform
from tests.clock import ManualClock
from tests.witness import Contract


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    return Sandbox(clock=clock)


@pytest.fixture
def claribi(sandbox: Sandbox) -> SandboxPlatform:
    return sandbox.platforms["claribi"]


@pytest.fixture
def optimized(sandbox: Sandbox) -> SandboxPlatform:
    return sandbox.platforms["optimized"]


@pytest.fixture
def timbr(sandbox: Sandbox) -> Iterator[SandboxPlatform]:
    """In the end, every answer of the deployment itself, gateways aside, is held against the contract."""
    platform, contract = sandbox.platforms["timbr"], Contract.load("timbr")
    yield platform
    for e in platform.log:
        if e.host == "timbr.sandbox" and e.status and contract.match(e.method, e.path):
            verdict = contract.check_response(e.method, e.path, e.status, e.response_headers, e.response_body)
            assert verdict.problems == []


@pytest.fixture
async def bare(sandbox: Sandbox, claribi: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """A clariBI client that carries no credential of its own."""
    async with httpx.AsyncClient(transport=sandbox.transport(), base_url=claribi.url) as client:
        yield client


@pytest.fixture
async def reports(sandbox: Sandbox, claribi: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """A clariBI client with full rights."""
    async with httpx.AsyncClient(
        transport=sandbox.transport(), base_url=claribi.url, headers=claribi.headers()
    ) as client:
        yield client


@pytest.fixture
async def outreach(sandbox: Sandbox, optimized: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """An Optimized.App client with full rights."""
    async with httpx.AsyncClient(
        transport=sandbox.transport(), base_url=optimized.url, headers=optimized.headers()
    ) as client:
        yield client


@pytest.fixture
async def graph(sandbox: Sandbox, timbr: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """A Timbr client with full rights and much patience."""
    async with httpx.AsyncClient(
        transport=sandbox.transport(), base_url=timbr.url, headers=timbr.headers(), timeout=600.0
    ) as client:
        yield client


@pytest.fixture
async def visitor(sandbox: Sandbox, timbr: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """A Timbr client that carries no credential of its own."""
    async with httpx.AsyncClient(
        transport=sandbox.transport(),
        base_url=timbr.url,
        headers={"content-type": "application/json"},
        timeout=600.0,
    ) as client:
        yield client
