"""Nothing is done twice, whatever breaks, whoever repeats or gives up, and whenever the server restarts. The
sandbox is the witness: it knows what it carried out, also where nobody was told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.boundary import Answer
from pentad.operations import AnyOperation
from pentad.sandbox import Exchange, Fault
from pentad.sandbox.faults import Kind
from tests.consent.playing import Stage, costly, reached, restart, varied
from tests.inside import World
from tests.proof import SEQUENCES, SHARES

# Where a platform's own state shows what was done, and not only its log.
SHOWN: Mapping[str, Callable[[Any], int]] = {
    "claribi_create_dashboard": lambda state: len(state.dashboards),
    "claribi_create_generated_report": lambda state: len(state.ledger),
    "claribi_delete_dashboard": lambda state: -len(state.dashboards),
    "claribi_delete_report": lambda state: -len(state.reports),
    "claribi_generate_report": lambda state: len(state.ledger),
    "claribi_refresh_dashboard": lambda state: len(state.ledger),
    "optimized_create_batch": lambda state: len(state.batches),
    "timbr_answer_question": lambda state: len(state.questions),
    "timbr_ask_question": lambda state: len(state.questions),
    "timbr_clear_cache": lambda state: state.cleared.total(),
    "timbr_create_ontology": lambda state: len(state.engine.ontologies),
}
_REPEAT = re.compile(r"repeat(ing)? (later|after)", re.IGNORECASE)


def was_done(one: Exchange) -> bool:
    return one.worked is not None and (one.worked == 0 or 200 <= one.worked < 300)


def was_refused(one: Exchange) -> bool:
    """Whether the answer left no doubt that nothing was done."""
    return 300 <= one.status < 500 and one.status != 408


@dataclass(frozen=True)
class Wish:
    """Something a user wants once: what, by which way, what breaks of the request itself and of the reads
    around it, and what the model makes of errors. `given_up` is after how many turns of the loop the first
    call is cancelled; `ends` is where the server restarts."""

    operation: int
    number: int
    verb: bool
    faults: tuple[Fault, ...]
    around: tuple[Fault, ...] = ()
    given_up: int | None = None
    repeats: int = 2
    at_once: bool = False
    ends: str = ""


class Play:
    """One wish on its way: every call made for it, and how it ended."""

    def __init__(self, world: World, wish: Wish, operation: AnyOperation) -> None:
        self.world = world
        self.wish = wish
        self.operation = operation
        self.platform = world.sandbox.platforms[str(operation.platform)]
        self.platform.log.clear()
        self.platform.faults.clear()
        self.before = self.shown()
        self.endings: list[str] = []
        self.told: list[str] = []

    def shown(self) -> int:
        count = SHOWN.get(self.operation.name)
        return count(self.platform.state) if count else 0

    def spelt(self) -> tuple[str, dict[str, Any]]:
        arguments = varied(self.world, self.operation, self.wish.number)
        if not self.wish.verb:
            return self.operation.name, arguments
        way = "call_operation" if self.operation.effect == "read" else "change_operation"
        return way, {"name": self.operation.name, "arguments": arguments}

    async def fulfil(self) -> None:
        """Everything a model does for it, reasonable or not."""
        call = self.spelt()
        if self.operation.reaches and self.world.app.settings.confirm != "never":
            planned = json.loads((await self.world.app.call(*call)).text)
            assert reached(self.world, self.operation) == []
            if "plan" not in planned:
                return
            call = ("apply_plan", {"plan": planned["plan"]})
        self.break_things()
        await self.repeat(call)
        if self.wish.ends:
            await self.world.app.aclose()
            restart(self.world)
        if call[0] == "apply_plan":
            await self.attempt(call)

    def break_things(self) -> None:
        for route in (self.operation.endpoint, *self.operation.alt):
            path = "*" + re.sub(r"\{\w+\}", "*", route.template.rstrip("/")) + "*"
            for fault in self.wish.faults:
                self.platform.faults.add(replace(fault, method=route.method, path=path))
        for fault in self.wish.around:
            self.platform.faults.add(replace(fault, method="GET"))

    async def repeat(self, call: tuple[str, dict[str, Any]]) -> None:
        """The call, again as long as the answer says that this helps."""
        for attempt in range(1 + self.wish.repeats):
            twins = 2 if self.wish.at_once and call[0] == "apply_plan" else 1
            answers = await asyncio.gather(*(self.attempt(call, first=attempt == 0) for _ in range(twins)))
            last = next((one for one in answers if one is not None and one.is_error), None)
            if None in answers or last is None or not self.helps(json.loads(last.text)):
                return
            self.world.clock.advance(json.loads(last.text).get("retry_after", 20.0))

    def helps(self, told: Mapping[str, Any]) -> bool:
        stands = "the plan still stands" in told["message"]
        return "outcome" not in told and (stands or _REPEAT.search(told["message"]) is not None)

    async def attempt(self, call: tuple[str, dict[str, Any]], *, first: bool = False) -> Answer | None:
        """One call; None if it was given up."""
        came = len(reached(self.world, self.operation))
        task = asyncio.create_task(self.world.app.call(*call))
        turns = self.wish.given_up if first else None
        for _ in range(turns or 0):
            await asyncio.sleep(0)
        if turns is not None:
            if self.wish.ends == "early":
                await self.world.app.session.aclose()
            task.cancel()
        (answer,) = await asyncio.gather(task, return_exceptions=True)
        self.endings.append(self.ending(answer))
        self.told.append(answer.text if isinstance(answer, Answer) else repr(answer))
        again = reached(self.world, self.operation)[came:-1]
        # What may be repeated by its contract is the same after the second time.
        assert self.operation.repeatable or all(map(was_refused, again))
        return answer if isinstance(answer, Answer) else None

    def ending(self, answer: Answer | BaseException) -> str:
        if isinstance(answer, BaseException):
            assert isinstance(answer, asyncio.CancelledError), answer
            return "unknown"
        if not answer.is_error:
            return "done"
        told = json.loads(answer.text)
        # What spends but changes nothing does not say what became of it.
        return "unknown" if "outcome" in told or self.operation.effect == "read" else "nothing"

    def judge(self) -> None:
        came = reached(self.world, self.operation)
        count = sum(map(was_done, came))
        if self.operation.name in SHOWN:
            # Timbr calls some refusals a success.
            assert self.shown() - self.before <= count
            count = self.shown() - self.before
        count = min(count, 1) if self.operation.repeatable else count
        assert count <= 1, self.told
        # A success without a body is taken for one.
        lied = any(one.worked is None and 200 <= one.status < 300 for one in came)
        if "done" in self.endings:
            assert count == 1 or lied, self.told
        elif "unknown" not in self.endings:
            assert count == 0, self.told


def faults() -> Iterator[Fault]:
    """Each kind, before or after the work, at once or slowly, for a moment or for good."""
    slowly: Mapping[str, Sequence[float]] = {
        "delay": (1, 25, 50),
        "trickle": (0.5, 5),
        "slow_connect": (1, 15),
    }
    partly: Mapping[str, Sequence[int | None]] = {
        "trickle": (100,),
        "truncate": (0, 10),
        "reset": (None, 0, 10),
    }
    for kind, times in product(get_args(Kind), (1, 1, None)):
        statuses = (None, 502) if kind in ("html", "empty", "not_json") else (None,)
        for delay, after, status in product(slowly.get(kind, (1,)), partly.get(kind, (None,)), statuses):
            yield Fault(kind, times=times, delay=delay, after_bytes=after, status=status)
    for status, wait in product((401, 408, 429, 429, 500, 501, 502, 503, 504), (None, "1", "100")):
        yield Fault("status", status=status, headers={"Retry-After": wait} if wait else {})
    yield Fault("expire", sticky=True)


BREAKS = st.sampled_from(list(faults()))
WISHES = st.builds(
    Wish,
    st.integers(0, 999),
    st.integers(0, 9),
    st.booleans(),
    st.lists(BREAKS, max_size=3).map(tuple),
    st.just(()) | st.just(()) | st.tuples(BREAKS),
    st.none() | st.none() | st.integers(0, 60),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["", "", "late", "early"]),
)
# The same wish again would take up what still runs for the first.
FEW_WISHES = st.lists(WISHES, min_size=1, max_size=2, unique_by=lambda wish: wish.number)
SIGNED_IN = st.sampled_from(["key", "key", "password"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.mark.parametrize("share", SHARES)
@settings(max_examples=SEQUENCES)
@given(wishes=FEW_WISHES, confirm=st.sampled_from(["auto", "never"]), signed_in=SIGNED_IN)
async def test_nothing_is_done_twice(
    stage: Stage, share: int, wishes: list[Wish], confirm: str, signed_in: str
) -> None:
    async with stage.world() as world:
        if signed_in == "password":
            known = world.sandbox.platforms["claribi"].credentials
            world.as_user("claribi", auth_mode="jwt", email=known["email"], password=known["password"])
        operations = costly(world)
        for wish in wishes:
            world.change(confirm=confirm)
            apart = replace(wish, number=stage.apart(wish.number))
            play = Play(world, apart, operations[wish.operation % len(operations)])
            await play.fulfil()
            play.judge()
