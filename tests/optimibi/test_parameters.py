"""Parameters and dictionaries through the tools, in both editions."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.inside import World

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])


def as_edition(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition


def rows(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(told["columns"], row, strict=True)) for row in told["rows"]}


@EDITIONS
async def test_parameters_mean_the_same_whatever_codes_an_edition_has_for_them(
    world: World, edition: str
) -> None:
    as_edition(world, edition)
    told = rows(await world.ask("optimibi_list_parameters"))
    designers = rows(await world.ask("optimibi_list_report_parameters"))

    assert told == designers
    assert len(told) == 12
    assert (told["sales_region"]["type"], told["sales_region"]["values"]) == (
        "text",
        ["North", "South", "Coast"],
    )
    assert (told["top_n"]["type"], told["from_date"]["type"]) == ("number", "date")
    assert (told["carrier"]["values"], told["note"]["values"]) == ("from SQL", None)


async def test_values_that_a_statement_yields_are_computed_with_what_the_platform_wants_to_see(
    world: World,
) -> None:
    told = await world.ask("optimibi_get_parameter_values", name="CARRIER")
    sent = world.sent("optimibi", "POST")[-1]
    form = parse_qs(sent.request_body.decode())

    assert told["about"] == {"name": "carrier", "type": "text", "default": "Kystfrakt", "about": "Carrier"}
    assert ["Kystfrakt"] in told["rows"]
    assert told["total"] == len(told["rows"])
    assert (form["name"], form["type"], form["dbconn"]) == (["carrier"], ["2"], ["freight"])
    assert form["detail"][0].startswith("select ")


@EDITIONS
async def test_values_of_a_list_are_its_own(world: World, edition: str) -> None:
    as_edition(world, edition)
    told = await world.ask("optimibi_get_parameter_values", name="channel")

    assert told["rows"] == [["W"], ["S"], ["P"]]


async def test_values_of_a_date_are_said_to_be_free(world: World) -> None:
    told = await world.ask("optimibi_get_parameter_values", name="from_date")

    assert told["rows"] == []
    assert "any date will do" in told["note"]


async def test_values_that_an_older_server_does_not_compute_are_said_to_be_unknown(world: World) -> None:
    as_edition(world, "older")
    told = await world.ask("optimibi_get_parameter_values", name="carrier")
    given = {"carrier": "Nobody"}
    link = await world.ask(
        "optimibi_get_report_link", report=world.sample("optimibi", "report"), parameters=given
    )

    assert told["rows"] == []
    assert "come from SQL, which this server does not run" in told["note"]
    assert link["parameters"] == given
    assert "does not tell the values that SQL yields: carrier" in link["note"]


async def test_unknown_names_are_answered_with_the_nearest(world: World) -> None:
    parameter = await world.refused("optimibi_get_parameter_values", name="sales_regoin")
    dictionary = await world.refused("optimibi_get_dictionary_values", name="chanel_names")

    assert (parameter["error"], dictionary["error"]) == ("not_found", "not_found")
    assert "sales_region" in parameter["message"]
    assert "channel_names" in dictionary["message"]


@EDITIONS
async def test_dictionaries_and_their_entries_are_told(world: World, edition: str) -> None:
    as_edition(world, edition)
    told = rows(await world.ask("optimibi_list_dictionaries"))
    listed = await world.ask("optimibi_get_dictionary_values", name="absence_kinds")
    computed = await world.ask("optimibi_get_dictionary_values", name="channel_names")

    assert (told["absence_kinds"]["kind"], told["channel_names"]["kind"]) == ("list", "SQL")
    assert listed["rows"] == [["sick", "Krank"], ["holiday", "Ferias"], ["training", "訓練"]]
    assert computed["columns"] == ["channel_code", "channel_text"]
    assert computed["about"]["default"] == "Unknown channel"
    assert len(computed["rows"]) > 1
