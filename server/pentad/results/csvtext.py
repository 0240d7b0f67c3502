"""A CSV file as rows of text."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pentad.results.draft import Draft
from pentad.results.record import Stored
from pentad.secrecy import without_secrets
from pentad.text import clean

_AT_ONCE = 500


async def read_csv(file: Path, draft: Draft, left: Callable[[], float]) -> Stored | None:
    """The rows below the header, every cell as text, without secrets; None where the file is no table, or
    cannot be read to its end in the seconds that are left. A cell that a row does not have is absent."""
    with draft:
        try:
            for number, row in enumerate(_rows(file)):
                draft.add(row)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
                    if left() <= 0:
                        return None
        except csv.Error:
            return None
        return draft.close()


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        cells = csv.reader(lines)
        names = unique(next(cells, []))
        for row in cells:
            if row:
                names += unique([""] * (len(row) - len(names)), names)
                yield without_secrets(dict(zip(names, map(clean, row), strict=False)))


def unique(header: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """Column names: one that is empty or taken already gets its number."""
    names: list[str] = []
    for position, text in enumerate(header, len(before) + 1):
        name = clean(text) or f"column_{position}"
        while name in names or name in before:
            name = f"{name}_{position}"
        names.append(name)
    return names
