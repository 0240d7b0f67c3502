"""Timbr: whatever is sent, what comes back is documented and in good order."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx2 as httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox import Sandbox
from tests.clock import ManualClock
from tests.proof import EXAMPLES
from tests.witness import Contract

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
KNOWN = st.sampled_from(["fleet", "supply_chain", "logistics_kb", "late shipments", "SHOW VERSION"])
MEMBERS = st.sampled_from(
    ["ontology_name", "query", "prompt", "question", "knowledge_bases", "top_k", "high_threshold"]
)
BODIES = (
    st.dictionaries(MEMBERS, KNOWN | VALUES | st.lists(KNOWN, min_size=1, max_size=2), max_size=5) | VALUES
)
POSTS = st.sampled_from(
    [
        "/timbr/api/query/",
        "/timbr/api/kb/search",
        "/timbr/api/create_ontology/",
        "/timbr/openapi/execute/prompt",
        "/timbr/openapi/execute/answer",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "agent",
            "ontology",
            "results-limit",
            "results-offset",
            "nested",
            "x-async",
            "x-api-impersonate-user",
        ]
    ),
    KNOWN | st.sampled_from(["true", "0", "7", "9" * 30, "viewer", "logistics_agent", "o'brien"]),
    max_size=4,
)
# One deployment for all examples: seeding it anew each time would take longer than asking.
CLOCK = ManualClock()
SANDBOX = Sandbox(clock=CLOCK, pace=0.0)


async def check(method: str, path: str, headers: dict[str, str], content: bytes | None) -> None:
    timbr, contract = SANDBOX.platforms["timbr"], Contract.load("timbr")
    async with httpx.AsyncClient(transport=SANDBOX.transport(), headers=timbr.headers()) as client:
        response = await client.request(method, timbr.url + path, headers=headers, content=content)
    assert response.text != "Internal Server Error"
    exchange = timbr.log[-1]
    if contract.match(method, exchange.path) and not response.headers["content-type"].startswith("text/html"):
        verdict = contract.check_response(
            method, exchange.path, exchange.status, exchange.response_headers, exchange.response_body
        )
        assert verdict.problems == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(POSTS, HEADERS, BODIES)
async def test_any_json_is_answered(path: str, headers: dict[str, str], body: Any) -> None:
    await check("POST", path, headers, json.dumps(body).encode())


@settings(max_examples=EXAMPLES, deadline=None)
@given(POSTS, st.binary(max_size=40))
async def test_any_bytes_are_answered(path: str, body: bytes) -> None:
    await check("POST", path, {}, body)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=30), HEADERS, st.booleans())
async def test_any_raw_statement_is_answered(sql: str, headers: dict[str, str], later: bool) -> None:
    media = {"content-type": "application/text", "x-async": str(later).lower()}
    path = "/timbr/openapi/ontology/fleet/query"
    await check("POST", path, {**headers, **media}, sql.encode("utf-8", "surrogatepass"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.text(max_size=12), st.sampled_from(["concept", "view"]), st.dictionaries(st.text(max_size=6), KNOWN)
)
async def test_any_name_in_a_path_is_answered(name: str, kind: str, filters: dict[str, str]) -> None:
    def escaped(text: str) -> str:
        return quote(text, safe="", errors="replace")

    pairs = "&".join(f"{escaped(key)}={escaped(value)}" for key, value in filters.items())
    await check("GET", f"/timbr/api/q/fleet/{kind}/{escaped(name)}?{pairs}", {}, None)
    await check("POST", f"/timbr/api/get_ontology/{escaped(name)}", {}, None)
