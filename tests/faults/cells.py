"""The cells of the matrix: every tool that is shown by default, with each fault that is promised for.

Verbs that run an operation are played with one that is no tool of its own, and keep its promises. Those that
look at what is here already ask no platform, and do well in any trouble.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pentad.lookup import way_of
from pentad.operations import AnyOperation
from pentad.platforms import load as load_platform
from pentad.sandbox import Fault
from tests.clock import ManualClock
from tests.conftest import OFF
from tests.consent.playing import Stage, varied
from tests.disk import full_disk
from tests.faults.promises import DONE, REFUSED, STRANGER, Ending, Promise, Trouble, sort_of, within
from tests.inside import EVERYTHING, World

# How platforms are signed in to where a sign-in can be done anew: settings, and the sandbox's words for them.
RENEWABLE: Mapping[str, Mapping[str, str]] = {
    "claribi": {"auth_mode": "=jwt", "email": "email", "password": "password"},
    "omiq": {"secret": "secret"},
    "optimibi": {"username": "username", "password": "password"},
}
_BETWEEN = 600.0


# What asks the worker's process, which no skipping loop waits for.
BESIDE = ("omiq_summarize_population", "query_results")
# What needs the disk besides tools that save a file: the one counts in a file, the other keeps its answers.
_ON_DISK = BESIDE
# Verbs that run an operation, and which.
THROUGH: Mapping[str, str] = {
    "call_operation": "claribi_list_data_sources",
    "change_operation": "omiq_create_dataset",
    "apply_plan": "claribi_update_dashboard",
}
# Verbs that ask no platform, what they are given where `{}` is a result's handle, and the call it is of.
HERE: Mapping[str, Mapping[str, str]] = {
    "find_operations": {"query": "reports that are finished"},
    "pentad_status": {},
    "read_result": {"result": "{}"},
    "query_results": {"sql": "SELECT COUNT(*) AS n FROM {}"},
}
_KEPT = ("claribi_list_reports", {"limit": 60})


class Playhouse(Stage):
    """A stage with a clock of its own making, which counts its shows."""

    def __init__(self, folder: Path, clock: Callable[[], ManualClock]) -> None:
        super().__init__(folder)
        self._clock = clock

    def _built(self) -> World:
        return World(self._folder / "files", self._clock(), enable=OFF, audit=None, **EVERYTHING)

    @asynccontextmanager
    async def signed_in(self) -> AsyncGenerator[World]:
        """The world of the stage, with the ways in that can be renewed."""
        async with self.world() as world:
            for platform, words in RENEWABLE.items():
                known = world.sandbox.platforms[platform].credentials
                values = {name: word[1:] if word[0] == "=" else known[word] for name, word in words.items()}
                world.as_user(platform, **values)
            yield world


def core(world: World) -> list[AnyOperation]:
    """The tools that are shown by default and ask a platform."""
    return [one for one in world.app.operations.values() if one.core and one.platform]


@dataclass(frozen=True)
class Cell:
    """What became of one tool in one trouble. `met` is whether the fault was met at all."""

    tool: str
    trouble: str
    promise: Promise
    ending: Ending
    seconds: float
    met: bool
    told: str

    @property
    def held(self) -> bool:
        return self.met and self.ending in self.promise.endings and self.seconds <= self.promise.seconds


async def play(
    world: World, operation: AnyOperation, trouble: Trouble, number: int, verb: str | None = None
) -> Cell:
    """One call in trouble, with a connection of its own that has signed in before. What `number` changes is
    new to the platform. With a verb, the call is that one's."""
    box = world.sandbox.platforms[str(operation.platform)]
    call = await _prepared(world, operation, trouble, number, verb)
    fault = None if trouble.fault is None else box.faults.add(_aimed(trouble, operation))
    began = world.clock.time()
    with full_disk(0) if trouble.full else nullcontext():
        answer = await world.app.call(*call)
    took = world.clock.time() - began
    met = fault is None or trouble.lasting or len(box.faults) == 0
    box.faults.clear()
    ending = Ending.told(json.loads(answer.text))
    promise = promised(trouble, operation, verb)
    return Cell(verb or operation.name, trouble.name, promise, ending, took, met, answer.text[:300])


