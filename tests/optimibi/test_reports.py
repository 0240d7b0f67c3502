"""Links to reports with checked parameters, and reports as files."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.inside import World

LINK = "optimibi_get_report_link"


def sample(world: World, name: str) -> str:
    return world.sample("optimibi", name)


def as_edition(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition


def opened(url: str) -> tuple[str, str, dict[str, str]]:
    """The way a link opens a report, the report's path, and the parameters."""
    parts = urlsplit(url)
    *_, way, place = parts.path.split("/")
    return way, base64.urlsafe_b64decode(unquote(place)).decode(), dict(parse_qsl(parts.query))


@pytest.mark.parametrize("edition", ["newer", "older"])
@pytest.mark.parametrize(("mode", "way"), [("embed", "integrate"), ("open", "open"), ("edit", "edit")])
async def test_a_link_leads_to_the_report_in_each_mode(
    world: World, edition: str, mode: str, way: str
) -> None:
    as_edition(world, edition)
    told = await world.ask(LINK, report=sample(world, "report"), mode=mode)

    assert told["url"].startswith(world.sandbox.platforms["optimibi"].url + "/plugin/datafor/api/")
    assert opened(told["url"]) == (way, sample(world, "report"), {})
    assert (told["name"], told["path"]) == (sample(world, "report_name"), sample(world, "report"))
    (looked,) = [one for one in world.sent("optimibi") if f"/plugin/datafor/api/{way}/" in one.path]
    assert (looked.method, looked.status) == ("GET", 200)


async def test_a_report_may_be_given_by_id_name_address_or_a_path_without_its_ending(world: World) -> None:
    path = sample(world, "report")
    first = await world.ask(LINK, report=path)
    ways = [sample(world, "report_id"), sample(world, "report_name").lower(), path.removesuffix(".datafor")]

    for other in (*ways, first["url"], path.replace("/", ":"), path.lstrip("/")):
        assert (await world.ask(LINK, report=other))["url"] == first["url"]


async def test_a_name_of_several_reports_is_answered_with_their_paths(world: World) -> None:
    error = await world.refused(LINK, report="Overview")

    assert error["error"] == "rejected"
    assert "/public/Finance/Overview.datafor" in error["problems"]["report"][0]
    assert "give the path" in error["problems"]["report"][0]


async def test_an_unknown_report_is_answered_with_the_nearest(world: World) -> None:
    by_name = await world.refused(LINK, report="Outlet tradin week")
    by_path = await world.refused(LINK, report="/public/Retail/Outlet trading week.datafor")
    folder = await world.refused(LINK, report=sample(world, "folder"))

    for error in (by_name, by_path):
        assert error["error"] == "not_found"
        assert sample(world, "report") in error["message"]
    assert "is a folder; optimibi_list_folder takes folders" in folder["problems"]["report"][0]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_parameters_are_sent_in_the_platforms_spelling(world: World, edition: str) -> None:
    as_edition(world, edition)
    given = {"SALES_REGION": "north", "from_date": "2026-02-01", "top_n": 10, "__compact": "true"}
    told = await world.ask(LINK, report=sample(world, "report"), parameters=given)

    wanted = {"sales_region": "North", "from_date": "2026-02-01", "top_n": "10", "__compact": "true"}
    assert opened(told["url"])[2] == told["parameters"] == wanted
    known = told["known_parameters"]
    assert known["sales_region"] == ["North", "South", "Coast"]
    assert (known["carrier"], known["from_date"], known["note"]) == ("text from SQL", "date", "text")


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_values_outside_a_range_are_refused_all_at_once(world: World, edition: str) -> None:
    as_edition(world, edition)
    given = {"sales_region": "Nort", "from_date": "2026-02-30", "sales_regoin": "North", "token": "x"}
    error = await world.refused(LINK, report=sample(world, "report"), parameters=given)

    assert error["error"] == "rejected"
    assert "the nearest are North" in error["problems"]["parameters.sales_region"][0]
    assert "yyyy-MM-dd" in error["problems"]["parameters.from_date"][0]
    assert "the nearest are sales_region" in error["problems"]["parameters.sales_regoin"][0]
    assert "a credential, which never stands in a link" in error["problems"]["parameters.token"][0]


async def test_values_from_sql_are_looked_up(world: World) -> None:
    values = [row[0] for row in (await world.ask("optimibi_get_parameter_values", name="carrier"))["rows"]]
    told = await world.ask(LINK, report=sample(world, "report"), parameters={"carrier": values[0].upper()})
    error = await world.refused(LINK, report=sample(world, "report"), parameters={"carrier": values[0][:-1]})

    assert told["parameters"] == {"carrier": values[0]}
    assert f"the nearest are {values[0]}" in error["problems"]["parameters.carrier"][0]


async def test_what_may_be_a_parameter_of_the_report_itself_is_sent_and_said_to_be_unchecked(
    world: World,
) -> None:
    given = {"zzqx": "a b&c=d/é"}
    told = await world.ask(LINK, report=sample(world, "report"), parameters=given)

    assert opened(told["url"])[2] == given
    assert "no global parameters but may be the report's own: zzqx" in told["note"]


async def test_a_token_in_addresses_is_never_part_of_a_link(world: World) -> None:
    token = world.sandbox.platforms["optimibi"].credentials["jwt"]
    world.as_user("optimibi", auth_mode="jwt", jwt=token, jwt_in="url")
    told = await world.ask(LINK, report=sample(world, "report"))

    assert opened(told["url"])[2] == {}
    assert token not in json.dumps(told)


async def test_a_report_that_may_not_be_edited_gets_no_link_to_the_designer(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=known["reader_username"], password=known["reader_password"])
    error = await world.refused(LINK, report=sample(world, "report"), mode="edit")

    assert error["error"] == "rejected"
    assert "editing takes the user type SYS_Creator or Administrator" in error["message"]
    assert "url" not in error


async def test_a_report_is_saved_as_it_is_and_a_folder_as_a_zip(world: World, downloads: Path) -> None:
    report = await world.ask("optimibi_download_repository_item", item=sample(world, "report"))
    folder = await world.ask("optimibi_download_repository_item", item=sample(world, "folder"))

    assert Path(report["path"]).parent == downloads
    assert json.loads(Path(report["path"]).read_bytes())["title"] == sample(world, "report_name")
    assert len(contained(folder)) > 2


async def test_several_items_are_saved_as_one_zip_and_a_missing_one_is_named(world: World) -> None:
    both = [sample(world, "report_id"), "/public/Web/Traffic", "Größenanalyse"]
    told = await world.ask("optimibi_download_repository_items", items=both)
    error = await world.refused(
        "optimibi_download_repository_items", items=[sample(world, "report"), "/public/X"]
    )

    assert sample(world, "report").lstrip("/") in contained(told)
    assert error["error"] == "not_found"
    assert "'/public/X'" in error["message"]


async def test_a_file_that_only_says_why_there_is_none_is_an_error(world: World, downloads: Path) -> None:
    known = world.sandbox.platforms["optimibi"]
    await world.ask("optimibi_find_content", query="delays of carriers")
    known.state.nodes.pop(sample(world, "report"))
    error = await world.refused("optimibi_download_repository_item", item=sample(world, "report"))

    assert error["error"] == "not_found"
    assert error["platform_says"] == "Not Found"
    assert list(downloads.glob("*")) == []


def contained(told: dict[str, Any]) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(Path(told["path"]).read_bytes())) as archive:
        return archive.namelist()
