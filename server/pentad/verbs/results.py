"""Reading and querying what is kept behind handles."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Rejected
from pentad.jsontext import dumps
from pentad.models import NO_FLAG, Fields, Row, Table
from pentad.operations import reads
from pentad.results import render
from pentad.results.draft import Draft
from pentad.results.record import Stored
from pentad.results.sources import Source
from pentad.results.tokens import estimate, fits
from pentad.session import Desk
from pentad.text import all_quoted, nearest, quoted, shorten

_CURSOR = re.compile(r"(\d{1,9})(?:\+(\d{1,12}))?")
_HANDLE = re.compile(r"\b(?:rows|record)_[2-9a-z]{8}\b")
_DESCRIBE = re.compile(r"DESCRIBE\s+(\w+)\s*;?", re.IGNORECASE)
_SLICE = 3


@reads(core=True, example={"result": "rows_2b7k9mxq"})
async def read_result(
    desk: Desk,
    result: Annotated[str, Field(max_length=60, description="A handle from `more.result`.")],
    fields: Fields = None,
    cursor: Annotated[str | None, Field(max_length=40, description="`more.from` or `more.cursor`.")] = None,
    budget: Annotated[
        Annotated[int, Field(ge=200, le=6000), NO_FLAG] | None,
        Field(description="Tokens."),
    ] = None,
) -> str:
    """Read a kept result on: rows that did not fit, columns that were not shown, long values whole."""
    session = desk.session
    stored = session.store.get(result, session.owner)
    columns = chosen(stored, fields) or list(stored.shown) or stored.columns()
    index, offset = _position(cursor, stored)
    return _slice(stored, columns, index, offset, budget or session.settings.budget)


@reads(core=True, example={"sql": "SELECT status, COUNT(*) AS n FROM rows_2b7k9mxq GROUP BY status"})
async def query_results(
    desk: Desk,
    sql: Annotated[str, Field(min_length=1, max_length=20_000)],
    limit: Annotated[int, Field(ge=1, le=10_000), NO_FLAG] = 1000,
) -> Table[Row]:
    """Run one SELECT (DuckDB SQL) over kept results of any platforms: handles are the tables; DESCRIBE handle
    tells columns. Add, filter and join here instead of reading rows."""
    session = desk.session
    with session.store.reading(dict.fromkeys(_HANDLE.findall(sql)), session.owner) as kept:
        sources = [Source.of(one) for one in kept]
        if found := _DESCRIBE.fullmatch(sql.strip()):
            columns = (await session.worker.describe(sources))[found[1]]
            described = [{"column": name, "type": of} for name, of in columns]
            return Table(described, ("column", "type"), len(described))
        with session.store.scratch.passing(".ndjson") as into:
            answer = await session.worker.query(sql, sources, into, limit)
            rows = await _taken(into, session.bench(desk.call).draft())
    if answer.more:
        desk.call.note(f"there are more than the {limit:,} rows that limit allows")
    return Table(rows, answer.columns, None if answer.more else answer.count)


async def _taken(file: Path, draft: Draft) -> Stored:
    """The rows of a file as a result; SQL can write what `clean` removes."""
    with draft:
        for number, text in enumerate(_lines(file)):
            draft.add_text(text)
            if number % 500 == 0:
                await asyncio.sleep(0)
        return draft.close()


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def chosen(stored: Stored, fields: Sequence[str] | None) -> list[str]:
    """The columns asked for, once each. Raises Rejected for one that the result does not have."""
    known = stored.columns()
    wrong = [name for name in fields or () if name not in known]
    if wrong:
        near = nearest(wrong[0], known, 3)
        hint = f"; did you mean {' or '.join(quoted(name, 60) for name in near)}?" if near else "."
        raise Rejected(
            f"{stored.handle} has no field {shorten(wrong[0], 80)!r}{hint}",
            problems={"fields": [shorten(f"valid: {all_quoted(known)}", 600)]},
        )
    return list(dict.fromkeys(fields or ()))


def _position(cursor: str | None, stored: Stored) -> tuple[int, int]:
    found = _CURSOR.fullmatch(cursor or "0")
    if found is None or int(found[1]) > max(len(stored) - 1, 0):
        raise Rejected(
            f"{cursor!r} is no position in this result of {len(stored)} rows.",
            problems={"cursor": ["use `more.from` or `more.cursor` of an answer about this result"]},
        )
    return int(found[1]), int(found[2] or 0)


def _slice(stored: Stored, columns: Sequence[str], index: int, offset: int, budget: int) -> str:
    """Whole rows from `index` on; a row too large for the budget comes in pieces of its JSON text."""
    texts: list[str] = []
    rows: list[Mapping[str, Any]] = []
    room = budget - render.frame(columns, {}) - 20
    for row in stored.rows(index) if offset == 0 else ():
        text = dumps([row.get(column) for column in columns])
        room -= estimate(text) + 1 + estimate(dumps(render.absences([row], columns)))
        if room < 0:
            break
        texts.append(text)
        rows.append(row)
    at = index + len(rows)
    if not texts and at < len(stored):
        return _piece(stored, columns, at, offset, budget)
    absent = render.absences(rows, columns)
    rest: dict[str, Any] = {"absent": absent} if absent else {}
    if at < len(stored):
        rest["more"] = {"rows": len(stored) - at, "cursor": str(at)}
    return render.assemble(columns, texts, {}, rest)


def _piece(stored: Stored, columns: Sequence[str], index: int, offset: int, budget: int) -> str:
    row = stored[index]
    text = dumps({column: row[column] for column in columns if column in row})
    if offset > len(text):
        raise Rejected(f"Row {index} of this result ends at character {len(text)}.")
    size = _fitting(text, offset, budget - 60)
    end = offset + size
    told: dict[str, Any] = {"row": index, "text": text[offset:end]}
    if end < len(text):
        told["more"] = {"characters": len(text) - end, "cursor": f"{index}+{end}"}
    elif index + 1 < len(stored):
        told["more"] = {"rows": len(stored) - index - 1, "cursor": str(index + 1)}
    return dumps(told)


def _fitting(text: str, offset: int, budget: int) -> int:
    """How many characters from `offset` on fit, quoted as JSON; at least one."""
    low, high = 1, min(len(text) - offset, budget * _SLICE * 2)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(dumps(text[offset : offset + middle]), budget):
            low = middle
        else:
            high = middle - 1
    return low
