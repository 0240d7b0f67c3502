"""`pentad serve --http`, and `pentad call --url` against it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import httpx2 as httpx
import pytest
from mcp import Client

from tests.cli.conftest import Pentad
from tests.cli.processes import PIPES, ended, guarded, stream
from tests.inside import Era, text_of

PROFILES = '[{"external_id":"cli-1","person":{"first_name":"Liv","phone_number":"+4791234567"}}]'
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "browser", "version": "1"},
    },
}


def post(url: str, **headers: str) -> int:
    accept = {"Accept": "application/json, text/event-stream"}
    # The transport tries a refused connection again.
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as client:
        return client.post(url, json=HELLO, headers=accept | headers).status_code


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_client_of_either_era_is_shown_what_tools_prints_and_can_call(
    pentad: Pentad, url: str, era: Era
) -> None:
    async with Client(url, mode=era) as client:
        listed = (await client.list_tools()).tools
        told = text_of(await client.call_tool("claribi_list_reports", {"limit": 2}))

    printed = pentad("tools", "--json", "--sandbox", "--expose", "all").json
    assert [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed] == printed
    assert len(told["rows"]) == 2


def test_a_foreign_host_or_origin_is_refused(url: str) -> None:
    assert post(url) == 200
    assert post(url, Host="pentad.example") == 421
    assert post(url, Origin="https://pentad.example") == 403


def test_it_listens_on_no_other_address(url: str) -> None:
    port = httpx.URL(url).port
    assert port is not None

    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection(("127.0.0.2", port), timeout=1)


def test_a_handle_lives_on_from_one_call_to_the_next(pentad: Pentad, url: str) -> None:
    first = pentad("call", "claribi_list_reports", '{"limit":100}', "--url", url).json
    more = first["more"]
    given = f'{{"result":"{more["result"]}","cursor":"{more["from"]}"}}'
    rest = pentad("call", "read_result", given, "--url", url)

    assert rest.code == 0
    assert int(rest.json["rows"][0][0]) == int(first["rows"][-1][0]) + 1


def test_a_plan_is_applied_by_a_later_call_and_only_once(pentad: Pentad, url: str) -> None:
    group = pentad("call", "optimized_list_groups", '{"limit":1}', "--url", url).json["rows"][0][0]
    batch = f'{{"group_id":"{group}","profiles":{PROFILES}}}'
    planned = pentad("call", "optimized_create_batch", batch, "--url", url).json
    apply = ("call", "apply_plan", f'{{"plan":"{planned["plan"]}"}}', "--url", url)
    done, again = pentad(*apply), pentad(*apply)

    assert "Liv" not in str(planned)
    assert (done.code, done.json["profiles_sent"]) == (0, 1)
    assert (again.code, again.json["error"]) == (1, "rejected")


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [("claribi_get_auth_status", {}, 0), ("claribi_get_report", {"report_id": "77"}, 1)],
)
def test_call_prints_exactly_what_a_model_reads(
    pentad: Pentad, url: str, name: str, arguments: dict[str, Any], code: int
) -> None:
    async def read() -> str:
        async with Client(url) as client:
            (part,) = (await client.call_tool(name, arguments)).content
            return str(getattr(part, "text", None))

    text = asyncio.run(read())
    given = str(arguments).replace("'", '"')
    here, there = pentad("call", name, given, "--sandbox"), pentad("call", name, given, "--url", url)

    assert (here.out, here.code, here.err) == (f"{text}\n", code, "")
    assert (there.out, there.code, there.err) == (f"{text}\n", code, "")


def test_an_unknown_operation_of_a_running_server_is_answered_with_the_nearest(
    pentad: Pentad, url: str
) -> None:
    told = pentad("call", "claribi_list_report", "{}", "--url", url)

    assert (told.code, told.out) == (2, "")
    assert "claribi_list_reports" in told.err


def test_once_the_address_is_told_connections_are_accepted() -> None:
    server = subprocess.Popen([sys.executable, "-m", "pentad", "serve", "--http", "0"], **PIPES)
    with guarded(server):
        port = httpx.URL(stream(server.stderr).readline().split()[-1]).port
        assert port is not None
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind do not exist there")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_traceback(sign: signal.Signals) -> None:
    server = subprocess.Popen([sys.executable, "-m", "pentad", "serve", "--http", "0"], **PIPES)
    with guarded(server):
        assert post(stream(server.stderr).readline().split()[-1]) == 200
        server.send_signal(sign)
        code, out, err = ended(server)

    assert code in (0, -sign, 128 + sign)
    assert (out, err) == ("", "")


@pytest.mark.parametrize(
    "place", ["0.0.0.1", "10.0.0.1:80", "::", "[::]:80", "localhost", "example.org:80", "70000", "-1"]
)
def test_it_takes_a_port_and_no_address(pentad: Pentad, place: str) -> None:
    told = pentad("serve", "--sandbox", f"--http={place}")

    assert (told.code, told.out) == (2, "")
    assert "is not a port; the address is always 127.0.0.1" in told.err


def test_a_port_in_use_is_said_in_one_sentence(pentad: Pentad, nowhere: str) -> None:
    told = pentad("serve", "--sandbox", "--http", str(httpx.URL(nowhere).port))

    assert told.code == 1
    assert told.err.endswith("cannot be used: Address already in use\n")
    assert len(told.err.splitlines()) == 1
