"""A plan is shown, then carried out once, by the one it was shown to, in time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.consent.plans import LIFE, Plan, Planned, Plans, Preview
from pentad.errors import NotFound, Rejected
from tests.clock import ManualClock
from tests.http.wire import create_thing
from tests.proof import EXAMPLES


def _add(plans: Plans, owner: str = "local", print_: str = "p") -> Plan:
    preview = Preview("Make a thing.", "make-thing", None, "no")
    planned = Planned(preview, print_)
    return plans.add(create_thing, {"name": "lamp"}, planned, owner=owner, account="default")


def test_it_is_named_readably_and_kept_with_its_arguments() -> None:
    plan = _add(Plans(ManualClock()))
    assert re.fullmatch(r"make-thing-[2-9a-z]{8}", plan.id)
    assert (plan.operation, plan.arguments, plan.state) == (create_thing, {"name": "lamp"}, "open")


def test_it_is_carried_out_once() -> None:
    plans = Plans(ManualClock())
    plan = _add(plans)
    assert plans.take(plan.id, "local") is plan
    for _ in range(2):
        with pytest.raises(Rejected, match="was applied before") as caught:
            plans.take(plan.id, "local")
        assert caught.value.outcome == "none"


def test_it_expires() -> None:
    clock = ManualClock()
    plans = Plans(clock)
    first, second = _add(plans), _add(plans)
    clock.advance(LIFE - 0.001)
    plans.take(first.id, "local")
    clock.advance(0.001)
    with pytest.raises(Rejected, match="expired; nothing was sent"):
        plans.take(second.id, "local")
    with pytest.raises(Rejected, match="was expired before"):
        plans.take(second.id, "local")


def test_it_belongs_to_its_owner_and_stays_open_for_them() -> None:
    plans = Plans(ManualClock())
    plan = _add(plans, "anna")
    with pytest.raises(NotFound) as caught:
        plans.take(plan.id, "local")
    assert caught.value.outcome == "none"
    assert plans.take(plan.id, "anna").state == "applied"


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=300))
def test_an_unknown_one_is_not_found(plan_id: str) -> None:
    plans = Plans(ManualClock())
    _add(plans)
    with pytest.raises(NotFound, match="There is no plan"):
        plans.take(plan_id, "local")


def test_a_changed_request_is_refused() -> None:
    plan = _add(Plans(ManualClock()), print_="one")
    plan.confirm("one")
    with pytest.raises(Rejected, match="nothing was sent"):
        plan.confirm("two")


def test_only_the_newest_are_kept() -> None:
    plans = Plans(ManualClock())
    made = [_add(plans) for _ in range(201)]
    assert len({plan.id for plan in made}) == 201
    with pytest.raises(NotFound):
        plans.take(made[0].id, "local")
    assert plans.take(made[1].id, "local") is made[1]
