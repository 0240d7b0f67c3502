"""A session whose files are the test's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from pentad.session import Session
from tests.answers.given import session


@pytest_asyncio.fixture
async def here(tmp_path: Path) -> AsyncGenerator[Session]:
    made = session(results=tmp_path / "kept", downloads=tmp_path / "files")
    yield made
    await made.aclose()
