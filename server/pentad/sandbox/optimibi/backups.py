"""Backups of the server: what is planned, what was made, and the archives."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.accounts import ADMIN
from pentad.sandbox.optimibi.configuring import plugged
from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import Route

_BACKUP = {
    "name": "Nightly",
    "folder": "backup/",
    "config": json.dumps([{"id": "db"}, {"id": "repository"}]),
    "add_by": ADMIN,
    "add_time": "2026-02-01 01:00:00.0",
}
_MADE = {
    f"Backup_2026.02.{day}-02.00.00.117+0000": {
        "backupid": "a7c2",
        **_BACKUP,
        "status": status,
        "add_time": f"2026-02-{day} 02:00:00.1",
        "update_time": f"2026-02-{day} 02:03:10.4",
    }
    for day, status in (("23", "0"), ("22", "1"), ("21", "2"))
}


def schedules(context: Context) -> dict[str, Any]:
    _require_admin(context)
    due = int(context.state.born) * 1000 + 50_000_000
    start = {"uiPassParam": "DAILY", "startTime": "2026-02-01T02:00:00.000+00:00", "endTime": None}
    more = {
        "enable": "1",
        "cron": json.dumps({"complexJobTrigger": start}),
        "trigger": "0 0 2 * * ? *",
        "jobid": f"{ADMIN}\tBackupTaskAction\t41",
        "state": "NORMAL",
    }
    return done([{"id": "a7c2", **_BACKUP, **more, "nextRun": due}], code=None, msg="")


def records(context: Context) -> dict[str, Any]:
    _require_admin(context)
    made = [{"id": name, **made} for name, made in _MADE.items()]
    return done(made, code=None, msg="")


def archive(context: Context) -> Reply:
    """A failure is a text file called info.txt, at HTTP 200."""
    name = context.param("id")
    if not context.user.admin:
        return _refused("no permission")
    if _MADE.get(name, {}).get("status") != "1":
        return _refused(f"backup {name} does not exist")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(zipfile.ZipInfo("manifest.json"), json.dumps(_MADE[name]))
    head = {"content-disposition": f'attachment; filename="{name}.zip"', "content-type": "application/zip"}
    return Reply(200, packed.getvalue(), head)


def _refused(words: str) -> Reply:
    named = {"content-disposition": 'attachment; filename="info.txt"'}
    return Reply(200, words.encode(), {"content-type": "text/plain;charset=UTF-8", **named}, refused=True)


def _require_admin(context: Context) -> None:
    """The code is a number here."""
    if not context.user.admin:
        raise RefusalError("no permission", 403)


_BASE = "/plugin/datafor-backup/api"
ROUTES = (
    Route("POST", f"{_BASE}/query", "list_backup_schedules", plugged(schedules)),
    Route("POST", f"{_BASE}/log/query", "list_backup_records", plugged(records)),
    Route("GET", f"{_BASE}/log/download", "download_backup", plugged(archive), alone="file"),
)
