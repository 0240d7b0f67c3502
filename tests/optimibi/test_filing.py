"""Reports, folders and files changed: the plan tells what is at stake, and applied, the reads show it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.inside import World, lay_out

EDITIONS = ["newer", "older"]
SALES = "/public/Retail/Sales"


def state(world: World) -> Any:
    return world.sandbox.platforms["optimibi"].state


def sample(world: World, name: str) -> str:
    return world.sample("optimibi", name)


async def done(world: World, name: str, /, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan, before which nothing was changed, and what came of it."""
    before = set(state(world).nodes), json.dumps(state(world).favourites)
    planned = await world.ask(f"optimibi_{name}", **arguments)
    assert (set(state(world).nodes), json.dumps(state(world).favourites)) == before
    return planned, await world.ask("apply_plan", plan=planned["plan"])


async def names(world: World, folder: str) -> list[str]:
    told = await world.ask("optimibi_list_folder", folder=folder)
    return [row[told["columns"].index("path")].rpartition("/")[2] for row in told["rows"]]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_deletion_is_planned_with_what_it_holds_and_what_depends_on_it(
    world: World, edition: str
) -> None:
    state(world).edition = edition
    report, stray = sample(world, "report"), "/public/Web/Overview.datafor"
    plan, told = await done(world, "delete_repository_items", items=[SALES, report, stray])

    held = [path for path in state(world).trash[told["trashed"][0]["id"]].nodes if path.path != SALES]
    assert plan["now"]["items"] == [
        {"path": SALES, "kind": "folder", "owner": "klind", "holds": len(held)},
        {"path": stray, "kind": "report", "owner": "fzhang"},
    ]
    assert "low_net_sales" in plan["now"]["alerts"]
    assert f"{len(held)} items in folders" in plan["will"]
    assert [one["path"] for one in told["trashed"]] == [SALES, stray]
    assert "Sales" not in await names(world, "/public/Retail")
    alert = await world.ask("optimibi_get_alert", alert="low_net_sales")
    assert alert["report_missing"] is True
    assert (await world.refused("optimibi_get_report_link", report=report))["error"] == "not_found"


async def test_a_plan_is_not_carried_out_on_a_folder_that_holds_more_by_then(world: World) -> None:
    plan = await world.ask("optimibi_delete_repository_items", items=["/public/Web/Traffic"])
    lay_out(world)
    await done(world, "upload_file", path="report.datafor", folder="/public/Web/Traffic")
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert "differs from what was planned" in told["message"]
    assert "Traffic" in await names(world, "/public/Web")


async def test_what_may_not_be_deleted_is_refused_before_or_by_the_server_in_its_words(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=known["author_username"], password=known["author_password"])
    early = await world.refused(
        "optimibi_delete_repository_items", items=["Retail sales", "/public", "/home/klind"]
    )
    assert "is a model; optimibi_delete_model" in early["problems"]["items"][0]
    assert "is a folder of the platform itself" in early["problems"]["items"][1]
    unknown = await world.refused("optimibi_delete_repository_items", items=["/public/Nowhere.datafor"])
    assert unknown["error"] == "not_found"
    plan = await world.ask("optimibi_delete_repository_items", items=["/public/Web/Overview"])
    refused = await world.refused("apply_plan", plan=plan["plan"])
    assert "no delete permission: /public/Web/Overview.datafor" in str(refused)


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_new_title_is_shown_and_the_path_stays(world: World, edition: str) -> None:
    state(world).edition = edition
    report = sample(world, "report")
    plan, told = await done(
        world, "rename_repository_item", item=sample(world, "report_name"), name="Trading.datafor"
    )

    assert plan["body"]["changes"] == {"title": {"from": "Outlet trading week", "to": "Trading"}}
    assert "its path stays" in plan["will"]
    assert told == {"path": report, "name": "Trading", "former_name": "Outlet trading week"}
    found = await world.ask("optimibi_find_content", query="Trading")
    assert ["Trading", report] in [[row[0], row[2]] for row in found["rows"]]
    again = await world.refused("optimibi_rename_repository_item", item=report, name="Trading")
    assert "Nothing would change" in again["message"]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_an_upload_replaces_what_is_there_only_if_asked(world: World, edition: str) -> None:
    state(world).edition = edition
    folder = lay_out(world)
    path = "/public/Web/report.datafor"
    plan, told = await done(world, "upload_file", path="report.datafor", folder="/public/Web")
    assert plan["body"]["paths"] == told["paths"] == [path]
    assert state(world).nodes[path].models == ("WebVisits",)

    (folder / "report.datafor").write_text('{"schemas": ["Budget"]}', "utf-8")
    refused = await world.refused("optimibi_upload_file", path="report.datafor", folder="/public/Web")
    assert refused["problems"] == {"overwrite": [f"would replace {path}; set it to true if that is meant"]}
    plan, told = await done(world, "upload_file", path="report.datafor", folder="/public/Web", overwrite=True)
    assert "REPLACING /public/Web/report.datafor" in plan["will"]
    assert told["replaced"] == [path]
    assert state(world).nodes[path].models == ("Budget",)


