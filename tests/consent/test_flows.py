"""The two flows of docs/consent.md, call by call, as they go over the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client

from pentad.consent.audit import read
from pentad.protocol import build_server
from tests.inside import World, text_of

DOCS = Path(__file__).parents[2] / "docs" / "consent.md"
PEOPLE = [{"external_id": "1", "person": {"first_name": "Aino", "phone_number": "+358401112233"}}]


@pytest.fixture
def batch(world: World) -> dict[str, Any]:
    return {"group_id": world.sample("optimized", "group"), "profiles": PEOPLE}


def approvals(world: World) -> list[str]:
    assert world.settings.audit is not None
    return [f"{entry.outcome}, {entry.approved}" for entry in read(world.settings.audit)]


async def test_a_host_that_can_ask(world: World, batch: dict[str, Any]) -> None:
    async def never(context: Any, params: Any) -> types.ElicitResult:
        raise AssertionError("this test answers by itself")

    async with Client(build_server(world.app), cache=None, elicitation_callback=never) as client:
        call = client.session.call_tool
        first = await call("optimized_create_batch", batch, allow_input_required=True)
        assert isinstance(first, types.InputRequiredResult)
        assert first.result_type == "input_required"
        assert first.input_requests is not None
        question = first.input_requests["approve"].params
        assert isinstance(question, types.ElicitRequestFormParams)
        assert not world.sent("optimized", "POST")

        said: Any = {"approve": types.ElicitResult(action="accept", content={})}
        done = await call(
            "optimized_create_batch", batch, input_responses=said, request_state=first.request_state
        )

    words = " ".join(DOCS.read_text("utf-8").split())
    opening = question.message.partition(" into group ")[0]
    assert f"*{opening} into group …;" in words
    assert text_of(done)["profiles_sent"] == 1
    assert len(world.sent("optimized", "POST")) == 1
    assert approvals(world) == ["done, asked"]


async def test_a_host_that_cannot_ask(world: World, batch: dict[str, Any]) -> None:
    planned = await world.ask("optimized_create_batch", **batch)
    assert not world.sent("optimized", "POST")
    assert list(planned) == ["plan", "will", "undo", "expires_in", "next", "body"]
    assert planned["plan"].startswith("create-batch-1-profile-")

    assert (await world.ask("apply_plan", plan=planned["plan"]))["profiles_sent"] == 1
    again = await world.refused("apply_plan", plan=planned["plan"])

    assert "is not carried out twice" in again["message"]
    assert len(world.sent("optimized", "POST")) == 1
    assert approvals(world) == ["done, plan id"]
