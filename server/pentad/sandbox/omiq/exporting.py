"""Exports: the request is checked at once, the table is made when its address is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.sandbox.omiq.context import Context, need
from pentad.sandbox.omiq.fcs import UnreadableError
from pentad.sandbox.omiq.longops import Later, Link
from pentad.sandbox.omiq.records import DataFile, Workflow
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.spelling import is_list, same
from pentad.sandbox.omiq.tables import Order, made
from pentad.sandbox.omiq.views import UNFILTERED, ExportError, View

_EXPORTING = "ExportDataTask"


def initiate(context: Context) -> Later:
    body, state = context.body(), context.state
    instructions = need(body, "instructions", dict)
    config, task = need(instructions, "config", dict), need(instructions, "taskId", int)
    workflow = context.workflow("READER", need(config, "id", int))
    if not same(config, workflow.document):
        raise RefusalError(400, "instructions.config is not the workflow as it is stored")
    file = _file(context, body, workflow)
    order = _order(body, View(workflow.document, file.id, {}), task)
    try:
        view = View(workflow.document, file.id, state.raw(file))
        table = made(view, order, file, state.flag_names, state.repeats(file))
    except (ExportError, UnreadableError) as error:
        return Later({"error": str(error) or "The events of the file cannot be read."})
    return Later({"url": Link(state.keep(table))})


def _file(context: Context, body: Mapping[str, Any], workflow: Workflow) -> DataFile:
    """Exactly one file, of the workflow's dataset, whose events are there."""
    ids = need(body, "fileIds", list)
    if not is_list(ids) or len(ids) != 1 or not isinstance(ids[0], int):
        raise RefusalError(400, "fileIds: exactly one file can be exported at a time")
    dataset = context.dataset("READER", need(body, "datasetId", int))
    file = context.state.files.get(ids[0])
    if file is None or file.dataset != dataset.id:
        raise RefusalError(404, f"File {ids[0]} was not found in dataset {dataset.id}")
    if workflow.dataset != dataset.id:
        raise RefusalError(400, f"Workflow {workflow.id} belongs to another dataset")
    status = file.status(context.now)
    if status != "COMPLETE":
        raise RefusalError(400, f"File {file.id} cannot be exported: its status is {status}")
    return file


def _order(body: Mapping[str, Any], view: View, number: int) -> Order:
    instructions = need(body, "instructions", dict)
    task = view.tasks().get(number)
    if task is None or task["type"] == _EXPORTING:
        raise RefusalError(400, f"instructions.taskId: {number} is no task to export from")
    return Order(
        task=number,
        features=_texts(body, "featureNames"),
        filters=_filters(view, number, _texts(instructions, "filters")),
        media=_chosen(body, "format", ("CSV", "FCS")),
        usage=_chosen(body, "filterUsageMode", ("NAMECOL", "BOOLCOLS")),
        numbered=need(body, "addOrigRowIdx", bool),
        dropping=need(body, "dropNotFiltered", bool),
        unscaled=need(body, "reverseTransform", bool),
    )


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = need(body, name, list)
    texts = tuple(str(item) for item in given if isinstance(item, str))
    if len(texts) < len(given):
        raise RefusalError(400, f"{name}: has to be a list of texts")
    return texts


def _chosen(body: Mapping[str, Any], name: str, options: tuple[str, ...]) -> str:
    text = need(body, name, str)
    if text not in options:
        raise RefusalError(400, f"{name}: {text} is none of {', '.join(options)}")
    return text


def _filters(view: View, number: int, filters: tuple[str, ...]) -> tuple[str, ...]:
    foreign = [one for one in filters if one != UNFILTERED and view.home(number, one) is None]
    if foreign:
        raise RefusalError(400, f"Filters {', '.join(foreign)} are not available at task {number}")
    return filters
