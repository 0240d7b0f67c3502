"""Files brought in: registered, sent to the storage, and processed before they can be worked with.

What is registered here and does not come whole is removed again, so that no empty record stays behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import Field

from pentad.call import Call, Unfinished
from pentad.consent.plans import print_of
from pentad.errors import Malformed, PlatformError, Rejected
from pentad.http.storing import Changed, Stamp, stamp, store
from pentad.models import Id, Page, Row
from pentad.operations import writes
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.text import plural
from pentad_tools.omiq.records import Gone, delete_file, files_of, forget_files

# A file that takes longer to send is given up.
_LONGEST = 3600.0
# Seconds: of a call's time that waiting is worth, and between two words about how far it is.
_WORTHWHILE = 2.0
_TOLD_EVERY = 1.0
_FINAL = ("COMPLETE", "FAILED")
_TYPE = "application/octet-stream"


@dataclass
class Item:
    """One file on its way. `id` and `link` are what the platform registered it under, `problem` says why it
    did not come there."""

    path: str
    name: str
    stamp: Stamp
    id: str = ""
    link: str = field(default="", repr=False)
    sent: int = 0
    stored: bool = False
    problem: str | None = None


@writes(
    "POST /datasets/{datasetId}/files",
    covers=("register_file_uploads",),
    check="look for the files with omiq_list_files",
    example={"dataset_id": "$dataset", "paths": ["run.fcs"]},
)
async def upload_files(
    omiq: Omiq,
    dataset_id: OmiqId,
    paths: Annotated[
        list[Id], Field(min_length=1, max_length=50, description="In a folder of PENTAD_UPLOADS.")
    ],
) -> Page[Row]:
    """Upload FCS or CSV files of this computer into a dataset and wait until they are processed; answers with
    id and status of each."""
    items = [_looked_at(omiq, path) for path in paths]
    key = print_of("uploads", dataset_id, [[item.path, item.stamp] for item in items])
    under_way = omiq.connection.memory.setdefault("uploads", {})
    if key in under_way:
        items = under_way[key]
    else:
        await _register(omiq, dataset_id, items)
        under_way[key] = items
    await _followed(omiq, dataset_id, key, items)
    under_way.pop(key, None)
    _raise_problems(items)
    forget_files(omiq)
    return await _processed(omiq, dataset_id, items)


def _looked_at(omiq: Omiq, path: str) -> Item:
    """The file as it is now. Raises Rejected for one that cannot be taken."""
    with omiq.inbox.open(path) as file:
        seen = stamp(file)
    if not seen[1]:
        raise Rejected(f"The file {path[:120]!r} is empty.", outcome="none")
    return Item(path, PurePath(path).name, seen)


async def _register(omiq: Omiq, dataset_id: str, items: Sequence[Item]) -> None:
    """Announce the files, all of them or none. Raises Rejected where one of a name is there already: the
    platform would keep both."""
    names = [item.name for item in items]
    twice = sorted({name for name in names if names.count(name) > 1})
    there = {str(row.get("fileName")): str(row.get("id")) for row in await files_of(omiq, dataset_id)}
    problems = {f"paths.{names.index(name)}": ["another of these paths has this file name"] for name in twice}
    problems |= {
        f"paths.{at}": [f"the dataset has a file of this name already, {there[name]}"]
        for at, name in enumerate(names)
        if name in there
    }
    if problems:
        raise Rejected(
            "Nothing was uploaded: rename files or leave them out.", problems=problems, outcome="none"
        )
    about = {"contentType": _TYPE, "datasetId": int(dataset_id)}
    files = [{"displayName": name, "fileName": name, **about} for name in names]
    told = await omiq.exact({"datasetKey": int(dataset_id), "files": files}, datasetId=dataset_id)
    records, links = told.get("files"), told.get("signedUrls")
    for at, item in enumerate(items):
        item.id, item.link = _registered(records, links, at, item.name)


def _registered(records: Any, links: Any, at: int, name: str) -> tuple[str, str]:
    """Record and link of a file, which have its position. Raises Malformed where the record is another's."""
    try:
        record, link = records[at], links[at]
        if record["fileName"] == name and isinstance(link, str):
            return str(record["id"]), link
    except (LookupError, TypeError):
        pass
    raise Malformed(
        f"OMIQ registered the files, but not {name!r} in its place. No bytes were sent; look for empty "
        "records with omiq_list_files.",
        outcome="unknown",
    )


