"""A look at a table: sample rows, and whether columns may be its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import httpx2 as httpx
from pydantic import Field

from pentad.errors import Malformed, NotFound, PlatformError, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.results.render import columns_of as columns_in
from pentad_tools.optimibi.connections.tables import Place, Schema, columns_of, found_table
from pentad_tools.optimibi.naming import Most, Several, unknown

# The platform sends so many rows of a sample, and never more than the second.
_PAGE, _MOST = 50, 1000

Columns = Annotated[list[str], Field(min_length=1, max_length=200)]


@reads(
    "POST /plugin/datafor-modeler/api/metadata/previewcolumn",
    core=True,
    covers=("preview_table_data",),
    example={"connection": "$connection", "table": "$table", "limit": 5},
)
async def preview_data(
    optimibi: Optimibi,
    connection: Id,
    table: Id,
    db_schema: str | None = None,
    *,
    columns: Several | None = None,
    limit: Most = None,
) -> Table[Row]:
    """Sample rows of a table."""
    place = await found_table(optimibi, connection, table, db_schema)
    body = {
        **place.told,
        "columns": [{"name": one, "detail": ""} for one in columns] if columns else None,
        "limit": str(limit or _PAGE),
    }
    try:
        answer = await optimibi.record(Form(body), whole=True)
    except (Rejected, NotFound) as error:
        raise await _explained(optimibi, place, columns, error) from None
    rows = [row for row in answer.get("data") or () if isinstance(row, dict)]
    told = [str(one["name"]) for one in answer.get("meta") or () if isinstance(one, dict) and one.get("name")]
    if len(rows) >= min(limit or _PAGE, _MOST):
        optimibi.call.note(f"a sample of {len(rows):,} rows: the table may have more")
    return _sample(rows, columns or told, place)


@reads(
    "POST /plugin/datafor-modeler/api/metadata/checkunique",
    slow="the whole table is read there, which repeating it would start again; a smaller table may do",
    example={"connection": "$connection", "table": "$table", "columns": ["$key_column"]},
)
async def check_columns_unique(
    optimibi: Optimibi, connection: Id, table: Id, columns: Columns, db_schema: Schema = None
) -> Record:
    """Whether the values of columns, taken together, are unique in a table, so that they can be its key."""
    place = await found_table(optimibi, connection, table, db_schema)
    body = {**place.told, "fields": columns}

    def read(response: httpx.Response) -> bool:
        answer = optimibi.decoded(response)
        told = answer.get("data") if isinstance(answer, dict) else None
        # One page calls repeated values a failure with this code, another a success; `data` tells in both.
        if isinstance(told, bool) and (told or str(answer.get("code", "400")) in ("400", "200")):
            return told
        optimibi.opened(answer)
        raise Malformed(f"{optimibi.label} did not say whether the columns are unique.")

    try:
        unique: bool = await optimibi.ask({}, read, body)
    except (Rejected, NotFound) as error:
        raise await _explained(optimibi, place, columns, error) from None
    return Record({**place.told, "columns": columns, "unique": unique})


def _sample(rows: list[dict[str, Any]], told: Sequence[str], place: Place) -> Table[Row]:
    """Rows with all their columns: the platform leaves out members whose value is null."""
    names = list(dict.fromkeys([*told, *columns_in(rows)]))
    complete = [{name: row.get(name) for name in names} for row in rows]
    return Table(complete, tuple(names), about=place.told)


async def _explained(
    optimibi: Optimibi, place: Place, columns: Sequence[str] | None, error: PlatformError
) -> PlatformError:
    """The refusal itself, or that it was about columns that are not there."""
    known = [str(column["name"]) for column in await columns_of(optimibi, place)]
    missing = [one for one in columns or () if one not in known]
    return (
        unknown("columns", "column", missing[0], known, f" in {place.table}") if missing and known else error
    )
