"""Whatever a client sends, the server stays, answers the next good request, and tells nothing of itself."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.processes import PIPES, Process, guarded, heard, stream
from tests.fuzz.arguments import UNHURRIED
from tests.fuzz.messages import ENVELOPE, GREETING, LINES, Message, lines, wrong
from tests.inside import Era, World
from tests.loopback import HEADERS, served
from tests.proof import PROOF

EXAMPLES = 3000 if PROOF else 100
# After which a server that hangs is ended, so that the test fails.
BOUND = 280.0 if PROOF else 60.0
ERAS: list[Era] = ["auto", "legacy"]
_MANY = settings(max_examples=EXAMPLES, suppress_health_check=UNHURRIED)
_HEADERS = ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Content-Type", "Accept")
_ODD = [
    "",
    "x",
    "2025-06-18",
    "2026-07-28",
    "9999-99-99",
    "\xe9\xff",
    "=?base64?!?=",
    "tools/list",
    "ping",
    "a" * 9000,
]


class Wire:
    """A server as a process, spoken to in lines of bytes."""

    def __init__(self, process: Process, era: Era) -> None:
        self._process = process
        self._era: Era = era
        self._probes = 0

    def send(self, data: bytes) -> None:
        """As they are, without an end of line."""
        stdin = stream(self._process.stdin)
        stdin.write(data.decode("utf-8", "surrogateescape"))
        stdin.flush()

    def probe(self) -> list[Message]:
        """What was said until the answer to a good request, which must come; ends with that answer."""
        self._probes += 1
        mark = f"probe {self._probes}"
        good = {"jsonrpc": "2.0", "id": mark, "method": "resources/list", "params": {}}
        if self._era == "auto":
            good["params"] = {"_meta": ENVELOPE}
        self.send(json.dumps(good).encode() + b"\n")
        told = [heard(self._process)]
        while told[-1].get("id") != mark:
            told.append(heard(self._process))
        assert "result" in told[-1]
        return told


@contextmanager
def serving(folder: Path, era: Era, greeted: bool = True) -> Generator[Wire]:
    """A server on standard input and output, of which nothing bad is on standard error at the end."""
    noise = folder / "noise"
    command = [sys.executable, "-m", "pentad", "serve", "--sandbox"]
    with noise.open("wb") as err:
        # A server says so of a setting that it does not know.
        environ = {name: value for name, value in os.environ.items() if name != "PENTAD_PROOF"}
        pipes = {**PIPES, "stderr": err, "errors": "surrogateescape", "env": environ}
        with guarded(subprocess.Popen(command, **pipes), BOUND) as process:  # noqa: S603 - ourselves
            wire = Wire(process, era)
            if era == "legacy" and greeted:
                wire.send(json.dumps(GREETING).encode() + b"\n")
                assert heard(process)["id"] == "hello"
            yield wire
            stream(process.stdin).close()
            assert process.wait(20) == 0
    said = [json.loads(line) for line in noise.read_text("utf-8").splitlines()]
    assert not [line for line in said if line["level"] not in ("debug", "info", "warning")]


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@pytest.mark.parametrize("era", ERAS)
def test_no_line_on_standard_input_ends_silences_or_confuses_the_server(tmp_path: Path, era: Era) -> None:
    with serving(tmp_path, era) as wire:

        @_MANY
        @given(st.lists(lines(era), min_size=1, max_size=3), st.booleans())
        def spoken(several: list[bytes], at_once: bool) -> None:
            data = b"".join(line + b"\n" for line in several)
            for piece in [data] if at_once else [data[: len(data) // 2], data[len(data) // 2 :]]:
                wire.send(piece)
            found = [wrong(told, text_of(data)) for told in wire.probe()]
            assert not any(found), found

        wire.probe()
        spoken()


@pytest.mark.parametrize("era", ERAS)
def test_nothing_said_before_the_first_request_keeps_a_client_out(tmp_path: Path, era: Era) -> None:
    unasked = [line for line in LINES if b"method" not in line]
    with serving(tmp_path, era, greeted=False) as wire:
        for line in unasked:
            wire.send(line + b"\n")
        if era == "legacy":
            wire.send(json.dumps(GREETING).encode() + b"\n")
        told = wire.probe()

    assert not any(wrong(one, "") for one in told)
    assert {one["error"]["code"] for one in told if "error" in one} == {-32700, -32600}


# A line that is no request, and the id and code of its answer; None where there must be none.
NO_REQUESTS: list[tuple[str, Any]] = [
    ('{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"\\ud83d"}}', (6, -32700)),
    ('{"jsonrpc":"2.0","id":"a","method":"ping","params":[1]}', ("a", -32600)),
    ('{"jsonrpc":"1.0","id":2,"method":"ping"}', (2, -32600)),
    ('{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}', (None, -32700)),
    ('{"jsonrpc":"2.0","id":{},"method":5}', (None, -32600)),
    ("[]", (None, -32600)),
    ("{", (None, -32700)),
    ("   ", None),
    ('{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}', None),
    ('{"jsonrpc":"2.0","method":"notifications/\\ud83d"}', None),
    ('{"jsonrpc":"2.0","id":7,"result":5}', None),
    ('{"jsonrpc":"2.0","id":7,"error":"no","method":"x","params":0}', None),
]


def test_a_request_that_cannot_be_read_is_answered_under_its_own_id_and_nothing_else_is(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, "legacy") as wire:
        for line, expected in NO_REQUESTS:
            wire.send(line.encode() + b"\n")
            *answers, _ = wire.probe()
            got = [(one["id"], one["error"]["code"]) for one in answers]
            assert got == ([] if expected is None else [expected]), line


class Site:
    """A server on loopback, in the loop of the runner."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient, url: str, era: Era) -> None:
        self._runner, self._client, self._url = runner, client, url
        self._headers = dict(HEADERS)
        if era == "auto":
            self._good = {"params": {"_meta": ENVELOPE}}
            self._headers |= {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "resources/list"}
        else:
            self._good = {}
            self._headers["Mcp-Session-Id"] = self.post(json.dumps(GREETING).encode()).headers[
                "mcp-session-id"
            ]
            self.post(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')

    def post(self, body: bytes, **others: str) -> httpx.Response:
        """Other headers replace the usual ones; "-" leaves one out."""
        spoken = {name: value for name, value in {**self._headers, **others}.items() if value != "-"}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in spoken.items()]
        return self._runner.run(self._client.post(self._url, content=body, headers=headers))

    def probe(self) -> None:
        """A good request, which must be answered."""
        good = {"jsonrpc": "2.0", "id": "probe", "method": "resources/list", **self._good}
        (told,) = messages_of(self.post(json.dumps(good).encode()))
        assert told["id"] == "probe"
        assert "result" in told


