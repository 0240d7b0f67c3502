"""CSV files that become results, and what Python makes of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pentad.jsontext import loads
from pentad.results.folder import Scratch
from pentad.results.record import Origin, Stored
from pentad.results.store import Store
from tests.clock import ManualClock

ORIGIN = Origin("omiq_export_events", {"task": "3"})
ME = "me"


def made(base: Path, **how: Any) -> Store:
    return Store(ManualClock(), scratch=Scratch(base / "kept"), **how)


def written(
    file: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    end: str = "\n",
    *,
    quoted: str = ',"\r\n',
) -> Path:
    """A CSV file of RFC 4180; cells with one of these signs are quoted, all where there are none."""
    with file.open("w", encoding="utf-8", newline="") as out:
        for row in (header, *rows):
            out.write(",".join(_cell(cell, quoted) for cell in row) + end)
    return file


def _cell(text: str, quoted: str) -> str:
    plain = quoted and not any(sign in text for sign in quoted)
    return text if plain else '"' + text.replace('"', '""') + '"'


async def adopted(store: Store, file: Path, numbers: Collection[str] = (), **how: Any) -> Stored:
    given: dict[str, Any] = {"left": lambda: 9.0, **how}
    return await store.adopt(file, numbers, (), ORIGIN, ME, **given)


def expected(file: Path, numbers: Collection[str]) -> list[Mapping[str, Any]]:
    """The rows of a file without anything that would have to be cleaned, as the csv module reads them."""
    header, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
    return [
        {name: value(cell) if name in numbers else cell for name, cell in zip(header, row, strict=True)}
        for row in rows
        if row
    ]


def value(cell: str) -> Any:
    """A cell of a column of numbers."""
    try:
        found = loads(cell)
    except ValueError:
        return cell or None
    number = isinstance(found, int | Decimal) and not isinstance(found, bool) and cell == cell.strip()
    return found if number else cell
