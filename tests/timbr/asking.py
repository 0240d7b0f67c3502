"""Calls of Timbr's tools by users of every kind, and what went over the wire for them."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox import Exchange, Fault
from tests.inside import World, called, text_of

SUPPLY = "supply_chain"
CREDENTIALS = {"x-api-key", "x-jwt-token", "authorization"}


def credentials(world: World) -> dict[str, str]:
    found: dict[str, str] = world.sandbox.platforms["timbr"].credentials
    return found


def sign_in(world: World, key: str = "api_key", **values: str) -> None:
    """As the owner of a seeded key, in an environment of its own where `url` says so."""
    world.as_user("timbr", api_key=credentials(world)[key], **values)


def faulty(world: World, fault: Fault) -> None:
    world.sandbox.platforms["timbr"].faults.add(fault)


async def told(world: World, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """What the model reads, whether the call succeeds or not; an argument may be called `name`."""
    async with world.client() as client:
        result = await called(client, f"timbr_{tool}", arguments)
    answer = text_of(result)
    assert bool(result.is_error) is ("error" in answer), answer
    return answer


def sent(world: World) -> list[Exchange]:
    """What reached the platform since the last look, oldest first."""
    log = world.sandbox.platforms["timbr"].log
    seen = list(log)
    log.clear()
    return seen


def statements(exchanges: list[Exchange]) -> list[str]:
    """The SQL among them."""
    return [_sql(one) for one in exchanges if one.path.rstrip("/").endswith("/query")]


def _sql(exchange: Exchange) -> str:
    text = exchange.request_body.decode()
    return str(json.loads(text)["query"]) if text.startswith("{") else text
