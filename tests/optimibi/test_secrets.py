"""Optimibi shows passwords, hashes and tokens in many answers; none of them gets any further."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pentad import operations
from tests.conftest import OFF
from tests.inside import EVERYTHING, World, example_of


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_no_secret_of_any_answer_reaches_an_answer_a_file_or_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, edition: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    world = World(tmp_path / "files", enable=OFF, **EVERYTHING)
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    told, sent = list[str](), set[str]()
    async with world.client() as client:
        for operation in operations.in_package("pentad_tools.optimibi"):
            told.append(
                (await client.call_tool(operation.name, example_of(world, operation))).model_dump_json()
            )
        for resource in (await client.list_resources()).resources:
            told.append((await client.read_resource(resource.uri)).model_dump_json())
    for exchange in world.sent("optimibi"):
        text = exchange.response_body.decode("utf-8", "replace")
        sent |= {secret for secret in state.secrets if secret in text}
    saved = [path.read_text("utf-8", "replace") for path in world.settings.downloads.glob("*")]
    await world.app.aclose()

    # Otherwise nothing would be proven.
    assert len(sent) > 5
    everything = json.dumps(told) + "".join(saved) + caplog.text
    assert [secret for secret in state.secrets if len(secret) > 5 and secret in everything] == []
