"""Datasets as wholes: lists, tags, trash."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from pentad.sandbox.omiq.context import Context, need, number_of
from pentad.sandbox.omiq.records import Dataset, Grant
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.sharing import owner_of
from pentad.sandbox.omiq.state import State


def described(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.id,
        "displayName": dataset.name,
        "metadata": dataset.tags,
        "lastModified": int(dataset.changed * 1000),
        "deleted": dataset.trashed,
    }


def list_datasets(context: Context) -> dict[str, Any]:
    seen = [one for one in context.state.datasets.values() if not one.trashed and context.role(one.grants)]
    latest = context.limited(sorted(seen, key=attrgetter("changed"), reverse=True))
    owners = context.flag("includeOwner")
    rows = [
        {**described(one), **({"owner": owner_of(context.state, one.grants)} if owners else {})}
        for one in latest
    ]
    return {"datasets": rows}


def create_dataset(context: Context) -> dict[str, Any]:
    name, state = need(context.body(), "displayName", str), context.state
    if not name.strip():
        raise RefusalError(400, "displayName: may not be blank")
    made = Dataset(state.new_id(state.datasets), name, context.now, {}, [Grant("OWNER", context.user.id)])
    state.datasets[made.id] = made
    return {"dataset": described(made)}


def get_dataset(context: Context) -> dict[str, Any]:
    return {"dataset": described(context.dataset())}


def tags_of(context: Context, held: dict[str, str]) -> dict[str, str]:
    """The tags that the body leaves an object with."""
    given = need(context.body(), "metadata", dict)
    if not all(isinstance(value, str) for value in given.values()):
        raise RefusalError(400, "metadata: tags have text values")
    return {**held, **given} if context.state.merges else dict(given)


def set_tags(context: Context) -> dict[str, Any]:
    dataset = context.dataset("EDITOR")
    dataset.tags, dataset.changed = tags_of(context, dataset.tags), context.now
    return {"dataset": described(dataset)}


def trash(context: Context) -> dict[str, Any]:
    dataset = context.dataset("OWNER")
    if context.body().get("delete") is not True:
        raise RefusalError(400, "delete: only true is understood")
    dataset.trashed, dataset.changed = True, context.now
    return {"dataset": described(dataset)}


def purge(context: Context) -> dict[str, Any]:
    """Files and workflows go with their dataset."""
    dataset, state = context.dataset("OWNER"), context.state
    context.empty()
    del state.datasets[dataset.id]
    state.files = {id_: one for id_, one in state.files.items() if one.dataset != dataset.id}
    state.workflows = {id_: one for id_, one in state.workflows.items() if one.dataset != dataset.id}
    return {"purged": True}


def list_owners(context: Context) -> dict[str, Any]:
    return {"owners": _owners(context, context.state, context.state.datasets.values())}


def list_workflow_owners(context: Context) -> dict[str, Any]:
    return {"owners": _owners(context, context.state, context.state.workflows.values())}


def _owners(context: Context, state: State, resources: Any) -> dict[str, Any]:
    return {str(one.id): owner_of(state, one.grants) for one in resources if context.role(one.grants)}


def list_transfers(context: Context) -> dict[str, Any]:
    given = context.call.param("datasetid")
    if given is None:
        raise RefusalError(400, "datasetid: missing")
    return {"transfers": context.dataset("READER", number_of(given, "datasetid")).transfers}
