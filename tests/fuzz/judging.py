"""What must hold of every answer, whatever was asked, and of what left for a platform meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pentad import platforms
from pentad.boundary import Answer
from pentad.call import PATIENCE
from pentad.operations import AnyOperation, Route
from pentad.results.tokens import estimate
from pentad.sandbox import Exchange
from tests.inside import World
from tests.witness.contract import Contract
from tests.witness.parameters import check_query
from tests.witness.values import grouped

KINDS = {"auth_failed", "not_found", "rejected", "rate_limited", "unavailable", "malformed"}
# What tells of our own inside: tracebacks, classes, files, places in memory, addresses of the sandbox.
INSIDE = re.compile(
    r"Traceback|File \\?\"|\.py\b|pydantic|pentad_tools|site-packages|<class |object at 0x|\.sandbox\b"
    r"|(?:Type|Key|Value|Attribute|Index|Unicode\w*|Recursion|Overflow|Assertion|Lookup|OS)Error"
    r"|JSONRPC(?:Request|Response|Error|Notification)"
)
_CONTRACTS = {"optimized": "optimized_app"}
_UNRUN = re.compile(r"was not run: [\d,]+ problem")
_SEGMENT = re.compile(r"[^/\x00-\x20\x7f]+")
_UNPRINTED = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")


@dataclass(frozen=True)
class Judge:
    """Of one world; `faults` are those of a call since `begin`."""

    world: World

    def begin(self) -> float:
        """Forgets what was sent before; returns when it is."""
        for box in self.world.sandbox.platforms.values():
            box.log.clear()
        return self.world.clock.now

    def faults(
        self, operation: AnyOperation, given: Mapping[str, Any], answer: Answer, begun: float
    ) -> list[str]:
        """Everything that is wrong with the answer, and with what was sent."""
        sent = [(name, one) for name, box in self.world.sandbox.platforms.items() for one in box.log]
        took = self.world.clock.now - begun
        found = [*self._told(given, answer), *([f"took {took} s"] if took > PATIENCE else [])]
        if _UNRUN.search(answer.text) and sent:
            found.append(f"sent {len(sent)} requests for arguments that were refused")
        return found + [fault for name, one in sent for fault in self._sent(name, operation, one)]

    def _told(self, given: Mapping[str, Any], answer: Answer) -> Iterator[str]:
        told = json.loads(answer.text.encode("utf-8"))
        if not isinstance(told, dict) or "\n" in answer.text:
            yield "is not one JSON object on one line"
            return
        allowed = max(self.world.settings.budget, given["budget"] if answer_sized(given) else 0)
        if estimate(answer.text) > allowed:
            yield f"takes {estimate(answer.text)} tokens"
        yield from (f"tells a secret: {name}" for name, value in self._secrets() if value in answer.text)
        if answer.is_error:
            yield from _refusal(told, given)

    def _secrets(self) -> Iterator[tuple[str, str]]:
        for name, of in self.world.app.settings.accounts.items():
            secret = {setting.name for setting in platforms.load(of.platform).settings if setting.secret}
            yield from ((f"{name} {one}", value) for one, value in of.values.items() if one in secret)

    def _sent(self, platform: str, called: AnyOperation, exchange: Exchange) -> Iterator[str]:
        yield from _wired(exchange)
        if exchange.host != f"{platform}.sandbox":
            return
        contract = Contract.load(_CONTRACTS.get(platform, platform))
        matched = contract.match(exchange.method, exchange.path)
        if matched is None:
            yield f"leads nowhere: {exchange.method} {exchange.path!r}"
            return
        known = self.world.app.operations.values()
        reached = [op for op in known if op.platform == platform and matched[0].operation_id in op.covers]
        own = called in reached or any(_leads(route, exchange) for route in (called.route, *called.alt))
        planned = bool(reached) and all(op.reaches for op in reached)
        if (own and called.reaches) or (called.platform is None and planned):
            yield f"did what needs a plan: {exchange.method} {exchange.path}"
        # What only administrators may read is asked of operations that are no reads.
        changing = bool(reached) and all(
            op.effect in ("write", "destructive") or op.reaches for op in reached
        )
        if called.effect == "read" and not own and changing:
            yield f"changed something: {exchange.method} {exchange.path}"
        problems = check_query(contract.document, matched[0], grouped(exchange.query))
        yield from (each for each in problems if "not documented" in each)


def answer_sized(given: Mapping[str, Any]) -> bool:
    """Whether the caller set the budget themselves, in a way that is allowed."""
    return type(given.get("budget")) is int and 200 <= given["budget"] <= 6000


def _refusal(told: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if told.get("error") not in KINDS or not told.get("message"):
        yield f"is the error {told.get('error')!r}"
    ours = json.dumps({name: part for name, part in told.items() if name != "platform_says"})
    if (inside := INSIDE.search(ours)) and inside[0] not in json.dumps(dict(given)):
        yield f"tells of our inside: {inside[0]!r}"
    if _UNRUN.search(str(told.get("message"))) and not told.get("problems"):
        yield "names no argument"


def _wired(exchange: Exchange) -> Iterator[str]:
    segments = exchange.path.removeprefix("/").removesuffix("/").split("/")
    # What a gateway makes of them: some decode a segment before they look for the end of it.
    meant = {part for one in segments for part in re.split(r"[/\\]", unquote(one))}
    if {".", ".."} & meant or not all(map(_SEGMENT.fullmatch, segments)):
        yield f"leaves its address: {exchange.path!r}"
    for name, value in exchange.request_headers.items():
        if _UNPRINTED.search(name + value):
            yield f"is a header that nobody should send: {name!r}: {value!r}"


def _leads(route: Route | None, exchange: Exchange) -> bool:
    if route is None or route.method != exchange.method:
        return False
    places = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.template))
    return re.search(f"{places}/?$", exchange.path) is not None
