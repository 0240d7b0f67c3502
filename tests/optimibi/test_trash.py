"""The trash: what was deleted is listed, put back with all below it, or taken away for good."""

from __future__ import annotations

from typing import Any

from tests.inside import World
from tests.optimibi.test_filing import SALES, done, names, sample, state


async def deleted(world: World, *items: str) -> list[str]:
    """The ids of items that were deleted."""
    _, told = await done(world, "delete_repository_items", items=list(items))
    return [one["id"] for one in told["trashed"]]


async def listed(world: World, **arguments: Any) -> list[dict[str, Any]]:
    told = await world.ask("optimibi_list_trash", **arguments)
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


async def test_what_was_deleted_is_listed_with_where_it_was_and_when(world: World) -> None:
    (id_,) = await deleted(world, SALES)
    (row,) = [one for one in await listed(world) if one["id"] == id_]

    assert (row["name"], row["kind"], row["path"]) == ("Sales", "folder", SALES)
    assert row["deleted"].endswith("UTC")


async def test_a_trash_holds_what_its_user_deleted_unless_all_is_asked_for(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=known["author_username"], password=known["author_password"])

    assert await listed(world) == []
    assert [row["name"] for row in await listed(world, everyone=True)] == ["Deleted long ago"]


async def test_a_folder_is_restored_by_name_with_all_that_it_held(world: World) -> None:
    before = {path for path in state(world).nodes if path.startswith(SALES)}
    await deleted(world, SALES)
    plan, told = await done(world, "restore_items", items=["sales"])

    assert plan["now"]["items"][0]["path"] == SALES
    assert told["paths"] == [SALES]
    assert {path for path in state(world).nodes if path.startswith(SALES)} == before
    assert "Sales" not in [row["name"] for row in await listed(world)]
    link = await world.ask("optimibi_get_report_link", report=sample(world, "report"))
    assert link["path"] == sample(world, "report")


async def test_what_has_no_room_where_it_was_goes_home_if_asked(world: World) -> None:
    (id_,) = await deleted(world, "/public/Web/Overview.datafor")
    await done(world, "copy_items", items=["/public/Retail/Overview.datafor"], folder="/public/Web")
    refused = await world.refused("optimibi_restore_items", items=[id_])
    assert "is taken by another item" in refused["problems"]["items"][0]
    assert "give `to_home`" in refused["problems"]["items"][1]

    plan, told = await done(world, "restore_items", items=[id_], to_home="number")
    assert "into the user's home folder" in plan["will"]
    assert told["to"] == "the home folder"
    assert "Overview.datafor" in await names(world, "/home/mvega")


async def test_what_the_server_alone_knows_to_be_in_the_way_is_answered_with_what_helps(world: World) -> None:
    (id_,) = await deleted(world, "/public/Web/Overview.datafor")
    hidden = state(world).nodes["/public/Web/Overview.datafor"] = state(world).nodes["/public/.templates"]
    hidden.path = "/public/Web/Overview.datafor"
    plan = await world.ask("optimibi_restore_items", items=[id_])
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert world.sent("optimibi")[-1].status == 409
    assert "If the place is taken (409) or the folder gone (406), give `to_home`" in told["message"]
    assert id_ in state(world).trash


async def test_what_was_in_a_folder_that_is_gone_is_not_asked_back_there(world: World) -> None:
    (id_,) = await deleted(world, "/public/Web/Overview.datafor")
    await deleted(world, "/public/Web")
    told = await world.refused("optimibi_restore_items", items=[id_])

    assert "'/public/Web' is gone" in told["problems"]["items"]


async def test_what_is_purged_is_gone_for_good_and_the_plan_says_so(world: World) -> None:
    plan, told = await done(world, "purge_items", items=[sample(world, "deleted")])

    assert plan["undo"] == "it cannot be undone"
    assert plan["now"]["items"][0]["owner"] == "klind"
    assert told == {"deleted_for_good": ["/public/Retail/Deleted long ago.datafor"]}
    assert await listed(world, everyone=True) == []


async def test_what_is_not_in_the_trash_or_there_twice_is_refused(world: World) -> None:
    unknown = await world.refused("optimibi_purge_items", items=["Deleted lon ago"])
    assert "did you mean 'Deleted long ago'" in unknown["message"]
    alive = await world.refused("optimibi_purge_items", items=[sample(world, "report")])
    assert alive["error"] == "not_found"

    (first,) = await deleted(world, "/public/Web/Overview.datafor")
    await done(world, "copy_items", items=["/public/Retail/Overview.datafor"], folder="/public/Web")
    (second,) = await deleted(world, "/public/Web/Overview.datafor")
    both = await world.refused("optimibi_restore_items", items=["/public/Web/Overview.datafor"])
    assert all(id_ in both["problems"]["items"][0] for id_ in (first, second))
    assert world.sent("optimibi", "PUT")[1:] == []


async def test_an_older_server_says_that_it_has_no_such_call(world: World) -> None:
    state(world).edition = "older"
    told = await world.refused("optimibi_list_trash")
    assert told["error"] == "not_found"
    assert "release may not have the call" in told["message"]
