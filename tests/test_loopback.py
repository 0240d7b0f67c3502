"""Over HTTP on this machine: who may ask, how much, and that callers know nothing of each other."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from typing import Any

import httpx2 as httpx
import pytest
from mcp import Client

from pentad.doorway import MOST_BODY, MOST_HEAD
from tests import corpora
from tests.inside import World, text_of
from tests.loopback import HEADERS, HELLO, post, served

REPORTS = ("claribi_list_reports", {"limit": 100})
# Headers, and bytes in each.
HEADS = ((5000, 20), (101, 1), (40, 1000))
NOTE = b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}'
# What would lead elsewhere, or speak for somebody else, if it were believed.
MISLEADING = {
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Original-URL": "https://evil.test/",
    "Forwarded": "for=203.0.113.7;host=evil.test;proto=https",
    "X-Real-IP": "203.0.113.7",
    "Mcp-Upstream": "https://evil.test",
    "X-Pentad-Url": "https://evil.test",
    "Authorization": "Bearer of-the-client-0123456789",
    "X-Api-Key": "of-the-client-0123456789",
    "Cookie": "session=of-the-client-0123456789",
    "Mcp-Session-Id": "0123456789abcdef0123456789abcdef",
    "X-Request-ID": "of-the-client-0123456789",
}


async def test_only_names_of_this_machine_and_its_own_pages_are_let_in(world: World) -> None:
    hosts = corpora.entries("loopback", "hostile hosts")
    origins = corpora.entries("loopback", "hostile origins")
    assert len(hosts) + len(origins) >= 40
    async with served(world) as url:
        port = httpx.URL(url).port
        good = [{"Host": f"{name}:{port}"} for name in ("127.0.0.1", "localhost", "[::1]")]
        good += [{"Origin": f"http://localhost:{port}"}, {"Origin": f"http://[::1]:{port}"}]
        let_in = [(await post(url, headers)).status_code for headers in good]
        by_host = {host: (await post(url, {"Host": host})).status_code for host in hosts}
        by_origin = {origin: (await post(url, {"Origin": origin})).status_code for origin in origins}

    assert let_in == [200] * len(good)
    assert {host: code for host, code in by_host.items() if code not in (400, 421)} == {}
    assert {origin: code for origin, code in by_origin.items() if code != 403} == {}


async def test_what_is_too_large_or_no_call_at_all_is_refused(world: World) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(MOST_BODY // 2**16 + 1):
            yield b" " * 2**16

    async with served(world) as url:
        large = [await post(url, body=b" " * (MOST_BODY + 1)), await post(url, body=chunks())]
        newer = await post(url, {"MCP-Protocol-Version": "2026-07-28"}, b" " * (MOST_BODY + 1))
        flood = [await post(url, {"X-Long": "x" * 2 * MOST_HEAD})]
        flood += [await post(url, {f"X-{n}": "x" * size for n in range(most)}) for most, size in HEADS]
        kinds = [
            await post(url, {"Content-Type": kind})
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")
        ]
        methods = [await post(url, body=b"", method=one) for one in ("PUT", "PATCH", "OPTIONS", "DELETE")]
        junk = [await post(url, body=body) for body in (b"", b"{", b"[]", b"\xff", b"[" * 100_000)]
        well = await post(url)

    assert [one.status_code for one in (*large, newer)] == [413] * 3
    assert all(400 <= one.status_code < 500 for one in (*flood, *kinds, *methods, *junk))
    assert well.status_code == 200


async def test_who_is_slow_to_send_holds_nobody_up(world: World) -> None:
    async with served(world) as url:
        port = httpx.URL(url).port
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for at, (_, writer) in enumerate(slow):
            head = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 900\r\n"
            writer.write(head.encode() + (b"Content-Type: application/json\r\n\r\n{" if at % 2 else b""))
            await writer.drain()
        answered = (await post(url)).status_code
        for _, writer in slow:
            writer.close()

    assert answered == 200


async def test_no_header_chooses_where_a_platform_is_asked_or_as_whom(world: World) -> None:
    async with served(world) as url:
        async with Client(url) as client:
            await client.call_tool(*REPORTS)
        call = {"name": REPORTS[0], "arguments": REPORTS[1]}
        version = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
        meta = {**version, "io.modelcontextprotocol/clientCapabilities": {}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {**call, "_meta": meta}}
        named = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": REPORTS[0]}
        answer = await post(url, {**named, **MISLEADING}, json.dumps(body).encode())

    plain, misled = world.sent("claribi")
    assert answer.status_code == 200
    assert "rows" in answer.json()["result"]["content"][0]["text"]
    assert (misled.host, misled.path, misled.query) == (plain.host, plain.path, plain.query)
    apart = {"x-request-id"}
    assert {k: v for k, v in misled.request_headers.items() if k not in apart} == {
        k: v for k, v in plain.request_headers.items() if k not in apart
    }
    assert "of-the-client" not in str(misled.request_headers)


async def _made(world: World, client: Client) -> tuple[str, str]:
    """The handle of a result and the id of a plan."""
    listed = text_of(await client.call_tool(*REPORTS))
    group = world.sample("optimized", "group")
    profiles = [{"external_id": "x-1", "person": {"first_name": "Liv", "phone_number": "+4791234567"}}]
    given: dict[str, Any] = {"group_id": group, "profiles": profiles}
    planned = text_of(await client.call_tool("optimized_create_batch", given))
    return listed["more"]["result"], planned["plan"]


async def test_a_session_can_neither_read_nor_apply_nor_list_what_another_one_made(world: World) -> None:
    async with served(world) as url, Client(url, mode="legacy") as one, Client(url, mode="legacy") as other:
        handle, plan = await _made(world, one)
        async with Client(url) as third:
            for stranger in (other, third):
                read = text_of(await stranger.call_tool("read_result", {"result": handle}))
                asked = text_of(await stranger.call_tool("query_results", {"sql": f"SELECT 1 FROM {handle}"}))
                applied = text_of(await stranger.call_tool("apply_plan", {"plan": plan}))
                status = text_of(await stranger.call_tool("pentad_status", {}))
                assert [told["error"] for told in (read, asked, applied)] == ["not_found"] * 3
                assert status.keys().isdisjoint({"plans", "results", "tickets"})
                assert (await stranger.list_resources()).resources == []
        own = text_of(await one.call_tool("pentad_status", {}))
        assert list(own["plans"]) == [plan]
        assert handle in own["results"]["newest"]
        assert "rows" in text_of(await one.call_tool("read_result", {"result": handle}))
        assert text_of(await one.call_tool("apply_plan", {"plan": plan}))["profiles_sent"] == 1


async def test_without_sessions_an_id_is_what_opens_and_nothing_is_listed(world: World) -> None:
    async with served(world) as url:
        async with Client(url) as one:
            handle, plan = await _made(world, one)
            status = text_of(await one.call_tool("pentad_status", {}))
            listed = (await one.list_resources()).resources
        async with Client(url) as other:
            read = text_of(await other.call_tool("read_result", {"result": handle}))
            applied = text_of(await other.call_tool("apply_plan", {"plan": plan}))

    assert status.keys().isdisjoint({"plans", "results"})
    assert listed == []
    assert "rows" in read
    assert applied["profiles_sent"] == 1


async def test_the_end_and_the_errors_of_a_session_leave_others_alone(world: World) -> None:
    async with served(world) as url, Client(url, mode="legacy") as kept:
        handle, _ = await _made(world, kept)
        async with Client(url, mode="legacy") as ended:
            calls = [asyncio.create_task(ended.call_tool(*REPORTS)) for _ in range(5)]
            calls[0].cancel()
            assert (await ended.call_tool("read_result", {"result": "rows_nothing"})).is_error
            await asyncio.gather(*calls, return_exceptions=True)
        assert "rows" in text_of(await kept.call_tool("read_result", {"result": handle}))
        assert (await post(url, {"Mcp-Session-Id": "0" * 32})).status_code == 404


def _request(method: str, session: str, body: bytes = b"") -> bytes:
    heads = {**HEADERS, "Host": "localhost:1", "Mcp-Session-Id": session, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
    return f"{method} /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


@pytest.mark.parametrize("notes", [1, 3, 20])
async def test_what_was_said_before_a_session_ended_is_taken_in_first(
    world: World, caplog: pytest.LogCaptureFixture, notes: int
) -> None:
    async with served(world) as url:
        session = (await post(url)).headers["mcp-session-id"]
        port = httpx.URL(url).port
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(notes + 1)]
        # Written without a turn of the loop in between, so that the server reads all in one of its own.
        for _, writer in lines[:-1]:
            writer.write(_request("POST", session, NOTE))
        lines[-1][1].write(_request("DELETE", session))
        told = [(await reader.readline()).split()[1] for reader, _ in lines]
        for _, writer in lines:
            writer.close()
        after = await post(url, {"Mcp-Session-Id": session}, NOTE)

    assert told == [*[b"202"] * notes, b"200"]
    assert after.status_code == 404
    assert [one.name for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_it_listens_on_127_0_0_1_and_says_hello_there(world: World) -> None:
    async with served(world) as url:
        told = await post(url, body=HELLO)

    assert url.startswith("http://127.0.0.1:")
    assert told.status_code == 200
    assert "access-control-allow-origin" not in told.headers
