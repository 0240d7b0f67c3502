"""Tables among the files that come out of OMIQ: kept as the files they are, with a handle for their rows."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pentad.errors import Malformed, Unavailable
from pentad.models import Saved
from pentad.platforms.omiq import Omiq

# Rows that tell which columns of a table nobody described are numbers.
_TELLING = 100_000
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|")


async def tabled(omiq: Omiq, saved: Saved, numbers: Sequence[str] | None = None) -> Saved:
    """The file with a handle for its rows, if it is CSV; `numbers` names the columns of numbers, if that is
    known. A file that is no table stays what it is."""
    file = Path(saved.path)
    if saved.media_type != "text/csv" and file.suffix.lower() != ".csv":
        return saved
    try:
        if numbers is None:
            numbers = await asyncio.to_thread(_numbers, file)
        return replace(saved, media_type="text/csv", rows=await omiq.bench.adopt(file, numbers))
    except (Malformed, Unavailable, UnicodeDecodeError, csv.Error) as error:
        why = error.message if isinstance(error, Malformed | Unavailable) else "it is no table of text"
        omiq.call.note(f"the file was saved, and there is no handle for its rows: {why}")
        return saved


def header_of(file: Path) -> list[str]:
    """The names of a table's columns. Raises csv.Error and UnicodeDecodeError."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return next(csv.reader(lines), [])


def _numbers(file: Path) -> list[str]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines)
        header = next(rows, [])
        left = set(range(len(header)))
        for row in islice(rows, _TELLING):
            left = {at for at in left if at < len(row) and _NUMBER.fullmatch(row[at])}
            if not left:
                break
    return [header[at] for at in sorted(left)]
