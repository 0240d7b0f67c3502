"""Backups: when they are made, which there are, and the archive of one that is done."""

from __future__ import annotations

import zipfile

import pytest

from tests.inside import World


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_schedules_and_records_are_told_in_words(world: World, edition: str) -> None:
    world.sandbox.platforms["optimibi"].state.edition = edition
    planned = await world.ask("optimibi_list_backup_schedules")
    made = await world.ask("optimibi_list_backup_records")

    (row,) = [dict(zip(planned["columns"], row, strict=True)) for row in planned["rows"]]
    assert (row["name"], row["enabled"], row["state"]) == ("Nightly", True, "NORMAL")
    assert row["recurrence"] == "DAILY from 2026-02-01 02:00 UTC"
    assert row["contents"] == ["db", "repository"]
    assert [line[2] for line in made["rows"]] == ["running", "done", "failed"]


async def test_the_archive_of_a_backup_is_saved_under_its_name(world: World) -> None:
    name = world.sample("optimibi", "backup")
    planned = await world.ask("optimibi_download_backup", backup=name.upper())
    assert "credentials included" in planned["will"]
    assert [one for one in world.sent("optimibi", "GET") if one.path.endswith("/log/download")] == []
    told = await world.ask("apply_plan", plan=planned["plan"])

    assert told["path"].endswith(f"{name}.zip")
    with zipfile.ZipFile(told["path"]) as archive:
        assert archive.namelist() == ["manifest.json"]


@pytest.mark.parametrize(
    ("day", "says"),
    [("21", "backup is failed"), ("23", "backup is running"), ("25", "did you mean 'Backup_")],
)
async def test_what_has_no_archive_is_refused_before_it_is_asked_for(
    world: World, day: str, says: str
) -> None:
    name = world.sample("optimibi", "backup").replace(".22-", f".{day}-")
    told = await world.refused("optimibi_download_backup", backup=name)

    assert says in told["message"]
    assert [one for one in world.sent("optimibi", "GET") if one.path.endswith("/log/download")] == []


async def test_who_is_no_administrator_is_told_so_and_admin_calls_are_off_by_default(world: World) -> None:
    known = world.sandbox.platforms["optimibi"].credentials
    reader = {"username": known["reader_username"], "password": known["reader_password"]}
    world.change(allow=frozenset())
    off = await world.refused("optimibi_download_backup", backup="x")
    world.as_user("optimibi", auth_mode="session", **reader)
    told = await world.refused("optimibi_list_backup_records")

    assert "PENTAD_ALLOW=admin" in off["message"]
    assert "no permission" in str(told)


async def test_a_missing_plugin_is_named(world: World) -> None:
    world.sandbox.platforms["optimibi"].state.missing.append("datafor-backup")
    for call in ("list_backup_schedules", "list_backup_records"):
        told = await world.refused(f"optimibi_{call}")
        assert "without the plugin datafor-backup" in told["message"]
