"""Timbr SQL: one read-only statement in, rows out, flat or nested, at once or in the background."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import PlatformError
from pentad.http.errand import Extra
from pentad.http.paging import mark, read_cursor
from pentad.models import NO_FLAG, Cursor, Id, Row, Rows, Table, Tabular
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.flags import Flags, switched_on
from pentad.platforms.timbr.guard import guard
from pentad.platforms.timbr.nesting import ROWS, Asked
from pentad_tools.timbr import background as running
from pentad_tools.timbr.explaining import explaining

# The vendor's client raises the limit to this for system tables: a part of one is wrong, not small.
_WHOLE = 100_000
_CURSOR = re.compile(r"(\d{1,9})-([0-9a-f]{6})")
_SLOW = (
    "it may still be running there, and repeating it would start it again; narrow it, or let it run on with "
    "background=true"
)

Sql = Annotated[str, Field(min_length=1, max_length=20_000)]
RowLimit = Annotated[int, Field(ge=1, le=_WHOLE), NO_FLAG]
SqlFlags = Annotated[Flags, Field(description="`nested` needs entity_id selected at every level.")]
Datasource = Annotated[str | None, Field(min_length=1, max_length=200)]
Background = Annotated[bool, Field(description="For long statements; may return a ticket.")]


class Told(Tabular):
    rows: Rows


@reads("POST /timbr/api/query/", core=True, slow=_SLOW, example={"ontology": "$ontology", "sql": "$sql"})
async def run_query(
    timbr: Timbr,
    ontology: Id,
    sql: Sql,
    *,
    flags: SqlFlags = None,
    limit: RowLimit = ROWS,
    cursor: Cursor = None,
    datasource: Datasource = None,
    background: Background = False,
) -> Table[Row]:
    """Run one read-only Timbr SQL statement; relationship paths can come back nested. Names and ready paths
    come from timbr_describe."""
    asked = await _asked(timbr, ontology, sql, flags=flags, limit=limit, cursor=cursor, datasource=datasource)
    if datasource or background or timbr.impersonating:
        # These are proven for the raw route alone.
        return await _raw(timbr.bound_to(run_ontology_query), asked, background=background)
    return await _answered(timbr, asked, lambda text, headers: _enveloped(timbr, ontology, text, headers))


@reads(
    "POST /timbr/openapi/ontology/{ontology}/query",
    slow=_SLOW,
    example={"ontology": "$ontology", "sql": "$sql"},
)
async def run_ontology_query(
    timbr: Timbr,
    ontology: Id,
    sql: Sql,
    *,
    flags: SqlFlags = None,
    limit: RowLimit = ROWS,
    cursor: Cursor = None,
    datasource: Datasource = None,
    background: Background = False,
) -> Table[Row]:
    """Run one read-only Timbr SQL statement through the raw route, which knows data sources and background
    execution; timbr_run_query takes it by itself where needed."""
    asked = await _asked(timbr, ontology, sql, flags=flags, limit=limit, cursor=cursor, datasource=datasource)
    return await _raw(timbr, asked, background=background)


async def system_rows(timbr: Timbr, ontology: str, text: str) -> Sequence[Mapping[str, Any]]:
    """All rows of a statement about the system tables, by the route that serves this account."""
    headers = {"results-limit": str(_WHOLE)}
    if timbr.impersonating:
        extra = Extra(headers)
        got = await timbr.bound_to(run_ontology_query).send(Told, body=text, extra=extra, ontology=ontology)
        return got.rows
    return await _enveloped(timbr.bound_to(run_query), ontology, text, headers)


async def _raw(timbr: Timbr, asked: Asked, *, background: bool) -> Table[Row]:
    if asked.on:
        timbr.call.note("nesting is not confirmed for the route that this call took")
    if background:
        return await running.run(timbr, asked)

    async def send(text: str, headers: Mapping[str, str]) -> Sequence[Row]:
        got = await timbr.send(
            Told, body=text, extra=Extra(headers), ontology=asked.ontology, datasource=asked.datasource
        )
        return got.rows

    return await _answered(timbr, asked, send)


async def _enveloped(timbr: Timbr, ontology: str, text: str, headers: Mapping[str, str]) -> Sequence[Row]:
    body = {"ontology_name": ontology, "query": text}
    got = await timbr.send(Told, body=body, extra=Extra(headers))
    return got.rows


async def _asked(
    timbr: Timbr,
    ontology: str,
    sql: str,
    *,
    flags: Flags,
    limit: int,
    cursor: str | None,
    datasource: str | None,
) -> Asked:
    # A long statement that was made to be slow to check must not keep other calls waiting.
    statement = await asyncio.to_thread(guard, sql)
    on, notes = switched_on(flags)
    expected = mark(timbr.connection.identity, ontology, statement.text, sorted(on), datasource)
    offset = int(read_cursor(_CURSOR, cursor, expected)[1]) if cursor else 0
    asked = Asked(ontology, statement, on, limit, offset, expected, datasource)
    for note in (*notes, *asked.remarks()):
        timbr.call.note(note)
    return asked


async def _answered(
    timbr: Timbr, asked: Asked, send: Callable[[str, Mapping[str, str]], Awaitable[Sequence[Row]]]
) -> Table[Row]:
    async with explaining(timbr, asked.ontology, asked.statement, system_rows):
        rows = await send(asked.text, asked.headers)
    tally = await asyncio.to_thread(asked.tally, rows)
    flat: Sequence[Row] | None = None
    if asked.unsure(tally):
        # The rows are there; a check that fails is no reason to lose them.
        with suppress(PlatformError):
            flat = await send(asked.text, {"results-limit": str(asked.limit)})
    table, notes = asked.table(rows, tally, flat)
    for note in notes:
        timbr.call.note(note)
    return table
