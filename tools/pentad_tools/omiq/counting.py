"""Counts and medians of a table of events, in SQL, by the worker: no event is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pentad import jsontext
from pentad.platforms.omiq import Omiq
from pentad.platforms.omiq.columns import Columns
from pentad.results.sources import Source
from pentad.results.values import quoted

# A median holds all its values, eight bytes each; this many are held at a time.
_HELD = 8_000_000


@dataclass(frozen=True)
class Counted:
    """Events of a file as a task sees them: all, per population, and medians of features per population."""

    total: int
    events: Mapping[str, int]
    medians: Mapping[str, Mapping[str, float]]


async def count(
    omiq: Omiq, file: Path, columns: Columns, populations: Mapping[str, Sequence[str]]
) -> Counted:
    """`populations` maps ids to the flags that all are 1 for their events; medians are of all features."""
    source = Source.of(await omiq.bench.adopt(file, columns.numbers))
    where = {id_: " AND ".join(f"{quoted(flag)} = 1" for flag in flags) for id_, flags in populations.items()}
    told = await _row(omiq, source, ["count(*)", *(_of("count(*)", wanted) for wanted in where.values())])
    events = dict(zip(where, map(int, told[1:]), strict=True))
    medians: dict[str, dict[str, float]] = {id_: {} for id_ in where}
    for batch in _batches(events, list(columns.features)):
        asked = [_of(f"median({quoted(columns.features[name])})", where[id_]) for id_, name in batch]
        for (id_, feature), value in zip(batch, await _row(omiq, source, asked), strict=True):
            if value is not None:
                medians[id_][feature] = float(value)
    return Counted(int(told[0]), events, medians)


def _of(value: str, condition: str) -> str:
    return f"{value} FILTER (WHERE {condition})"


def _batches(events: Mapping[str, int], features: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Medians that are asked for together, so that what they hold stays within bounds."""
    batches: list[list[tuple[str, str]]] = [[]]
    held = 0
    for id_, size in events.items():
        for feature in features:
            if batches[-1] and held + size > _HELD:
                batches.append([])
                held = 0
            batches[-1].append((id_, feature))
            held += size
    return [batch for batch in batches if batch]


async def _row(omiq: Omiq, source: Source, values: Sequence[str]) -> list[Any]:
    """One row of aggregates over the source."""
    named = ", ".join(f"{value} AS {quoted(f'v{at}')}" for at, value in enumerate(values))
    sql = f"SELECT {named} FROM {quoted(source.name)}"  # noqa: S608 - names are quoted
    with omiq.bench.store.scratch.passing(".ndjson") as into:
        await omiq.bench.worker.query(sql, [source], into, 1)
        row = jsontext.loads(into.read_text("utf-8"))
    return [row[f"v{at}"] for at in range(len(values))]
