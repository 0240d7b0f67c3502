"""OMIQ's files: what a dataset holds, with the metadata that workflows group by, and each file's channels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.jsontext import dumps
from pentad.models import Page, Record, Row, Rows, Table, Tabular, Wire
from pentad.operations import destroys, reads, writes
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.results.render import columns_of
from pentad_tools.omiq.rows import plain, shaped
from pentad_tools.omiq.tags import completed, differences, map_in, remark

# What the member is called is inferred from the request that sets it.
_METADATA = ("omiqMetadata", "metadata")
# No key is documented; files that tell how many events they hold may do it under one of these.
_EVENTS = ("events", "eventCount", "numEvents", "totalEvents")
# The second name of a feature has a key that is not known: one of these words will be in it.
_MARKER = ("marker", "antigen", "second", "label", "desc", "alias", "displayname", "longname")
_OWN = ("name", "id", "status", "size", "features", "events")
_ALIKE = ("status", "features")
# What is remembered of the files last worked with, for so many seconds.
_LATELY, _LIFE = "files lately", 120.0
_REPLACED = frozenset({"displayName", *_METADATA, *_EVENTS})

Metadata = Annotated[
    dict[OmiqId, dict[str, str | None]],
    Field(min_length=1),
    WithJsonSchema(
        {"type": "object", "description": "File id to {column: text}; null removes, other columns are kept."}
    ),
]


class Files(Tabular):
    files: Rows


class File(Wire):
    """A record that comes bare or under the key `file`; no source says which."""

    id: str
    features: list[Row] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, sent: Any) -> Any:
        return sent["file"] if isinstance(sent, dict) and isinstance(sent.get("file"), dict) else sent


class Gone(Wire):
    """The answer to a deletion, whose shape nobody documents."""


@reads(
    "GET /datasets/{datasetId}/files",
    core=True,
    covers=("list_dataset_files",),
    example={"dataset_id": "$dataset"},
)
async def list_files(omiq: Omiq, dataset_id: OmiqId) -> Page[Row]:
    """Files of a dataset with status, size and metadata such as donor and visit."""
    found = await files_of(omiq, dataset_id)
    rows = await shaped(omiq, found, file_row)
    columns, same = await asyncio.to_thread(_columns, found, rows)
    shown = [name for name in (*_OWN, *columns) if name not in same]
    return Page(rows, tuple(shown), len(rows), about={"in_all_files": same} if same else {})


@reads(
    "GET /datasets/{datasetId}/files/{fileId}",
    covers=("get_dataset_file",),
    example={"dataset_id": "$dataset", "file_id": "$file"},
)
async def get_file(omiq: Omiq, dataset_id: OmiqId, file_id: OmiqId) -> Page[Row]:
    """One file (`about`) and its features as rows: the channel's name, which gates and exports use, and the
    marker where there is one."""
    raw = (await omiq.get(File, datasetId=dataset_id, fileId=file_id)).record()
    row = file_row(raw)
    about = {name: value for name, value in row.items() if name != "feature_list"}
    features = [feature_row(feature) for feature in row.get("feature_list", ())]
    return Page(features, ("name", "marker"), len(features), about=about)


@destroys(
    "DELETE /datasets/{datasetId}/files/{fileId}",
    covers=("delete_dataset_file",),
    reaches="shared",
    retry_safe=True,
    check="look for it with omiq_list_files",
    example={"dataset_id": "$dataset", "file_id": "$spare_file"},
)
async def delete_file(omiq: Omiq, dataset_id: OmiqId, file_id: OmiqId) -> Record:
    """Remove a file from a dataset, for everybody. Answers with a plan first."""
    asked = omiq.bound_to(get_file)
    raw = (await asked.get(File, datasetId=dataset_id, fileId=file_id)).record()
    now = file_row(raw)
    preview = Preview(
        will=f"Remove file {file_id} from dataset {dataset_id}, for everybody who works with it.",
        slug=f"delete-file-{file_id}",
        body=None,
        undo="no: that a file can be brought back is not known",
        now={name: value for name, value in now.items() if name in _OWN or name in metadata_of(raw)},
    )
    await omiq.send(Gone, preview=preview, datasetId=dataset_id, fileId=file_id)
    forget_files(omiq)
    return Record({"deleted": file_id, "name": now["name"]})


@writes(
    "POST /datasets/{datasetId}/setomiqmetadata",
    covers=("set_file_metadata",),
    retry_safe=True,
    check="read it with omiq_list_files",
    example={"dataset_id": "$dataset", "metadata": {"$file": {"Visit": "V1"}}},
)
async def update_file_metadata(omiq: Omiq, dataset_id: OmiqId, metadata: Metadata) -> Table[Row]:
    """Set metadata columns of files (donor, visit, stimulation), by which workflows group them; answers with
    what is stored then."""
    there = await _metadata_there(omiq, dataset_id)
    if strangers := [file_id for file_id in metadata if file_id not in there]:
        raise Rejected(
            f"Nothing was changed: not all of these files are in dataset {dataset_id}; omiq_list_files shows "
            "which are.",
            problems={f"metadata.{file_id}": ["no such file in this dataset"] for file_id in strangers},
            outcome="none",
        )
    wanted = {file_id: completed(there[file_id], given) for file_id, given in metadata.items()}
    answer = await omiq.send(Files, body=dumps({"omiqMetadatas": wanted}), datasetId=dataset_id)
    forget_files(omiq)
    stored = _stored(answer.files, wanted)
    if len(stored) < len(wanted):
        stored = _stored(await files_of(omiq, dataset_id), wanted)
    found = [
        f"file {file_id}: {clause}"
        for file_id, sent in wanted.items()
        for clause in differences(sent, map_in(stored.get(file_id), *_METADATA) or {})
    ]
    if found:
        omiq.call.note(remark(found))
    rows = [_told(file_id, stored.get(file_id, {})) for file_id in wanted]
    return Table(rows, tuple(columns_of(rows)), len(rows))


async def files_of(omiq: Omiq, dataset_id: str) -> Sequence[Row]:
    """The records of a dataset's files as they come."""
    return (await omiq.bound_to(list_files).get(Files, datasetId=dataset_id)).files


