"""A signed-in OMIQ client with the steps that many tests take: read, send, wait, export, fetch."""

from __future__ import annotations

import csv
import io
from importlib import import_module
from typing import Any

import httpx2 as httpx

from pentad.sandbox import Sandbox, SandboxPlatform
from pentad.sandbox.omiq.spelling import dumps, loads
from tests.clock import ManualClock


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.box = Sandbox(clock=self.clock)
        self.platform: SandboxPlatform = self.box.platforms["omiq"]
        self.samples, self.held, self.state = (
            self.platform.samples,
            self.platform.credentials,
            self.platform.state,
        )

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {token or self.held['token']}",
            "content-type": "application/json",
        }
        content = None if body is None else dumps(body)
        async with httpx.AsyncClient(transport=self.box.transport(), timeout=600.0) as client:
            return await client.request(
                method, f"{self.platform.url}{path}", headers=headers, content=content
            )

    async def read(self, path: str) -> Any:
        """The decoded body of a GET that must succeed; decimals keep their spelling."""
        response = await self.ask("GET", path)
        assert response.status_code == 200, response.text
        return loads(response.content)

    async def send(self, path: str, body: Any) -> Any:
        """The decoded body of a POST that must succeed, after the wait if it takes one."""
        response = await self.ask("POST", path, body)
        assert response.status_code == 200, response.text
        told = loads(response.content)
        if "longOpId" not in told:
            return told
        self.clock.advance(self.state.long_op_seconds)
        return (await self.read(f"/longops/{told['longOpId']}"))["val"]

    async def fetch(self, url: str, **headers: str) -> httpx.Response:
        """From the storage host, without a credential; underscores in header names are dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=self.box.transport(), timeout=600.0) as client:
            return await client.get(url, headers=named)

    async def put(self, url: str, content: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=self.box.transport(), timeout=600.0) as client:
            return await client.put(url, content=content, headers=named)

    async def document(self, sample: str = "workflow") -> dict[str, Any]:
        config: dict[str, Any] = (await self.read(f"/workflows/{self.samples[sample]}"))["config"]
        return config

    async def order(self, task: int, filters: list[str], **more: Any) -> dict[str, Any]:
        """The body of an export of the sample file; `more` replaces members, `config` the document."""
        config = more.pop("config", None) or await self.document()
        body = {
            "datasetId": self.samples["dataset"],
            "fileIds": [self.samples["file"]],
            "featureNames": ["BUV395-A"],
            "addOrigRowIdx": True,
            "reverseTransform": False,
            "format": "CSV",
            "filterUsageMode": "BOOLCOLS",
            "dropNotFiltered": False,
            "instructions": {"taskId": task, "config": config, "filters": filters},
        }
        return {**body, **more}

    async def exported(self, task: int, filters: list[str], **more: Any) -> bytes:
        told = await self.send("/export/initiate", await self.order(task, filters, **more))
        response = await self.fetch(told["url"])
        assert response.status_code == 200
        return response.content

    async def table(self, task: int, filters: list[str], **more: Any) -> list[dict[str, str]]:
        content = (await self.exported(task, filters, **more)).decode()
        return list(csv.DictReader(io.StringIO(content, newline="")))


def flow_data(content: bytes) -> Any:
    """An FCS file as a public reader sees it; the reader has no types of its own."""
    return import_module("flowio").FlowData(io.BytesIO(content))
