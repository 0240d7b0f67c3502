"""A world per test: app, sandbox and clock."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from pentad.catalogue import catalogue
from tests import corpora
from tests.inside import EVERYTHING, World

# What tests change is nobody's history.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="pentad-tests-")
OFF = frozenset(row["name"] for row in catalogue() if not row["exposed"])


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    """Every operation is on."""
    made = World(tmp_path / "files", enable=OFF, **EVERYTHING)
    yield made
    await made.app.aclose()


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path / "files"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"corpora: {corpora.counts()}")
