"""Backups of the server: when they are made, which there are, and the archives themselves."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Id, Row, Saved, Table
from pentad.operations import administers, reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.times import flag, schedule, told_time

_PLUGIN = "datafor-backup"
# Codes of newer documentation; older pages name none.
_STATES = {"0": "running", "1": "done", "2": "failed"}


@reads("POST /plugin/datafor-backup/api/query", example={})
async def list_backup_schedules(optimibi: Optimibi) -> Table[Row]:
    """When the server is backed up: schedules with recurrence, contents, state and next run."""
    (await session_info(optimibi)).require(_PLUGIN)
    rows = [_planned(raw) for raw in await optimibi.rows(body={})]
    return Table(rows, ("name", "enabled", "recurrence", "contents", "state", "next_run"), len(rows))


@reads("POST /plugin/datafor-backup/api/log/query", example={})
async def list_backup_records(optimibi: Optimibi) -> Table[Row]:
    """Which backups were made, and whether each is done or failed; ids are what optimibi_download_backup
    takes."""
    (await session_info(optimibi)).require(_PLUGIN)
    rows = [_made(raw) for raw in await optimibi.rows(body={})]
    return Table(rows, ("id", "name", "state", "begun", "ended"), len(rows))


@administers(
    "GET /plugin/datafor-backup/api/log/download",
    reaches="shared",
    retry_safe=True,
    check="ask again, as it changes nothing,",
    example={"backup": "$backup"},
)
async def download_backup(optimibi: Optimibi, backup: Id) -> Saved:
    """Save a backup archive (zip) to the download folder, by its id. It holds everything that the server
    stores, credentials included: keep it safe."""
    (await session_info(optimibi)).require(_PLUGIN)
    rows = [_made(raw) for raw in await optimibi.bound_to(list_backup_records).rows(body={})]
    states = {str(row["id"]): row["state"] for row in rows}
    name = spelt(backup, states)
    if name is None:
        raise unknown("backup", "backup", backup, states)
    if states[name] in ("running", "failed"):
        problem = f"this backup is {states[name]}, so that there is no archive"
        raise Rejected(f"{problem}.".capitalize(), problems={"backup": [problem]}, outcome="none")
    preview = Preview(
        will=f"Save the backup {name!r} to the download folder: all that the server stores, credentials "
        "included, in one file on this machine.",
        slug="download-backup",
        body={"id": name},
        undo="delete the file",
    )
    return await optimibi.download(name, "url", preview=preview, id=name)


def _planned(raw: Row) -> dict[str, Any]:
    cron = raw.get("cron")
    with suppress(ValueError):
        cron = json.loads(cron) if isinstance(cron, str) else cron
    told = {
        "name": raw.get("name"),
        "enabled": flag(raw.get("enable")),
        "recurrence": schedule(cron) or raw.get("trigger"),
        "contents": _contents(raw.get("config")),
        "state": raw.get("state"),
        "next_run": told_time(raw.get("nextRun")),
        "folder": raw.get("folder"),
        "id": raw.get("id"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _made(raw: Row) -> dict[str, Any]:
    status = str(raw.get("status") or "")
    told = {
        "id": raw.get("id"),
        "name": raw.get("name"),
        "state": _STATES.get(status, status),
        "begun": told_time(raw.get("add_time")),
        "ended": told_time(raw.get("update_time")),
        "contents": _contents(raw.get("config")),
        "schedule": raw.get("backupid"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _contents(config: Any) -> list[str] | None:
    """What is in a backup, out of JSON text; None where it is told otherwise."""
    with suppress(ValueError):
        parts = json.loads(config) if isinstance(config, str) else None
        if isinstance(parts, list):
            return [str(part["id"]) for part in parts if isinstance(part, dict) and part.get("id")]
    return None
