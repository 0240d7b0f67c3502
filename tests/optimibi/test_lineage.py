"""What depends on what, through the tools, in both editions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World

COLUMNS = ["kind", "name", "path", "relation", "depth", "readable"]
EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])


def sample(world: World, name: str) -> str:
    return world.sample("optimibi", name)


def as_edition(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition


def reports_on(world: World, model: str) -> set[str]:
    """Reports whose lineage is kept, as they stand in the repository."""
    nodes = world.sandbox.platforms["optimibi"].state.nodes.values()
    user = world.sandbox.platforms["optimibi"].state.users[
        world.sandbox.platforms["optimibi"].credentials["username"]
    ]
    return {one.path for one in nodes if model in one.models and not one.legacy and one.readable(user)}


async def lineage(world: World, item: str, **more: Any) -> list[dict[str, Any]]:
    """All rows, those behind the handle included."""
    told = await world.ask("optimibi_get_lineage", item=item, **more)
    if "result" not in told.get("more", {}):
        return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    result, cursor, found = told["more"]["result"], None, list[dict[str, Any]]()
    while cursor or not found:
        part = await world.ask("read_result", result=result, cursor=cursor, fields=COLUMNS)
        found += [dict(zip(part["columns"], row, strict=True)) for row in part["rows"]]
        cursor = part.get("more", {}).get("cursor")
    return found


@EDITIONS
async def test_a_report_leads_to_its_models_and_their_connections(world: World, edition: str) -> None:
    as_edition(world, edition)
    found = await lineage(world, sample(world, "report"))

    assert [(row["relation"], row["kind"], row["name"], row["depth"]) for row in found] == [
        ("depends_on", "model", "RetailSales", 1),
        ("depends_on", "model", "StorePlan", 1),
        ("depends_on", "connection", "retail_dw", 2),
    ]


@EDITIONS
async def test_a_connection_tells_every_model_and_report_that_stands_on_it(
    world: World, edition: str
) -> None:
    as_edition(world, edition)
    found = await lineage(world, "web_clicks")
    models = {row["name"] for row in found if row["kind"] == "model"}
    reports = {row["path"] for row in found if row["kind"] == "report" and row.get("readable") is not False}

    assert models == {"WebVisits", "Campaigns"}
    assert reports_on(world, "WebVisits") | reports_on(world, "Campaigns") <= reports
    assert {row["relation"] for row in found} == {"used_by"}
    assert {row["depth"] for row in found if row["kind"] == "report"} == {2}


@EDITIONS
async def test_a_model_is_told_by_name_or_caption_in_both_directions(world: World, edition: str) -> None:
    as_edition(world, edition)
    by_name = await lineage(world, sample(world, "model"))
    by_caption = await lineage(world, sample(world, "model_caption").upper())
    below = await lineage(world, sample(world, "model"), direction="depends_on")
    above = await lineage(world, sample(world, "model"), direction="used_by")

    assert by_name == by_caption == below + above
    assert [(row["kind"], row["name"]) for row in below] == [("connection", sample(world, "connection"))]
    assert reports_on(world, sample(world, "model")) <= {row["path"] for row in above}


@EDITIONS
async def test_a_caption_with_a_slash_is_no_path(world: World, edition: str) -> None:
    as_edition(world, edition)
    found = await lineage(world, "lieferungen / shipments", direction="depends_on")
    report = await lineage(world, sample(world, "report").lstrip("/"), direction="depends_on")

    assert [row["name"] for row in found] == ["freight"]
    assert [row["name"] for row in report] == ["RetailSales", "StorePlan", "retail_dw"]


@EDITIONS
async def test_a_report_saved_before_lineage_was_kept_says_so_in_place_of_nothing(
    world: World, edition: str
) -> None:
    as_edition(world, edition)
    told = await world.ask("optimibi_get_lineage", item="/public/Logistics/Archive 2024/Delays.datafor")

    assert told["rows"] == []
    assert told["about"]["name"] == "Delays (2024)"
    assert "saved with release 7.05 or later" in told["note"]


@EDITIONS
async def test_a_name_that_means_several_things_is_answered_with_what_tells_them_apart(
    world: World, edition: str
) -> None:
    as_edition(world, edition)
    world.sandbox.platforms["optimibi"].state.nodes[sample(world, "report")].title = "Campaigns"
    error = await world.refused("optimibi_get_lineage", item="Campaigns")
    found = await lineage(world, "model/Campaigns", direction="depends_on")

    assert error["error"] == "rejected"
    assert f"may mean any of model/Campaigns, {sample(world, 'report')!r}" in error["problems"]["item"][0]
    assert [row["name"] for row in found] == ["web_clicks"]


@EDITIONS
async def test_an_unknown_name_is_answered_with_the_nearest_of_every_kind(world: World, edition: str) -> None:
    as_edition(world, edition)
    model = await world.refused("optimibi_get_lineage", item="RetailSale")
    connection = await world.refused("optimibi_get_lineage", item="retail_dv")
    report = await world.refused("optimibi_get_lineage", item="Outlet tradin week")

    assert {one["error"] for one in (model, connection, report)} == {"not_found"}
    assert "the nearest are model/RetailSales" in model["message"]
    assert "connection/retail_dw" in connection["message"]
    assert sample(world, "report") in report["message"]


async def test_what_may_not_be_read_is_counted_without_its_path(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=known["reader_username"], password=known["reader_password"])
    told = await world.ask("optimibi_get_lineage", item="GeneralLedger")
    hidden = [row for row in await lineage(world, "GeneralLedger") if not row["readable"]]

    assert len([row for row in hidden if row["kind"] == "report"]) >= 4
    assert f"{len(hidden)} of these may not be opened by this account" in told["note"]
    assert "/public/Finance/Closed" not in str(told)
    assert "/public/Finance/Monthly" in str(told)


async def test_the_graph_of_several_things_tells_what_each_uses(world: World) -> None:
    told = await world.ask(
        "optimibi_get_lineage_graph", reports=[sample(world, "report")], models=["Absence"]
    )
    rows = {row[1]: dict(zip(told["columns"], row, strict=True)) for row in told["rows"]}
    error = await world.refused("optimibi_get_lineage_graph")

    assert rows[sample(world, "report_name")]["uses"] == ["RetailSales", "StorePlan"]
    assert rows["RetailSales"]["uses"] == ["retail_dw"]
    assert rows["Absence"]["uses"] == ["people_hr"]
    assert "give reports, models or connections" in error["problems"]["reports"][0]


@EDITIONS
async def test_the_calls_of_the_older_edition_are_answered_on_both(world: World, edition: str) -> None:
    as_edition(world, edition)
    told = await world.ask("optimibi_get_connection_lineage", connection="retail_dw")
    models = {row[1]: row for row in told["rows"]}
    by_model = await world.ask("optimibi_get_model_lineage", model="StorePlan")

    assert set(models) == {"RetailSales", "StorePlan"}
    assert by_model["columns"] == ["name", "path", "kind"]
    assert reports_on(world, "StorePlan") <= {row[1] for row in by_model["rows"]}


async def test_a_server_between_the_editions_is_asked_in_the_other_ones_words(world: World) -> None:
    """Lineage moved half a year before the plugin went by which editions are told apart."""
    as_edition(world, "older")
    graph = {
        "success": True,
        "objs": [
            {"lid": "connection/freight", "type": "connection", "name": "freight"},
            {"lid": "schema/Shipments", "type": "schema", "name": "Shipments", "title": "Lieferungen"},
        ],
        "links": [{"sourceLid": "connection/freight", "targetLid": "schema/Shipments"}],
    }
    faults = world.sandbox.platforms["optimibi"].faults
    faults.add(Fault("status", path="*/lineage/connection", status=404, times=None))
    faults.add(Fault("status", path="*/lineage/schema", status=404, times=None))
    faults.add(Fault("wrong_shape", path="*/lineage/link", body=json.dumps(graph), times=None))
    found = await lineage(world, "lieferungen")

    assert [(row["relation"], row["name"]) for row in found] == [("depends_on", "freight")]
