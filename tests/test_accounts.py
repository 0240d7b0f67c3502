"""Several accounts of one platform: named where there are several, and never mixed up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import Sandbox
from pentad.settings import Account
from tests.inside import World

LIST = "claribi_list_reports"


class Twins(httpx.AsyncBaseTransport):
    """Two instances of the platforms behind one address, told apart by the key that a request carries; the
    second one gets what neither knows."""

    def __init__(self, boxes: dict[str, Sandbox]) -> None:
        self.first = boxes["default"].platforms["claribi"].credentials["api_key"]
        self.boxes: list[httpx.AsyncBaseTransport] = [box.transport() for box in boxes.values()]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        second = request.headers["x-api-key"] != self.first
        response: httpx.Response = await self.boxes[second].handle_async_request(request)
        return response


@pytest.fixture
def boxes(world: World) -> dict[str, Sandbox]:
    """The world's own sandbox is `default`, another one is `eu`."""
    boxes = {"default": world.sandbox, "eu": Sandbox(seed=2, clock=world.clock)}
    accounts = {}
    for name, box in boxes.items():
        claribi = box.platforms["claribi"]
        values = {"api_key": claribi.credentials["api_key"], "url": claribi.url}
        account = Account("claribi", values, name)
        accounts[account.key] = account
    world.change(accounts={**world.app.settings.accounts, **accounts})
    world.app.session.transports = {**world.app.session.transports, "claribi": lambda: Twins(boxes)}
    return boxes


async def tools(world: World) -> dict[str, Any]:
    async with world.client() as client:
        return {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}


async def test_an_account_is_an_argument_only_where_there_are_several(
    world: World, boxes: dict[str, Sandbox]
) -> None:
    listed = await tools(world)
    assert listed[LIST]["properties"]["account"] == {"type": "string", "enum": ["default", "eu"]}
    assert "required" not in listed[LIST]
    assert not [
        name for name, schema in listed.items() if "claribi" not in name and "account" in schema["properties"]
    ]


async def test_without_a_default_the_account_is_required(world: World, boxes: dict[str, Sandbox]) -> None:
    only = {one.key: one for one in world.app.settings.of("claribi").values()}
    one, two = only.values()
    named = {
        "claribi/a": Account("claribi", one.values, "a"),
        "claribi/b": Account("claribi", two.values, "b"),
    }
    world.change(accounts=named)

    assert (await tools(world))[LIST]["required"] == ["account"]
    told = await world.refused(LIST, limit=0)
    assert told["problems"]["account"] == ["is required; valid: a, b"]
    assert set(told["problems"]) == {"account", "limit"}
    assert (await world.ask(LIST, account="b", limit=1))["rows"]


async def test_a_wrong_account_is_told_with_the_valid_ones(world: World, boxes: dict[str, Sandbox]) -> None:
    for wrong in ("us", 7, ["eu"]):
        told = await world.refused(LIST, account=wrong)
        assert told["problems"]["account"][0].startswith("valid: default, eu (got ")
    assert not boxes["default"].platforms["claribi"].log


async def test_with_one_account_its_name_is_no_mistake_and_any_other_is(world: World) -> None:
    assert (await world.ask(LIST, account="default", limit=1))["rows"]
    told = await world.refused(LIST, account="eu")
    assert told["problems"]["account"][0].startswith("no such argument")


async def test_calls_at_the_same_time_reach_each_its_own_account(
    world: World, boxes: dict[str, Sandbox]
) -> None:
    names = ["default", "eu"] * 8
    told = await asyncio.gather(*(world.ask(LIST, account=name, limit=5) for name in names))

    shown = {
        name: {json.dumps(one["rows"]) for one, of in zip(told, names, strict=True) if of == name}
        for name in boxes
    }
    assert len(shown["default"]) == len(shown["eu"]) == 1
    assert shown["default"] != shown["eu"]
    sent = {name: len(box.platforms["claribi"].log) for name, box in boxes.items()}
    assert sent == {"default": 8, "eu": 8}
    session = world.app.session
    assert {"claribi", "claribi/eu"} <= set(session.connections)
    one, other = session.connections["claribi"], session.connections["claribi/eu"]
    for part in ("http", "auth", "pacing", "breaker", "memory"):
        assert getattr(one, part) is not getattr(other, part)


async def test_a_cursor_of_one_account_is_refused_by_another(world: World, boxes: dict[str, Sandbox]) -> None:
    cursor = (await world.ask(LIST, limit=3))["more"]["cursor"]
    assert (await world.ask(LIST, limit=3, cursor=cursor, account="default"))["rows"]
    told = await world.refused(LIST, limit=3, cursor=cursor, account="eu")
    assert told["problems"]["cursor"] == ["belongs to a call with other arguments"]


async def test_a_result_that_is_gone_is_made_again_from_its_account(
    world: World, boxes: dict[str, Sandbox]
) -> None:
    handle = (await world.ask(LIST, account="eu", limit=3))["more"]["result"]
    world.clock.advance(3601)
    told = await world.refused("read_result", result=handle)
    assert told["again"] == {"name": LIST, "arguments": {"limit": 3, "account": "eu"}}


async def test_one_account_in_trouble_does_not_trouble_another(
    world: World, boxes: dict[str, Sandbox]
) -> None:
    values = dict(world.app.settings.accounts["claribi/eu"].values) | {
        "api_key": "claribi_wrong_key_0123456789"
    }
    world.change(accounts={**world.app.settings.accounts, "claribi/eu": Account("claribi", values, "eu")})

    failed = await world.refused(LIST, account="eu")
    assert failed["message"].startswith("clariBI (eu) did not accept the credential")
    assert (await world.ask(LIST, limit=1))["rows"]
    status = await world.ask("pentad_status")
    states = {row[0]: row[1] for row in status["accounts"]["rows"]}
    assert states["claribi"] == "signed in"
    assert states["claribi/eu"] == "not signed in: the credential was refused"


async def test_a_plan_is_carried_out_by_the_account_that_made_it(world: World) -> None:
    other = Sandbox(seed=2, clock=world.clock)
    box = other.platforms["optimized"]
    account = Account("optimized", {"token": box.credentials["token"], "url": box.url}, "north")
    world.change(accounts={**world.app.settings.accounts, account.key: account})
    group = world.sample("optimized", "group")
    people = [{"external_id": "1", "person": {"first_name": "A", "phone_number": "+358401112233"}}]
    planned = await world.ask("optimized_create_batch", group_id=group, profiles=people, account="default")
    plan = world.app.session.plans.kept[planned["plan"]]

    assert plan.account == "default"
    assert await world.ask("apply_plan", plan=planned["plan"])
    assert [exchange.method for exchange in world.sent("optimized", "POST")] == ["POST"]
    assert "optimized/north" not in world.app.session.connections
