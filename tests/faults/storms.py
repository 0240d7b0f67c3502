"""Storms: every request meets a fault with the same chance, each kind as likely as the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pentad.operations import AnyOperation
from pentad.sandbox import Fault, SandboxPlatform
from pentad.sandbox.dice import Dice
from tests.consent.playing import costly, reached, restart, varied
from tests.consent.test_never_twice import was_done
from tests.faults.cells import BESIDE, Playhouse, core
from tests.faults.promises import sort_of
from tests.inside import World, example_of

SHARE = 0.2
# What passes by itself, as far as the client can tell; a refused credential or request does not.
PASSING = (
    *(Fault("status", status=status) for status in (429, 500, 502, 503, 504)),
    Fault("status", status=429, headers={"Retry-After": "2"}),
    Fault("status", status=503, headers={"Retry-After": "2"}),
    Fault("html"),
    Fault("empty"),
    Fault("wrong_type"),
    Fault("not_json"),
    Fault("wrong_shape"),
    Fault("delay", delay=5.0),
    Fault("delay", delay=25.0),
    Fault("trickle", delay=0.05, after_bytes=512),
    Fault("truncate"),
    Fault("truncate_json"),
    Fault("reset"),
    Fault("reset", after_bytes=10),
    Fault("refuse"),
    Fault("slow_connect", delay=3.0),
    Fault("lost_answer"),
)
# Seconds between two calls.
_APART = 7.0


@dataclass
class Weather:
    """What became of the calls in a storm: how many there were, the longest in seconds, and what failed."""

    calls: int = 0
    longest: float = 0.0
    failed: list[str] = field(default_factory=list[str])

    @property
    def share(self) -> float:
        """Of the calls, how many succeeded."""
        return 1 - len(self.failed) / self.calls


def brew(box: SandboxPlatform, seed: int, share: float = SHARE) -> None:
    """From now on this share of the platform's requests meets a fault."""
    box.faults.dice = Dice(seed)
    chance = 1 - (1 - share) ** (1 / len(PASSING))
    for fault in PASSING:
        box.faults.add(replace(fault, times=None, chance=chance))


def safe(world: World) -> list[AnyOperation]:
    """The core reads of which every request may be repeated: none is long, and none starts something."""
    return [one for one in core(world) if sort_of(one) == "read" and one.name not in BESIDE]


async def reading(house: Playhouse, calls: int, seed: int, *, anew: int = 20) -> Weather:
    """Safe reads in a storm, in turns; after so many rounds every platform is signed in to anew."""
    weather = Weather()
    async with house.signed_in() as world:
        operations = safe(world)
        asked = [(one.name, example_of(world, one)) for one in operations]
        for box in world.sandbox.platforms.values():
            brew(box, seed)
        while weather.calls < calls:
            name, arguments = asked[weather.calls % len(asked)]
            await _read(world, name, arguments, weather)
            if weather.calls % (anew * len(asked)) == 0:
                await world.app.aclose()
                restart(world)
    return weather


async def _read(world: World, name: str, arguments: dict[str, object], weather: Weather) -> None:
    began = world.clock.time()
    answer = await world.app.call(name, arguments)
    weather.calls += 1
    weather.longest = max(weather.longest, world.clock.time() - began)
    if answer.is_error:
        weather.failed.append(f"{name}: {answer.text[:200]}")
    world.clock.advance(_APART)


@dataclass
class Changes:
    """What became of changes in a storm, as told and as the platforms know it."""

    calls: int = 0
    done: int = 0
    unknown: int = 0
    twice: list[str] = field(default_factory=list[str])
    untrue: list[str] = field(default_factory=list[str])


async def changing(house: Playhouse, rounds: Sequence[int]) -> Changes:
    """Every operation that changes or spends something, once a round, carried out in a storm."""
    changes = Changes()
    for number in rounds:
        async with house.signed_in() as world:
            for operation in costly(world):
                await _change(world, operation, number, changes)
    return changes


async def _change(world: World, operation: AnyOperation, number: int, changes: Changes) -> None:
    box = world.sandbox.platforms[str(operation.platform)]
    box.faults.clear()
    call = (operation.name, varied(world, operation, number))
    if operation.reaches:
        planned = json.loads((await world.app.call(*call)).text)
        if "plan" not in planned:
            return
        call = ("apply_plan", {"plan": planned["plan"]})
    box.log.clear()
    brew(box, number * 1000 + changes.calls)
    told = json.loads((await world.app.call(*call)).text)
    box.faults.clear()
    world.clock.advance(_APART * 10)
    _judge(world, operation, told, changes)


def _judge(world: World, operation: AnyOperation, told: dict[str, object], changes: Changes) -> None:
    """What may be repeated without harm is not counted: there twice is once."""
    came = reached(world, operation)
    count = sum(map(was_done, came))
    changes.calls += 1
    changes.done += "error" not in told
    changes.unknown += told.get("outcome") == "unknown"
    if count > 1 and not operation.repeatable:
        changes.twice.append(f"{operation.name}: {told}")
    # An empty body is taken for a success of a change that has nothing to tell.
    lied = any(one.worked is None and 200 <= one.status < 300 for one in came)
    # No fault here refuses anything, so a refusal is the platform's own, whatever its status.
    certain = "outcome" not in told and told.get("error") != "rejected"
    wrong = count == 0 and not lied if "error" not in told else count > 0 and certain
    if wrong and operation.effect != "read":
        changes.untrue.append(f"{operation.name}: {str(told)[:300]}")
