"""OMIQ datasets: what holds the files, with tags of its own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.jsontext import dumps
from pentad.models import NO_FLAG, Page, Record, Row, Rows, Tabular, Wire
from pentad.operations import destroys, reads, writes
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.text import plural
from pentad_tools.omiq.records import files_of
from pentad_tools.omiq.rows import plain, shaped
from pentad_tools.omiq.tags import Tags, completed, differences, map_in, remark

SHOWN = ("id", "name", "tags")
# What the member is called is inferred.
_TAGS = ("metadata", "tags")
_OWN = frozenset({"id", "displayName", "metadata"})


class Dataset(Wire):
    id: str


class Datasets(Tabular):
    datasets: Rows


class OneDataset(Wire):
    dataset: Dataset


class Transfers(Tabular):
    transfers: Rows


@reads("GET /datasets", core=True, example={"limit": 5})
async def list_datasets(omiq: Omiq, limit: Annotated[int, Field(ge=0), NO_FLAG] = 50) -> Page[Row]:
    """Datasets one may open, the last changed ones; limit 0: all."""
    found = (await omiq.get(Datasets, includeOwner=False, limit=limit)).datasets
    met = 0 < limit <= len(found)
    if met:
        omiq.call.note(f"the limit of {limit:,} was met, so there may be more; limit=0 lists all")
    return Page(await shaped(omiq, found, dataset_row), SHOWN, None if met else len(found))


@reads("GET /datasets/{datasetId}", example={"dataset_id": "$dataset"})
async def get_dataset(omiq: Omiq, dataset_id: OmiqId) -> Record:
    """One dataset with name and tags; its files come with omiq_list_files."""
    return Record(dataset_row((await omiq.get(OneDataset, datasetId=dataset_id)).dataset.record()))


@writes(
    "POST /datasets",
    check="look for its name with omiq_list_datasets",
    example={"name": "VAX-07 visit 3 acquisitions"},
)
async def create_dataset(
    omiq: Omiq, name: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
) -> Record:
    """Create an empty dataset; omiq_upload_files brings files into it. Two of one name may exist."""
    made = await omiq.send(OneDataset, body={"displayName": name})
    return Record(dataset_row(made.dataset.record()))


@writes(
    "POST /datasets/{datasetId}/setmetadata",
    covers=("set_dataset_tags",),
    retry_safe=True,
    check="read them with omiq_get_dataset",
    example={"dataset_id": "$small_dataset", "tags": {"analyst": "mokonjo"}},
)
async def update_dataset_tags(omiq: Omiq, dataset_id: OmiqId, tags: Tags) -> Record:
    """Set or remove tags of a dataset; the others are kept. Answers with the tags that are stored then.
    Donors, visits and the like belong to files: omiq_update_file_metadata."""
    now = await omiq.bound_to(get_dataset).exact(datasetId=dataset_id)
    wanted = completed(map_in(now.get("dataset"), *_TAGS), tags)
    answer = await omiq.send(OneDataset, body=dumps({"metadata": wanted}), datasetId=dataset_id)
    stored = dataset_row(answer.dataset.record())
    if stored["tags"] is None:
        stored = await read_dataset(omiq, dataset_id)
    if found := differences(wanted, stored["tags"] or {}):
        omiq.call.note(remark(found))
    return Record({name: stored[name] for name in SHOWN})


@destroys(
    "POST /datasets/{datasetId}/delete",
    covers=("trash_dataset",),
    reaches="shared",
    retry_safe=True,
    check="look for it with omiq_list_datasets",
    example={"dataset_id": "$small_dataset"},
)
async def delete_dataset(omiq: Omiq, dataset_id: OmiqId) -> Record:
    """Move a dataset to OMIQ's trash, for everybody who has access; its workflows drop out of the lists.
    Answers with a plan first."""
    now = await read_dataset(omiq, dataset_id)
    files = len(await files_of(omiq, dataset_id))
    preview = Preview(
        will=f"Move dataset {dataset_id} with {plural(files, 'file')} to the trash, for everybody who has "
        "access to it; its workflows drop out of the lists.",
        slug=f"trash-dataset-{dataset_id}",
        body={"delete": True},
        undo="not from here: nothing known takes a dataset out of the trash",
        now={"name": now["name"], "tags": now["tags"], "files": files},
    )
    await omiq.send(OneDataset, body={"delete": True}, preview=preview, datasetId=dataset_id)
    return Record({"in_trash": dataset_id, "name": now["name"]})


@reads("GET /crosstenant/listtransfers", example={"dataset_id": "$dataset"})
async def list_dataset_transfers(omiq: Omiq, dataset_id: OmiqId) -> Page[Row]:
    """Transfers of a dataset to other OMIQ installations; their members are not documented."""
    found = (await omiq.get(Transfers, datasetid=dataset_id)).transfers
    return Page(await shaped(omiq, found, plain), (), len(found))


def dataset_row(raw: Row) -> dict[str, Any]:
    """A dataset with `name` and `tags`, null where they are not told: their members are inferred."""
    row = plain(raw)
    tags = map_in(row, *_TAGS)
    told = {"id": row.get("id"), "name": row.get("displayName") or row.get("name"), "tags": tags}
    return told | {name: value for name, value in row.items() if name not in _OWN | told.keys()}


async def read_dataset(omiq: Omiq, dataset_id: str) -> dict[str, Any]:
    """As omiq_get_dataset answers."""
    return dict((await get_dataset(omiq, dataset_id)).members)
