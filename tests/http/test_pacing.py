"""Rate limits: never more than allowed, both budgets or neither, and the platform's word above our own."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import RateLimited
from pentad.http.pacing import Budget, Pacing
from pentad.platforms.claribi import Claribi
from pentad.platforms.optimized import Optimized
from tests.clock import ManualClock
from tests.http.wire import THING, Line, create_thing, fails, get_thing, ok
from tests.proof import EXAMPLES

NARROW = {"user": 5, "group:a": 2, "group:b": 3}


def _pacing(clock: ManualClock, limits: Mapping[str, int | None] = NARROW) -> Pacing:
    return Pacing(clock, lambda name: Budget(limit=limits[name]))


Moves = st.lists(
    st.one_of(
        st.sampled_from([("user",), ("user", "group:a"), ("user", "group:b")]),
        st.floats(0.0, 70.0, allow_nan=False),
    ),
    max_size=60,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(Moves)
def test_no_window_ever_holds_more_calls_than_allowed(moves: list[tuple[str, ...] | float]) -> None:
    clock = ManualClock(0.0)
    pacing = _pacing(clock)
    taken: dict[str, list[float]] = {name: [] for name in NARROW}
    for move in moves:
        if not isinstance(move, tuple):
            clock.advance(move)
        elif pacing.take(move) <= 0:
            for name in move:
                taken[name].append(clock.now)
    for name, times in taken.items():
        for first, beyond in zip(times, times[NARROW[name] :], strict=False):
            assert beyond - first >= 60.0 - 1e-6


@settings(max_examples=EXAMPLES, deadline=None)
@given(Moves)
def test_a_refused_call_takes_nothing_anywhere(moves: list[tuple[str, ...] | float]) -> None:
    clock = ManualClock(0.0)
    pacing = _pacing(clock)
    for move in moves:
        if not isinstance(move, tuple):
            clock.advance(move)
            continue
        before = {name: len(pacing.budget(name).taken) for name in move if pacing.wait([name]) >= 0}
        wait = pacing.take(move)
        grown = {name: len(pacing.budget(name).taken) - before[name] for name in move}
        assert set(grown.values()) == ({1} if wait <= 0 else {0})


@settings(max_examples=EXAMPLES, deadline=None)
@given(Moves)
def test_waiting_as_told_is_enough(moves: list[tuple[str, ...] | float]) -> None:
    clock = ManualClock(0.0)
    pacing = _pacing(clock)
    for move in moves:
        if not isinstance(move, tuple):
            clock.advance(move)
        else:
            clock.advance(pacing.take(move) + 1e-6)
            assert pacing.wait(move) <= 60.0
    wait = pacing.wait(["user"])
    clock.advance(wait + 1e-6)
    assert pacing.take(["user"]) <= 0


async def test_a_full_group_leaves_the_users_slots_alone() -> None:
    pacing = _pacing(ManualClock())
    assert [pacing.take(("user", "group:a")) for _ in range(4)] == [0.0, 0.0, 60.0, 60.0]
    assert pacing.headroom() == "3 user, 0 group:a"
    assert pacing.take(("user", "group:b")) == 0.0


def test_the_platform_may_say_that_less_is_left() -> None:
    clock = ManualClock()
    pacing = _pacing(clock, {"user": 250})
    pacing.take(["user"])
    pacing.learn(["user"], 200, {"x-ratelimit-limit": "250", "x-ratelimit-remaining": "3"})
    assert pacing.headroom() == "3 user"
    pacing.learn(["user"], 200, {"x-ratelimit-limit": "250", "x-ratelimit-remaining": "200"})
    assert pacing.headroom() == "3 user"
    clock.advance(60)
    assert pacing.headroom() == "250 user"


def test_what_others_took_is_free_when_the_platform_says_so() -> None:
    clock = ManualClock()
    pacing = _pacing(clock, {"user": 250})
    pacing.take(["user"])
    pacing.learn(
        ["user"],
        200,
        {"x-ratelimit-limit": "250", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(clock.now + 10)},
    )
    assert pacing.wait(["user"]) == pytest.approx(10)
    clock.advance(10.001)
    assert pacing.take(["user"]) == 0.0


def test_a_limit_of_another_size_does_not_count_against_this_budget() -> None:
    pacing = _pacing(ManualClock(), {"user": 250})
    pacing.learn(["user"], 200, {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0"})
    assert pacing.wait(["user"]) == 0.0


@pytest.mark.parametrize(
    ("headers", "closed"),
    [
        ({"x-ratelimit-limit": "5", "retry-after": "9"}, "user"),
        ({"x-ratelimit-limit": "2", "retry-after": "9"}, "group:a"),
        ({"retry-after": "9"}, "group:a"),
        ({"x-ratelimit-limit": "many", "retry-after": "9"}, "group:a"),
    ],
)
def test_the_headers_say_which_budget_is_meant(headers: dict[str, str], closed: str) -> None:
    pacing = _pacing(ManualClock())
    assert pacing.learn(["user", "group:a"], 429, headers) == 9.0
    assert {name: pacing.wait([name]) for name in ("user", "group:a")} == {
        name: 9.0 if name == closed else 0.0 for name in ("user", "group:a")
    }


@pytest.mark.parametrize("skew", [-7200, -3, 0, 3, 7200])
def test_a_wrong_clock_does_no_harm(skew: int) -> None:
    clock = ManualClock()
    pacing = _pacing(clock)
    theirs = clock.now + skew
    headers = {"date": formatdate(theirs, usegmt=True), "x-ratelimit-reset": str(theirs + 20)}
    assert pacing.learn(["user"], 429, headers) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 32 Jan 2026 00:00:00 GMT", "31"])
def test_an_unreadable_date_is_left_out_of_account(date: str) -> None:
    clock = ManualClock()
    headers = {"date": date, "x-ratelimit-reset": str(clock.now + 20)}
    assert _pacing(clock).learn(["user"], 429, headers) == pytest.approx(20)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-limit", "date"]
        ),
        st.text(max_size=40) | st.integers().map(str) | st.floats().map(str),
    ),
    st.sampled_from([200, 429, 503]),
)
def test_no_header_closes_a_budget_for_longer_than_is_credible(headers: dict[str, str], status: int) -> None:
    pacing = Pacing(ManualClock(), lambda _: Budget(limit=5, horizon=300.0))
    pacing.learn(["user"], status, headers)
    assert 0.0 <= pacing.wait(["user"]) <= 300.0


def test_a_limit_that_is_only_told_is_believed_until_its_reset() -> None:
    clock = ManualClock()
    pacing = Pacing(clock, Claribi.make_budget)
    pacing.learn([], 429, {"retry-after": "9"})
    assert pacing.headroom() == ""
    pacing.take(["general"])
    assert pacing.headroom() == ""
    pacing.learn(["general"], 200, {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "17"})
    assert pacing.headroom() == "17 general"
    gone = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(clock.now + 1800)}
    pacing.learn(["general"], 200, gone)
    assert pacing.headroom() == "0 general"
    assert pacing.wait(["general"]) == pytest.approx(1800)
    assert pacing.wait(["generation"]) == 0.0
    clock.advance(1801)
    assert (pacing.headroom(), pacing.wait(["general"])) == ("", 0.0)


async def test_a_wait_beyond_the_hosts_patience_is_told_and_nothing_is_sent() -> None:
    line = Line(ok(THING), budget=lambda _: Budget(limit=1))
    await create_thing(line.shop(), "lamp")
    with pytest.raises(RateLimited) as caught:
        await create_thing(line.shop(), "lamp")
    assert len(line.seen) == 1
    assert (caught.value.words()["retry_after"], caught.value.outcome) == (60, "none")


async def test_a_shorter_wait_is_sat_through() -> None:
    line = Line(ok(THING), budget=lambda _: Budget(limit=1, window=20))
    for _ in range(3):
        await get_thing(line.shop(), "7")
    begun = line.tape.times[0]
    assert [round(time - begun) for time in line.tape.times] == [0, 20, 40]
    assert line.call.notes == ["waited 20 s: Shop rate limit"]


async def test_repeats_take_slots_too() -> None:
    line = Line(fails(503), fails(503), ok(THING), budget=lambda _: Budget(limit=2, window=30))
    await get_thing(line.shop(), "7")
    assert line.tape.times[2] - line.tape.times[0] >= 30.0


def test_the_known_limits_are_those_of_the_vendor() -> None:
    limits = {name: Optimized.make_budget(name).limit for name in ("user", "group:1")}
    assert limits == {"user": 250, "group:1": 10}
