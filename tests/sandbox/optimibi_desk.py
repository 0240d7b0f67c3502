"""An Optimibi client with the steps that many tests take: sign in, read, send a form, query a model."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx

from pentad.sandbox import Sandbox, SandboxPlatform
from tests.clock import ManualClock

D, M, A = "/plugin/datafor/api", "/plugin/datafor-modeler/api", "/plugin/datafor-auth/api"
FORM = "application/x-www-form-urlencoded"


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def report_address(path: str) -> str:
    return base64.urlsafe_b64encode(path.encode()).decode()


class Desk:
    """Calls are signed in with the administrator's password, unless `who` says otherwise."""

    def __init__(self, edition: str = "newer", seed: int = 1) -> None:
        self.clock = ManualClock()
        self.box = Sandbox(clock=self.clock, seed=seed)
        self.platform: SandboxPlatform = self.box.platforms["optimibi"]
        self.samples, self.held = self.platform.samples, self.platform.credentials
        self.state: Any = self.platform.state
        self.state.edition = edition

    @property
    def reader(self) -> dict[str, str]:
        return basic(self.held["reader_username"], self.held["reader_password"])

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: Mapping[str, str] | None = None,
        media: str | None = None,
    ) -> httpx.Response:
        """A dict of texts alone, and no other media type, is sent as JSON; see `form`."""
        headers = {**(self.platform.headers() if who is None else who)}
        if body is not None:
            headers["content-type"] = media or "application/json"
        content = None if body is None else urlencode(body) if media == FORM else json.dumps(body)
        async with httpx.AsyncClient(transport=self.box.transport()) as client:
            return await client.request(method, self.platform.url + path, headers=headers, content=content)

    async def read(self, path: str, who: Mapping[str, str] | None = None) -> Any:
        response = await self.ask("GET", path, who=who)
        assert response.status_code == 200, response.text
        return response.json()

    async def form(self, path: str, who: Mapping[str, str] | None = None, **fields: Any) -> Any:
        """The answer to a form; values that are no text are sent as JSON text."""
        told = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
        response = await self.ask("POST", path, told, who, FORM)
        assert response.status_code == 200, response.text
        return response.json()

    async def send(self, path: str, body: Any, who: Mapping[str, str] | None = None) -> Any:
        response = await self.ask("POST", path, body, who)
        assert response.status_code == 200, response.text
        return response.json()


def asked(
    rows: Mapping[str, list[str]],
    measures: list[str],
    columns: Mapping[str, list[str]] | None = None,
    model: str = "RetailSales",
    **rows_axis: Any,
) -> dict[str, Any]:
    """A query on a model, as the report designer stores it; `rows_axis` are members of the axis of rows."""

    def axis(name: str, hierarchies: Mapping[str, list[str]]) -> dict[str, Any]:
        shown = [
            {"name": one, "levels": {level: {"name": level, "selection": {}} for level in levels}}
            for one, levels in hierarchies.items()
        ]
        return {"location": name, "hierarchies": shown, "nonEmpty": True}

    axes = {"ROWS": axis("ROWS", rows) | rows_axis, "COLUMNS": axis("COLUMNS", columns or {})}
    details = {
        "axis": "COLUMNS",
        "measures": [{"name": name, "uniqueName": f"[Measures].[{name}]"} for name in measures],
    }
    return {
        "cube": {
            **dict.fromkeys(("name", "connection", "catalog", "schema"), model),
            "uniqueName": ".".join([f"[{model}]"] * 4),
        },
        "queryModel": {"axes": {**axes, "FILTER": axis("FILTER", {})}, "details": details},
        "queryType": "OLAP",
        "properties": {},
    }
