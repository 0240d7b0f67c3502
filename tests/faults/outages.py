"""A platform that is gone: how often it is asked all the same, and what others notice of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pentad.sandbox import Fault
from tests.inside import World, example_of

REFUSED = Fault("refuse")
FAILING = Fault("status", status=503)
SILENT = Fault("delay", delay=3600.0)
# More than will ever be met, so that the rest tells how many were.
_MANY = 10**9
DEAD, ALIVE = "claribi", ("omiq_list_datasets", "omiq_export_events", "optimized_list_groups")


@dataclass(frozen=True)
class Outage:
    """`asked` is how many requests of so many calls reached for the platform, `recovered` how many seconds
    after its end the first call succeeded."""

    calls: int
    asked: int
    recovered: float

    @property
    def amplification(self) -> float:
        return self.asked / self.calls


async def outage(world: World, fault: Fault, *, bursts: int, size: int) -> Outage:
    """Bursts of calls on a platform that answers none of them, five seconds apart, after it was well."""
    box = world.sandbox.platforms[DEAD]
    call = (f"{DEAD}_get_report", {"report_id": box.samples["completed_report"]})
    for _ in range(20):
        assert not (await world.app.call(*call)).is_error
    standing = box.faults.add(replace(fault, times=_MANY))
    for _ in range(bursts):
        answers = await asyncio.gather(*(world.app.call(*call) for _ in range(size)))
        assert {json.loads(answer.text)["error"] for answer in answers} == {"unavailable"}
        await world.clock.sleep(5.0)
    assert standing.times is not None
    asked = _MANY - standing.times
    # The worst moment for the end: a probe has just failed.
    while _MANY - standing.times == asked:
        await world.clock.sleep(1.0)
        assert (await world.app.call(*call)).is_error
    box.faults.clear()
    ended = world.clock.time()
    while (await world.app.call(*call)).is_error:
        await world.clock.sleep(1.0)
    return Outage(bursts * size, asked, world.clock.time() - ended)


async def latencies(world: World) -> Sequence[float]:
    """Seconds that calls of healthy platforms take, one after the other."""
    took = []
    for name in ALIVE:
        began = world.clock.time()
        answer = await world.app.call(name, example_of(world, world.app.operations[name]))
        assert not answer.is_error, answer.text
        took.append(round(world.clock.time() - began, 6))
    return took


async def beside(world: World, fault: Fault, calls: int) -> Sequence[float]:
    """The same while so many calls of another platform hang or fail."""
    box = world.sandbox.platforms[DEAD]
    box.faults.add(replace(fault, times=None))
    call = (f"{DEAD}_get_report", {"report_id": box.samples["completed_report"]})
    hanging = [asyncio.create_task(world.app.call(*call)) for _ in range(calls)]
    await asyncio.sleep(0)
    took = await latencies(world)
    answers = await asyncio.gather(*hanging)
    assert all(answer.is_error for answer in answers)
    return took
