"""What generated sequences of calls share: a stage, the changes that can be asked for, what the sandbox saw."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pentad.app import App
from pentad.catalogue import catalogue
from pentad.operations import AnyOperation
from pentad.sandbox import Exchange
from pentad.sandbox.asgi import matched
from tests.inside import EVERYTHING, World, example_of

OFF = frozenset(row["name"] for row in catalogue() if not row["exposed"])
# Seeding takes longer than a sequence; what cannot be put back afterwards wears off with the sandbox.
_SHOWS = 20
_BETWEEN = 7200.0
_COLLECTIONS = (dict, list)


class Stage:
    """A sandbox for some sequences, each with an app of its own and with the collections as they were."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shows = 0
        self._world: World | None = None
        self._kept: dict[str, dict[str, Any]] = {}

    @asynccontextmanager
    async def world(self, **settings: Any) -> AsyncGenerator[World]:
        """Everything is allowed, unless settings say not."""
        if self._world is None or self._shows % _SHOWS == 0:
            self._world, self._kept = self._built(), {}
        self._shows += 1
        world = self._world
        world.clock.advance(_BETWEEN)
        self._put_back(world)
        restart(world)
        world.change(**settings)
        try:
            yield world
        finally:
            await world.app.aclose()

    def _built(self) -> World:
        return World(self._folder / "files", enable=OFF, **EVERYTHING | {"audit": None})

    def _put_back(self, world: World) -> None:
        for name, platform in world.sandbox.platforms.items():
            state = platform.state
            found = {part: getattr(state, part) for part in type(state).__slots__}
            if name not in self._kept:
                kept = {part: value for part, value in found.items() if isinstance(value, _COLLECTIONS)}
                self._kept[name] = {part: copy.copy(value) for part, value in kept.items()}
            for part, value in self._kept[name].items():
                setattr(state, part, copy.copy(value))
            platform.faults.clear()
            platform.log.clear()


def restart(world: World) -> None:
    """Another process over the same platforms; whoever calls closes the app before."""
    changed = world.app.session.settings
    world.app = App(world.settings, clock=world.clock, sandbox=world.sandbox)
    world.change(accounts=changed.accounts)


def marked(world: World) -> list[AnyOperation]:
    """Every operation that needs a plan."""
    return [one for one in world.app.operations.values() if one.reaches and one.platform]


def costly(world: World) -> list[AnyOperation]:
    """Every operation that changes something or spends something."""
    operations = world.app.operations.values()
    return [one for one in operations if one.platform and (one.effect != "read" or one.spends)]


def varied(world: World, operation: AnyOperation, number: int) -> dict[str, Any]:
    """The example, its texts changed by a number other than 0; ids stay what they are."""

    def vary(value: Any) -> Any:
        if isinstance(value, str) and number and not value.startswith("$"):
            name, sign, host = value.partition("@")
            return f"{name}{number}{sign}{host}"
        if isinstance(value, list):
            return [vary(item) for item in value]
        return {key: vary(part) for key, part in value.items()} if isinstance(value, dict) else value

    given = vary(dict(operation.example))
    filled: dict[str, Any] = example_of(world, operation, given)
    return filled


def reached(world: World, operation: AnyOperation) -> list[Exchange]:
    """The requests that came in on an operation's route, whatever became of them."""
    route = operation.endpoint

    def is_meant(one: Exchange) -> bool:
        path = unquote(one.path)
        return one.method == route.method and any(
            matched(route.template.rstrip("/") + end, path) is not None for end in ("", "/")
        )

    platform = str(operation.platform)
    return [one for one in world.sandbox.platforms[platform].log if is_meant(one)]


def leaves(value: Any) -> Iterator[str]:
    """Every single value in a JSON value, as text."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif value is not None:
        yield str(value)


def carried(request: Exchange) -> set[str]:
    """Every single value of a request: in its path, its query and its body."""
    body = json.loads(request.request_body) if request.request_body else None
    return {unquote(part) for part in request.path.split("/")} | {
        *(value for _, value in request.query),
        *leaves(body),
    }
