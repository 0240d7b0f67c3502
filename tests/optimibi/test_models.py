"""Models through a real MCP client: lists of either edition, what is in one, and files of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.inside import World

EDITIONS = ["newer", "older"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_models_are_listed_even_where_the_edition_has_no_list_of_them(
    world: World, edition: str
) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    told = await world.ask("optimibi_list_models")

    assert told["columns"] == ["name", "caption", "connection", "changed"]
    assert told["total"] == 12
    assert ["RetailSales", "Retail sales", "retail_dw"] in [row[:3] for row in told["rows"]]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_model_shows_its_measures_and_levels_by_name_or_caption(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    named = await world.ask("optimibi_query_cube", model=world.sample("optimibi", "model"))
    called = await world.ask("optimibi_get_model_source", model=world.sample("optimibi", "model_caption"))
    asked_before = len(world.sent("optimibi"))
    await world.ask("optimibi_query_cube", model=world.sample("optimibi", "model"))

    assert named["rows"] == called["rows"]
    assert {"sales.ticket_line", "sales.store"} <= set(called["about"]["tables"])
    assert ["measure", "Net amount", "[Measures].[ticket_line.net_amount]", None] in named["rows"]
    assert ["level", "City", "[store].[geography].[city]", "Store"] in named["rows"]
    assert len(world.sent("optimibi")) == asked_before


async def test_what_was_learnt_of_models_is_asked_for_again_after_ten_minutes(world: World) -> None:
    model = world.sample("optimibi", "model")
    await world.ask("optimibi_query_cube", model=model)
    asked_before = len(world.sent("optimibi"))
    world.clock.advance(601)
    await world.ask("optimibi_query_cube", model=model)

    assert len(world.sent("optimibi")) > asked_before


async def test_an_unknown_model_is_answered_with_the_nearest(world: World) -> None:
    told = await world.refused("optimibi_get_model_source", model="RetailSale")

    assert told["error"] == "not_found"
    assert "did you mean RetailSales" in told["message"]


async def test_schemas_of_models_come_as_files(world: World) -> None:
    one = await world.ask("optimibi_download_model", model=world.sample("optimibi", "model"))
    several = await world.ask("optimibi_download_models", models=["Retail sales", "Budget"])

    assert "<Cube" in Path(one["path"]).read_text("utf-8")
    assert sorted(zipfile.ZipFile(several["path"]).namelist()) == ["Budget.xml", "RetailSales.xml"]


async def test_a_server_that_only_knows_archives_of_models_gives_one_of_a_single_model(world: World) -> None:
    world.sandbox.platforms["optimibi"].state.edition = "older"
    told = await world.ask("optimibi_download_model", model="Retail sales")

    assert zipfile.ZipFile(told["path"]).namelist() == ["RetailSales.xml"]


async def test_the_brief_list_has_descriptions(world: World) -> None:
    told = await world.ask("optimibi_list_models_brief")

    assert told["total"] == 12
    assert "RetailSales" in [row[0] for row in told["rows"]]
