"""`pentad sandbox`: the embedded platforms for other clients."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import httpx2 as httpx
import pytest

from pentad.settings import PLATFORMS
from tests.cli.conftest import Pentad
from tests.cli.processes import PIPES, ended, guarded, stream

PATHS = {
    "claribi": "/api/v1/reports",
    "omiq": "/user",
    "optimibi": "/api/scheduler/getJobs",
    "optimized": "/v1/my-groups",
    "timbr": "/timbr/api/get_ontologies/",
}


def test_its_first_line_says_where_each_platform_is_and_how_to_sign_in(sandbox: dict[str, Any]) -> None:
    assert set(sandbox) == set(PLATFORMS)
    assert {frozenset(told) for told in sandbox.values()} == {frozenset({"url", "headers", "credentials"})}
    assert sandbox["claribi"]["credentials"]["api_key"]
    assert sandbox["optimized"]["credentials"]["token"]
    assert sandbox["timbr"]["credentials"]["api_key"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_its_headers_sign_a_plain_request_in(sandbox: dict[str, Any], platform: str) -> None:
    url, headers = sandbox[platform]["url"] + PATHS[platform], sandbox[platform]["headers"]
    unsigned = {name: value for name, value in headers.items() if name.lower() == "content-type"}

    assert httpx.get(url, headers=headers, trust_env=False).status_code == 200
    assert httpx.get(url, headers=unsigned, trust_env=False).status_code == 401


def test_its_url_and_credential_are_all_that_pentad_needs(
    pentad: Pentad, sandbox: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_OPTIMIZED_URL", sandbox["optimized"]["url"])
    monkeypatch.setenv("PENTAD_OPTIMIZED_TOKEN", sandbox["optimized"]["credentials"]["token"])
    told = pentad("call", "optimized_list_groups", '{"limit":2}')

    assert (told.code, len(told.json["rows"])) == (0, 2)


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind do not exist there")
def test_an_interrupt_ends_it_quietly() -> None:
    server = subprocess.Popen([sys.executable, "-m", "pentad", "sandbox", "--port", "0"], **PIPES)
    with guarded(server):
        json.loads(stream(server.stdout).readline())
        server.send_signal(signal.SIGINT)
        code, out, err = ended(server)

    assert code in (0, 130)
    assert (out, err) == ("", "")


def test_a_port_that_is_taken_is_said_in_one_line(pentad: Pentad) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = pentad("sandbox", "--port", port)

    assert told.code != 0
    assert port in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("port", ["http", "-1", "65536", "1.5"])
def test_what_is_no_port_is_refused_by_name(pentad: Pentad, port: str) -> None:
    told = pentad("sandbox", f"--port={port}")

    assert (told.code, told.out) == (2, "")
    assert f"{port!r} is not a port" in told.err
