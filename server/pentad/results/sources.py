"""What a statement reads: kept rows by the name they have in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """`name` is the handle, of letters, digits and underscores; `path` a file with one JSON object a line."""

    name: str
    path: Path
    columns: tuple[str, ...]
