"""Commands as a user gives them, in an environment without a configuration."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import pytest

from pentad.cli import run
from tests.cli.processes import PIPES, Process, guarded, stream

# A server that several tests share lives longer than any of them.
_LONG = 300.0


@dataclass(frozen=True)
class Told:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Pentad = Callable[..., Told]


@pytest.fixture(scope="package", autouse=True)
def _clean(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """A new user's machine: nothing is configured, neither here nor in the processes started from here."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PENTAD_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        yield


@pytest.fixture
def pentad(capsys: pytest.CaptureFixture[str]) -> Pentad:
    """A command carried out in this process."""

    def act(*arguments: str) -> Told:
        try:
            code = run(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Told(code, out, err)

    return act


@pytest.fixture(scope="package")
def served() -> Generator[Process]:
    """`pentad serve --http 0` with every tool listed; its first line on stderr is still to be read."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pentad", "serve", "--sandbox", "--expose", "all", "--http", "0"], **PIPES
    )
    with guarded(process, _LONG):
        yield process


@pytest.fixture(scope="package")
def url(served: Process) -> str:
    """Where that server says that it listens."""
    line = stream(served.stderr).readline()
    found = re.fullmatch(r"pentad: serving MCP at (http://127\.0\.0\.1:\d+/mcp)\n", line)
    assert found is not None, line
    return found[1]


@pytest.fixture(scope="package")
def sandbox() -> Generator[dict[str, Any]]:
    """`pentad sandbox --port 0`: what its first line says."""
    process = subprocess.Popen([sys.executable, "-m", "pentad", "sandbox", "--port", "0"], **PIPES)
    with guarded(process, _LONG):
        yield json.loads(stream(process.stdout).readline())


@pytest.fixture
def nowhere() -> Generator[str]:
    """An address of this machine that refuses every connection: the port is taken, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
