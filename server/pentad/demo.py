"""`pentad demo`: the main job, told in a few calls over stdio, as an assistant would make them.

A real server runs as a subprocess and a real MCP client talks to it. The platforms are the embedded
sandbox, served on a port of this machine so that the size of what they send can be shown beside the
answers a model reads.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from pentad.platforms.timbr.flags import FLAGS
from pentad.results.tokens import estimate
from pentad.sandbox import Sandbox
from pentad.sandbox.listening import run
from pentad.text import plural


async def tell() -> int:
    """Print the story; 1 if a call did not go as it should."""
    sandbox = Sandbox(pace=0.25)
    with tempfile.TemporaryDirectory(prefix="pentad-demo-") as folder:
        async with _served(sandbox) as platforms:
            server = StdioServerParameters(
                command=sys.executable,
                args=["-m", "pentad", "serve", "--expose", "all"],
                env=_environment(platforms, folder),
            )
            async with Client(server) as client:
                return await _Narrator(client, sandbox).story()


class _FirstLine(io.StringIO):
    """Where the sandbox says that it listens."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    def flush(self) -> None:
        self.told.set()


@asynccontextmanager
async def _served(sandbox: Sandbox) -> AsyncGenerator[dict[str, Any]]:
    """The sandbox on a port of this machine; yields what its first line says."""
    line = _FirstLine()
    serving = asyncio.create_task(run(0, sandbox, line))
    await line.told.wait()
    try:
        yield json.loads(line.getvalue())
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def _environment(platforms: dict[str, Any], folder: str) -> dict[str, str]:
    claribi, optimized, timbr = platforms["claribi"], platforms["optimized"], platforms["timbr"]
    return {
        "PENTAD_CLARIBI_URL": claribi["url"],
        "PENTAD_CLARIBI_API_KEY": claribi["credentials"]["api_key"],
        "PENTAD_OPTIMIZED_URL": optimized["url"],
        "PENTAD_OPTIMIZED_TOKEN": optimized["credentials"]["token"],
        "PENTAD_TIMBR_URL": timbr["url"],
        "PENTAD_TIMBR_API_KEY": timbr["credentials"]["api_key"],
        "PENTAD_DOWNLOADS": folder,
        "PENTAD_CONFIG": os.devnull,
    }


class _Narrator:
    """Makes the calls and says what is to be seen."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.wrong = 0

    async def story(self) -> int:
        tools = (await self.client.list_tools()).tools
        print(f"Connected over stdio, protocol {self.client.protocol_version}, {len(tools)} tools.\n")
        await self._reports()
        await self._batch()
        await self._graph()
        print("Done." if not self.wrong else f"{self.wrong} calls went another way than told.")
        return int(self.wrong > 0)

    async def _reports(self) -> None:
        print("— Which reports are there, and which are not done?")
        await self.call("claribi_list_reports", {"limit": 12})
        print("— A slip in an argument is explained, not ignored:")
        await self.call("claribi_list_reports", {"limit": 12, "feilds": ["id", "title"]}, fails=True)
        print("— Mended:")
        listed = await self.call(
            "claribi_list_reports", {"limit": 12, "fields": ["id", "title", "updated_at"]}
        )
        print(f"— Generate {listed['rows'][9][1]!r} and wait for it:")
        await self.call("claribi_generate_report", {"report_id": listed["rows"][9][0]})
        print("— Its file goes to disk, not through the model:")
        await self.call("claribi_download_report", {"report_id": listed["rows"][1][0]})

    async def _batch(self) -> None:
        print("— Who may be contacted, and on whose behalf?")
        groups = await self.call("optimized_list_groups", {"limit": 3, "sort": "-created_at"})
        print("— Real people get called, so a batch is shown before it is sent:")
        planned = await self.call(
            "optimized_create_batch", {"group_id": groups["rows"][0][0], "profiles": PEOPLE}
        )
        print("— The user agrees:")
        await self.call("apply_plan", {"plan": planned["plan"]})

    async def _graph(self) -> None:
        print("— What does the knowledge graph hold? One concept closely, with paths ready for SQL:")
        await self.call("timbr_describe", {"ontology": "supply_chain", "name": "purchase_order"})
        print("— A flat query repeats the order for each of its lines:")
        asked = {"ontology": "supply_chain", "sql": ORDERS}
        await self.call("timbr_run_query", asked)
        print("— The same, nested:")
        await self.call("timbr_run_query", asked | {"flags": ["nested"]})
        for flag in FLAGS[1:]:
            print(f"— With {flag}:")
            await self.call("timbr_run_query", asked | {"flags": ["nested", flag]})
        print("— A statement that does more than read is not sent:")
        await self.call(
            "timbr_run_query", asked | {"sql": "WITH a AS (SHOW TOKEN) SELECT * FROM a"}, fails=True
        )

    async def call(self, name: str, arguments: dict[str, Any], *, fails: bool = False) -> dict[str, Any]:
        for platform in self.sandbox.platforms.values():
            platform.log.clear()
        result = await self.client.call_tool(name, arguments)
        text = "".join(getattr(part, "text", "") for part in result.content)
        self.wrong += bool(result.is_error) != fails
        print(f"  {name} {_cut(json.dumps(arguments, ensure_ascii=False), 150)}")
        print(f"  {_cut(text, 900)}")
        print(f"  [answer {estimate(text):,} tokens; upstream {self._upstream()}]\n")
        found: dict[str, Any] = json.loads(text)
        return found

    def _upstream(self) -> str:
        """What the platforms sent for the last call, in the model's currency."""
        exchanges = [exchange for box in self.sandbox.platforms.values() for exchange in box.log]
        if not exchanges:
            return "not asked"
        tokens = sum(estimate(exchange.response_body.decode("utf-8", "replace")) for exchange in exchanges)
        return f"{tokens:,} tokens in {plural(len(exchanges), 'response')}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


PEOPLE = [
    {
        "external_id": "crm-7714",
        "person": {"first_name": "Pekka", "last_name": "Ranta", "phone_number": "+358402223344"},
        "attributes": [{"name": "renewal_month", "value": "March"}],
    },
    {
        "external_id": "crm-7715",
        "person": {"first_name": "Liv", "last_name": "Berg", "email_address": "liv.berg@example.org"},
    },
]

ORDERS = (
    "SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`, `has_line[po_line].entity_id`, "
    "`has_line[po_line].sku` FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001'"
)
