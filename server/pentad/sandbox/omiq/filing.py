"""The files of a dataset: records, metadata, uploads, originals."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.omiq import originals
from pentad.sandbox.omiq.context import Context, need, number_of
from pentad.sandbox.omiq.longops import Link
from pentad.sandbox.omiq.records import DataFile
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.spelling import is_object, objects

MEDIA = "application/octet-stream"


def described(context: Context, file: DataFile) -> dict[str, Any]:
    """The number of a blob is text for every other file."""
    status, blob = file.status(context.now), file.id + 12_325_336_975_474
    record = {
        "id": file.id,
        "datasetId": file.dataset,
        "fileName": file.name,
        "displayName": file.display or file.name,
        "rawFileBlobId": blob if file.id % 2 else str(blob),
        "jobName": f"ingest-{file.id}",
        "status": status,
        "features": [channel.described() for channel in file.panel] if status == "COMPLETE" else [],
        "omiqMetadata": file.metadata,
    }
    return record | ({"size": originals.size(context.state, file)} if file.arrived else {})


def list_files(context: Context) -> dict[str, Any]:
    dataset = context.dataset()
    rows = [one for one in context.state.files.values() if one.dataset == dataset.id]
    return {"files": [described(context, file) for file in rows]}


def get_file(context: Context) -> dict[str, Any]:
    """Bare for odd ids, wrapped for even ones: both are possible by the contract."""
    file = context.file()
    record = described(context, file)
    return record if file.id % 2 else {"file": record}


def delete_file(context: Context) -> dict[str, Any]:
    del context.state.files[context.file("EDITOR").id]
    return {}


def download_link(context: Context) -> dict[str, Any]:
    file = context.file()
    if not file.arrived:
        raise RefusalError(404, f"File {file.id} has no content yet")
    return {"url": Link(f"/raw/{file.id}/{file.name}")}


def set_metadata(context: Context) -> dict[str, Any]:
    """All or nothing: one file that is not of the dataset refuses the whole."""
    dataset, state = context.dataset("EDITOR"), context.state
    rows = need(context.body(), "omiqMetadatas", dict)
    chosen: list[tuple[DataFile, dict[str, str]]] = []
    for text, row in rows.items():
        file = state.files.get(number_of(str(text), "omiqMetadatas"))
        if file is None or file.dataset != dataset.id:
            raise RefusalError(404, f"File {text} was not found in dataset {dataset.id}")
        if not is_object(row) or not all(isinstance(value, str) for value in row.values()):
            raise RefusalError(400, f"omiqMetadatas: {text} has to be an object of texts")
        chosen.append((file, row))
    for file, row in chosen:
        file.metadata = {**file.metadata, **row} if state.merges else dict(row)
    dataset.changed = context.now
    return {"files": [described(context, file) for file, _ in chosen]}


def register(context: Context) -> dict[str, Any]:
    """Every repetition makes further records."""
    dataset, state, body = context.dataset("EDITOR"), context.state, context.body()
    given = objects(body.get("files"))
    if body.get("datasetKey") != dataset.id or not given:
        raise RefusalError(400, "datasetKey, files: missing or not of this dataset")
    for entry in given:
        need(entry, "displayName", str)
        if entry.get("contentType") != MEDIA or entry.get("datasetId") != dataset.id:
            raise RefusalError(400, "files: contentType or datasetId is not what it has to be")
    made = [_registered(context, dataset.id, need(entry, "fileName", str)) for entry in given]
    for file in made:
        state.files[file.id] = file
    dataset.changed = context.now
    addresses = [Link(f"/uploads/{file.id}", "PUT") for file in made]
    return {"files": [described(context, file) for file in made], "signedUrls": addresses}


def _registered(context: Context, dataset: int, name: str) -> DataFile:
    if not name or "/" in name:
        raise RefusalError(400, "fileName: has to be a base name")
    return DataFile(context.state.new_id(context.state.files), dataset, name, {}, "FAILED", arrived=False)
