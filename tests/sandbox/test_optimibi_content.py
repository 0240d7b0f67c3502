"""Optimibi: the repository, what stands on what, inputs, people, and what must not be taken at its word."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import httpx2 as httpx

from pentad.sandbox.listening import served
from tests.sandbox.optimibi_desk import A, D, Desk, M, report_address
from tests.sandbox.test_optimibi_contract import every_call

FILES = f"{M}/repo/files"


def walked(tree: Any) -> list[dict[str, Any]]:
    return [tree["file"], *(node for child in tree.get("children", []) for node in walked(child))]


async def test_the_tree_holds_some_three_hundred_items_with_names_of_all_kinds() -> None:
    desk = Desk()
    nodes = walked(await desk.read(f"{FILES}/tree"))
    assert 280 <= len(nodes) <= 330
    assert len({node["id"] for node in nodes}) == len(nodes)
    names = Counter(node["name"] for node in nodes)
    assert names["Overview.datafor"] >= 8
    assert any(not node["name"].isascii() for node in nodes)
    sample = next(node for node in nodes if node["path"] == desk.samples["report"])
    assert (sample["id"], sample["title"]) == (desk.samples["report_id"], desk.samples["report_name"])
    assert isinstance(sample["lastModifiedDate"], str)
    pages = {one["pagePath"]: one["pageExists"] for one in (await desk.form(f"{D}/alert/list"))["data"]}
    assert {path: path in {node["path"] for node in nodes} for path in pages} == pages
    few = walked(await desk.read(f"{FILES}/tree?pathId=/public&depth=1&filter=*|FOLDERS"))
    assert {node["path"].count("/") for node in few} == {1, 2}
    assert len(walked(await desk.read(f"{FILES}/tree?pathId=/public&showHidden=true"))) == 1 + len(
        walked(await desk.read(f"{FILES}/tree?pathId=:public"))
    )


async def test_the_reader_finds_less_and_nothing_of_others() -> None:
    desk = Desk()
    paths = {node["path"] for node in walked(await desk.read(f"{FILES}/tree", desk.reader))}
    assert {path.split("/")[2] for path in paths if path.startswith("/home/")} == {"sokafor"}
    assert not any(path.startswith("/public/Finance/Closed") for path in paths)
    assert (
        await desk.ask("GET", f"{FILES}/tree?pathId=/public/Finance/Closed", who=desk.reader)
    ).content == b""
    assert await desk.read(f"{FILES}/children?pathId=/nowhere") == []


async def test_search_is_flat_in_the_newer_edition_and_a_tree_in_the_older() -> None:
    newer, older = Desk(), Desk("older")
    flat = (await newer.read(f"{FILES}/search?word=sAlEs"))["data"]
    tree = walked(await older.read(f"{FILES}/search?word=sales"))
    assert "/etc/mondrian/RetailSales" in {node["path"] for node in flat}
    assert {node["path"] for node in flat} <= {node["path"] for node in tree}
    old = walked(await older.read(f"{FILES}/search?word=Outlet&includeAccessMap=true"))
    assert old[-1]["description"].startswith('{"accessMap"')


async def test_favourites_and_recent_items_are_bare_lists_and_adding_changes_what_is_read() -> None:
    desk = Desk()
    assert desk.samples["report"] in [
        one["fullPath"] for one in await desk.read(f"{M}/user-settings/favorites")
    ]
    everything = await desk.read(f"{M}/user-settings/favorites?all=true")
    assert len(everything) == 1 + len(await desk.read(f"{M}/user-settings/favorites"))
    path = f"{M}/user-settings/recent"
    before = await desk.read(path)
    added = [{"fullPath": "/public/Web/Overview.datafor", "title": "Overview", "lastUse": 5}]
    assert isinstance((await desk.send(f"{path}?append=true", added))["data"], str)
    assert await desk.read(path) == [*added, *before]


async def test_lineage_says_the_same_in_both_editions_and_fits_the_models() -> None:
    newer, older = Desk(), Desk("older")
    graph = await newer.send(f"{M}/lineage/link", {"connections": ["retail_dw"]})
    pages = {one["lid"] for one in graph["objs"] if one["type"] == "page"}
    told = (await older.read(f"{M}/lineage/connection?connection=retail_dw&includeFiles=true"))["data"][0]
    assert {file["path"] for model in told["schemas"] for file in model["files"]} == pages
    assert {model["name"] for model in told["schemas"]} == {"RetailSales", "StorePlan"}
    model = (await older.read(f"{M}/lineage/schema?schema=StorePlan"))["data"][0]
    below = {one["targetLid"] for one in graph["links"] if one["sourceLid"] == "schema/StorePlan"}
    assert set(model["files"]) == below
    report = await newer.send(f"{M}/lineage/link", {"pathIds": [newer.samples["report"]]})
    assert {one["lid"] for one in report["objs"]} == {
        "connection/retail_dw",
        "schema/RetailSales",
        "schema/StorePlan",
        newer.samples["report"],
    }
    old = "/public/Retail/Archive 2024/Weekly trading.datafor"
    assert (await newer.send(f"{M}/lineage/link", {"pathIds": [old]}))["objs"] == []


async def test_a_schema_names_the_measures_and_levels_that_queries_take() -> None:
    desk = Desk()
    models = (await desk.read(f"{M}/mondrian/list"))["data"]
    assert len(models) == 12
    path = f"{M}/datasource/analysis/RetailSales"
    root = ET.fromstring((await desk.ask("GET", f"{path}/download")).content)  # noqa: S314 - our own text
    measures = [one.get("name") for one in root.iter("Measure")]
    assert measures[:2] == ["ticket_line.net_amount", "ticket_line.quantity"]
    hierarchy = root.find(".//Dimension[@name='store']/Hierarchies/Hierarchy[@name='geography']")
    assert hierarchy is not None
    assert [one.get("attribute") for one in hierarchy] == ["region", "city", "store_name"]
    packed = await desk.ask("GET", f"{M}/datasource/analysis/DeviceFleet/download")
    assert "DeviceFleet.xml" in zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert (await desk.ask("GET", f"{M}/datasource/analysis/Nope/download")).text == "Not Found"
    hidden = f"{M}/datasource/analysis/Headcount/download"
    assert (await desk.ask("GET", hidden, who=desk.reader)).text == "Forbidden"


async def test_downloads_are_archives_with_a_manifest_or_a_text_that_says_why_not() -> None:
    desk = Desk()
    got = await desk.ask("GET", f"{FILES}/download?pathId=/public/物流")
    names = zipfile.ZipFile(io.BytesIO(got.content)).namelist()
    assert names[0] == "exportManifest.xml"
    assert "public/物流/配送/配送状況.datafor" in names
    for path, why in (("", "Invalid Parameter"), ("/public/x", "Not Found"), ("/home/mvega", "Forbidden")):
        answer = await desk.ask("GET", f"{FILES}/download?pathId={path}", who=desk.reader)
        assert (answer.status_code, answer.text) == (200, why)


async def test_report_addresses_are_pages_and_wrong_ones_are_not_found() -> None:
    desk = Desk()
    for kind in ("open", "edit", "integrate"):
        page = await desk.ask(
            "GET", f"{D}/{kind}/{report_address(desk.samples['report'])}?sales_region=North"
        )
        assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
        for wrong in ("nope", report_address("/public/nope.datafor")):
            assert (await desk.ask("GET", f"{D}/{kind}/{wrong}")).status_code == 404


async def test_values_of_a_parameter_need_its_detail_and_are_never_told_in_the_older_edition() -> None:
    for edition in ("newer", "older"):
        desk = Desk(edition)
        known = {one["name"]: one for one in (await desk.form(f"{M}/parameter/query"))["data"]}
        assert len(known) == 12
        bare = await desk.form(f"{M}/parameter/data", id="carrier")
        assert (bare["data"], bare["config"]) == ([], known["carrier"])
        found: list[int] = []
        for name in ("carrier", "sales_region"):
            fields = {field: known[name][field] for field in ("id", "type", "dbconn", "detail")}
            found.append(len((await desk.form(f"{M}/parameter/data", **fields))["data"]))
        assert found == ([5, 3] if edition == "newer" else [0, 0])
    names = await Desk().form(f"{M}/dict/data", id="channel_names")
    assert {"channel_code": "S", "channel_text": "Store"} in names["data"]


async def test_lists_of_people_fail_inside_a_success() -> None:
    for edition, base in (("newer", M), ("older", A)):
        desk = Desk(edition)
        told = (await desk.read(f"{base}/user/list?withRole=true"))["data"]
        assert (told["success"], told["total"], len(told["list"])) == (True, 20, 20)
        assert ("password" in told["list"][0]) is (edition == "older")
        assert len((await desk.read(f"{base}/roles/list?type=0"))["data"]["list"]) == 8
        desk.state.table_reads_fail = True
        failed = await desk.read(f"{base}/user/list")
        assert (failed["success"], failed["data"]["success"]) == (True, False)


async def test_jobs_are_xml_unless_json_is_asked_for() -> None:
    desk = Desk()
    who = desk.platform.headers()
    assert len((await desk.read("/api/scheduler/getJobs"))["job"]) == 8
    plain = await desk.ask("GET", "/api/scheduler/getJobs", who={"Authorization": who["Authorization"]})
    assert plain.headers["content-type"] == "application/xml"


async def test_secrets_and_instructions_stand_where_the_platform_shows_them() -> None:
    for edition in ("newer", "older"):
        desk = Desk(edition)
        await every_call(desk)
        told = " ".join(one.response_body.decode("utf-8", "replace") for one in desk.platform.log)
        shown = {secret for secret in desk.state.secrets if secret in told}
        assert len(shown) >= 24
        for kind in (
            "mail-",
            "client-",
            "bind-",
            "initpwd-",
            "private-",
            "stored-",
            "option-",
            "url-",
            "job-",
        ):
            assert any(secret.startswith(kind) for secret in shown)
        if edition == "older":
            assert desk.state.secret("jwt") in shown
            assert desk.state.users["mvega"].hash in shown
        assert "ignore all previous instructions" in told


async def test_the_same_seed_answers_the_same() -> None:
    bodies: list[list[bytes]] = []
    for seed in (1, 1, 2):
        desk = Desk(seed=seed)
        await every_call(desk)
        bodies.append([one.response_body for one in desk.platform.log])
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


async def test_it_is_served_on_a_port_with_its_context_and_cookies_that_fit() -> None:
    desk = Desk()
    async with served(desk.box) as told, httpx.AsyncClient(timeout=30.0) as client:
        url = told["optimibi"]["url"]
        assert url.endswith("/optimibi/datafor")
        fields = {name: told["optimibi"]["credentials"][name] for name in ("username", "password")}
        await client.post(f"{url}{D}/extension/auth/login", data=fields)
        info = (await client.get(f"{url}{D}/extension/auth/fetchUser")).json()
        assert (info["islogged"], info["serverNameFull"]) == (True, f"{url}/")
