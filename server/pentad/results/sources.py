"""What a statement reads: kept rows by the name they have in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pentad.results.csvlines import CsvLines, Shape
from pentad.results.record import Stored


@dataclass(frozen=True)
class Source:
    """`name` is the handle, of letters, digits and underscores; `path` a file with one JSON
    object a line, or of CSV, of which `csv` tells more."""

    name: str
    path: Path
    columns: tuple[str, ...]
    csv: Shape | None = None

    @classmethod
    def of(cls, stored: Stored) -> Source:
        """A result as what is read; one in memory moves to disk. Raises Unkept."""
        shape = stored.lines.shape if isinstance(stored.lines, CsvLines) else None
        return cls(stored.handle, stored.path(), tuple(stored.columns()), shape)
