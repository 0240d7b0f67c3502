"""Models published, checked, pointed elsewhere, renamed and deleted, through a real MCP client."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.optimibi.schema_text import schema_xml, zipped
from tests.inside import World, lay_out

EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])


def state_of(world: World, edition: str = "newer") -> Any:
    state = world.sandbox.platforms["optimibi"].state
    state.edition = edition
    return state


def changes(world: World) -> list[Any]:
    """What was sent to the addresses that change models."""
    tails = ("postAnalysis", "changeParameters", "recaption", "remove", "deleteBatch")
    return [one for one in world.sent("optimibi") if one.path.endswith(tails)]


def form(exchange: Any) -> dict[str, str]:
    return dict(parse_qsl(exchange.request_body.decode()))


async def planned(world: World, name: str, /, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan, for which nothing was sent, and what came of it."""
    before = len(changes(world))
    plan = await world.ask(f"optimibi_{name}", **arguments)
    assert len(changes(world)) == before
    return plan, await world.ask("apply_plan", plan=plan["plan"])


def draft(world: World, name: str, caption: str = "Outlet plan", of: str = "StorePlan") -> bytes:
    return schema_xml(replace(state_of_models(world)[of], name=name, caption=caption))


def state_of_models(world: World) -> Any:
    return world.sandbox.platforms["optimibi"].state.models


@EDITIONS
async def test_a_model_is_published_from_a_file_and_can_be_asked(world: World, edition: str) -> None:
    state_of(world, edition)
    lay_out(world)
    plan, done = await planned(world, "publish_model", path="model.xml", connection="RETAIL_DW")
    told = await world.ask(
        "optimibi_query_cube", model="OutletPlan", measures=["target.plan_amount"], levels=["region"]
    )
    taken = await world.ask("optimibi_check_model_exists", name="OutletPlan")

    assert (
        "Publish the model OutletPlan with 1 measure and 7 levels over connection retail_dw" in plan["will"]
    )
    assert done["replaced"] is False
    assert len(told["rows"]) > 1
    assert taken == {"name": "OutletPlan", "taken": True}


@EDITIONS
async def test_a_taken_name_is_refused_until_it_is_to_be_replaced_with_what_that_costs(
    world: World, edition: str
) -> None:
    state, folder = state_of(world, edition), lay_out(world)
    (folder / "m.zip").write_bytes(zipped({"m.annotated.xml": b"<x/>", "m.xml": draft(world, "RetailSales")}))
    asked = {"path": "m.zip", "connection": "retail_dw"}
    refused = await world.refused("optimibi_publish_model", **asked)
    assert changes(world) == []
    plan, done = await planned(world, "publish_model", **asked, overwrite=True)
    sent = changes(world)[-1].request_body.decode("utf-8", "replace")

    assert "overwrite=true" in refused["problems"]["name"][0]
    assert "65 reports and 5 alerts stand on it" in plan["will"]
    assert plan["body"]["measures_lost"].startswith("5: '[Measures].[ticket_line.net_amount]'")
    assert plan["body"]["measures_new"] == "1: '[Measures].[target.plan_amount]'"
    assert "UseContentChecksum" in sent
    assert 'name="notUpdateAcl"\r\n\r\ntrue' in sent
    assert dict(state.models["RetailSales"].settings)["UseContentChecksum"] == "true"
    assert done["replaced"] is True


@pytest.mark.parametrize(
    ("asked", "where", "words"),
    [
        ({"path": "model.xml", "connection": "retail_wd"}, "connection", "no such connection"),
        ({"path": "run.fcs"}, "path", "not complete XML"),
        ({"path": "empty.xml"}, "path", "holds no cube"),
        ({"path": "nameless.xml"}, "name", "is needed"),
        ({"path": "bad.zip"}, "path", "no schema"),
    ],
)
async def test_what_cannot_be_published_is_refused_before_anything_is_sent(
    world: World, asked: dict[str, str], where: str, words: str
) -> None:
    folder = lay_out(world)
    (folder / "empty.xml").write_text("<Schema name='x'/>")
    (folder / "nameless.xml").write_text("<Schema><Cube name='a'><Measure name='m'/></Cube></Schema>")
    (folder / "bad.zip").write_bytes(b"PK nothing")
    told = await world.refused("optimibi_publish_model", **{"connection": "retail_dw"} | asked)

    assert words in told["problems"][where][0]
    assert changes(world) == []


async def test_a_refusal_of_the_server_is_explained(world: World) -> None:
    lay_out(world)
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user(
        "optimibi", auth_mode="basic", username=held["reader_username"], password=held["reader_password"]
    )
    plan = await world.ask("optimibi_publish_model", path="model.xml", connection="retail_dw")
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert "lacks the right to publish" in told["message"]
    assert "Access Denied" in json.dumps(told)


@EDITIONS
async def test_another_connection_leaves_the_other_settings_as_they_were(world: World, edition: str) -> None:
    state = state_of(world, edition)
    plan, done = await planned(world, "change_model_datasource", model="RetailSales", connection="Sensors")
    quote = "" if edition == "newer" else '"'
    sent = form(changes(world)[-1])

    assert plan["body"] == {"changes": {"DataSource": {"from": "retail_dw", "to": "sensors"}}}
    assert plan["now"]["reports"].startswith("65: ")
    assert sent["parameters"] == (
        f"DataSource={quote}sensors{quote};EnableXmla={quote}false{quote};Provider={quote}mondrian{quote};"
        f"UseContentChecksum={quote}true{quote};overwrite=true"
    )
    assert dict(state.models["RetailSales"].settings)["UseContentChecksum"] == "true"
    assert done == {"model": "RetailSales", "connection": "sensors", "was": "retail_dw"}
    same = await world.refused("optimibi_change_model_datasource", model="RetailSales", connection="sensors")
    assert "Nothing would change" in same["message"]


