"""Creating a batch: checked here, shown, sent once, and honest about what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.faults import Kind
from tests.inside import World, text_of


def post_fault(kind: Kind, *, times: int | None = 1, status: int | None = None) -> Fault:
    return Fault(kind=kind, method="POST", path="/v1/groups/*", times=times, status=status)


def people(*ids: str) -> list[dict[str, Any]]:
    return [
        {"external_id": own, "person": {"first_name": "Oona", "phone_number": f"+35840111{n:04d}"}}
        for n, own in enumerate(ids)
    ]


async def planned(world: World, profiles: list[Any], **more: Any) -> dict[str, Any]:
    group = world.sample("optimized", "group")
    return await world.ask("optimized_create_batch", group_id=group, profiles=profiles, **more)


async def test_the_first_call_sends_nothing_and_shows_what_would_happen(world: World) -> None:
    told = await planned(world, people("a-1", "a-2"))

    assert world.sent("optimized") == []
    assert told["plan"].startswith("create-batch-2-profiles-")
    assert "2 profiles (2 phone numbers, 0 e-mail addresses)" in told["will"]
    assert told["undo"].startswith("no")


async def test_the_preview_masks_personal_data(world: World) -> None:
    told = await planned(world, people("a-1"))

    assert "0000" not in json.dumps(told["body"])
    assert "Oona" not in json.dumps(told)


async def test_a_long_batch_is_shown_by_its_first_profiles_and_a_count(world: World) -> None:
    told = await planned(world, people(*(f"a-{n}" for n in range(40))))

    assert told["plan"].startswith("create-batch-40-profiles-")
    assert len(told["body"]["profiles"]) == 3
    assert told["body"]["profiles_not_shown"] == 37


async def test_apply_plan_sends_exactly_what_was_given_once(world: World) -> None:
    profiles = people("a-1", "a-2")
    told = await planned(world, profiles, fail_on_missing_attributes=False, extra={"campaign": {"id": 7}})
    made = await world.ask("apply_plan", plan=told["plan"])
    again = await world.refused("apply_plan", plan=told["plan"])

    (post,) = world.sent("optimized", "POST")
    sent = json.loads(post.request_body)
    assert sent == {"profiles": profiles, "fail_on_missing_attributes": False, "campaign": {"id": 7}}
    assert made["profiles_sent"] == 2
    assert again["error"] == "rejected"
    assert "applied before" in again["message"]


async def test_an_omitted_flag_is_not_sent(world: World) -> None:
    told = await planned(world, people("a-1"))
    await world.ask("apply_plan", plan=told["plan"])

    (post,) = world.sent("optimized", "POST")
    assert set(json.loads(post.request_body)) == {"profiles"}


async def test_all_local_findings_come_at_once_in_the_vendors_dotted_form(world: World) -> None:
    told = await world.refused(
        "optimized_create_batch",
        group_id="not-a-uuid",
        profiles=[
            {"person": {"phone_number": "call me", "email_address": "a b@c"}},
            {"external_id": "x", "person": {"phone_number": 12}},
            {"external_id": "x", "person": []},
            "nobody",
            {"attributes": {"name": "value"}},
        ],
        fail_on_missing_attributes="true",
        extra={"profiles": [], "at": "2026-12-01T09:00"},
    )

    assert world.sent("optimized") == []
    assert list(told["problems"]) == [
        "extra.at",
        "extra.profiles",
        "fail_on_missing_attributes",
        "group_id",
        "profiles.0.person.email_address",
        "profiles.0.person.phone_number",
        "profiles.1.person.phone_number",
        "profiles.2.external_id",
        "profiles.2.person",
        "profiles.3",
        "profiles.4.attributes",
    ]
    assert told["external_ids"] == {"1": "x", "2": "x"}
    assert "call me" not in json.dumps(told)


@pytest.mark.parametrize("profiles", [[], "[]"])
async def test_an_empty_batch_is_refused(world: World, profiles: Any) -> None:
    told = await world.refused(
        "optimized_create_batch", group_id=world.sample("optimized", "group"), profiles=profiles
    )

    assert told["problems"] == {"profiles": ["needs at least one profile"]}


async def test_doubtful_values_are_warnings_not_refusals(world: World) -> None:
    told = await planned(
        world,
        [
            {"person": {"phone_number": "040 111 2233"}},
            {"person": {"first_name": "Nobody"}},
            {"person": {"email_address": "a@b.example"}, "attributes": [{"name": "x"}, {"name": "x"}]},
        ],
    )

    assert [warning.rpartition(" (")[2] for warning in told["body"]["warnings"]] == [
        "profiles 0)",
        "profiles 1)",
        "profiles 2)",
    ]


async def test_times_are_sent_in_utc_as_the_vendor_writes_them(world: World) -> None:
    told = await planned(world, people("a-1"), extra={"steps": [{"at": "2026-12-01T09:00:00+02:00"}]})

    assert told["body"]["steps"] == [{"at": "2026-12-01T07:00:00.000Z"}]


@pytest.mark.parametrize("moment", ["2026-13-01T09:00:00Z", "2026-02-30T09:00Z"])
async def test_a_time_that_does_not_exist_is_refused(world: World, moment: str) -> None:
    told = await world.refused(
        "optimized_create_batch",
        group_id=world.sample("optimized", "group"),
        profiles=people("a-1"),
        extra={"at": moment},
    )

    assert "extra.at" in told["problems"]


async def test_the_servers_422_arrives_complete_sorted_and_without_personal_data(world: World) -> None:
    profiles = people(*(f"a-{n}" for n in range(12)))
    for position in (10, 2):
        profiles[position]["person"]["phone_number"] = "+999123456789"
    profiles[5]["external_id"] = world.sandbox.platforms["optimized"].samples["taken_external_id"]
    told = await planned(world, profiles)
    refusal = await world.refused("apply_plan", plan=told["plan"])

    assert refusal["error"] == "rejected"
    assert [at.split(".")[1] for at in refusal["problems"]] == ["2", "5", "10"]
    assert refusal["external_ids"] == {"2": "a-2", "5": profiles[5]["external_id"], "10": "a-10"}
    assert "3 problems in 3 of 12 profiles" in refusal["message"]
    assert "+999" not in json.dumps(refusal)


@pytest.mark.parametrize("kind", ["lost_answer", "reset"])
async def test_a_broken_connection_leaves_the_outcome_unknown_and_nothing_is_repeated(
    world: World, kind: Kind
) -> None:
    world.sandbox.platforms["optimized"].faults.add(post_fault(kind))
    told = await planned(world, people("a-1"))
    unclear = await world.refused("apply_plan", plan=told["plan"])
    again = await world.refused("apply_plan", plan=told["plan"])

    assert unclear["outcome"] == "unknown"
    assert "dashboard" in unclear["message"]
    assert unclear["external_ids"] == ["a-1"]
    assert again["error"] == "rejected"
    assert len(world.sent("optimized", "POST")) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_a_fault_of_the_server_is_not_taken_for_a_refusal(world: World, status: int) -> None:
    world.sandbox.platforms["optimized"].faults.add(post_fault("status", status=status))
    told = await planned(world, people("a-1"))
    unclear = await world.refused("apply_plan", plan=told["plan"])

    assert (unclear["error"], unclear["outcome"]) == ("unavailable", "unknown")
    assert len(world.sent("optimized", "POST")) == 1


async def test_a_refused_connection_is_tried_again_because_nothing_was_sent(world: World) -> None:
    world.sandbox.platforms["optimized"].faults.add(post_fault("refuse"))
    told = await planned(world, people("a-1"))

    assert "created" in await world.ask("apply_plan", plan=told["plan"])


async def test_a_plan_stands_when_it_is_certain_that_nothing_was_done(world: World) -> None:
    world.sandbox.platforms["optimized"].faults.add(post_fault("refuse", times=None))
    told = await planned(world, people("a-1"))
    failed = await world.refused("apply_plan", plan=told["plan"])
    world.sandbox.platforms["optimized"].faults.clear()
    world.clock.advance(60)

    assert "the plan still stands" in failed["message"]
    assert "created" in await world.ask("apply_plan", plan=failed["plan"])


async def test_ten_batches_a_minute_go_to_a_group_and_the_eleventh_waits(world: World) -> None:
    plans = [(await planned(world, people(f"a-{n}")))["plan"] for n in range(11)]
    for plan in plans[:10]:
        await world.ask("apply_plan", plan=plan)
    failed = await world.refused("apply_plan", plan=plans[10])

    assert failed["error"] == "rate_limited"
    assert 45 < failed["retry_after"] <= 60
    assert [exchange.status for exchange in world.sent("optimized", "POST")] == [201] * 10
    world.clock.advance(30)
    made = await world.ask("apply_plan", plan=plans[10])
    assert "rate limit" in made["note"]


async def test_a_plan_expires_after_ten_minutes(world: World) -> None:
    told = await planned(world, people("a-1"))
    world.clock.advance(601)

    assert "expired" in (await world.refused("apply_plan", plan=told["plan"]))["message"]


async def test_an_unknown_plan_says_how_to_get_one(world: World) -> None:
    told = await world.refused("apply_plan", plan="create-batch-2-profiles-xxxxxx")

    assert told["error"] == "not_found"


async def test_a_read_only_server_neither_lists_nor_plans_a_batch(world: World) -> None:
    made = World(world.settings.downloads, read_only=True)
    answer = await made.app.call("optimized_create_batch", {"group_id": "x", "profiles": [{}]})

    assert "optimized_create_batch" not in made.app.tools
    assert "apply_plan" not in made.app.tools
    assert answer.is_error
    assert "read-only" in answer.text


async def test_a_token_without_the_right_is_explained(world: World) -> None:
    world.as_user("optimized", token=world.sandbox.platforms["optimized"].credentials["read_only_token"])
    told = await planned(world, people("a-1"))
    async with world.client() as client:
        refused = text_of(await client.call_tool("apply_plan", {"plan": told["plan"]}))

    assert refused["error"] == "rejected"
    assert "lacks the right" in refused["message"]
