"""Timbr rows without SQL: a concept or a view, filtered by its properties."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import WithJsonSchema

from pentad.errors import Problems, Rejected
from pentad.http.errand import Extra
from pentad.models import Id, Page, Row
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.atlas import details_of, graph_of
from pentad.platforms.timbr.flags import Flag, Flags, headers_of, switched_on
from pentad.platforms.timbr.graph import BUILT_IN
from pentad.platforms.timbr.nesting import ROWS
from pentad.results.render import columns_of
from pentad_tools.timbr.explaining import explaining, unknown
from pentad_tools.timbr.queries import RowLimit, Told, system_rows

_LEAD = 8
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?")
_MIDNIGHT = re.compile(r"[t ]00:00(?::00(?:\.0+)?)?z?$")
_SLOW = "it may still be running there; narrow it with filters or limit before asking again"

_FLAGS = {"type": "array", "items": {"type": "string"}, "description": "As timbr_run_query."}
_FILTERS = {"type": "object", "description": "Values that properties equal."}
Kind = Literal["concept", "view"]
PlainFlags = Annotated[Flags, WithJsonSchema(_FLAGS)]
Filters = Annotated[dict[str, str | int | float] | None, WithJsonSchema(_FILTERS)]


@reads(
    "GET /timbr/api/q/{ontology_name}/concept/{concept_name}",
    core=True,
    covers=("query_concept",),
    slow=_SLOW,
    example={"ontology": "$ontology", "name": "$concept", "limit": 3},
)
async def read_concept(
    timbr: Timbr,
    ontology: Id,
    name: Id,
    *,
    filters: Filters = None,
    flags: PlainFlags = None,
    limit: RowLimit = ROWS,
    kind: Kind = "concept",
) -> Page[Row]:
    """Rows of a concept, sub-concepts included, or of a view, without SQL; no order and no cursor exist."""
    if kind == "view":
        return await read_view(timbr, ontology, name, filters=filters, flags=flags, limit=limit)
    return await _read(timbr, Place(ontology, "concept", name), filters or {}, flags, limit)


@reads(
    "GET /timbr/api/q/{ontology_name}/view/{view_name}",
    covers=("query_view",),
    slow=_SLOW,
    example={"ontology": "$ontology", "name": "$view", "limit": 3},
)
async def read_view(
    timbr: Timbr,
    ontology: Id,
    name: Id,
    *,
    filters: Filters = None,
    flags: PlainFlags = None,
    limit: RowLimit = ROWS,
) -> Page[Row]:
    """Rows of an ontology view; as timbr_read_concept with kind=view."""
    return await _read(timbr, Place(ontology, "view", name), filters or {}, flags, limit)


class Place(NamedTuple):
    """What is to be read; its name in any case."""

    ontology: str
    kind: Kind
    name: str


async def _read(
    timbr: Timbr,
    place: Place,
    filters: Mapping[str, Any],
    flags: Sequence[Flag] | None,
    limit: int,
) -> Page[Row]:
    on, notes = switched_on(flags)
    async with explaining(timbr, place.ontology, None, system_rows):
        found = {f"{place.kind}_name": await _checked(timbr, place, filters)}
        extra = Extra({"results-limit": str(limit), **headers_of(on)}, filters)
        rows = (await timbr.get(Told, extra=extra, ontology_name=place.ontology, **found)).rows
    # Formatting tags change how a value is written.
    compared = {} if "format_properties" in on else filters
    remarks = await asyncio.to_thread(_remarks, timbr, rows, compared, limit)
    for note in (*notes, *remarks):
        timbr.call.note(note)
    shown = columns_of(rows[:1])
    return Page(rows, tuple(shown[:_LEAD]), deep="nested" in on)


async def _checked(timbr: Timbr, place: Place, filters: Mapping[str, Any]) -> str:
    """The name as the ontology spells it. Raises Rejected for a name or a filter that does not exist: a
    server may ignore what it does not know, and answer with everything."""
    graph, _ = await graph_of(timbr, place.ontology, system_rows)
    name = graph.named(place.name)
    if name is None:
        known = [*graph.concepts, *graph.views]
        wrong = unknown(f"{place.ontology} has no concept or view", place.name, known)
        raise _unread(place, {"name": [wrong]})
    if name not in (graph.views if place.kind == "view" else graph.concepts):
        other = "concept" if place.kind == "view" else "view"
        raise _unread(place, {"kind": [f"{name!r} is a {other}: read it with kind={other}"]})
    properties = (await details_of(timbr, place.ontology, name, system_rows)).properties
    names = [*(BUILT_IN if place.kind == "concept" else ()), *(one.name for one in properties)]
    lowered = {one.lower() for one in names}
    wrongly = [one for one in filters if one.lower() not in lowered] if properties else []
    if wrongly:
        problems = {f"filters.{one}": [unknown(f"{name} has no property", one, names)] for one in wrongly}
        raise _unread(place, problems)
    return name


def _unread(place: Place, problems: Problems) -> Rejected:
    return Rejected(f"{place.name!r} was not read.", problems=problems, outcome="none")


def _remarks(timbr: Timbr, rows: Sequence[Row], filters: Mapping[str, Any], most: int) -> list[str]:
    """What is to be said of rows whose filters, limit and identity the server may have overlooked."""
    told = []
    if timbr.impersonating:
        told.append(
            "that this route honours impersonation is not confirmed; timbr_run_query takes one that does"
        )
    if filters and any(_differs(row, filters) for row in rows):
        told.append("the server did not apply every filter: rows differ from them; use timbr_run_query")
    if len(rows) > most:
        told.append(f"the server did not apply the limit: it sent {len(rows):,} rows")
    elif len(rows) == most:
        told.append(f"the limit of {most:,} rows was met; timbr_run_query with ORDER BY can read on")
    return told


def _differs(row: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    lowered = {name.lower(): value for name, value in row.items()}
    shared = [(lowered[name.lower()], value) for name, value in filters.items() if name.lower() in lowered]
    return any(_plain(there) != _plain(wanted) for there, wanted in shared)


def _plain(value: Any) -> Any:
    """A value without what spellings of it differ in: 4.50 and 4.5, true and 1, letters' case, a day and its
    midnight."""
    text = str(value).strip().lower()
    if text in ("true", "false"):
        return Decimal(text == "true")
    return Decimal(text) if _NUMBER.fullmatch(text) else _MIDNIGHT.sub("", text)
