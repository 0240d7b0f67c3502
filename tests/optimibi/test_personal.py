"""What is the user's own: favourites, recent items, language and theme."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside import World
from tests.optimibi.test_filing import EDITIONS, done, sample, state

GONE = "/public/Retail/Deleted long ago.datafor"
WEB = "/public/Web/Overview.datafor"


async def paths(world: World, name: str) -> list[str]:
    told = await world.ask(f"optimibi_{name}")
    return [row[told["columns"].index("path")] for row in told["rows"]]


def stored(world: World) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = state(world).favourites["mvega"]
    return kept


@pytest.mark.parametrize("edition", EDITIONS)
async def test_new_favourites_come_first_and_the_others_are_sent_back_as_they_were(
    world: World, edition: str
) -> None:
    state(world).edition = edition
    for entry in stored(world):
        entry["icon"] = {"colour": 3.10}
    before = list(stored(world))
    plan, told = await done(world, "save_favorites", items=[WEB, sample(world, "target")])

    # What the older edition does not tell, cannot be sent back.
    kept = [one for one in before if edition == "newer" or one["fullPath"] != GONE]
    assert plan["body"]["changes"]["favorites"]["from"] == [one["fullPath"] for one in kept]
    assert stored(world)[2:] == kept
    assert stored(world)[0]["title"] == "Overview"
    assert set(stored(world)[0]) == {"fullPath", "title", "lastUse"}
    assert told == {"first": [WEB, "/public/Web"], "total": len(stored(world))}
    assert (await paths(world, "list_favorites"))[:2] == [WEB, "/public/Web"]


async def test_a_favourite_moves_to_the_front_unchanged(world: World) -> None:
    before = list(stored(world))
    await done(world, "save_favorites", items=[before[1]["fullPath"]])

    assert stored(world) == [before[1], before[0], *before[2:]]
    again = await world.refused("optimibi_save_favorites", items=[before[1]["fullPath"]])
    assert "Nothing would change" in again["message"]


async def test_a_favourite_is_removed_by_name_also_where_its_report_is_gone(world: World) -> None:
    report = sample(world, "report")
    plan, told = await done(world, "remove_favorites", items=["deleted long ago", sample(world, "report_id")])

    assert plan["undo"] == "optimibi_save_favorites"
    assert told == {"removed": [GONE, report]}
    assert {GONE, report} & {one["fullPath"] for one in stored(world)} == set()
    assert report in state(world).nodes
    unknown = await world.refused("optimibi_remove_favorites", items=[WEB])
    assert "There is no favourite" in unknown["message"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_what_was_opened_stands_first_among_recent_items_without_a_plan(
    world: World, edition: str
) -> None:
    state(world).edition = edition
    before = await paths(world, "list_recent_items")
    again = before[-1]
    assert await world.ask("optimibi_add_recent_items", items=[WEB, again]) == {"added": [WEB, again]}

    assert await paths(world, "list_recent_items") == [WEB, again, *before[:-1]]
    told = next(one for one in state(world).recents["mvega"] if one["fullPath"] == WEB)
    assert told["lastUse"] == int(world.clock.time() * 1000)


async def test_a_recent_item_is_taken_off_and_one_that_is_not_there_is_refused(world: World) -> None:
    first, *rest = await paths(world, "list_recent_items")
    assert await world.ask("optimibi_remove_recent_items", items=[first]) == {"removed": [first]}
    assert await paths(world, "list_recent_items") == rest
    assert (await world.refused("optimibi_remove_recent_items", items=[first]))["error"] == "not_found"


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_new_theme_is_sent_with_the_language_that_stays(world: World, edition: str) -> None:
    state(world).edition = edition
    plan, told = await done(world, "set_display_settings", theme="dark")

    assert plan["body"]["changes"] == {"theme": {"from": "light", "to": "dark"}}
    assert json.loads(world.sent("optimibi")[-1].request_body) == [
        {"id": "theme", "value": "dark"},
        {"id": "language", "value": "en"},
    ]
    assert await world.ask("optimibi_get_display_settings") == told == {"theme": "dark", "language": "en"}


async def test_display_settings_that_say_nothing_or_nothing_new_are_refused(world: World) -> None:
    nothing = await world.refused("optimibi_set_display_settings")
    assert "a language, a theme, or both" in nothing["problems"]["language"][0]
    same = await world.refused("optimibi_set_display_settings", language="en")
    assert "Nothing would change" in same["message"]
    bad = await world.refused("optimibi_set_display_settings", language="../x")
    assert bad["error"] == "rejected"


async def test_an_empty_report_is_made_at_an_address(world: World) -> None:
    told = await world.ask("optimibi_open_blank_report_designer")
    assert told["url"].endswith("/plugin/datafor/api/createDo")


async def test_whoever_makes_no_reports_gets_no_address_to_do_it(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=known["reader_username"], password=known["reader_password"])
    refused = await world.refused("optimibi_open_blank_report_designer")
    assert "takes the user type SYS_Creator" in refused["message"]
