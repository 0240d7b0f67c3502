"""Tasks that a scripted agent does over the sandbox, and the frame that judges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchmarks.tasks import approvals, claribi, doing, figures, suite
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.doing import MODES, Mode, Outcome
from benchmarks.tasks.task import Task
from benchmarks.tasks.upstream import WAY
from benchmarks.tasks.users import agrees, reading

from tests.clock import ManualClock
from tests.proof import PROOF

TASKS = suite.tasks()
CHECKED: tuple[Mode, ...] = MODES if PROOF else ("core",)


@pytest.mark.parametrize("mode", CHECKED)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
async def test_an_agent_does_the_task(task: Task, mode: Mode, tmp_path: Path) -> None:
    outcome = await doing.with_pentad(task, mode, tmp_path)

    assert outcome.problem == ""
    assert outcome.turns


def test_each_task_has_a_script_for_the_bridge_or_the_reason_why_there_is_none() -> None:
    assert [one.name for one in TASKS if (one.bridge is None) is not bool(one.unbridged)] == []


async def wrong_answer(agent: Agent) -> object:
    await claribi.newest.script(agent)
    return "9001", "Ilse Okafor"


async def breaks(agent: Agent) -> object:
    told = await agent.call("claribi_list_data_sources", "list data sources")
    return told["no such member"]


async def fails(agent: Agent) -> object:
    return await agent.call("claribi_get_report", "read one report", report_id="424242")


async def cannot_be_found(agent: Agent) -> object:
    return await agent.call("claribi_list_data_sources", "move a file into the trash")


async def changes_more(agent: Agent) -> object:
    await agent.call("claribi_generate_report", "generate a report and wait for it", report_id="9010")
    return await claribi.newest.script(agent)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (wrong_answer, "answered ('9001', 'Ilse Okafor'), right is"),
        (breaks, "KeyError: 'no such member'"),
        (fails, "claribi_get_report"),
        (cannot_be_found, "is not found by 'move a file into the trash'"),
        (changes_more, "changed beyond what was wanted: claribi."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_script_that_goes_wrong_is_told_with_what_went_wrong(
    script: Callable[[Agent], Any], said: str, tmp_path: Path
) -> None:
    outcome = await doing.with_pentad(replace(claribi.newest, script=script), "core", tmp_path)

    assert said in outcome.problem


async def test_a_call_over_the_bridge_is_tried_again_until_it_succeeds() -> None:
    answers = [(True, "HTTP error 503"), (True, "HTTP error 429"), (False, '{"result": [1]}')]
    clock = ManualClock(0.0)

    async def ask(name: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        return answers.pop(0)

    bridge = Bridge(ask, clock)

    assert await bridge.insist("claribi_list_reports", page=2) == [1]
    assert len(bridge.turns) == 3
    assert clock.now > 0


async def nothing_done(agent: Agent) -> object:
    await agent.call("pentad_status")
    return []


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (replace(approvals.booked, script=nothing_done, user=agrees), "not changed: optimized.batches.0.*"),
        (replace(approvals.not_wanted, script=nothing_done), "the user was not asked"),
        (replace(approvals.booked, user=reading("41 profiles")), "optimized_create_batch"),
        (replace(approvals.not_wanted, user=agrees), "optimized_create_batch"),
    ],
    ids=["nothing was done", "nobody was asked", "the preview has other words", "the user agrees"],
)
async def test_a_change_counts_only_as_the_user_wanted_it(task: Task, said: str, tmp_path: Path) -> None:
    outcome = await doing.with_pentad(task, "core", tmp_path)

    assert said in outcome.problem


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (9001, "9001", True),
        ((1.10, "a"), ["1.1", "a"], True),
        ({"id": 7}, {"id": "7"}, True),
        (9001, "9002", False),
        (True, 1, False),
        ([1, 2], [2, 1], False),
        (True, "true", True),
        (None, "None", False),
    ],
)
def test_answers_are_compared_as_a_reader_would(one: object, other: object, same: bool) -> None:
    assert (doing.compared(one) == doing.compared(other)) is same


def test_what_was_not_done_is_counted_and_told_with_its_reason() -> None:
    done = [Outcome(claribi.newest, way, "", (), 100) for way in figures.WAYS]
    left = [Outcome(claribi.largest, way, "", (), 100) for way in MODES]
    left.append(Outcome(claribi.largest, WAY, "it cannot", (), 100))
    share, calls, _, why = figures.tables([*done, *left])
    _, all_done = figures.promises([*done[:1], replace(done[1], problem="no")])

    assert [row for row in share.rows if row[0] == "all"] == [("all", "2", "2", "2", "2", "1")]
    assert [row for row in calls.rows if row[0] == "all"] == [("all", "1", "0.0", "0.0", "0.0", "0.0")]
    assert share.remarks == ()
    assert figures.tables(left[:1])[0].remarks == (figures.ABSENT,)
    assert why.rows == [("claribi.largest", "bridge", "it cannot")]
    assert (all_done.figure, all_done.met) == ("1 of 2", False)
