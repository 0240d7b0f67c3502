"""Models and connections that change, in the embedded Optimibi: one state, refusals as documented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox.optimibi.connections import stored
from pentad.sandbox.optimibi.models import MODELS
from pentad.sandbox.optimibi.schema_text import published, schema_xml, zipped
from tests.sandbox.optimibi_desk import FORM, D, Desk, M, asked, basic

ANALYSIS, MONDRIAN, CONNECTION = f"{M}/datasource/analysis", f"{M}/mondrian", f"{M}/connection"
SETTINGS = "DataSource=retail_dw;EnableXmla=false"
EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])


def author(desk: Desk) -> dict[str, str]:
    return basic(desk.held["author_username"], desk.held["author_password"])


async def publish(
    desk: Desk, content: bytes, who: Mapping[str, str] | None = None, file: str = "model.xml", **fields: str
) -> Any:
    url = f"{desk.platform.url}{MONDRIAN}/postAnalysis"
    files: dict[str, tuple[str | None, bytes]] = {"uploadAnalysis": (file, content)}
    files |= {name: (None, text.encode()) for name, text in fields.items()}
    async with httpx.AsyncClient(transport=desk.box.transport()) as client:
        answer = await client.post(url, files=files, headers=who or desk.platform.headers())
    return answer.json()


def schema(name: str = "OutletPlan") -> bytes:
    return schema_xml(replace(MODELS["StorePlan"], name=name, caption="Outlet plan"))


async def every_modelling_call(desk: Desk) -> None:
    """One good request to each route that changes a model or a connection."""
    made = await desk.read(f"{CONNECTION}/get?name=retail_dw")
    new = made | {"id": None, "name": "retail_copy", "password": "to-be-kept"}
    assert (await desk.send(f"{CONNECTION}/add", new))["success"]
    now = await desk.read(f"{CONNECTION}/get?name=retail_copy")
    assert (await desk.send(f"{CONNECTION}/update", now | {"username": "bi_loader"}))["success"]
    told = await publish(desk, schema(), parameters=SETTINGS, overwrite="false")
    assert told == {"success": True, "status": 3}
    moved = {"catalogName": "OutletPlan", "parameters": "DataSource=retail_copy;EnableXmla=false"}
    assert (await desk.form(f"{MONDRIAN}/changeParameters", None, **moved))["success"]
    named = {"catalogName": "OutletPlan", "catalogCaption": "Plan of outlets"}
    assert (await desk.form(f"{MONDRIAN}/recaption", None, **named))["success"]
    assert (await desk.send(f"{ANALYSIS}/OutletPlan/remove", None))["success"]
    assert (await publish(desk, schema(), parameters=SETTINGS))["success"]
    assert (await desk.send(f"{ANALYSIS}/deleteBatch", ["OutletPlan", "Nothing"]))["success"]
    answer = await desk.ask("DELETE", f"{CONNECTION}/deletebyname?name=retail_copy")
    assert answer.json()["success"]


def test_what_is_written_of_a_model_is_read_again() -> None:
    for model in MODELS.values():
        read = published(schema_xml(model), model.connection, model.owner)
        assert (read.joins, read.dimensions, read.measures) == (model.joins, model.dimensions, model.measures)
        assert (read.name, read.caption, read.fact) == (model.name, model.caption, model.fact)


@EDITIONS
async def test_a_published_model_is_found_downloaded_and_queried(edition: str) -> None:
    desk = Desk(edition)
    archive = zipped({"OutletPlan.xml": schema(), "OutletPlan.annotated.xml": b"<Annotations/>"})
    assert (await publish(desk, archive, author(desk), "m.zip", parameters=SETTINGS))["status"] == 3
    told = await desk.read(f"{MONDRIAN}/checkexists?name=OutletPlan")
    query = asked({"[store].[geography]": ["region"]}, ["target.plan_amount"], model="OutletPlan")
    same = asked({"[store].[geography]": ["region"]}, ["target.plan_amount"], model="StorePlan")
    down = await desk.ask(
        "POST", f"{ANALYSIS}/catalogs/downloadList", {"nameList": '["OutletPlan"]'}, media=FORM
    )

    assert told == {"success": True, "exists": True}
    assert await desk.send(f"{D}/cube/query/execute", query) == await desk.send(
        f"{D}/cube/query/execute", same
    )
    assert down.content == zipped({"OutletPlan.xml": schema()})
    refused = await desk.send(f"{D}/cube/query/execute", query, desk.reader)
    assert refused["msg"] == "Cube 'OutletPlan' not found"


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"content": b"<Schema"}, 2, "schema cannot be read"),
        ({"content": b""}, 2, "uploadAnalysis cannot be empty"),
        ({"parameters": "DataSource=nowhere"}, 6, "Data source nowhere cannot be used"),
        ({"catalogName": "RetailSales"}, 8, "Already exists"),
        ({"catalogName": "Budget", "overwrite": "true"}, 5, "Overwrite Denied"),
    ],
)
async def test_publishing_says_in_a_number_why_it_was_refused(
    changed: dict[str, Any], status: int, words: str
) -> None:
    desk = Desk()
    told = await publish(desk, who=author(desk), **{"content": schema(), "parameters": SETTINGS} | changed)
    assert (told["success"], told["status"]) == (False, status)
    assert words in told["msg"]


async def test_an_older_server_calls_a_taken_name_denied_and_a_reader_publishes_nowhere() -> None:
    desk = Desk("older")
    taken = await publish(desk, schema("RetailSales"), parameters=SETTINGS)
    denied = await publish(desk, schema(), desk.reader, parameters=SETTINGS)
    assert taken == {"success": False, "msg": "Overwrite Denied", "status": 5}
    assert denied["status"] == 5


async def test_settings_of_a_model_that_are_left_out_are_gone() -> None:
    desk = Desk()
    form = {
        "catalogName": "RetailSales",
        "parameters": 'DataSource="sensors";Provider=mondrian;overwrite=true',
    }
    assert (await desk.form(f"{MONDRIAN}/changeParameters", None, **form))["success"]
    rows = (await desk.read(f"{MONDRIAN}/list"))["data"]
    row = next(one for one in rows if one["name"] == "RetailSales")
    denied = await desk.form(f"{MONDRIAN}/changeParameters", desk.reader, **form)

    assert row["dataSourceStr"] == "DataSource=sensors;Provider=mondrian;"
    assert denied["msg"] == "error occured:Edit Denied"


async def test_a_batch_deletes_what_it_may_and_calls_the_rest_a_failure() -> None:
    desk = Desk()
    told = await desk.send(f"{ANALYSIS}/deleteBatch", ["StorePlan", "Budget", "Nothing"], author(desk))
    one = await desk.ask("POST", f"{ANALYSIS}/Budget/remove", who=author(desk))

    assert told == {"success": False, "msg": "Budget:Delete Denied: Budget;"}
    assert one.status_code == 401
    assert "StorePlan" not in desk.state.models
    assert "Budget" in desk.state.models


@EDITIONS
async def test_what_stood_on_a_deleted_model_or_connection_is_broken(edition: str) -> None:
    desk = Desk(edition)
    query = asked({"[store].[geography]": ["region"]}, ["target.plan_amount"], model="StorePlan")
    await desk.ask("DELETE", f"{CONNECTION}/deletebyname?name=retail_dw")
    failed = await desk.send(f"{D}/cube/query/execute", query)
    await desk.send(f"{ANALYSIS}/StorePlan/remove", None)
    gone = await desk.send(f"{D}/cube/query/execute", query)

    assert failed["msg"] == "query failed: The connection attempt failed."
    assert gone["msg"] == "Cube 'StorePlan' not found"
    if edition == "older":
        assert (await desk.read(f"{M}/lineage/schema?schema=StorePlan"))["data"] == []
        return
    told = await desk.send(f"{M}/lineage/link", {"pathIds": [desk.samples["report"]]})
    there = {one["lid"]: one.get("exist") for one in told["objs"]}
    assert (there["schema/StorePlan"], there["connection/retail_dw"]) == (False, False)


@EDITIONS
async def test_an_update_keeps_an_empty_password_and_drops_what_it_leaves_out(edition: str) -> None:
    desk = Desk(edition)
    before = stored(desk.platform.state.dice, desk.state.connections["retail_dw"])
    now = await desk.read(f"{CONNECTION}/get?name=retail_dw")
    assert now["password"] is None
    del now["connectionPoolingProperties"]
    assert (await desk.send(f"{CONNECTION}/update", now | {"name": "retail"}))["success"]
    after = stored(desk.platform.state.dice, desk.state.connections["retail"])

    assert after["password"] == before["password"]
    assert "connectionPoolingProperties" not in after
    assert "retail_dw" not in desk.state.connections
    assert (await desk.form(f"{M}/metadata/schemas", None, connection="retail"))["dbname"] == "retail"


async def test_a_new_connection_is_its_makers_and_tried_with_its_own_password() -> None:
    desk = Desk()
    model = await desk.read(f"{CONNECTION}/get?name=sensors")
    new = model | {"id": None, "name": "mine"}
    tried = [
        (await desk.ask("PUT", f"{CONNECTION}/test?name=mine", new | {"password": word})).json()["success"]
        for word in (None, "given")
    ]
    local = await desk.send(f"{CONNECTION}/add", new | {"hostname": "localhost"}, author(desk))
    await desk.send(f"{CONNECTION}/add", new | {"password": "given"}, author(desk))

    assert tried == [False, True]
    assert local == {"success": False, "msg": "LOCAL_CONNECTION_ADMIN_ONLY", "code": "500"}
    listed = (await desk.read(f"{CONNECTION}/list", desk.reader))["databaseConnections"]
    assert "mine" not in {one["name"] for one in listed}
    assert (await desk.read(f"{CONNECTION}/checkexists?name=mine", author(desk)))["exists"]


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "add", {"name": "retail_dw"}, "parameter databaseType cannot be empty"),
        ("POST", "update", {"name": "sensors"}, "CONNECTION_WRITE_FORBIDDEN"),
        ("DELETE", "deletebyname?name=sensors", None, "CONNECTION_DELETE_FORBIDDEN"),
        ("DELETE", "deletebyname?name=nothing", None, "Connection nothing does not exist"),
    ],
)
async def test_a_connection_that_may_not_change_is_refused_at_status_200(
    method: str, path: str, body: Any, words: str
) -> None:
    desk = Desk()
    who = desk.reader if "WRITE" in words else author(desk)
    told = (await desk.ask(method, f"{CONNECTION}/{path}", body, who)).json()
    assert (told["success"], told["msg"]) == (False, words)