def messages_of(response: httpx.Response) -> list[Message]:
    """What was answered, as JSON or as a stream of events."""
    kind = response.headers.get("content-type", "")
    if kind.startswith("text/event-stream"):
        data = [line.removeprefix("data:") for line in response.text.split("\n") if line.startswith("data:")]
        return [json.loads(one) for one in data if one.strip()]
    return [response.json()] if kind.startswith("application/json") and response.content else []


@contextmanager
def site(folder: Path, era: Era) -> Generator[Site]:
    world = World(folder / "files")
    with asyncio.Runner() as runner:
        server = served(world)
        url = runner.run(server.__aenter__())
        client = httpx.AsyncClient(trust_env=False, timeout=20)
        try:
            yield Site(runner, client, url, era)
        finally:
            runner.run(client.aclose())
            runner.run(server.__aexit__(None, None, None))
            runner.run(world.app.aclose())


@pytest.mark.parametrize("era", ERAS)
def test_no_body_and_no_header_over_http_ends_silences_or_confuses_the_server(
    tmp_path: Path, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    # A header, and what stands in it; "-" leaves it out.
    odd = st.dictionaries(st.sampled_from(_HEADERS), st.sampled_from([*_ODD, "-"]), max_size=1)
    with site(tmp_path, era) as reached:

        @_MANY
        @given(lines(era), odd)
        def spoken(body: bytes, headers: dict[str, str]) -> None:
            response = reached.post(body, **headers)
            assert response.status_code < 500
            found = [wrong(told, text_of(body) + str(headers)) for told in messages_of(response)]
            assert not any(found), found
            reached.probe()

        reached.probe()
        spoken()
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
