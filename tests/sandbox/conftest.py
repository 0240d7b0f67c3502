"""One sandbox per test, on a clock that the test moves, and a signed-in client per platform."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from pentad.sandbox import Sandbox, SandboxPlatform
from tests.clock import ManualClock


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
