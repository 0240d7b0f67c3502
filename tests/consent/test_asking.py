"""Who says yes: the user through their client, in both generations of the protocol, or a plan's id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import mcp_types as types
import pytest
from mcp import Client, MCPError

from pentad.protocol import build_server
from pentad.sandbox import Fault
from tests.inside import Era, World, text_of

ERAS: tuple[Era, ...] = ("auto", "legacy")
PEOPLE = [{"external_id": "1", "person": {"first_name": "Aino", "phone_number": "+358401112233"}}]


class User:
    """A person behind a client: answers each question as told; remembers it and what `look` finds then."""

    def __init__(self, *actions: str, wait: float = 0.0, look: Callable[[], Any] = list) -> None:
        self.actions = list(actions)
        self.wait = wait
        self.look = look
        self.asked, self.seen = list[str](), list[Any]()

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        self.seen.append(self.look())
        await asyncio.sleep(self.wait)
        action: Any = self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]
        return types.ElicitResult(action=action, content={} if action == "accept" else None)


def client(
    world: World, user: User | None, era: Era, silence: float = 5.0
) -> AbstractAsyncContextManager[Client]:
    # After a good answer the SDK's client lists the tools, to check it; pages of one keep that short.
    server = build_server(world.app, page=1, silence=silence)
    return Client(server, mode=era, cache=None, elicitation_callback=user)


async def ask(opened: Client, name: str, /, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    result = await opened.call_tool(name, arguments)
    return bool(result.is_error), text_of(result)


def batch(world: World) -> dict[str, Any]:
    return {"group_id": world.sample("optimized", "group"), "profiles": PEOPLE}


def sent(world: World) -> int:
    return len(world.sent("optimized", "POST"))


@pytest.mark.parametrize("era", ERAS)
async def test_a_user_who_agrees_is_asked_once_and_it_is_done_once(world: World, era: Era) -> None:
    user = User("accept")
    async with client(world, user, era) as opened:
        failed, told = await ask(opened, "optimized_create_batch", **batch(world))

    assert not failed
    assert told["profiles_sent"] == 1
    assert sent(world) == 1
    (question,) = user.asked
    assert question.startswith("Import 1 profile (1 phone number, 0 e-mail addresses) into group ")
    assert "Undo: no: nothing published" in question
    assert "+358401112233" not in question


@pytest.mark.parametrize("era", ERAS)
async def test_a_user_who_declines_ends_the_plan(world: World, era: Era) -> None:
    async with client(world, User("decline"), era) as opened:
        failed, told = await ask(opened, "optimized_create_batch", **batch(world))
        (plan,) = world.app.session.plans.kept
        again, replayed = await ask(opened, "apply_plan", plan=plan)

    assert (failed, told["error"]) == (True, "rejected")
    assert told["message"].startswith("The user declined: Import 1 profile")
    assert (again, sent(world)) == (True, 0)
    assert "was declined before" in replayed["message"]


@pytest.mark.parametrize("era", ERAS)
async def test_without_an_answer_the_plan_s_id_is_the_way_on(world: World, era: Era) -> None:
    user = User("cancel")
    async with client(world, user, era) as opened:
        failed, told = await ask(opened, "optimized_create_batch", **batch(world))
        assert (failed, sent(world)) == (False, 0)
        assert (
            told["next"]
            == f"Nothing was sent. Show this to the user; if they agree, call apply_plan with {told['plan']}."
        )
        failed, _ = await ask(opened, "apply_plan", plan=told["plan"])

    assert (failed, sent(world), len(user.asked)) == (False, 1, 1)


async def test_a_plan_that_is_carried_out_already_can_no_longer_be_declined(world: World) -> None:
    planned = await world.ask("optimized_create_batch", **batch(world))
    plan = world.app.session.plans.kept[planned["plan"]]
    await world.ask("apply_plan", plan=plan.id)
    late = await world.app.settle(plan, "decline")

    assert late.is_error
    assert "was applied before" in late.text
    assert "Nothing was sent" not in late.text


async def test_a_plan_that_was_declined_meanwhile_does_not_open_again(world: World) -> None:
    planned = await world.ask("optimized_create_batch", **batch(world))
    plan = world.app.session.plans.kept[planned["plan"]]
    world.sandbox.platforms["optimized"].faults.add(Fault("refuse", times=None))
    applying = asyncio.ensure_future(world.app.call("apply_plan", {"plan": plan.id}))
    await asyncio.sleep(0)
    plan.state = "declined"
    assert "the plan still stands" not in (await applying).text
    world.sandbox.platforms["optimized"].faults.clear()
    again = await world.refused("apply_plan", plan=plan.id)

    assert "was declined before" in again["message"]
    assert sent(world) == 0


async def test_silence_is_no_answer(world: World) -> None:
    async with client(world, User("accept", wait=30), "legacy", silence=0.05) as opened:
        _, told = await ask(opened, "optimized_create_batch", **batch(world))

    assert told["plan"]
    assert sent(world) == 0


@pytest.mark.parametrize("era", ERAS)
async def test_nothing_is_asked_for_reads_and_plain_writes(world: World, era: Era) -> None:
    user = User("decline")
    report = world.sample("claribi", "pending_report")
    async with client(world, user, era) as opened:
        for name, arguments in (
            ("claribi_list_reports", {"limit": 1}),
            ("claribi_generate_report", {"report_id": report}),
            ("call_operation", {"name": "claribi_get_usage"}),
        ):
            assert not (await ask(opened, name, **arguments))[0]

    assert user.asked == []


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_through_the_verb_is_asked_about_too(world: World, era: Era) -> None:
    user = User("accept")
    report = world.sample("claribi", "failing_report")
    async with client(world, user, era) as opened:
        call = {"name": "claribi_delete_report", "arguments": {"report_id": report}}
        failed, told = await ask(opened, "change_operation", **call)

    assert (failed, told) == (False, {"deleted": report})
    assert f"Delete report {report}" in user.asked[0]
    assert 'Now: {"title":' in user.asked[0]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_cannot_ask_gets_the_plan(world: World, era: Era) -> None:
    async with client(world, None, era) as opened:
        _, told = await ask(opened, "optimized_create_batch", **batch(world))
        assert told["plan"]
        assert not (await ask(opened, "apply_plan", plan=told["plan"]))[0]
    assert sent(world) == 1


# --- the user's answer alone


@pytest.mark.parametrize("era", ERAS)
async def test_where_only_the_user_counts_a_plan_s_id_proves_nothing(world: World, era: Era) -> None:
    world.change(confirm="human")
    async with client(world, None, era) as opened:
        _, told = await ask(opened, "optimized_create_batch", **batch(world))
        _, again = await ask(opened, "apply_plan", plan=told["plan"])

    assert "this client cannot ask" in told["next"]
    assert again["plan"] == told["plan"]
    assert sent(world) == 0


@pytest.mark.parametrize("era", ERAS)
async def test_where_only_the_user_counts_applying_asks_them(world: World, era: Era) -> None:
    world.change(confirm="human")
    user = User("cancel", "accept")
    async with client(world, user, era) as opened:
        _, told = await ask(opened, "optimized_create_batch", **batch(world))
        assert "asks them again" in told["next"]
        failed, done = await ask(opened, "apply_plan", plan=told["plan"])

    assert (failed, done["profiles_sent"], sent(world), len(user.asked)) == (False, 1, 1, 2)


async def test_where_nothing_is_to_be_approved_it_is_done_at_once(world: World) -> None:
    world.change(confirm="never")
    user = User("decline")
    async with client(world, user, "auto") as opened:
        failed, told = await ask(opened, "optimized_create_batch", **batch(world))

    assert (failed, told["profiles_sent"], user.asked) == (False, 1, [])


# --- what comes back from outside


async def raw(opened: Client, name: str, arguments: dict[str, Any], **more: Any) -> Any:
    """A call as it goes over the wire, answered by nobody."""
    return await opened.session.call_tool(name, arguments, allow_input_required=True, **more)


def accepting(state: str) -> dict[str, Any]:
    yes = {"approve": types.ElicitResult(action="accept", content={})}
    return {"input_responses": yes, "request_state": state}


async def test_a_state_counts_once_and_only_for_its_own_call(world: World) -> None:
    async with client(world, User("accept"), "auto") as opened:
        arguments = batch(world)
        asked = await raw(opened, "optimized_create_batch", arguments)
        state = asked.request_state
        other = {**arguments, "profiles": [*PEOPLE, *PEOPLE]}
        for name, wrong in (("optimized_create_batch", other), ("claribi_list_reports", {})):
            with pytest.raises(MCPError, match="belongs to another call"):
                await raw(opened, name, wrong, **accepting(state))
        assert sent(world) == 0
        done = await raw(opened, "optimized_create_batch", arguments, **accepting(state))
        assert not done.is_error
        replay = await raw(opened, "optimized_create_batch", arguments, **accepting(state))

    assert replay.is_error
    assert "not carried out twice" in replay.content[0].text
    assert sent(world) == 1


async def test_a_state_that_nobody_gave_out_is_refused(world: World) -> None:
    planned = await world.ask("optimized_create_batch", **batch(world))
    async with client(world, User("accept"), "auto") as opened:
        with pytest.raises(MCPError, match="belongs to another call"):
            await raw(
                opened,
                "optimized_create_batch",
                batch(world),
                **accepting(planned["plan"]),
            )
        with pytest.raises(MCPError, match="There is no plan 'x' here"):
            await raw(opened, "optimized_create_batch", batch(world), **accepting("x"))
    assert sent(world) == 0


async def test_an_answer_that_comes_too_late_does_nothing(world: World) -> None:
    async with client(world, User("accept"), "auto") as opened:
        asked = await raw(opened, "optimized_create_batch", batch(world))
        world.clock.advance(601)
        late = await raw(
            opened,
            "optimized_create_batch",
            batch(world),
            **accepting(asked.request_state),
        )
    assert "expired; nothing was sent" in late.content[0].text
    assert sent(world) == 0


async def test_a_plan_of_another_owner_is_not_there(world: World) -> None:
    async with client(world, User("accept"), "auto") as opened:
        asked = await raw(opened, "optimized_create_batch", batch(world))
        world.app.session.client_name = "somebody else"
        with pytest.raises(MCPError, match="There is no plan"):
            await raw(
                opened,
                "optimized_create_batch",
                batch(world),
                **accepting(asked.request_state),
            )
    assert sent(world) == 0


async def test_answers_at_the_same_time_do_it_once(world: World) -> None:
    async with client(world, User("accept"), "auto") as opened:
        asked = await raw(opened, "optimized_create_batch", batch(world))
        told = await asyncio.gather(
            *(
                raw(
                    opened,
                    "optimized_create_batch",
                    batch(world),
                    **accepting(asked.request_state),
                )
                for _ in range(5)
            )
        )
    assert sorted(bool(one.is_error) for one in told) == [False, True, True, True, True]
    assert sent(world) == 1
