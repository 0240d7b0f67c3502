"""A task: what is wanted, how it is done, and what is right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.users import User, agrees
from pentad.sandbox import Sandbox

# One call; several that build on each other; several platforms; failures on the way; changes.
Sort: TypeAlias = Literal["single", "steps", "across", "faults", "writes"]
Script: TypeAlias = Callable[[Agent], Awaitable[object]]
Bridged: TypeAlias = Callable[[Bridge], Awaitable[object]]


@dataclass
class Task:
    """See the package for what each part means."""

    name: str
    sort: Sort
    goal: str
    script: Script
    expects: Callable[[Sandbox], object]
    changes: tuple[str, ...]
    befalls: Callable[[Sandbox], object]
    user: User | None
    allow: frozenset[str]
    enable: frozenset[str]
    unbridged: str
    bridge: Bridged | None = None

    def bridged(self, script: Bridged) -> Bridged:
        """Decorates what does it over the bridge."""
        self.bridge = script
        return script


def nothing(sandbox: Sandbox) -> None:
    """Nothing befalls it."""
    del sandbox


def task(
    sort: Sort,
    goal: str,
    *,
    expects: Callable[[Sandbox], object],
    changes: tuple[str, ...] = (),
    befalls: Callable[[Sandbox], object] = nothing,
    user: User | None = agrees,
    allow: tuple[str, ...] = (),
    enable: tuple[str, ...] = (),
    unbridged: str = "",
) -> Callable[[Script], Task]:
    """Decorates what does it with Pentad."""

    def made(script: Script) -> Task:
        name = f"{script.__module__.rpartition('.')[2]}.{script.__name__}"
        settings = (frozenset(allow), frozenset(enable))
        return Task(name, sort, goal, script, expects, changes, befalls, user, *settings, unbridged)

    return made