async def _followed(omiq: Omiq, dataset_id: str, key: str, items: Sequence[Item]) -> None:
    """Wait for the files to be sent, which goes on after this call. Raises Unfinished while it does."""
    tasks = omiq.connection.tasks
    if key not in tasks:
        tasks[key] = asyncio.create_task(_send(_lasting(omiq), dataset_id, items))
    task = tasks[key]
    try:
        while not task.done() and omiq.call.left() > _WORTHWHILE:
            await asyncio.wait([task], timeout=_TOLD_EVERY)
            await omiq.call.report(_sent(items), _size(items), "uploading")
    except asyncio.CancelledError:
        task.cancel()
        tasks.pop(key, None)
        omiq.connection.memory["uploads"].pop(key, None)
        raise
    if not task.done():
        raise Unfinished(
            {"status": "uploading", "bytes": _sent(items), "of": _size(items)},
            "the upload goes on by itself: call again with the same arguments to follow it",
        )
    tasks.pop(key, None)
    task.result()


def _lasting(omiq: Omiq) -> Omiq:
    """The same client, for work that outlasts the call."""
    bench = omiq.bench
    call = Call(
        bench.call.clock, operation=bench.call.operation, account=bench.call.account, patience=_LONGEST
    )
    return Omiq(omiq.connection, replace(bench, call=call)).bound_to(omiq.operation)


async def _send(omiq: Omiq, dataset_id: str, items: Sequence[Item]) -> None:
    """Send one file after the other; what fails is taken back and told, and the rest goes on."""
    for item in items:
        try:
            await _send_one(omiq, item)
        except PlatformError as error:
            item.problem = error.message
            item.problem += await _removed(omiq, dataset_id, item)
        else:
            item.stored = True


async def _send_one(omiq: Omiq, item: Item) -> None:
    async def sent(size: int) -> None:
        item.sent = size

    with omiq.inbox.open(item.path) as file:
        if stamp(file) != item.stamp:
            raise Changed("The file was changed before it was uploaded; try again when it is complete.")
        await store(omiq, item.link, file, sent)


async def _removed(omiq: Omiq, dataset_id: str, item: Item) -> str:
    """Take back the record of a file that did not come; the end of the sentence about it."""
    try:
        await omiq.bound_to(delete_file).get(Gone, datasetId=dataset_id, fileId=item.id)
    except PlatformError:
        return f" Its empty record {item.id} is still in the dataset: omiq_delete_file removes it."
    return " Its record was removed again."


def _raise_problems(items: Sequence[Item]) -> None:
    lost = [item for item in items if item.problem]
    if lost:
        done = [{"name": item.name, "id": item.id} for item in items if item.stored]
        raise Rejected(
            f"{plural(len(lost), 'file')} of {len(items)} could not be uploaded.",
            problems={f"paths.{items.index(item)}": [str(item.problem)] for item in lost},
            details={"uploaded": done} if done else {},
            outcome="unknown" if done else "none",
        )


async def _processed(omiq: Omiq, dataset_id: str, items: Sequence[Item]) -> Page[Row]:
    """The files' records, once the platform is done with them or the call's time is up."""

    async def records() -> dict[str, Row]:
        mine = {item.id for item in items}
        return {str(row["id"]): row for row in await files_of(omiq, dataset_id) if str(row.get("id")) in mine}

    def waiting(found: Mapping[str, Row]) -> str | None:
        left = [item for item in items if found.get(item.id, {}).get("status") not in _FINAL]
        return f"{plural(len(left), 'file')} being processed" if left else None

    found = await omiq.poll(records, waiting) or {}
    rows = [_row(item, found.get(item.id, {})) for item in items]
    if any(row["status"] not in _FINAL for row in rows):
        omiq.call.note("all bytes are there, and the platform still processes them: see omiq_list_files")
    if failed := [row["name"] for row in rows if row["status"] == "FAILED"]:
        omiq.call.note(f"OMIQ could not read {plural(len(failed), 'file')}; omiq_delete_file removes them")
    return Page(rows, ("name", "id", "status", "size"), len(rows))


def _row(item: Item, record: Row) -> Row:
    return {"name": item.name, "id": item.id, "status": record.get("status"), "size": item.stamp[1]}


def _sent(items: Sequence[Item]) -> int:
    return sum(item.stamp[1] if item.stored else item.sent for item in items)


def _size(items: Sequence[Item]) -> int:
    return sum(item.stamp[1] for item in items)
