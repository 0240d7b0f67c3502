"""An operation whose platform's true answers are recorded once, and come again with one of them damaged."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pentad.operations import AnyOperation
from pentad.results.tokens import estimate
from pentad.sandbox import Exchange
from pentad.sandbox.asgi import (
    App,
    CutError,
    Message,
    Receive,
    Scope,
    Send,
    body_message,
    query_pairs,
    raw_path,
    read_body,
)
from tests.conftest import OFF
from tests.fuzz.bodies import Damage
from tests.fuzz.heads import CANARY
from tests.inside import EVERYTHING, World, example_of
from tests.witness import Contract

CONTRACTS = {"optimized": "optimized_app"}
KINDS = {"auth_failed", "not_found", "rejected", "rate_limited", "unavailable", "malformed"}
PATIENCE = 45.0
CHUNK = 65_536
# What tells of our own inside: tracebacks, classes, their names in pydantic's sentences, files, hosts.
INSIDE = re.compile(
    r"Traceback|File \\?\"|\.py\b|pydantic|pentad_tools|<class |instance of|object at 0x|site-packages"
    r"|\.sandbox\b|Decimal|NoneType|(?:Type|Key|Value|Attribute|Index|Unicode\w*|Recursion|Overflow|Assertion)Error"
)
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Line ends, joiners that spell, and what Unicode calls format though it is drawn.
_SPELLING = "\t\n\r\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
_FRAMING = {"content-length", "transfer-encoding"}


@dataclass
class Replayed:
    """An app that answers what was recorded, in the order of its requests; what was never asked before is
    answered by the app itself. Every answer to the request of `hurt` is damaged."""

    app: App
    host: str
    recorded: Sequence[Exchange]
    hurt: Exchange | None = None
    damage: Damage = field(default_factory=Damage)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        method, path = scope["method"], raw_path(scope)
        found = self._found(method, path, query_pairs(scope), body)
        self.asked[method, path] += 1
        if found is None:
            await self.app(scope, _said(body), send)
        else:
            await _play(send, found, self.damage if found is self.hurt else Damage())

    def _found(self, method: str, path: str, query: list[tuple[str, str]], body: bytes) -> Exchange | None:
        known = [
            one for one in self.recorded if (one.host, one.method, one.path) == (self.host, method, path)
        ]
        same = [one for one in known if one.query == query and one.request_body == body]
        if same or not known:
            return same[0] if same else None
        return known[min(self.asked[method, path], len(known) - 1)]


def _said(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _play(send: Send, true: Exchange, damage: Damage) -> None:
    body = damage.body(true)
    replaced = {name.decode() for name, _ in damage.headers} | _FRAMING
    kept = [(n.encode(), v.encode("latin-1")) for n, v in true.response_headers.items() if n not in replaced]
    if damage.frame in ("too short", "too long"):
        length = max(0, len(body) + (7 if damage.frame == "too long" else -7))
        kept.append((b"content-length", str(length).encode()))
    status = damage.status or true.status
    await send({"type": "http.response.start", "status": status, "headers": [*kept, *damage.headers]})
    step = 1 if damage.frame == "in single bytes" and len(body) < 3000 else CHUNK
    for at in range(0, len(body), step):
        await send(body_message(body[at : at + step], more=True))
        if damage.frame == "cut":
            raise CutError
    await send(body_message(b"", more=False))


def told_of(text: str) -> dict[str, Any]:
    """The one JSON object of an answer. Raises ValueError for anything else."""

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    told = json.loads(text.encode("utf-8"), parse_constant=refuse)
    return dict(told)


class Theatre:
    """One operation of one platform in a world of its own, and the exchanges that its example takes."""

    def __init__(self, folder: Path, operation: AnyOperation, runner: asyncio.Runner, **values: str) -> None:
        self.runner = runner
        self.world = World(folder / "files", enable=OFF, confirm="never", **EVERYTHING)
        self.operation = operation
        platform = str(operation.platform)
        self.box = self.world.sandbox.platforms[platform]
        if values:
            known = self.box.credentials
            given = {name: text[1:] if text[0] == "=" else known[text] for name, text in values.items()}
            self.world.as_user(platform, **given)
        self.given = example_of(self.world, operation)
        self.recorded: list[Exchange] = []
        self.players: list[Replayed] = []
        # What it answers where nothing is damaged.
        self.true = self.call(None, Damage())
        assert not self.true.is_error, self.true.told
        self.recorded = [one for one in self.box.log if one.status]
        self.contract = Contract.load(CONTRACTS.get(platform, platform))
        covering = [index for index, one in enumerate(self.recorded) if self._covers(one)]
        # Which of them the operation is there for.
        self.own = covering or [len(self.recorded) - 1]
        for host, app in list(self.box.hosts.items()):
            self.players.append(Replayed(app, host, self.recorded))
            self.box.hosts[host] = self.players[-1]

    def call(self, hurt: Exchange | None, damage: Damage, **more: Any) -> Told:
        """The example's call, as if it were the account's first."""
        for player in self.players:
            player.hurt, player.damage, player.asked = hurt, damage, Counter()
        self.box.log.clear()
        return self.runner.run(self._call(self.given | more))

    async def _call(self, given: dict[str, Any]) -> Told:
        connections = self.world.app.session.connections
        for connection in list(connections.values()):
            await connection.aclose()
        connections.clear()
        self.box.log.clear()
        began = self.world.clock.now
        answer = await self.world.app.call(self.operation.name, given)
        return Told(answer.text, told_of(answer.text), answer.is_error, self.world.clock.now - began)

    @property
    def secrets(self) -> list[str]:
        """What no answer may tell."""
        held = self.box.credentials.values()
        return [value for value in held if isinstance(value, str) and len(value) > 15 and "@" not in value]

    def _covers(self, one: Exchange) -> bool:
        found = self.contract.match(one.method, one.path)
        return found is not None and found[0].operation_id in self.operation.covers

    def strayed(self) -> Iterator[str]:
        """Requests whose address a platform's words have bent."""
        for one in self.box.log:
            segments = [unquote(part) for part in one.path.split("/")[1:]]
            if any(part in (".", "..") or re.search(r"[\x00-\x1f]", part) for part in segments):
                yield f"leaves its address: {one.path!r}"
            # What a server sets is its own to read again.
            told = {name: value for name, value in one.request_headers.items() if name != "cookie"}
            if CANARY in json.dumps(told) or "elsewhere.test" in one.host:
                yield f"was led away: {one.host}"

    def doubled(self, hurt: Exchange, damage: Damage, told: Told) -> Iterator[str]:
        """What is wrong about a change whose answer cannot be read: it is not repeated, and nobody knows."""
        operation = self.operation
        if operation.effect == "read" or operation.repeatable or not self._covers(hurt) or not damage.clear:
            return
        same = (hurt.method, hurt.path)
        sent, meant = (
            sum((one.method, one.path) == same for one in log) for log in (self.box.log, self.recorded)
        )
        if sent > meant:
            yield f"was sent {sent} times"
        unread = told.is_error and told.told["error"] in ("malformed", "unavailable")
        if unread and told.told.get("outcome") != "unknown":
            yield "an unclear change that is not called unknown"


