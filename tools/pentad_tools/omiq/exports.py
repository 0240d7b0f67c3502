"""Tables of events out of OMIQ: ordered with the workflow as it stands, streamed to disk, never shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pentad.consent.plans import print_of
from pentad.errors import Malformed, Rejected
from pentad.files import Folder, Partial
from pentad.http.fetching import fetch
from pentad.models import Id, Saved
from pentad.operations import reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.choosing import Choice, choose
from pentad.platforms.omiq.columns import Columns, told
from pentad.platforms.omiq.document import Task, Workflow
from pentad.platforms.omiq.populations import Population
from pentad_tools.omiq import panels
from pentad_tools.omiq.documents import TaskId, workflow
from pentad_tools.omiq.tables import header_of, tabled

# Every event, whatever gates there are.
UNFILTERED = "UNFILTERED"
# Otherwise it is CSV, with a flag per population, scaled, of every event, with its row number in the file.
Option = Literal["fcs", "namecol", "drop_not_filtered", "reverse_transform", "no_row_idx"]


@dataclass(frozen=True)
class Order:
    """What is exported: events of a file as a task sees them, with flags or names of populations."""

    workflow: Workflow
    task: Task
    file: panels.File
    features: Sequence[str]
    populations: Sequence[Population]
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    everything: bool = False

    @property
    def filters(self) -> list[str]:
        return [*[population.id for population in self.populations], *[UNFILTERED] * self.everything]

    def body(self) -> dict[str, Any]:
        """The document goes back as it came."""
        task = self.task.raw.get("id")
        return {
            "datasetId": int(self.workflow.dataset_id or 0),
            "fileIds": [int(self.file.id)],
            "featureNames": list(self.features),
            "addOrigRowIdx": False,
            "reverseTransform": False,
            "format": "CSV",
            "filterUsageMode": "BOOLCOLS",
            "dropNotFiltered": False,
            **self.options,
            "instructions": {"taskId": task, "config": self.workflow.raw, "filters": self.filters},
        }

    def columns(self, file: Path) -> Columns:
        """The columns of the exported table. Raises Malformed."""
        named = {one.id: [one.id, one.path, one.labels[-1]] for one in self.populations}
        flags = named if self.options.get("filterUsageMode", "BOOLCOLS") == "BOOLCOLS" else {}
        if flags and self.everything:
            flags[UNFILTERED] = [UNFILTERED]
        return told(header_of(file), self.features, flags)


@reads(
    "POST /export/initiate",
    core=True,
    retry_safe=False,
    covers=("start_data_export",),
    example={"workflow_id": "$workflow", "file": "$file", "populations": ["$population"]},
)
async def export_events(
    omiq: Omiq,
    workflow_id: OmiqId,
    file: Id,
    *,
    populations: list[Id] | None = None,
    features: list[Id] | None = None,
    task_id: TaskId | None = None,
    options: list[Option] | None = None,
) -> Saved:
    """Save a file's events, with a handle for SQL. For counts take omiq_summarize_population."""
    found = await workflow(omiq, workflow_id)
    chosen, everything = view(found, populations or [], task_id)
    (source,) = panels.choose_files(await panels.files(omiq, found.dataset_id or ""), [file])
    names = panels.choose_features(source, features) if features else list(source.features)
    chosen_options = _sent(options or ())
    order = Order(found, chosen.task, source, names, chosen.populations, chosen_options, everything)
    key, _ = await exported(omiq, order, omiq.folder)
    saved = omiq.folder.settle(key, f"events-{source.id}")
    if chosen_options["format"] == "FCS":
        return saved
    try:
        columns = order.columns(Path(saved.path))
    except Malformed as error:
        omiq.call.note(error.message)
        return await tabled(omiq, saved)
    if columns.guessed:
        ids = ", ".join(f"{column}: {filter_}" for filter_, column in columns.flags.items())
        omiq.call.note(f"columns of filters are told by their order, since their names are strange: {ids}")
    return await tabled(omiq, saved, columns.numbers)


def _sent(options: Collection[Option]) -> dict[str, Any]:
    """The options in the platform's words."""
    return {
        "addOrigRowIdx": "no_row_idx" not in options,
        "reverseTransform": "reverse_transform" in options,
        "format": "FCS" if "fcs" in options else "CSV",
        "filterUsageMode": "NAMECOL" if "namecol" in options else "BOOLCOLS",
        "dropNotFiltered": "drop_not_filtered" in options,
    }


async def exported(omiq: Omiq, order: Order, folder: Folder) -> tuple[str, Partial]:
    """The export's file, complete and hidden in the folder, and its key there. Raises Unfinished; the same
    order goes on then and is not given a second time."""
    asking = omiq.bound_to(export_events)
    body = order.body()
    key = print_of("export", omiq.connection.identity, str(folder.path), body)
    return key, await fetch(omiq, key, lambda: asking.link(body), folder)


def view(found: Workflow, words: Sequence[str], task_id: str | None) -> tuple[Choice, bool]:
    """The populations that are meant and the task they are seen from; whether every event is meant too.
    Raises Rejected."""
    task = found.task(task_id) if task_id else None
    named = [word for word in words if word.strip().upper() != UNFILTERED]
    if not named and task is None:
        raise Rejected(
            "Nothing was exported: it is not said which task's view is meant.",
            problems={"task_id": ["give a task's id, or populations; omiq_describe_workflow lists both"]},
            outcome="none",
        )
    if not named and task is not None and not task.exports:
        return Choice(task, ()), len(named) < len(words)
    return choose(found, named, task), len(named) < len(words)
