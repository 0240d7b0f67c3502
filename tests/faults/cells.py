"""The cells of the matrix: every tool that is shown by default, with each fault that is promised for."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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


# Asks the worker's process, which no skipping loop waits for.
BESIDE = "omiq_summarize_population"
# What else needs the disk: it counts in a file that it fetches.
_ON_DISK = (BESIDE,)


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


async def play(world: World, operation: AnyOperation, trouble: Trouble, number: int) -> Cell:
    """One call in trouble, with a connection of its own that has signed in before. What `number` changes is
    new to the platform."""
    box = world.sandbox.platforms[str(operation.platform)]
    call = await _prepared(world, operation, trouble, number)
    fault = None if trouble.fault is None else box.faults.add(_aimed(trouble, operation))
    began = world.clock.time()
    with full_disk(0) if trouble.full else nullcontext():
        answer = await world.app.call(*call)
    took = world.clock.time() - began
    met = fault is None or trouble.lasting or len(box.faults) == 0
    box.faults.clear()
    ending = Ending.told(json.loads(answer.text))
    return Cell(
        operation.name, trouble.name, promised(trouble, operation), ending, took, met, answer.text[:300]
    )


async def _prepared(
    world: World, operation: AnyOperation, trouble: Trouble, number: int
) -> tuple[str, dict[str, Any]]:
    """The call, planned where it needs a plan, after everything that others left behind has worn off."""
    session, platform = world.app.session, str(operation.platform)
    while session.connections:
        await session.connections.popitem()[1].aclose()
    world.clock.advance(_BETWEEN)
    world.sandbox.platforms[platform].clock.skew = trouble.ahead
    probe = load_platform(platform).probe
    assert probe is not None
    await world.app.call(probe, {})
    call = (operation.name, varied(world, operation, number))
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


def promised(trouble: Trouble, operation: AnyOperation) -> Promise:
    """What the trouble promises to this operation. Only some sign-ins can be done anew, and only a tool that
    saves a file needs the disk."""
    found = trouble.promises[sort_of(operation)]
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
        chosen = [one for one in core(world) if (one.name == BESIDE) is beside]
        return [await play(world, operation, trouble, number) for operation in chosen]
