"""What a change leaves behind: a line of audit with its outcome, and what it spent of what may be spent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from pentad.consent.audit import Entry, read
from pentad.sandbox import Fault
from pentad.sandbox.faults import Kind
from pentad.settings import Account
from tests.inside import World

PEOPLE: list[dict[str, Any]] = [
    {"external_id": "1", "person": {"first_name": "Aino", "phone_number": "+358401112233"}}
]
GENERATE = "claribi_generate_report"
FOLDER = {"path": "/public/Retail/Board"}


def lines(world: World) -> list[Entry]:
    assert world.settings.audit is not None
    return list(read(world.settings.audit))


def told(entry: Entry) -> tuple[str, str, str]:
    return entry.operation, entry.outcome, entry.approved


def batch(world: World) -> dict[str, Any]:
    return {"group_id": world.sample("optimized", "group"), "profiles": PEOPLE}


async def test_reads_and_plans_leave_no_line(world: World) -> None:
    await world.ask("claribi_list_reports", limit=1)
    await world.ask("optimized_create_batch", **batch(world))
    await world.refused("optimized_create_batch", group_id="x", profiles=[])

    assert lines(world) == []


async def test_each_change_leaves_one_line_with_its_approval(world: World) -> None:
    report = world.sample("claribi", "pending_report")
    await world.ask(GENERATE, report_id=report)
    planned = await world.ask("optimized_create_batch", **batch(world))
    await world.ask("apply_plan", plan=planned["plan"])
    await world.refused("apply_plan", plan=planned["plan"])
    world.change(confirm="never")
    other = {**batch(world), "profiles": [{**PEOPLE[0], "external_id": "2"}]}
    await world.ask("change_operation", name="optimized_create_batch", arguments=other)

    assert [told(one) for one in lines(world)] == [
        (GENERATE, "done", "not needed"),
        ("optimized_create_batch", "done", "plan id"),
        ("optimized_create_batch", "done", "switched off"),
    ]
    first, second, _ = lines(world)
    assert first.target == {"report_id": report}
    assert (second.plan, second.account, second.owner) == (planned["plan"], "optimized", "local")
    assert "+358401112233" not in "".join(
        path.read_text() for path in Path(world.settings.audit or "").iterdir()
    )


async def test_what_was_refused_and_what_is_unclear_are_told_apart(world: World) -> None:
    report = world.sample("claribi", "pending_report")
    await world.refused(GENERATE, report_id="999999")
    world.sandbox.platforms["claribi"].faults.add(Fault("lost_answer", method="POST"))
    unclear = await world.refused(GENERATE, report_id=report)

    assert unclear["outcome"] == "unknown"
    assert [(one.outcome, one.error) for one in lines(world)] == [
        ("refused", "not_found"),
        ("unknown", "unavailable"),
    ]


@pytest.mark.parametrize("kind", ["reset", "truncate_json", "html"])
async def test_a_change_that_nothing_was_sent_of_is_certain_and_its_plan_stands(
    world: World, kind: Kind
) -> None:
    """It breaks at what is read before it is sent, or at signing in."""
    planned = await world.ask("change_operation", name="optimibi_create_folder", arguments=FOLDER)
    optimibi = world.sandbox.platforms["optimibi"]
    optimibi.faults.add(Fault(kind, method="GET", times=None))
    optimibi.faults.add(Fault(kind, path="*login*", times=None))
    broken = await world.refused("apply_plan", plan=planned["plan"])
    optimibi.faults.clear()
    world.clock.advance(60)
    await world.ask("apply_plan", plan=planned["plan"])

    assert "outcome" not in broken
    assert "the plan still stands" in broken["message"]
    assert [one.outcome for one in lines(world)] == ["refused", "done"]


async def test_a_call_that_is_cancelled_is_unclear(world: World) -> None:
    world.sandbox.platforms["claribi"].faults.add(Fault("slow_connect", method="POST"))
    call = asyncio.ensure_future(
        world.app.call(GENERATE, {"report_id": world.sample("claribi", "pending_report")})
    )
    for _ in range(1000):
        await asyncio.sleep(0)
        if lines(world):
            break
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert [one.outcome for one in lines(world)] == ["unknown"]


async def test_a_folder_that_cannot_be_written_stops_nothing_and_is_told(world: World) -> None:
    assert world.settings.audit is not None
    world.settings.audit.write_text("in the way")
    report = world.sample("claribi", "pending_report")

    assert (await world.ask(GENERATE, report_id=report))["status"] == "completed"
    assert (await world.ask("pentad_status"))["audit"] == "it cannot be written"


# --- spending


async def test_above_the_limit_it_takes_a_plan(tmp_path: Path) -> None:
    world = World(tmp_path / "files", spend_limit={"credits": 9})
    report = world.sample("claribi", "pending_report")
    await world.ask(GENERATE, report_id=report)
    planned = await world.ask(GENERATE, report_id=report)
    posts = len(world.sent("claribi", "POST"))
    assert planned["will"].startswith(f"Run {GENERATE}, which spends up to 5 credits: 5 of 9 ")
    assert (await world.ask("apply_plan", plan=planned["plan"]))["status"] == "completed"
    assert (await world.ask("pentad_status"))["spent"] == {"credits": "10 of 9"}
    await world.app.aclose()
    assert (posts, len(world.sent("claribi", "POST"))) == (1, 2)


async def test_calls_at_the_same_time_do_not_share_the_rest(tmp_path: Path) -> None:
    world = World(tmp_path / "files", spend_limit={"credits": 12})
    report = world.sample("claribi", "pending_report")
    answers = await asyncio.gather(*(world.app.call(GENERATE, {"report_id": report}) for _ in range(4)))
    plans = [one for one in answers if one.plan is not None]
    await world.app.aclose()

    assert len(plans) == 2
    assert len(world.sent("claribi", "POST")) == 2


async def test_what_was_certainly_not_done_is_not_counted(tmp_path: Path) -> None:
    world = World(tmp_path / "files", spend_limit={"credits": 9})
    await world.refused(GENERATE, report_id="999999")
    spent = (await world.ask("pentad_status"))["spent"]
    world.sandbox.platforms["claribi"].faults.add(Fault("lost_answer", method="POST"))
    await world.refused(GENERATE, report_id=world.sample("claribi", "pending_report"))
    after = (await world.ask("pentad_status"))["spent"]
    await world.app.aclose()

    assert (spent, after) == ({"credits": "0 of 9"}, {"credits": "5 of 9"})


# --- effects by account


async def test_effects_can_be_allowed_to_one_account(world: World) -> None:
    one = world.app.settings.accounts["claribi"]
    accounts = {
        "claribi": Account("claribi", one.values, allow=frozenset()),
        "claribi/lab": Account("claribi", one.values, "lab", frozenset({"destructive"})),
    }
    world.change(allow=frozenset(), accounts=accounts)
    report = world.sample("claribi", "failing_report")

    refused = await world.refused("claribi_delete_report", report_id=report)
    assert "the user can allow that with PENTAD_ALLOW=destructive" in refused["message"]
    planned = await world.ask("claribi_delete_report", report_id=report, account="lab")
    world.change(accounts={**accounts, "claribi/lab": Account("claribi", one.values, "lab")})
    late = await world.refused("apply_plan", plan=planned["plan"])
    assert "PENTAD_ALLOW=destructive" in late["message"]
    assert not world.sent("claribi", "DELETE")
    assert json.dumps(late)