async def look(world: World, verb: str, trouble: Trouble) -> Cell:
    """A verb that asks no platform, about what one told before it was in trouble."""
    name, given = _KEPT
    platform = str(world.app.operations[name].platform)
    await _settled(world, platform, trouble)
    handle = json.loads((await world.app.call(name, given)).text)["more"]["result"]
    box = world.sandbox.platforms[platform]
    asked = len(box.log)
    if trouble.fault is not None:
        box.faults.add(replace(trouble.fault, times=None))
    began = world.clock.time()
    with full_disk(0) if trouble.full else nullcontext():
        answer = await world.app.call(verb, {k: v.format(handle) for k, v in HERE[verb].items()})
    took = world.clock.time() - began
    box.faults.clear()
    ending, alone = Ending.told(json.loads(answer.text)), len(box.log) == asked
    promise = within(1.0, REFUSED if trouble.full and verb in _ON_DISK else DONE)
    return Cell(verb, trouble.name, promise, ending, took, alone, answer.text[:300])


async def _settled(world: World, platform: str, trouble: Trouble) -> None:
    """Everything that others left behind has worn off, and the platform knows who asks."""
    session = world.app.session
    while session.connections:
        await session.connections.popitem()[1].aclose()
    world.clock.advance(_BETWEEN)
    world.sandbox.platforms[platform].clock.skew = trouble.ahead
    probe = load_platform(platform).probe
    assert probe is not None
    await world.app.call(probe, {})


async def _prepared(
    world: World, operation: AnyOperation, trouble: Trouble, number: int, verb: str | None
) -> tuple[str, dict[str, Any]]:
    """The call, planned where it needs a plan."""
    await _settled(world, str(operation.platform), trouble)
    call = (operation.name, varied(world, operation, number))
    if verb:
        name, arguments = call
        call = (way_of(operation), {"name": name, "arguments": arguments})
    if operation.reaches:
        call = ("apply_plan", {"plan": json.loads((await world.app.call(*call)).text)["plan"]})
    # Long enough for a new token to be another one.
    world.clock.advance(1.0)
    return call


def _aimed(trouble: Trouble, operation: AnyOperation) -> Fault:
    """The trouble's fault, for the request that it is meant for."""
    assert trouble.fault is not None
    if trouble.lasting:
        return replace(trouble.fault, times=None)
    if sort_of(operation) == "read" or operation.route is None:
        return replace(trouble.fault, times=1)
    path = "*" + re.sub(r"\{\w+\}", "*", operation.route.template.rstrip("/")) + "*"
    return replace(trouble.fault, times=1, method=operation.route.method, path=path)


def promised(trouble: Trouble, operation: AnyOperation, verb: str | None = None) -> Promise:
    """What the trouble promises to this operation. Only some sign-ins can be done anew, and only a tool that
    saves a file needs the disk."""
    # The plan that is applied here looks once more at what it changes, and that is where trouble that lasts
    # is met: nothing is done yet.
    looks = verb == "apply_plan" and trouble.lasting
    found = trouble.promises["read" if looks else sort_of(operation)]
    if trouble.name == "expired token" and operation.platform not in RENEWABLE:
        return within(found.seconds, STRANGER)
    saves = operation.fn.__annotations__.get("return") == "Saved"
    if trouble.full and (saves or operation.name in _ON_DISK):
        return within(found.seconds, REFUSED)
    # A file that is as long as was said is taken for whole.
    return replace(found, endings=found.endings | {DONE}) if saves and "truncated" in trouble.name else found


async def played(house: Playhouse, trouble: Trouble, number: int, *, beside: bool = False) -> list[Cell]:
    """Every tool in one trouble, each from the same beginning; `beside` the ones that a skipping loop cannot
    play."""
    async with house.signed_in() as world:
        chosen = [one for one in core(world) if (one.name in BESIDE) is beside]
        cells = [await play(world, operation, trouble, number) for operation in chosen]
        known = world.app.operations
        through = {} if beside else THROUGH
        cells += [await play(world, known[name], trouble, number, verb) for verb, name in through.items()]
        return cells + [await look(world, verb, trouble) for verb in HERE if (verb in BESIDE) is beside]
