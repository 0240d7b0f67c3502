"""A model of what a user approved, held against what came in; it knows nothing of the server's own books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pentad.operations import AnyOperation
from tests.consent.playing import answered, bodied, carried, leaves, marked, reached
from tests.inside import World
from tests.test_witnesses import CONTRACTS as NAMES
from tests.witness.contract import CONTRACTS

_EITHER = ("True", "False", "")

_WORDS = re.compile(r"[\w.-]+")

LIFE = 600.0
Call = tuple[str, dict[str, Any]]


@dataclass
class Known:
    """A plan as its user knows it. `before` is how many writes there had been, `asked_by` the call that is to
    be repeated with the user's answer. `state` is `doubtful` after a refusal that may have used it up."""

    id: str
    operation: AnyOperation
    arguments: Mapping[str, Any]
    shown: Any
    owner: str
    ends: float
    before: int
    asked_by: Call | None = None
    state: str = "open"


class Play:
    """One sequence: the world, the plans there are, and how many writes came in so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.operations = marked(world)
        self.plans: list[Known] = []
        self.writes = 0

    def operation(self, number: int) -> AnyOperation:
        return self.operations[number % len(self.operations)]

    def plan(self, number: int) -> Known | None:
        return self.plans[number % len(self.plans)] if self.plans else None

    def forbidden(self, operation: AnyOperation) -> bool:
        now = self.world.app.settings
        off = operation.off is not None and operation.name not in now.enable
        beyond = operation.effect in ("destructive", "admin") and operation.effect not in now.allow
        return now.read_only or off or beyond or operation.name in now.exclude

    def stands(self, plan: Known) -> bool:
        session = self.world.app.session
        return plan.state != "over" and plan.owner == session.owner and self.world.clock.now < plan.ends

    def register(self, shown: Mapping[str, Any], operation: AnyOperation, call: Call) -> Known:
        arguments = call[1]["arguments"] if call[0] == "change_operation" else call[1]
        plan = Known(
            shown["plan"],
            operation,
            arguments,
            {part: shown.get(part) for part in ("will", "body", "now")},
            self.world.app.session.owner,
            self.world.clock.now + LIFE,
            self.writes,
        )
        self.plans.append(plan)
        return plan

    def newest(self) -> dict[str, Any]:
        """What a client that asks shows of the plan it asks about."""
        plan = list(self.world.app.session.plans.kept.values())[-1]
        shown = plan.preview
        return {"plan": plan.id, "will": shown.will, "body": shown.body, "now": shown.now}

    def judge(self, approved: Known | None, told: str = "") -> None:
        """What came in since the last step is what was approved, once, or nothing."""
        came = [one for operation in self.operations for one in reached(self.world, operation)]
        # Two operations may have an address in common.
        new = list({id(one): one for one in came}.values())
        if approved is None:
            assert new == []
            return
        assert len(new) <= 1
        stands = "the plan still stands" in told
        # Another change may have taken away what this one is about.
        if approved.state == "open" and approved.before == self.writes and not stands:
            assert len(new) == 1 or '"not_found"' in told, told
        for one in new:
            assert one in reached(self.world, approved.operation)
            sent = leaves(bodied(one))
            # What a file or a secret is called stays here; one that is set already is no change.
            given = approved.arguments.items()
            about = {name: value for name, value in given if name != "path" and not name.endswith("_secret")}
            # A platform may spell it otherwise; then it stands in what was approved, or is so already.
            shown = set(leaves(approved.shown))
            before = answered(self.world, approved.operation)
            assert all(within(part, shown) for part in set(leaves(about)) - carried(one) - before)
            # What is sent beyond them is the platform's own, sent back, or says yes or no.
            known = {*leaves(approved.arguments), *shown, *_EITHER}
            own = words_of(str(approved.operation.platform))
            beyond = {part for part in set(sent) - known - before if not own.issuperset(_WORDS.findall(part))}
            assert not [part for part in beyond if not any(word in part for word in known if word)]
        for platform in self.world.sandbox.platforms.values():
            platform.log.clear()
        self.writes += len(new)
        if not stands:
            approved.state = "over"

    def attempt(self, plan: Known, told: str = "") -> None:
        """The user agreed to a plan that stands, here and now."""
        if self.forbidden(plan.operation):
            plan.state = "doubtful"
            self.judge(None)
        else:
            self.judge(plan, told)


@cache
def words_of(platform: str) -> frozenset[str]:
    """The words that a platform's contract has for anything at all."""
    return frozenset(_WORDS.findall((CONTRACTS / f"{NAMES[platform]}.openapi.yaml").read_text("utf-8")))


def within(part: str, texts: Iterable[str]) -> bool:
    """Whether one of the texts has it in it."""
    return any(part in text for text in texts)


def spoilt(plan: Known, how: str) -> str:
    """Something that is not the plan's id, but near to it."""
    half = len(plan.id) // 2
    return {
        "cut": plan.id[:-1],
        "upper": plan.id.upper(),
        "hidden": f"{plan.id[:half]}\u200b{plan.id[half:]}",
        "space": f"{plan.id} ",
        "end": f"{plan.id}\n",
        "made up": f"{plan.id[:-6]}222222",
        "none": "",
    }[how]
