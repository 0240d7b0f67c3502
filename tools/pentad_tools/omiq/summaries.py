"""A population's numbers, file by file: events are exported, streamed to disk, counted by SQL and let go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from pentad.call import Unfinished
from pentad.consent.plans import print_of
from pentad.errors import PlatformError
from pentad.files import Folder
from pentad.models import Id, Page, Row
from pentad.operations import reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.platforms.omiq.columns import Columns
from pentad.platforms.omiq.populations import Population
from pentad.platforms.omiq.tree import label
from pentad.text import quoted
from pentad_tools.omiq import panels
from pentad_tools.omiq.counting import Counted, count
from pentad_tools.omiq.documents import TaskId, workflow
from pentad_tools.omiq.exports import UNFILTERED, Order, exported, view

# Summaries of files that are kept, for the call that goes on with the files that are left.
_KEPT = 500
# Seconds of a call's time that beginning with another file takes at least.
_WORTHWHILE = 3.0


# Bounded, which nobody needs to be told beforehand.
Words = Annotated[
    list[Id],
    Field(min_length=1, max_length=100),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]


@dataclass(frozen=True)
class Part:
    """One file's share of a summary: the populations that are asked for, and all above them."""

    order: Order
    asked: Sequence[Population]
    medians: Sequence[str]

    @property
    def print(self) -> str:
        chosen = [population.id for population in self.asked]
        return print_of("summary", self.order.body(), chosen, list(self.medians))


@reads(core=True, example={"workflow_id": "$workflow", "populations": ["$population"], "files": ["$file"]})
async def summarize_population(
    omiq: Omiq,
    workflow_id: OmiqId,
    populations: Words,
    *,
    files: Words | None = None,
    features: Words | None = None,
    task_id: TaskId | None = None,
    reverse_transform: bool = False,
) -> Page[Row]:
    """Events, % of parent and total, medians of features, per file (all by default). Populations by name,
    path or id."""
    found = await workflow(omiq, workflow_id)
    chosen, everything = view(found, populations, task_id)
    there = panels.choose_files(await panels.files(omiq, found.dataset_id or ""), files)
    above = {one.id: one for one in found.populations(chosen.task)}
    needed = {id_: above[id_] for one in chosen.populations for id_ in (*one.ancestors, one.id)}
    parts = []
    for file in there:
        medians = panels.choose_features(file, features or [])
        carried = medians or _least(file, chosen.populations)
        options = {"reverseTransform": reverse_transform}
        order = Order(found, chosen.task, file, carried, list(needed.values()), options)
        parts.append(Part(order, chosen.populations, medians))
    return await _summary(omiq, parts, everything=everything)


def _least(file: panels.File, populations: Sequence[Population]) -> list[str]:
    """One feature, where none is asked for: that an export can be without any is not known."""
    used = [feature for population in populations for feature in population.features]
    return [name for name in (*used, *file.features) if name in file.features][:1]


async def _summary(omiq: Omiq, parts: Sequence[Part], *, everything: bool) -> Page[Row]:
    """One file after the other, as far as the call's time goes; what is done is kept for the next call."""
    rows: list[Row] = []
    medians = dict.fromkeys(name for part in parts for name in _labels(part).values())
    shown = ("file", "population", "events", "pct_parent", "pct_total", *medians)
    about: dict[str, Any] = {}
    for done, part in enumerate(parts):
        await omiq.call.report(done, len(parts), quoted(part.order.file.name))
        try:
            counted = await _counted(omiq, part)
        except Unfinished as unfinished:
            about = {**unfinished.members, "files_done": done, "of_files": len(parts)}
            omiq.call.unfinished = True
            omiq.call.note("not done yet: call again with the same arguments, which goes on from here")
            break
        except PlatformError as error:
            error.message = f"File {part.order.file.name!r}: {error.message}"
            raise
        rows += _rows(part, counted, everything=everything)
    return Page(rows, shown, None if about else len(rows), about=about)


async def _counted(omiq: Omiq, part: Part) -> Counted:
    """The numbers of one file, each export made once. Raises Unfinished."""
    # Whoever asks for numbers of the same export waits: its file goes when it has been counted.
    async with omiq.connection.turn(print_of("counting", part.order.body())):
        return await _counted_in_turn(omiq, part)


async def _counted_in_turn(omiq: Omiq, part: Part) -> Counted:
    kept: OrderedDict[str, Counted] = omiq.connection.memory.setdefault("summaries", OrderedDict())
    if part.print in kept:
        kept.move_to_end(part.print)
        return kept[part.print]
    if omiq.call.left() < _WORTHWHILE:
        raise Unfinished({"status": "running"}, "")
    folder = _scratch(omiq)
    key, partial = await exported(omiq, part.order, folder)
    columns = part.order.columns(partial.hidden)
    if columns.guessed:
        omiq.call.note("columns of populations are told by their order, since their names are strange")
    counted = kept[part.print] = await count(omiq, partial.hidden, columns, _asked(part, columns))
    folder.discard(key)
    while len(kept) > _KEPT:
        kept.popitem(last=False)
    return counted


def _asked(part: Part, columns: Columns) -> Mapping[str, Sequence[str]]:
    """Flags that all are 1 for the events of a population: its own and those above it, as it is not known
    whether a flag stands for the gate alone."""
    return {
        one.id: [columns.flags[id_] for id_ in (*one.ancestors, one.id)] for one in part.order.populations
    }


def _scratch(omiq: Omiq) -> Folder:
    """Where tables of events pass through: within the private folder, under the quota of results."""
    bench = omiq.bench
    known = omiq.connection.memory.get("events")
    place = bench.store.scratch.place("events")
    if not isinstance(known, Folder) or known.path != place:
        known = omiq.connection.memory["events"] = Folder(place, bench.store.quota)
    return known


def _rows(part: Part, counted: Counted, *, everything: bool) -> list[Row]:
    file = part.order.file
    head = {"file": file.name, "file_id": file.id, **file.metadata}
    rows: list[Row] = []
    if everything:
        rows.append({**head, "population": UNFILTERED, "events": counted.total, "pct_total": 100})
    for one in part.asked:
        events = counted.events[one.id]
        parent = counted.events[one.ancestors[-1]] if one.ancestors else counted.total
        medians = counted.medians.get(one.id, {})
        rows.append(
            {
                **head,
                "population": one.path,
                "id": label(one.id),
                "events": events,
                "pct_parent": _percent(events, parent),
                "pct_total": _percent(events, counted.total),
                **{name: _rounded(medians.get(feature)) for feature, name in _labels(part).items()},
                "parent_events": parent,
                "total_events": counted.total,
            }
        )
    return rows


def _labels(part: Part) -> dict[str, str]:
    """Columns of medians by feature, called by the marker where there is one."""
    told = part.order.file.features
    return {feature: f"median {told.get(feature) or feature}" for feature in part.medians}


def _percent(part: int, whole: int) -> float | None:
    return float(f"{100 * part / whole:.4g}") if whole else None


def _rounded(value: float | None) -> float | None:
    """Exported numbers carry about five significant digits; the middle of two needs one more."""
    return None if value is None else float(f"{value:.6g}")