async def test_a_file_that_changed_since_the_plan_is_not_sent(world: World) -> None:
    folder = lay_out(world)
    plan = await world.ask("optimibi_upload_file", path="report.datafor", folder="/public/Web")
    (folder / "report.datafor").write_text("{}", "utf-8")
    assert "differs" in (await world.refused("apply_plan", plan=plan["plan"]))["message"]
    assert "report.datafor" not in await names(world, "/public/Web")


async def test_an_archive_is_told_file_by_file_and_must_be_one(world: World) -> None:
    folder = lay_out(world)
    saved = await world.ask("optimibi_download_repository_item", item="/public/Web/Traffic")
    plan, _ = await done(world, "upload_file", path=saved["path"], folder="/public/People")
    assert "an archive of 7 files" in plan["will"]
    assert all(path in state(world).nodes for path in plan["body"]["paths"])
    again = await world.refused("optimibi_upload_file", path=saved["path"], folder="/public/People")
    assert "would replace /public/People/public/Web/Traffic/" in again["problems"]["overwrite"][0]

    (folder / "bad.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(held := io.BytesIO(), "w") as archive:
        archive.writestr("../../out.datafor", "{}")
    (folder / "out.zip").write_bytes(held.getvalue())
    for name, why in (("bad.zip", "no zip archive"), ("out.zip", "would leave the folder")):
        told = await world.refused("optimibi_upload_file", path=name)
        assert why in told["problems"]["path"][0]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_folder_is_made_with_its_parents_and_inherits_unless_access_is_given(
    world: World, edition: str
) -> None:
    state(world).edition = edition
    plan, told = await done(world, "create_folder", path="/public/Web/2026/March")
    assert "and /public/Web/2026 above it. It inherits its access from /public/Web." in plan["will"]
    assert told["made"] == ["/public/Web/2026", "/public/Web/2026/March"]
    assert world.sent("optimibi")[-1].request_body == b""

    own = [{"recipient": "Finance", "permission": "edit"}]
    plan, _ = await done(world, "create_folder", path=":public:Web:Closed", access=own)
    assert plan["body"]["access"]["entries"] == {"Finance (role)": "edit"}
    sent = json.loads(world.sent("optimibi")[-1].request_body)
    assert (sent["owner"], sent["entriesInheriting"]) == ("mvega", False)
    told = await world.ask("optimibi_get_item_acl", path="/public/Web/Closed")
    assert ["Finance", "role", ["edit"]] in told["rows"]


async def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_sent(world: World) -> None:
    for path, why in (
        ("/public/Web", "is there already"),
        ("/elsewhere", "with a folder above"),
        ("Weekly", "give a full path"),
        ("/elsewhere/Weekly", "there is no folder '/elsewhere'"),
        ("/public/Web/Overview.datafor/Weekly", "is a report"),
    ):
        told = await world.refused("optimibi_create_folder", path=path)
        assert why in told["problems"]["path"][0]
    assert [one for one in world.sent("optimibi") if "/dirs/add" in one.path] == []


@pytest.mark.parametrize(
    ("mode", "told"), [("number", "numbered"), ("overwrite", "replaced"), ("skip", "skipped")]
)
async def test_a_copy_beside_a_taken_name_is_told_as_it_is_asked_for(
    world: World, mode: str, told: str
) -> None:
    before = state(world).nodes["/public/Web/Overview.datafor"].models
    items = ["/public/Retail/Overview.datafor", sample(world, "report_id")]
    plan, answer = await done(world, "copy_items", items=items, folder="/public/Web", if_taken=mode)

    assert plan["now"] == {"taken": ["Overview.datafor"]}
    assert answer[told] == ["Overview.datafor"]
    assert "Outlet trading week.datafor" in answer["copied"]
    there = await names(world, "/public/Web")
    assert ("Overview(1).datafor" in there) is (mode == "number")
    assert (state(world).nodes["/public/Web/Overview.datafor"].models != before) is (mode == "overwrite")


async def test_what_is_moved_is_found_at_its_new_path_by_the_same_id(world: World) -> None:
    state(world).nodes["/public/a:b"] = state(world).nodes["/public/Web"]
    state(world).nodes["/public/a:b"].path = "/public/a:b"
    plan, told = await done(world, "move_items", items=[SALES], folder="/public/a:b")

    assert "favourites and alerts that hold the old path lead nowhere" in plan["will"]
    assert told["moved"] == [{"id": state(world).nodes["/public/a:b/Sales"].id, "path": "/public/a:b/Sales"}]
    assert "Sales" not in await names(world, "/public/Retail")


async def test_what_cannot_be_copied_or_moved_is_refused_before_anything_is_sent(world: World) -> None:
    for name, items, folder, why in (
        ("copy_items", ["/public/Retail"], SALES, "in it"),
        ("move_items", ["/public/Retail"], "/public/Retail", "itself"),
        ("move_items", [SALES], "/", "is the root"),
        ("move_items", [SALES], "/public/Retail", "is in '/public/Retail' already"),
        ("move_items", [SALES], sample(world, "report"), "is a report"),
    ):
        told = await world.refused(f"optimibi_{name}", items=items, folder=folder)
        assert any(why in text for texts in told["problems"].values() for text in texts), told
    assert world.sent("optimibi", "PUT") == []
