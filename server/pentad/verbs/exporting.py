"""A kept result as a file of the user's, whole, without passing through the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from pentad.errors import Rejected, Unavailable
from pentad.files import Part
from pentad.models import Record
from pentad.names import safe_name
from pentad.operations import reads
from pentad.results.exporting import MEDIA, PIECE, Text
from pentad.results.record import Stored
from pentad.results.sources import Source
from pentad.session import Desk
from pentad.text import plural
from pentad.verbs.results import chosen

if TYPE_CHECKING:
    from pentad.results.query import Worker

_TYPES = {**MEDIA, "parquet": "application/vnd.apache.parquet"}


@reads(example={"result": "rows_2b7k9mxq", "format": "csv"})
async def export_result(
    desk: Desk,
    result: Annotated[str, Field(max_length=60, description="A handle from `more.result`.")],
    format: Literal["csv", "json", "parquet"] = "csv",  # noqa: A002 - everybody's word for it
    fields: Annotated[list[str] | None, Field(description="Columns; default all.")] = None,
    name: Annotated[str | None, Field(max_length=200, description="File name.")] = None,
) -> Record:
    """Save a kept result whole as a file in the user's download folder: every row, none of them shown here.
    The answer is its path, size, type and columns."""
    session = desk.session
    with session.store.reading([result], session.owner) as (stored,):
        columns = chosen(stored, fields) or stored.columns()
        named = _named(name, result, f".{format}")
        if format == "parquet":
            columns, part = await _parquet(desk, stored, columns, named)
        else:
            text = Text(stored, columns if fields else None)
            part = await session.folder.write(text.pieces(format), named, desk.call)
            if text.guarded:
                desk.call.note(_guarded(text.guarded))
    told = {"path": str(part.path), "size": part.size, "type": _TYPES[format]}
    return Record({**told, "row_count": len(stored), "columns": columns})


def _named(name: str | None, handle: str, suffix: str) -> str:
    plain = safe_name(name, handle)
    return plain if plain.lower().endswith(suffix) else safe_name(plain + suffix, handle + suffix)


def _guarded(count: int) -> str:
    return (
        f"{plural(count, 'cell')} of the CSV would be a formula to a spreadsheet and has an apostrophe put "
        "in front; JSON and Parquet have the text as it is"
    )


async def _parquet(desk: Desk, stored: Stored, columns: Sequence[str], named: str) -> tuple[list[str], Part]:
    """The columns as the file has them, and the file. The worker writes where it may; from there it is
    copied, as the download folder can be on another disk."""
    session = desk.session
    with session.store.scratch.passing(".parquet") as made:
        written = await _written(session.worker, Source.of(stored), columns, made)
        return written, await session.folder.write(_copied(made), named, desk.call)


async def _written(worker: Worker, source: Source, columns: Sequence[str], into: Path) -> list[str]:
    """The worker's refusals are about statements, of which there is none here."""
    try:
        return await worker.export(source, columns, into)
    except Rejected as error:
        raise Rejected(
            f"The rows of {source.name} cannot be held in a Parquet table; export them as CSV or JSON."
        ) from error
    except Unavailable as error:
        raise Unavailable(
            f"Making a Parquet file of {source.name} took more time, memory or disk than it may; export "
            "fewer `fields`, or CSV or JSON."
        ) from error


def _copied(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece
