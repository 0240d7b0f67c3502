"""What an operation can ask of its platform, beyond fetching."""

from __future__ import annotations

import json

import pytest

from pentad.call import PATIENCE, Call
from pentad.consent.plans import Plan, Planned, Preview
from pentad.errors import NotFound, Rejected, Unavailable
from pentad.operations import Operation, reads
from tests.http.wire import THING, Line, Shop, Thing, create_thing, fails, get_thing, ok

PREVIEW = Preview("Make a thing.", "make-thing", {"name": "lamp"}, "no")


def _plan(print_: str) -> Plan:
    return Plan("make-thing-x", create_thing, {}, "local", "default", print_, PREVIEW, 0.0)


async def _send(line: Line, name: str, plan: Plan | None = None) -> Thing:
    shop = line.shop().bound_to(create_thing)
    shop.call.plan = plan
    return await shop.send(Thing, body={"name": name}, preview=PREVIEW)


async def test_what_needs_a_plan_is_not_sent_before_it_is_applied() -> None:
    line = Line(ok(THING))
    with pytest.raises(Planned) as caught:
        await _send(line, "lamp")
    assert (line.seen, caught.value.preview) == ([], PREVIEW)
    assert (await _send(line, "lamp", _plan(caught.value.print))).id == "7"
    assert json.loads(line.seen[0].content) == {"name": "lamp"}
    assert line.seen[0].headers["content-type"] == "application/json"


async def test_a_request_that_differs_from_its_plan_is_not_sent() -> None:
    line = Line(ok(THING))
    with pytest.raises(Planned) as caught:
        await _send(line, "lamp")
    with pytest.raises(Rejected, match="differs from what was planned"):
        await _send(line, "chair", _plan(caught.value.print))
    assert line.seen == []


@pytest.mark.parametrize("name", ["naïve 東", "\ud800 alone", "\0", "\u2028", "x" * 100_000])
async def test_any_text_can_be_sent(name: str) -> None:
    line = Line(ok(THING))
    await create_thing(line.shop(), name)
    assert json.loads(line.seen[0].content) == {"name": name}


async def _poll(line: Line, waiting: str | None = "is pending") -> Thing | None:
    shop = line.shop()

    def word(thing: Thing) -> str | None:
        return waiting if thing.name == "pending" else None

    return await shop.poll(lambda: get_thing(shop, "7"), word)


async def test_polling_ends_when_there_is_nothing_to_wait_for() -> None:
    line = Line(ok(THING | {"name": "pending"}), ok(THING | {"name": "pending"}), ok(THING))
    done = await _poll(line)
    assert done is not None
    assert done.name == "lamp"
    assert line.manual.slept == [2.0, 3.0]


async def test_polling_ends_with_the_calls_time() -> None:
    told: list[str] = []

    async def progress(_done: float, _total: float | None, message: str) -> None:
        told.append(message)

    line = Line(ok(THING | {"name": "pending"}))
    shop = line.shop(Call(line.clock, progress))
    last = await shop.poll(lambda: get_thing(shop, "7"), lambda thing: f"it is {thing.name}")
    assert last is not None
    assert max(line.manual.slept) == 10.0
    assert sum(line.manual.slept) <= PATIENCE
    assert set(told) == {"it is pending"}


async def test_a_check_that_fails_in_passing_is_made_again() -> None:
    line = Line(*[fails(503)] * 5, fails(429, retry_after="1"), ok(THING))
    done = await _poll(line)
    assert done is not None
    assert done.id == "7"


async def test_polling_a_platform_that_is_down_brings_nothing() -> None:
    line = Line(fails(503))
    assert await _poll(line) is None
    assert sum(line.manual.slept) <= PATIENCE


async def test_polling_what_does_not_exist_fails_at_once() -> None:
    with pytest.raises(NotFound):
        await _poll(Line(fails(404)))


async def test_the_time_of_a_call_is_shared_by_what_it_does() -> None:
    line = Line(fails(503))
    call = Call(line.clock)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await get_thing(line.shop(call), "7")
        line.manual.advance(20)
    assert call.left() == 0.0


def test_an_operation_without_a_route_has_no_endpoint() -> None:
    @reads()
    async def wander(shop: Shop) -> Thing:
        """Nowhere."""
        return await shop.get(Thing)

    assert isinstance(wander, Operation)
    with pytest.raises(TypeError, match="no route of its own"):
        _ = wander.endpoint
