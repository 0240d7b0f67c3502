"""What generated sequences of calls share: a stage, changes to ask for, and what the sandbox saw."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pentad.app import App
from pentad.catalogue import catalogue
from pentad.operations import AnyOperation
from pentad.sandbox import Exchange
from pentad.sandbox.asgi import App as Asgi
from pentad.sandbox.asgi import Receive, Scope, Send, matched
from tests.inside import EVERYTHING, World, example_of

OFF = frozenset(row["name"] for row in catalogue() if not row["exposed"])
# Seeding takes longer than a sequence; what cannot be put back afterwards wears off with the sandbox, which
# is gone before the personal tokens that it was built with expire.
_SHOWS = 25
_BETWEEN = 600.0
_COLLECTIONS = (dict, list)
_WORD = re.compile(r"[a-z_]+")
# What names something of a platform's own, or a file that is there; and conditions of SQL.
_NAME = re.compile(r"""[A-Z]{3,}|[\w-]+(?:\.[\w-]+)+|only these|.* \(role\)|Administrator|".*""")


class Stage:
    """A sandbox for some sequences, each with an app of its own and with the collections as they were."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shows = 0
        self._world: World | None = None
        self._kept: dict[str, bytes] = {}
        self._visited = set[str]()

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

    def apart(self, number: int) -> int:
        """A number below 10, made different from those of other sequences over the same sandbox."""
        return self._shows % _SHOWS * 10 + number

    def _built(self) -> World:
        world = World(self._folder / "files", enable=OFF, audit=None, **EVERYTHING)
        for name, platform in world.sandbox.platforms.items():
            for host, app in list(platform.hosts.items()):
                platform.hosts[host] = _Watched(app, name, self._visited)
        return world

    def _put_back(self, world: World) -> None:
        for name, platform in world.sandbox.platforms.items():
            if name not in self._kept:
                self._kept[name] = kept_of(platform.state)
            if name in self._visited:
                put_back(platform.state, self._kept[name])
            platform.faults.clear()
            platform.log.clear()
        self._visited.clear()


@dataclass(frozen=True)
class _Watched:
    """An app that notes whose it is when a request comes in: only then anything can have changed."""

    app: Asgi
    name: str
    visited: set[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.visited.add(self.name)
        await self.app(scope, receive, send)


def kept_of(state: Any, *but: str) -> bytes:
    """The collections of a platform, to be put back; `but` are those that go on as they are."""
    found = {part.name: getattr(state, part.name) for part in fields(state) if part.name not in but}
    return pickle.dumps({part: value for part, value in found.items() if isinstance(value, _COLLECTIONS)})


def put_back(state: Any, kept: bytes) -> None:
    for part, value in pickle.loads(kept).items():  # noqa: S301 - ten times faster than a copy
        setattr(state, part, value)


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
    """The example, its texts changed by a number other than 0. Ids and dotted names stay what they are, and
    so do single words among other texts: they may be the platform's own."""

    def vary(value: Any) -> Any:
        if isinstance(value, list):
            return [vary(item) for item in value]
        if isinstance(value, Mapping):
            return {key: vary(part) for key, part in value.items()}
        if not isinstance(value, str) or value.startswith("$") or _NAME.fullmatch(value):
            return value
        if among and _WORD.fullmatch(value):
            return value
        name, sign, host = value.partition("@")
        return f"{name}{number or ''}{sign}{host}"

    among = len(operation.example) > 1
    return example_of(world, replace(operation, example=vary(operation.example)))


def reached(world: World, operation: AnyOperation) -> list[Exchange]:
    """The requests that came in on an operation's route, whatever became of them; where the platform's
    edition has it elsewhere, those that came in there."""
    routes = (operation.endpoint, *operation.alt)
    platform = world.sandbox.platforms[str(operation.platform)]
    base = urlsplit(platform.url).path

    def is_meant(one: Exchange) -> bool:
        path = unquote(one.path).removeprefix(base)
        return one.status not in (404, 405) and any(
            one.method == route.method and matched(route.template.rstrip("/") + end, path) is not None
            for route in routes
            for end in ("", "/")
        )

    return [one for one in platform.log if is_meant(one)]


def answered(world: World, operation: AnyOperation) -> set[str]:
    """Every single value that its platform has told since its log was cleared."""
    told = set[str]()
    for one in world.sandbox.platforms[str(operation.platform)].log:
        with suppress(ValueError):
            told |= set(leaves(json.loads(one.response_body)))
    return told


def said(result: Any) -> str:
    """What the model reads of an answer that came over the protocol."""
    text: str = result.content[0].text
    return text


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
    return {unquote(part) for part in request.path.split("/")} | {
        *(value for _, value in request.query),
        *leaves(bodied(request)),
    }


def bodied(request: Exchange) -> Any:
    """The body of a request, in whichever encoding."""
    body = request.request_body.decode("utf-8", "replace")
    kind = request.request_headers.get("content-type", "").partition(";")[0]
    if kind == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(body, keep_blank_values=True))
        # What has parts goes as JSON text.
        return {name: json.loads(text) if text[:1] in ("[", "{") else text for name, text in fields.items()}
    if kind == "text/plain":
        return body.split(",")
    return body if kind == "multipart/form-data" else json.loads(body or "null")
