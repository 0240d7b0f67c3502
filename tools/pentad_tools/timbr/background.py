"""Statements that run on in the background: a ticket, and a result that the platform hands out once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Malformed, NotFound, Rejected
from pentad.http.answers import Disguised, Explained, one
from pentad.http.client import Extra
from pentad.models import Id, Row, Table, Wire
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.nesting import Asked
from pentad.results.render import columns_of
from pentad_tools.timbr.explaining import explaining

_KEPT = 16
_FOREIGN = "what was asked for is not known here, so whether a row limit cut these rows cannot be told"


class Submitted(Wire):
    """The answer to a submission: a ticket, or the rows at once from a server that knows no background."""

    response_id: str | None = None
    rows: list[Row] | None = None


class Outcome(Wire):
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
    table, notes = asked.table(told.rows)
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
    known = tickets(timbr)
    kept = known.get(ticket) or Ticket(notes=(_FOREIGN,))
    if not kept.ended:
        try:
            kept = await _looked(timbr, ticket, kept)
        except NotFound:
            # Another call may have collected it meanwhile.
            kept = known.get(ticket, kept)
            if not kept.ended:
                known.pop(ticket, None)
                raise
    if not kept.ended:
        same = "the same arguments, which does not start it anew, or with " if kept.asked else ""
        tail = "" if kept.asked else ", and do not run it again"
        timbr.call.note(f"still running: ask again with {same}timbr_get_query_result{tail}")
        return Table((), (), about={"ticket": ticket, "status": "running"})
    known[ticket] = kept
    return await _told(timbr, kept)


async def _looked(timbr: Timbr, ticket: str, kept: Ticket) -> Ticket:
    """Wait for the end of a submission; unchanged where it did not come."""
    outcome = await timbr.poll(
        lambda: timbr.get(Outcome, response_id=ticket),
        lambda seen: "it is still running" if seen.status == "running" else None,
    )
    if outcome is None or outcome.status == "running":
        return kept
    try:
        table, notes = _shaped(kept, _rows(timbr, outcome))
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


def _rows(timbr: Timbr, outcome: Outcome) -> list[Row]:
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


def _shaped(kept: Ticket, rows: list[Row]) -> tuple[Table[Row], tuple[str, ...]]:
    """The answer, and remarks on it."""
    if kept.asked is None:
        return Table(rows, tuple(columns_of(row.record() for row in rows))), kept.notes
    table, notes = kept.asked.table(rows)
    if table.cursor is not None:
        notes.append("more.cursor belongs to timbr_run_query, with the arguments of the statement")
    return table, tuple(notes)
