"""Files brought out: what was uploaded, and what finished tasks left behind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pentad.consent.plans import print_of
from pentad.errors import Malformed
from pentad.http.fetching import fetch
from pentad.models import Id, Record, Saved
from pentad.operations import reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.secrecy import without_secrets
from pentad.text import clean_json
from pentad_tools.omiq.documents import TaskId
from pentad_tools.omiq.tables import tabled


@reads(
    "GET /datasets/{datasetId}/files/{fileId}/download",
    covers=("get_file_download_url",),
    example={"dataset_id": "$dataset", "file_id": "$file"},
)
async def download_file(omiq: Omiq, dataset_id: OmiqId, file_id: OmiqId) -> Saved:
    """Save a dataset's original file (FCS, CSV) to the download folder; answers with path, size and type."""
    key = print_of("file", omiq.connection.identity, dataset_id, file_id)
    await fetch(omiq, key, lambda: omiq.link(datasetId=dataset_id, fileId=file_id), omiq.folder)
    return await tabled(omiq, omiq.folder.settle(key, f"file-{file_id}"))


@reads(
    "POST /workflows/{workflowId}/getArtifactUrl",
    covers=("get_artifact_url",),
    example={"workflow_id": "$workflow", "task_id": "$artifact_task", "file": "$artifact"},
)
async def download_artifact(
    omiq: Omiq,
    workflow_id: OmiqId,
    task_id: TaskId,
    file: Annotated[
        str, Field(min_length=1, max_length=300, description="As omiq_describe_workflow lists it.")
    ],
) -> Saved:
    """Save a file that a finished task left behind; for CSV also columns, row count and a handle."""
    key = print_of("artifact", omiq.connection.identity, workflow_id, task_id, file)
    task = int(task_id) if task_id.isdecimal() else task_id
    body = {"taskId": task, "file": file, "download": True}
    await fetch(omiq, key, lambda: omiq.link(body, workflowId=workflow_id), omiq.folder)
    return await tabled(omiq, omiq.folder.settle(key, f"artifact-{task_id}"))


@reads("GET /longops/{longOpId}", example={"ticket": "$long_op"})
async def get_long_operation(
    omiq: Omiq, ticket: Annotated[Id, Field(description="`ticket` of an answer that still ran.")]
) -> Saved | Record:
    """Wait for a long operation and tell what it came to; a file it made is saved. To get the call's own
    answer, repeat that call instead: it goes on with the same ticket."""
    key = print_of("ticket", omiq.connection.identity, ticket)
    if key not in omiq.folder.partials:
        members = await omiq.settled(ticket)
        if not isinstance(members.get("url"), str):
            return Record({"ticket": ticket, "status": "done", **without_secrets(clean_json(members))})
        omiq.connection.memory[key] = members["url"]

    async def link() -> str:
        url = omiq.connection.memory.pop(key, None)
        if not isinstance(url, str):
            raise Malformed("The address of the file is no longer known; ask again.")
        return url

    await fetch(omiq, key, link, omiq.folder)
    return await tabled(omiq, omiq.folder.settle(key, f"operation-{ticket}"))
