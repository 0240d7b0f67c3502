"""No marked operation runs without a valid plan, whatever calls, replies and changes come in what order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import MCPError

from pentad.operations import AnyOperation
from tests.consent.approving import Play, spoilt
from tests.consent.playing import OFF, Stage, said, varied
from tests.consent.test_asking import User, accepting, client, raw
from tests.inside import EVERYTHING, Era
from tests.proof import SEQUENCES, SHARES

FREE: dict[str, Any] = {"read_only": False, "exclude": frozenset(), "enable": OFF, **EVERYTHING}


@dataclass(frozen=True)
class Asked:
    """A call of a marked operation: which one, by which way, how its example is changed."""

    operation: int
    number: int = 0
    verb: bool = False
    wrong: str = ""

    def spelt(self, play: Play) -> tuple[AnyOperation, tuple[str, dict[str, Any]]]:
        operation = play.operation(self.operation)
        arguments = varied(play.world, operation, self.number)
        if self.wrong == "missing":
            arguments.pop(next(iter(arguments)))
        elif self.wrong:
            arguments |= {self.wrong: play.plans[-1].id if play.plans else True}
        if not self.verb:
            return operation, (operation.name, arguments)
        return operation, ("change_operation", {"name": operation.name, "arguments": arguments})


@dataclass(frozen=True)
class Call:
    """A call that nobody can be asked about."""

    asked: Asked

    async def play(self, play: Play) -> None:
        operation, call = self.asked.spelt(play)
        told = await play.world.app.call(*call)
        play.judge(None)
        if not told.is_error:
            assert not play.forbidden(operation)
            play.register(json.loads(told.text), operation, call)


@dataclass(frozen=True)
class Question:
    """A call about which the user is asked, and what they say, if anything."""

    asked: Asked
    era: Era
    says: str

    async def play(self, play: Play) -> None:
        operation, call = self.asked.spelt(play)
        # Once the plan is carried out, nothing is kept of what it would send.
        user = User(self.says, look=play.newest)
        async with client(play.world, user, self.era) as opened:
            silent = self.says == "nothing" and self.era == "auto"
            result = await (raw(opened, *call) if silent else opened.call_tool(*call))
        if not user.asked and getattr(result, "request_state", None) is None:
            assert result.is_error
            play.judge(None)
            return
        plan = play.register(user.seen[-1] if user.seen else play.newest(), operation, call)
        plan.asked_by = call if self.era == "auto" else None
        if self.says == "accept":
            play.attempt(plan, said(result))
        else:
            plan.state = "over" if self.says == "decline" else "open"
            play.judge(None)


@dataclass(frozen=True)
class Apply:
    """A plan is carried out by its id, perhaps several times at once."""

    which: int
    spoilt: str = ""
    times: int = 1

    async def play(self, play: Play) -> None:
        plan = play.plan(self.which)
        if plan is None:
            return
        given = {"plan": spoilt(plan, self.spoilt) if self.spoilt else plan.id}
        app = play.world.app
        told = await asyncio.gather(*(app.call("apply_plan", given) for _ in range(self.times)))
        human = app.settings.confirm == "human"
        if human or self.spoilt or not play.stands(plan) or app.settings.read_only:
            play.judge(None)
            assert human or all(one.is_error for one in told)
        else:
            play.attempt(plan, "".join(one.text for one in told))


@dataclass(frozen=True)
class ApplyAsked:
    """A plan is carried out by its id where the user can be asked."""

    which: int
    era: Era
    says: str

    async def play(self, play: Play) -> None:
        plan = play.plan(self.which)
        if plan is None:
            return
        user, call = User(self.says), ("apply_plan", {"plan": plan.id})
        async with client(play.world, user, self.era) as opened:
            result = await opened.call_tool(*call)
        human, read_only = play.world.app.settings.confirm == "human", play.world.app.settings.read_only
        assert bool(user.asked) <= (human and play.stands(plan))
        if user.asked and self.era == "auto":
            plan.asked_by = call
        if play.stands(plan) and not read_only and (self.says == "accept" or not human):
            play.attempt(plan, said(result))
            return
        play.judge(None)
        if user.asked and self.says == "decline":
            plan.state = "over"


@dataclass(frozen=True)
class Reply:
    """A call is repeated with an answer of the user that may belong to another one."""

    which: int
    says: str
    call: int | None = None
    spoilt: str = ""

    async def play(self, play: Play) -> None:
        plan = play.plan(self.which)
        other = plan if self.call is None else play.plan(self.call)
        if plan is None or other is None:
            return
        repeated = other.asked_by or (other.operation.name, dict(other.arguments))
        answer = accepting(spoilt(plan, self.spoilt) if self.spoilt else plan.id)
        answer["input_responses"]["approve"].action = self.says
        counts = not self.spoilt and play.stands(plan) and repeated == plan.asked_by
        told = ""
        async with client(play.world, User(self.says), "auto") as opened:
            try:
                told = said(await raw(opened, *repeated, **answer))
            except MCPError:
                assert not counts
        if counts and self.says == "accept":
            play.attempt(plan, told)
            return
        play.judge(None)
        if counts and self.says == "decline":
            plan.state = "over"


@dataclass(frozen=True)
class Turn:
    """What the user changes between the calls of the model."""

    change: str
    operation: int = 0

    async def play(self, play: Play) -> None:
        changes: dict[str, dict[str, Any]] = {
            "free": FREE,
            "read only": {"read_only": True},
            "disallow": {"allow": frozenset()},
            "disable": {"enable": frozenset()},
            "exclude": {"exclude": frozenset({play.operation(self.operation).name})},
            "human": {"confirm": "human"},
            "auto": {"confirm": "auto"},
        }
        play.world.change(**changes[self.change])


@dataclass(frozen=True)
class Later:
    seconds: float

    async def play(self, play: Play) -> None:
        play.world.clock.advance(self.seconds)


@dataclass(frozen=True)
class Owner:
    name: str

    async def play(self, play: Play) -> None:
        play.world.app.session.client_name = self.name


class Step(Protocol):
    async def play(self, play: Play) -> None: ...


def mostly(usual: str, *others: str) -> st.SearchStrategy[str]:
    return st.sampled_from([usual] * 2 * len(others) + list(others))


SOME = st.integers(0, 999)
ERAS = st.sampled_from(["auto", "legacy"])
SAYS = st.sampled_from(["accept", "accept", "decline", "cancel"])
SPOILT = mostly("", "cut", "upper", "hidden", "space", "end", "made up", "none")
ASKED = st.builds(Asked, SOME, st.integers(0, 9), st.booleans(), mostly("", "missing", "plan", "confirm"))
QUESTIONS = st.builds(Question, ASKED, ERAS, SAYS) | st.builds(
    Question, ASKED, st.just("auto"), st.just("nothing")
)
CALLS = st.builds(Call, ASKED) | QUESTIONS
APPLIES = st.builds(Apply, SOME, SPOILT, st.sampled_from([1, 1, 3])) | st.builds(ApplyAsked, SOME, ERAS, SAYS)
REPLIES = st.builds(Reply, SOME, SAYS) | st.builds(Reply, SOME, SAYS, st.none() | SOME, SPOILT)
CHANGES = ["free", "read only", "disallow", "disable", "exclude", "human", "human", "auto"]
TURNS = (
    st.builds(Turn, st.sampled_from(CHANGES), SOME)
    | st.builds(Later, st.sampled_from([1.0, 299.5, 599.0, 599.999, 600.0, 700.0]))
    | st.builds(Owner, st.sampled_from(["local", "somebody else"]))
)
STEPS = st.tuples(CALLS, st.lists(CALLS | APPLIES | REPLIES | TURNS | APPLIES, min_size=2, max_size=5))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.mark.parametrize("share", SHARES)
@settings(max_examples=SEQUENCES)
@given(steps=STEPS)
async def test_nothing_marked_is_done_without_a_valid_plan(
    stage: Stage, share: int, steps: tuple[Step, Sequence[Step]]
) -> None:
    first, rest = steps
    async with stage.world(confirm="auto") as world:
        play = Play(world)
        for step in (first, *rest):
            await step.play(play)
