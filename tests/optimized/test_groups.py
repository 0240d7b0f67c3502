"""Optimized.App groups: pages without a total, links that cannot be trusted."""

from __future__ import annotations

from pentad.sandbox import Fault
from tests.inside import World


async def test_all_groups_are_reached_by_cursor_in_the_order_asked_for(world: World) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        told = await world.ask("optimized_list_groups", sort="-created_at", limit=17, cursor=cursor)
        seen += [row[2] for row in told["rows"]]
        cursor = told["more"].get("cursor")
        if cursor is None:
            break

    assert len(seen) == 60
    assert seen == sorted(seen, reverse=True)
    assert all(("sort", "-created_at") in exchange.query for exchange in world.sent("optimized"))


async def test_a_cursor_of_another_order_is_refused(world: World) -> None:
    told = await world.ask("optimized_list_groups", sort="created_at")
    wrong = await world.refused("optimized_list_groups", sort="-created_at", cursor=told["more"]["cursor"])

    assert "other arguments" in wrong["problems"]["cursor"][0]


async def test_no_total_is_claimed_because_none_is_known(world: World) -> None:
    assert "total" not in await world.ask("optimized_list_groups")


async def test_a_token_without_groups_gets_an_empty_list(world: World) -> None:
    world.as_user("optimized", token=world.sandbox.platforms["optimized"].credentials["no_groups_token"])
    told = await world.ask("optimized_list_groups")

    assert told["rows"] == []
    assert "more" not in told


async def test_a_page_that_fails_keeps_the_rows_before_it(world: World) -> None:
    world.sandbox.platforms["optimized"].faults.add(
        Fault(kind="status", status=503, path="/v1/my-groups*", times=None, skip=1)
    )
    told = await world.ask("optimized_list_groups", limit=60, fields=["name"])
    world.sandbox.platforms["optimized"].faults.clear()
    world.clock.advance(60)
    rest = await world.ask("optimized_list_groups", limit=60, fields=["name"], cursor=told["more"]["cursor"])

    assert len(told["rows"]) == 25
    assert "stopped early" in told["note"]
    assert len(rest["rows"]) == 35


async def test_a_used_up_plan_is_a_rate_limit(world: World) -> None:
    world.as_user("optimized", token=world.sandbox.platforms["optimized"].credentials["spent_token"])
    told = await world.refused("optimized_list_groups")

    assert told["error"] == "rate_limited"


async def test_a_field_the_platform_refuses_is_named(world: World) -> None:
    told = await world.refused("optimized_list_groups", sort="colour")

    assert list(told["problems"]) == ["sort"]


async def test_a_sort_that_is_no_name_is_refused_here(world: World) -> None:
    told = await world.refused("optimized_list_groups", sort="a b; drop")

    assert "sort" in told["problems"]
    assert world.sent("optimized") == []
