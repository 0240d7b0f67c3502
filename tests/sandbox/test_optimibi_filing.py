"""Files, folders and what is the caller's own, in the embedded Optimibi: changes that later reads show."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.optimibi_desk import FORM, D, Desk, M, basic

FILES = f"{M}/repo/files"
TEXT = "text/plain"
SALES = "/public/Retail/Sales"
INHERITED = {"owner": "mvega", "entriesInheriting": True, "aces": []}


async def plain(desk: Desk, method: str, path: str, *ids: str, **options: Any) -> httpx.Response:
    """A request whose body is ids with commas between."""
    who = options.get("who") or desk.platform.headers()
    async with httpx.AsyncClient(transport=desk.box.transport()) as client:
        return await client.request(
            method,
            desk.platform.url + path,
            headers={**who, "content-type": options.get("media", TEXT)},
            content=",".join(ids),
        )


async def upload(desk: Desk, name: str, content: bytes, **fields: str) -> dict[str, Any]:
    async with httpx.AsyncClient(transport=desk.box.transport()) as client:
        answer = await client.post(
            f"{desk.platform.url}{FILES}/import",
            headers=desk.platform.headers(),
            data=fields,
            files={"fileUpload": (name, content, "application/octet-stream")},
        )
    told: dict[str, Any] = answer.json()
    return told


def id_of(desk: Desk, path: str) -> str:
    return str(desk.state.nodes[path].id)


async def names(desk: Desk, folder: str) -> list[str]:
    return [one["name"] for one in await desk.read(f"{FILES}/children?pathId={folder}")]


async def every_filing_call(desk: Desk) -> None:
    """A good request to every route of this area that the edition has."""
    made = f"{SALES}/Weekly"
    assert (await desk.send(f"{M}/repo/dirs/add?pathId={made}", INHERITED))["code"] == 200
    assert (await upload(desk, "a.datafor", b"{}", importDir=made, smart="true"))["success"]
    renamed = await desk.form(f"{FILES}/recaption", pathId=f"{made}/a.datafor", newName="A")
    assert renamed == {"code": 200, "success": True}
    entry = {"fullPath": f"{made}/a.datafor", "title": "A", "lastUse": 1}
    assert (await desk.send(f"{M}/user-settings/favorites", [entry]))["success"]
    shown = await desk.read(f"{M}/user-settings/display")
    assert (await desk.send(f"{M}/user-settings/display", shown))["success"]
    if desk.state.newer:
        await _newer_calls(desk, made, entry)
    assert (await plain(desk, "POST", f"{FILES}/deleteBatch", id_of(desk, made))).json()["success"]


async def _newer_calls(desk: Desk, made: str, entry: dict[str, Any]) -> None:
    own = f"{M}/user-settings"
    report = id_of(desk, f"{made}/a.datafor")
    copying = f"{FILES}/children?pathId=/public/Web&fileId={report}"
    assert (await desk.ask("PUT", copying, INHERITED)).json()["success"]
    moved = await plain(desk, "PUT", "/api/repo/files/:public:People/move", report)
    assert (moved.status_code, moved.content) == (200, b"")
    copied = id_of(desk, "/public/Web/a.datafor")
    for _ in range(2):
        assert (await plain(desk, "POST", f"{FILES}/deleteBatch", copied)).json()["success"]
        assert (await plain(desk, "PUT", "/api/repo/files/restore", copied)).status_code == 200
    await plain(desk, "POST", f"{FILES}/deleteBatch", copied)
    assert (await plain(desk, "PUT", f"{FILES}/deletepermanent", copied)).json()["code"] == "200"
    for name in ("favorites", "recent"):
        assert (await desk.send(f"{own}/{name}/deleteBatch", [entry]))["success"]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_deleted_folder_is_gone_from_every_read(edition: str) -> None:
    desk = Desk(edition)
    report = desk.samples["report"]
    await plain(desk, "POST", f"{FILES}/deleteBatch", id_of(desk, SALES), "no such id")

    assert "Sales" not in await names(desk, "/public/Retail")
    assert await names(desk, SALES) == []
    assert report not in json.dumps(await desk.read(f"{FILES}/search?word=Outlet"))
    assert "Outlet" not in json.dumps(await desk.read(f"{M}/user-settings/favorites"))
    assert report in json.dumps(desk.state.favourites)
    alerts = (await desk.form(f"{D}/alert/list", pagePath=report))["data"]
    assert alerts
    assert not any(one["pageExists"] for one in alerts)
    if desk.state.newer:
        graph = await desk.send(f"{M}/lineage/link", {"connections": ["retail_dw"]})
        assert report not in {one["lid"] for one in graph["objs"]}


async def test_a_deletion_is_all_or_nothing_and_not_seen_in_another_encoding() -> None:
    desk = Desk()
    author = basic(desk.held["author_username"], desk.held["author_password"])
    own, other = f"/home/{desk.held['author_username']}/Scratch.datafor", "/public/Web/Overview.datafor"
    ids = [id_of(desk, own), id_of(desk, other)]

    refused = (await plain(desk, "POST", f"{FILES}/deleteBatch", *ids, who=author)).json()
    assert refused == {"success": False, "msg": f"no delete permission: {other}"}
    unseen = await plain(desk, "POST", f"{FILES}/deleteBatch", *ids, media="application/json")
    assert unseen.json() == {"success": True}
    assert {own, other} <= set(desk.state.nodes)


async def test_what_is_restored_is_where_it_was_with_all_below_it() -> None:
    desk = Desk()
    before, id_ = {path for path in desk.state.nodes if path.startswith(SALES)}, id_of(desk, SALES)
    await plain(desk, "POST", f"{FILES}/deleteBatch", id_)
    (row,) = [one for one in await desk.read(f"{FILES}/deleted") if one["id"] == id_]
    again = await plain(desk, "PUT", "/api/repo/files/restore", id_)

    assert (row["path"], row["originalParentFolderPath"], row["folder"]) == (SALES, "/public/Retail", True)
    assert (again.status_code, again.content) == (200, b"")
    assert {path for path in desk.state.nodes if path.startswith(SALES)} == before
    assert id_ not in {one["id"] for one in await desk.read(f"{FILES}/deleted")}


@pytest.mark.parametrize(
    ("mode", "found"), [(1, "Overview.datafor"), (2, "Overview(1).datafor"), (3, None), (None, None)]
)
async def test_a_restore_with_something_in_the_way_goes_home_if_asked(
    mode: int | None, found: str | None
) -> None:
    desk = Desk()
    path, home = "/public/Web/Overview.datafor", "/home/mvega"
    id_ = id_of(desk, path)
    desk.state.nodes[f"{home}/Overview.datafor"] = desk.state.nodes[f"{home}/Scratch.datafor"]
    await plain(desk, "POST", f"{FILES}/deleteBatch", id_)
    await upload(desk, "Overview.datafor", b"{}", importDir="/public/Web")

    assert (await plain(desk, "PUT", "/api/repo/files/restore", id_)).status_code == 409
    await plain(desk, "POST", f"{FILES}/deleteBatch", id_of(desk, "/public/Web"))
    assert (await plain(desk, "PUT", "/api/repo/files/restore", id_)).status_code == 406
    if mode:
        asked = f"/api/repo/files/restore?overwriteMode={mode}"
        assert (await plain(desk, "PUT", asked, id_)).status_code == 200
    places = [one.path for one in desk.state.nodes.values() if one.id == id_]
    assert places == ([f"{home}/{found}"] if found else [])


async def test_what_is_purged_cannot_be_restored() -> None:
    desk = Desk()
    (gone,) = [one["id"] for one in await desk.read(f"{FILES}/deleted")]
    assert (await plain(desk, "PUT", f"{FILES}/deletepermanent", gone)).json()["success"]
    assert await desk.read(f"{FILES}/deleted") == []
    assert (await plain(desk, "PUT", "/api/repo/files/restore", gone)).status_code == 404


async def test_a_new_caption_leaves_the_path_alone_and_needs_a_form_and_the_right() -> None:
    desk = Desk()
    report = desk.samples["report"]
    fields = {"pathId": report, "newName": "Trading"}
    refused = {"code": 403, "success": False, "message": "no edit right on this item"}

    assert await desk.send(f"{FILES}/recaption", fields) == refused
    assert (await desk.ask("POST", f"{FILES}/recaption", fields, desk.reader, FORM)).json() == refused
    assert await desk.form(f"{FILES}/recaption", **fields) == {"code": 200, "success": True}
    found = (await desk.read(f"{FILES}/search?word=Trading"))["data"]
    assert report in {one["path"] for one in found if one["title"] == "Trading"}


async def test_a_folder_is_made_with_its_parents_once_and_not_beneath_the_root() -> None:
    desk = Desk()
    path = f"{M}/repo/dirs/add?pathId="
    assert (await desk.ask("POST", f"{path}{SALES}/2026/March")).json() == {"code": 200, "success": True}
    again = (await desk.ask("POST", f"{path}{SALES}/2026")).json()
    assert again == {"success": False, "msg": "couldNotCreateFolderDuplicate", "code": 409}
    for where, who in (("/elsewhere", None), (f"{SALES}/Mine", desk.reader)):
        assert (await desk.ask("POST", path + where, who=who)).json()["code"] == 403
    assert "March" in await names(desk, f"{SALES}/2026")


@pytest.mark.parametrize(("edition", "kept"), [("newer", True), ("older", False)])
async def test_an_uploaded_report_is_in_the_lineage_and_older_servers_replace_what_is_there(
    edition: str, kept: bool
) -> None:
    desk = Desk(edition)
    path = "/public/Web/new.datafor"
    first = json.dumps({"schemas": ["WebVisits"], "parameters": [{"name": "country"}]}).encode()
    assert (await upload(desk, "new.datafor", first, importDir="/public/Web"))["success"]
    made = desk.state.nodes[path]
    assert (made.models, made.parameters, made.creator) == (("WebVisits",), ("country",), "mvega")

    assert (await upload(desk, "new.datafor", b"{}", importDir="/public/Web", overwriteFile="false"))[
        "success"
    ]
    assert desk.state.nodes[path].content() == (first if kept else b"{}")
    assert desk.state.nodes[path].id == made.id
    assert await upload(desk, "x", b"x", importDir="/public/No") == {
        "success": False,
        "msg": "User is not authorized to perform this operation",
    }


async def test_an_archive_that_was_exported_is_taken_apart() -> None:
    desk = Desk()
    archive = (await desk.ask("GET", f"{FILES}/download?pathId={SALES}")).content
    assert (await upload(desk, "export.zip", archive, importDir="/public/Web"))["success"]
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        inside = {f"/public/Web/{name}" for name in held.namelist() if name != "exportManifest.xml"}
    assert inside
    assert inside <= set(desk.state.nodes)
    assert (await upload(desk, "b.zip", b"no zip"))["success"] is False


@pytest.mark.parametrize(("mode", "count"), [("1", 1), ("2", 2), ("3", 1)])
async def test_copies_overwrite_are_numbered_or_are_left_out(mode: str, count: int) -> None:
    desk = Desk()
    report = "/public/Retail/Overview.datafor"
    path = f"{FILES}/children?pathId=/public/Web&mode={mode}&fileId={id_of(desk, report)}"
    before = desk.state.nodes["/public/Web/Overview.datafor"].models
    assert (await desk.ask("PUT", path, {})).json() == {"success": True, "responseCode": 200}
    after = [name for name in await names(desk, "/public/Web") if name.startswith("Overview")]

    assert len(after) == count
    assert (desk.state.nodes["/public/Web/Overview.datafor"].models != before) is (mode == "1")
    assert len({one.id for one in desk.state.nodes.values()}) == len(desk.state.nodes)
    unseen = await plain(desk, "PUT", f"{path}&mode=2", media="application/json")
    assert unseen.json()["success"]
    assert len(await names(desk, "/public/Web")) - len(after) == len(await names(desk, "/public/Web")) - count


async def test_what_is_moved_keeps_its_id_and_nothing_is_moved_where_a_name_is_taken() -> None:
    desk = Desk()
    id_ = id_of(desk, SALES)
    assert (await plain(desk, "PUT", "/api/repo/files/:public:Web/move", id_)).status_code == 200
    assert id_of(desk, "/public/Web/Sales") == id_
    assert desk.samples["report"].replace("Retail", "Web") in desk.state.nodes
    for place, status in ((":public:Web", 500), (":public:Web:Sales", 500), (":nowhere", 404)):
        answer = await plain(desk, "PUT", f"/api/repo/files/{place}/move", id_)
        assert (answer.status_code, answer.content) == (status, b"")
    reader = await plain(desk, "PUT", "/api/repo/files/:public:People/move", id_, who=desk.reader)
    assert reader.status_code == 403


async def test_favourites_are_replaced_unless_appended_and_display_settings_always() -> None:
    desk, path = Desk(), f"{M}/user-settings/favorites"
    entry = {"fullPath": "/public/Web/Overview.datafor", "title": "Overview", "lastUse": 5}
    stored = await desk.read(f"{path}?all=true")
    told = await desk.send(f"{path}?append=true&distinct=true", [entry])
    assert json.loads(told["data"]) == [entry, *stored]
    await desk.form(path, body=[])
    assert await desk.read(f"{path}?all=true") == [entry, *stored]
    await desk.send(path, [entry])
    assert await desk.read(f"{path}?all=true") == [entry]
    assert json.loads((await desk.send(f"{path}/deleteBatch", [entry]))["data"]) == []
    await desk.send(f"{M}/user-settings/display", [{"id": "theme", "value": "dark"}])
    assert await desk.read(f"{M}/user-settings/display") == [{"id": "theme", "value": "dark"}]
