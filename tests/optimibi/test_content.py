"""Finding and browsing content through the tools, in both editions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from pentad.sandbox import Fault
from tests.inside import World

Edition = Literal["newer", "older"]
REPO = "/plugin/datafor-modeler/api/repo/files"


def sample(world: World, name: str) -> str:
    return world.sample("optimibi", name)


def as_edition(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition


def asked(world: World, end: str) -> list[Any]:
    """What was asked of addresses that end so."""
    return [exchange for exchange in world.sent("optimibi") if exchange.path.endswith(end)]


def rows(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


async def names(world: World, query: str, **more: Any) -> list[str]:
    return [row["name"] for row in rows(await world.ask("optimibi_find_content", query=query, **more))]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_report_is_found_by_its_name_with_path_and_id(world: World, edition: Edition) -> None:
    as_edition(world, edition)
    told = await world.ask("optimibi_find_content", query=sample(world, "report_name").upper())
    first = rows(told)[0]

    assert told["columns"] == ["name", "kind", "path", "id", "why"]
    assert told["total"] == len(told["rows"])
    assert (first["path"], first["id"]) == (sample(world, "report"), sample(world, "report_id"))
    assert (first["kind"], first["why"].split(",")[0]) == ("report", "exact name")
    assert len(asked(world, "/search")) == 1
    assert asked(world, "/tree") == []


@pytest.mark.parametrize("edition", ["newer", "older"])
@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("week outlet", "/public/Retail/Sales/Outlet trading week.datafor"),
        ("ubersicht", "/public/Verkäufe März/Übersicht"),
        ("GROSSENANALYSE", "Größenanalyse.datafor"),
        ("配送状況", "/public/物流/配送/配送状況.datafor"),
        ("carriers delays", "/public/Logistics/Carriers/Delays.datafor"),
        ("kundenbindug", "/public/Retail/rpt_0042.datafor"),
    ],
)
async def test_order_accents_folders_and_a_misspelling_do_not_hide_it(
    world: World, edition: Edition, query: str, path: str
) -> None:
    as_edition(world, edition)
    first = rows(await world.ask("optimibi_find_content", query=query))[0]

    assert first["path"].endswith(path)


async def test_nothing_to_look_for_shows_favourites_and_what_was_opened(world: World) -> None:
    found = rows(await world.ask("optimibi_find_content", query=""))

    assert {why for row in found for why in row["why"].split(", ")} == {"favourite", "recent"}
    assert [row["why"] for row in found] == sorted(row["why"] for row in found)
    assert sample(world, "report") in [row["path"] for row in found]


async def test_the_repository_is_read_once_for_several_questions(world: World) -> None:
    await names(world, "delays carriers")
    await names(world, "weekly trading retail")
    before = len(asked(world, "/tree"))
    world.clock.advance(121)
    await names(world, "delays carriers")

    assert before == 2
    assert len(asked(world, "/tree")) == 4
    assert {dict(one.query)["pathId"] for one in asked(world, "/tree")} == {
        "/public",
        f"/home/{world.sandbox.platforms['optimibi'].credentials['username']}",
    }


async def test_what_is_new_since_the_repository_was_read_is_found_all_the_same(world: World) -> None:
    await names(world, "delays carriers")
    nodes = world.sandbox.platforms["optimibi"].state.nodes
    new = replace(
        nodes[sample(world, "report")], path="/public/Retail/Zanzibar.datafor", title="Zanzibar", id="n"
    )
    nodes[new.path] = new
    link = await world.ask("optimibi_get_report_link", report="zanzibar")

    assert await names(world, "zanzibar") == ["Zanzibar"]
    assert link["path"] == new.path


async def test_a_kind_leaves_the_others_out(world: World) -> None:
    found = rows(await world.ask("optimibi_find_content", query="monthly", kind="folder"))

    assert found
    assert {row["kind"] for row in found} == {"folder"}


async def test_an_answer_does_without_favourites_that_cannot_be_read(world: World) -> None:
    world.sandbox.platforms["optimibi"].faults.add(
        Fault("wrong_shape", path="*/user-settings/favorites", body='{"success":false,"msg":"x"}', times=None)
    )
    told = await world.ask("optimibi_find_content", query=sample(world, "report_name"))

    assert rows(told)[0]["path"] == sample(world, "report")
    assert "optimibi_list_favorites failed" in told["note"]


async def test_a_repository_that_cannot_be_read_as_a_whole_leaves_the_platforms_own_search(
    world: World,
) -> None:
    world.sandbox.platforms["optimibi"].faults.add(Fault("not_json", path="*/files/tree", times=None))
    told = await world.ask("optimibi_find_content", query="trading outlet")

    assert rows(told)[0]["path"] == sample(world, "report")
    assert "display names with the longest word are all that was looked for" in told["note"]


async def test_where_no_folder_can_be_read_everything_is_searched_for(world: World) -> None:
    world.sandbox.platforms["optimibi"].faults.add(Fault("empty", path="*/files/tree", times=None))
    found = rows(await world.ask("optimibi_find_content", query="carriers delays"))

    assert found[0]["path"] == "/public/Logistics/Carriers/Delays.datafor"
    assert ("word", "") in asked(world, "/search")[-1].query


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_folder_is_listed_with_folders_first(world: World, edition: Edition) -> None:
    as_edition(world, edition)
    told = await world.ask("optimibi_list_folder", folder="/public/Retail")

    assert told["columns"] == ["name", "kind", "path", "id", "changed"]
    kinds = [row["kind"] for row in rows(told)]
    assert kinds == sorted(kinds, key=["folder", "report", "file"].index)
    assert {"folder", "report"} == set(kinds)
    assert len(asked(world, "/children")) == 1


async def test_a_folder_may_be_given_by_id_by_colons_or_by_name(world: World) -> None:
    plain = await world.ask("optimibi_list_folder", folder=sample(world, "folder"))
    folder_id = world.sandbox.platforms["optimibi"].state.nodes[sample(world, "folder")].id

    for other in (folder_id, sample(world, "folder").replace("/", ":"), sample(world, "folder") + "/"):
        assert (await world.ask("optimibi_list_folder", folder=other))["rows"] == plain["rows"]
    top = await world.ask("optimibi_list_folder")
    assert (await world.ask("optimibi_list_folder", folder="Public"))["rows"] == top["rows"]


async def test_an_empty_folder_is_empty_and_a_missing_one_is_explained(world: World) -> None:
    base = "/public/Operations/Cold chain/2025"
    error = await world.refused("optimibi_list_folder", folder="/public/Retial")
    report = await world.refused("optimibi_list_folder", folder=sample(world, "report"))
    unknown = await world.refused("optimibi_list_folder", folder="00000000-0000-4000-8000-000000000000")

    assert [row["path"] for row in rows(await world.ask("optimibi_list_folder", folder=base))] == [
        f"{base}/Q4"
    ]
    assert error["error"] == "not_found"
    assert "the nearest are /public/Retail" in error["message"]
    assert "is a report; optimibi_get_report_link takes reports" in report["problems"]["folder"][0]
    assert unknown["error"] == "not_found"


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_the_platforms_own_search_and_tree_are_told_as_flat_rows(
    world: World, edition: Edition
) -> None:
    as_edition(world, edition)
    found = rows(await world.ask("optimibi_search_repository", word="headcount"))
    tree = rows(await world.ask("optimibi_get_file_tree", folder="/public/Web/Traffic"))

    assert {row["name"] for row in found} >= {"Headcount"}
    assert all("headcount" in row["name"].lower() for row in found)
    assert [tree[0]["path"], tree[0]["kind"]] == ["/public/Web/Traffic", "folder"]
    assert all(row["path"].startswith("/public/Web/Traffic/") for row in tree[1:])
    nothing = await world.ask("optimibi_get_file_tree", folder="/public/Nowhere")
    assert (nothing["rows"], "does not exist" in nothing["note"]) == ([], True)


async def test_favourites_and_recent_items_come_with_when_they_were_used(world: World) -> None:
    favourites = rows(await world.ask("optimibi_list_favorites"))
    recent = rows(await world.ask("optimibi_list_recent_items"))

    assert sample(world, "report") in [row["path"] for row in favourites]
    for told in (favourites, recent):
        used = [row["used"] for row in told]
        assert used == sorted(used, reverse=True)
        assert all(moment.endswith("UTC") for moment in used)