async def test_settings_that_cannot_be_read_are_only_replaced_on_demand(world: World) -> None:
    row = {"name": "RetailSales", "title": "Retail", "dataSource": {"name": "retail_dw"}}
    body = json.dumps({"success": True, "data": [row]})
    world.sandbox.platforms["optimibi"].faults.add(
        Fault("wrong_shape", "GET", "*/mondrian/list", times=None, body=body)
    )
    asked = {"model": "RetailSales", "connection": "sensors"}
    refused = await world.refused("optimibi_change_model_datasource", **asked)
    await planned(world, "change_model_datasource", **asked, replace=True)

    assert "replace=true" in refused["problems"]["model"][0]
    sent = form(changes(world)[-1])["parameters"]
    assert sent == "DataSource=sensors;EnableXmla=false;Provider=mondrian;overwrite=true"


@EDITIONS
async def test_a_caption_changes_and_the_name_stays(world: World, edition: str) -> None:
    state_of(world, edition)
    plan, done = await planned(world, "rename_model", model="Retail sales", caption="Sales & returns")
    listed = await world.ask("optimibi_list_models")

    assert plan["body"] == {"changes": {"caption": {"from": "Retail sales", "to": "Sales & returns"}}}
    assert done["was"] == "Retail sales"
    assert ["RetailSales", "Sales & returns"] in [row[:2] for row in listed["rows"]]


@EDITIONS
async def test_a_deleted_model_is_told_with_what_breaks_and_is_gone_from_lineage(
    world: World, edition: str
) -> None:
    state_of(world, edition)
    plan, done = await planned(world, "delete_model", model="GeneralLedger")
    again = await world.refused("optimibi_delete_model", model="GeneralLedger")
    report = await world.ask("optimibi_get_lineage", item="/public/Finance/Overview.datafor")

    assert plan["will"] == (
        "Delete the model GeneralLedger for good; 13 reports and 1 alert will no longer work."
    )
    assert plan["now"]["breaks"]["alerts"] == "1: ledger_swing"
    assert done["deleted"] == "GeneralLedger"
    assert "There is no model 'GeneralLedger'" in again["message"]
    assert edition == "older" or "no longer there: GeneralLedger" in report["note"]


async def test_an_answer_without_a_body_is_a_success_too(world: World) -> None:
    world.sandbox.platforms["optimibi"].faults.add(Fault("empty", "POST", "*/StorePlan/remove"))
    _, done = await planned(world, "delete_model", model="Store plan")
    assert done == {"deleted": "StorePlan", "caption": "Store plan"}


@EDITIONS
async def test_models_that_may_not_go_are_told_from_those_that_did(world: World, edition: str) -> None:
    state_of(world, edition)
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user(
        "optimibi", auth_mode="basic", username=held["author_username"], password=held["author_password"]
    )
    missing = await world.refused("optimibi_delete_models", models=["StorePlan", "Nothing"])
    assert changes(world) == []
    _, done = await planned(world, "delete_models", models=["StorePlan", "Budget", "Store plan"])
    plan = await world.ask("optimibi_delete_model", model="Budget")
    refused = await world.refused("apply_plan", plan=plan["plan"])

    assert "There is no model 'Nothing'" in missing["message"]
    assert (done["deleted"], done["kept"]) == (["StorePlan"], ["Budget"])
    assert "Delete Denied" in done["note"]
    assert refused["error"] == "rejected"
    assert "outcome" not in refused


async def test_a_schema_is_verified_and_its_problems_are_told(world: World) -> None:
    lay_out(world)
    good = await world.ask("optimibi_verify_model", connection="retail_dw", path="model.xml")
    lost = await world.ask("optimibi_verify_model", connection="sensors", path="model.xml")
    bare = "<Schema name='x'><Cube name='x'/></Schema>"
    warned = await world.ask("optimibi_verify_model", connection="retail_dw", xml=bare)
    neither = await world.refused("optimibi_verify_model", connection="retail_dw")

    assert good["valid"] is True
    assert lost["problems"] == ["Table sales.target does not exist in sensors"]
    assert (lost["valid"], lost["kind"]) == (False, "error")
    assert (warned["valid"], warned["problems"]) == (True, ["the cube has no measures"])
    assert "give either path" in neither["problems"]["path"][0]


async def test_a_converted_schema_is_a_file_and_an_older_server_keeps_it(world: World) -> None:
    old = draft(world, "x").decode().replace('"4.1"', '"4.0"')
    told = await world.ask("optimibi_upgrade_model_schema", xml=old)
    state_of(world, "older")
    kept = await world.ask("optimibi_upgrade_model_schema", xml=old)

    assert (told["from"], told["to"]) == ("4.0", "4.1")
    assert 'metamodelVersion="4.1"' in (world.settings.downloads / "model-upgraded.xml").read_text()
    assert kept["converted"] is False
    assert "keeps the converted text to itself" in kept["note"]
