"""The sandbox on a loopback port."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox.listening import BreakableProtocol
from pentad.sandbox.serve import serve


class Announced(io.StringIO):
    """Text output that lets a test wait for the flush."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed = asyncio.Event()

    def flush(self) -> None:
        super().flush()
        self.flushed.set()


@asynccontextmanager
async def served() -> AsyncGenerator[dict[str, Any]]:
    out = Announced()
    task = asyncio.create_task(serve(0, seed=1, out=out))
    await out.flushed.wait()
    try:
        yield json.loads(out.getvalue())
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert out.getvalue().count("\n") == 1


async def test_each_platform_is_reached_under_its_name() -> None:
    async with served() as told, httpx.AsyncClient() as client:
        paths = {"claribi": "/api/v1/reports", "optimized": "/v1/my-groups"}
        for name, path in paths.items():
            url, headers = told[name]["url"], told[name]["headers"]
            assert url.startswith("http://127.0.0.1:")
            assert (await client.get(url + path, headers=headers)).status_code == 200
        assert told["claribi"]["headers"]["X-API-Key"] == told["claribi"]["credentials"]["api_key"]
        elsewhere = await client.get(told["claribi"]["url"].replace("claribi", "nowhere"))
        assert elsewhere.status_code == 404


async def test_links_stay_on_the_port() -> None:
    async with served() as told, httpx.AsyncClient() as client:
        url, headers = told["claribi"]["url"], told["claribi"]["headers"]
        moved = await client.get(f"{url}/api/v1/reports/", headers=headers)
        assert moved.headers["location"] == "/claribi/api/v1/reports"
        link = await client.get(f"{url}/api/v1/reports/9004/download", headers=headers)
        address = link.json()["download_url"]
        assert address.startswith(f"{url}-files/exports/")
        assert (await client.get(address)).status_code == 200
        groups = await client.get(
            f"{told['optimized']['url']}/v1/my-groups", headers=told["optimized"]["headers"]
        )
        assert groups.json()["path"] == f"{told['optimized']['url']}/v1/my-groups"


async def test_faults_are_added_and_cleared_over_http() -> None:
    async with served() as told, httpx.AsyncClient(headers=told["claribi"]["headers"]) as client:
        url = told["claribi"]["url"]
        added = await client.post(f"{url}/_faults", json={"kind": "status", "times": None})
        assert (added.status_code, added.json()) == (201, {"faults": 1})
        assert (await client.get(f"{url}/api/v1/reports")).status_code == 503
        assert (await client.delete(f"{url}/_faults")).status_code == 204
        assert (await client.get(f"{url}/api/v1/reports")).status_code == 200
        assert (await client.get(f"{url}/_faults")).status_code == 405
        for body in (b'{"kind": "odd"}', b"{"):
            assert (await client.post(f"{url}/_faults", content=body)).status_code == 400


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "reset"}, httpx.ReadError),
        ({"kind": "reset", "after_bytes": 30}, httpx.ReadError),
        ({"kind": "refuse"}, httpx.ReadError),
        ({"kind": "lost_answer"}, httpx.ReadError),
        ({"kind": "truncate", "after_bytes": 30}, httpx.RemoteProtocolError),
    ],
)
async def test_a_broken_connection_breaks_on_the_socket(
    fault: dict[str, Any], error: type[Exception]
) -> None:
    async with served() as told, httpx.AsyncClient(headers=told["claribi"]["headers"]) as client:
        url = told["claribi"]["url"]
        await client.post(f"{url}/_faults", json=fault)
        with pytest.raises(error):
            await client.get(f"{url}/api/v1/reports")
        assert (await client.get(f"{url}/api/v1/reports")).status_code == 200


async def test_a_trickle_arrives_in_small_pieces() -> None:
    async with served() as told, httpx.AsyncClient(headers=told["claribi"]["headers"]) as client:
        url = told["claribi"]["url"]
        await client.post(f"{url}/_faults", json={"kind": "trickle", "delay": 0, "after_bytes": 100})
        assert (await client.get(f"{url}/api/v1/reports")).json()["count"] == 120


def test_only_a_stream_can_be_broken() -> None:
    protocol = BreakableProtocol.__new__(BreakableProtocol)
    with pytest.raises(TypeError):
        protocol.connection_made(asyncio.BaseTransport())