async def files_lately(omiq: Omiq, dataset_id: str) -> Sequence[Row]:
    """The same as they were within the last two minutes, this account's own changes included."""
    now = omiq.call.clock.monotonic()
    known = omiq.connection.memory.get(_LATELY)
    if known is None or known[0] != dataset_id or now - known[1] >= _LIFE:
        known = omiq.connection.memory[_LATELY] = dataset_id, now, await files_of(omiq, dataset_id)
    found: Sequence[Row] = known[2]
    return found


def forget_files(omiq: Omiq) -> None:
    """To be called after every change of files."""
    omiq.connection.memory.pop(_LATELY, None)


def file_row(raw: Row) -> dict[str, Any]:
    """A file as one flat row: `features` is how many, `feature_list` which; metadata are columns."""
    row = plain(raw)
    told: dict[str, Any] = {
        "name": row.get("displayName") or row.get("fileName"),
        **{name: row.get(name) for name in ("id", "status", "size")},
    }
    if isinstance(features := row.get("features"), list):
        told |= {"features": len(features), "feature_list": features}
    if counted := [row[name] for name in _EVENTS if isinstance(row.get(name), int)]:
        told["events"] = counted[0]
    rest = {name: value for name, value in row.items() if name not in _REPLACED | told.keys()}
    return told | rest | metadata_of(raw)


def metadata_of(raw: Row) -> dict[str, Any]:
    """The metadata by column; one that is called like a column of every file is `metadata.<name>`."""
    found = map_in(raw, *_METADATA) or {}
    return {f"metadata.{name}" if name in _OWN else name: value for name, value in found.items()}


def feature_row(raw: Row) -> dict[str, Any]:
    """A feature by its name, with its marker where one is told."""
    marker = marker_of(raw)
    return {"name": raw.get("name")} | ({} if marker is None else {"marker": marker}) | dict(raw)


def marker_of(feature: Row) -> str | None:
    """The second name of a feature, whose key is not known, if it has one that differs from the first."""
    texts = {
        name.lower(): value
        for name, value in feature.items()
        if name != "name" and isinstance(value, str) and value.strip() not in ("", feature.get("name"))
    }
    return next((value for word in _MARKER for name, value in texts.items() if word in name), None)


async def _metadata_there(omiq: Omiq, dataset_id: str) -> dict[str, Mapping[str, Any] | None]:
    """By file id, exactly as it is stored."""
    # A copy without what is withheld from answers would overwrite what is there.
    files = (await omiq.bound_to(list_files).exact(datasetId=dataset_id)).get("files")
    listed = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return {str(file.get("id")): map_in(file, *_METADATA) for file in listed}


def _stored(files: Sequence[Row], wanted: Mapping[str, Any]) -> dict[str, Row]:
    """The records of the wanted files that tell their metadata, by id."""
    told = {str(raw.get("id")): raw for raw in files if map_in(raw, *_METADATA) is not None}
    return {file_id: told[file_id] for file_id in wanted if file_id in told}


def _told(file_id: str, raw: Row) -> dict[str, Any]:
    return {"id": file_id, "name": raw.get("displayName") or raw.get("fileName")} | metadata_of(raw)


def _columns(found: Sequence[Row], rows: Sequence[Row]) -> tuple[list[str], dict[str, Any]]:
    """The metadata columns in first-seen order, and what is the same in all files."""
    columns = list(dict.fromkeys(name for raw in found for name in metadata_of(raw)))
    return columns, _same(rows, [*_ALIKE, *columns])


def _same(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, Any]:
    """The columns whose value is the same in every row, which is said once instead of in each of them."""
    first = rows[0] if len(rows) > 1 else {}
    left = {name: first[name] for name in columns if first.get(name) is not None}
    for row in rows:
        left = {name: value for name, value in left.items() if name in row and row[name] == value}
    return left
