"""Statements that run on in the background: a ticket, and a result that the platform hands out once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Malformed, NotFound, Rejected
from pentad.http.answers import Disguised, Explained, one
from pentad.http.errand import Extra
from pentad.models import Id, Row, Rows, Table, Tabular
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.nesting import Asked
from pentad.results.record import Stored
from pentad.results.render import columns_of
from pentad_tools.timbr.explaining import explaining

_KEPT = 16
_FOREIGN = "what was asked for is not known here, so whether a row limit cut these rows cannot be told"


class Submitted(Tabular):
    """The answer to a submission: a ticket, or the rows at once from a server that knows no background."""

    response_id: str | None = None
    rows: Rows | None = None


class Outcome(Tabular):
    """One look at a background statement; `response` is what the call itself would have answered."""

    status: str
    response: Any = None
    original_status_code: int | None = None
    error: Any = None


@dataclass(frozen=True)
class Ticket:
    """A submission: what it asked for, and its end once that has been collected, a table or a failure."""

    asked: Asked | None = None
    table: Table[Row] | None = None
    notes: tuple[str, ...] = ()
    failure: Rejected | Malformed | None = None

    @property
    def ended(self) -> bool:
        return self.table is not None or self.failure is not None


def tickets(timbr: Timbr) -> OrderedDict[str, Ticket]:
    found: OrderedDict[str, Ticket] = timbr.connection.memory.setdefault("tickets", OrderedDict())
    while len(found) > _KEPT:
        found.popitem(last=False)
    return found


async def run(timbr: Timbr, asked: Asked) -> Table[Row]:
    """Submit a statement, unless it still runs, and wait for it as long as the call lasts."""
    for ticket, known in tickets(timbr).items():
        if known.asked == asked and not known.ended:
            return await get_query_result(timbr, ticket)
    extra = Extra({**asked.headers, "x-async": "true"})
    async with _explained(timbr, asked):
        told = await timbr.send(
            Submitted, body=asked.text, extra=extra, ontology=asked.ontology, datasource=asked.datasource
        )
    if told.rows is None:
        return await follow(timbr, told.response_id, asked)
    table, notes = await _tabled(asked, told.rows)
    for note in ("the platform ran it at once instead of in the background", *notes):
        timbr.call.note(note)
    return table


async def follow(timbr: Timbr, ticket: str | None, asked: Asked | None) -> Table[Row]:
    """Wait for a submission. Raises Malformed where there is no ticket to ask with."""
    if ticket is None:
        raise Malformed("Timbr took a background statement without saying how to ask for its result.")
    tickets(timbr)[ticket] = Ticket(asked)
    return await get_query_result(timbr, ticket)


@reads(
    "GET /timbr/openapi/get-async-results/{response_id}",
    covers=("get_async_result",),
    example={"ticket": "$response_id"},
)
async def get_query_result(
    timbr: Timbr, ticket: Annotated[Id, Field(description="`ticket` of an answer in the background.")]
) -> Table[Row]:
    """Rows of a background statement, waiting up to 40 s for it. Collected rows are kept, as the platform
    hands them out once."""
    # The result is handed out once.
    async with timbr.connection.turn(ticket):
        kept = await _collected(timbr, ticket)
    if not kept.ended:
        same = "the same arguments, which does not start it anew, or with " if kept.asked else ""
        tail = "" if kept.asked else ", and do not run it again"
        timbr.call.note(f"still running: ask again with {same}timbr_get_query_result{tail}")
        return Table((), (), about={"ticket": ticket, "status": "running"})
    return await _told(timbr, kept)


async def _collected(timbr: Timbr, ticket: str) -> Ticket:
    known = tickets(timbr)
    kept = known.get(ticket) or Ticket(notes=(_FOREIGN,))
    if kept.table is not None and isinstance(kept.table.rows, Stored) and not kept.table.rows.lines.there:
        del known[ticket]
        raise NotFound("The rows of this ticket are no longer kept; run the statement again.")
    if kept.ended:
        return kept
    try:
        kept = await _looked(timbr, ticket, kept)
    except NotFound:
        known.pop(ticket, None)
        raise
    if kept.ended:
        known[ticket] = kept
    return kept


async def _looked(timbr: Timbr, ticket: str, kept: Ticket) -> Ticket:
    """Wait for the end of a submission; unchanged where it did not come."""
    outcome = await timbr.poll(
        lambda: timbr.get(Outcome, response_id=ticket),
        lambda seen: "it is still running" if seen.status == "running" else None,
    )
    if outcome is None or outcome.status == "running":
        return kept
    try:
        table, notes = await _shaped(kept, _rows(timbr, outcome))
    except (Rejected, Malformed) as failure:
        return replace(kept, failure=failure)
    return replace(kept, table=replace(table, once=True), notes=notes)


async def _told(timbr: Timbr, ended: Ticket) -> Table[Row]:
    """What a submission came to. Raises its failure."""
    if ended.table is None:
        async with _explained(timbr, ended.asked):
            raise ended.failure or AssertionError
    for note in ended.notes:
        timbr.call.note(note)
    return ended.table


@asynccontextmanager
async def _explained(timbr: Timbr, asked: Asked | None) -> AsyncGenerator[None]:
    """Say of a refusal which names do not exist, where the statement is known."""
    # That module submits its statements here.
    from pentad_tools.timbr.queries import system_rows

    if asked is None:
        yield
    else:
        async with explaining(timbr, asked.ontology, asked.statement, system_rows):
            yield


def _rows(timbr: Timbr, outcome: Outcome) -> Rows:
    """What a finished statement left. Raises Rejected with the engine's words if it failed, Malformed if it
    left no rows."""
    failed = outcome.status != "completed" or (outcome.original_status_code or 200) >= 400
    if failed:
        raise _failure(timbr.explain(200, outcome.error or outcome.response, ""))
    try:
        rows = one(Submitted, timbr.opened(outcome.response), timbr.label).rows
    except Disguised as fault:
        raise _failure(fault.explained) from None
    if rows is None:
        raise Malformed(f"{timbr.label} handed out a background result that holds no rows.")
    return rows


def _failure(explained: Explained) -> Rejected:
    told = "The statement failed in the background; change it before running it again."
    return Rejected(f"{told} {explained.hint or ''}".strip(), quote=explained.quote)


async def _shaped(kept: Ticket, rows: Rows) -> tuple[Table[Row], tuple[str, ...]]:
    """The answer, and remarks on it."""
    if kept.asked is None:
        return Table(rows, tuple(columns_of(rows))), kept.notes
    table, notes = await _tabled(kept.asked, rows)
    if table.cursor is not None:
        notes.append("more.cursor belongs to timbr_run_query, with the arguments of the statement")
    return table, tuple(notes)


async def _tabled(asked: Asked, rows: Rows) -> tuple[Table[Row], list[str]]:
    return asked.table(rows, await asyncio.to_thread(asked.tally, rows))