@dataclass(frozen=True)
class Told:
    """What came of a call: its text and the same decoded, and how many seconds it took."""

    text: str
    told: dict[str, Any]
    is_error: bool
    took: float

    @property
    def ours(self) -> str:
        """Our own words, without what stands in the platform's name."""
        names = ("error", "message", "note", "pentad_note", "problems", "will", "undo", "next")
        return json.dumps({name: self.told[name] for name in names if name in self.told})

    def faults(self, budget: int, secrets: Sequence[str]) -> Iterator[str]:
        """Everything that must not be."""
        if self.is_error and self.told.get("error") not in KINDS:
            yield f"an error of the kind {self.told.get('error')!r}"
        if self.is_error and not self.told.get("message"):
            yield "an error without a word"
        if self.took > PATIENCE + 0.5:
            yield f"{self.took:.1f} s"
        if estimate(self.text) > budget:
            yield f"{estimate(self.text)} tokens"
        shown = json.dumps(self.told, ensure_ascii=False)
        if any(unicodedata.category(sign) in _UNSEEN for sign in set(shown) - set(_SPELLING)):
            yield "signs that cannot be seen"
        yield from (f"the secret {secret!r}" for secret in (CANARY, *secrets) if secret in self.text)
        if found := INSIDE.search(self.ours):
            yield f"our own inside: {found[0]!r}"


@contextmanager
def staged(folder: Path, operation: AnyOperation, **values: str) -> Generator[Theatre]:
    with asyncio.Runner() as runner:
        theatre = Theatre(folder, operation, runner, **values)
        yield theatre
        runner.run(theatre.world.app.aclose())
