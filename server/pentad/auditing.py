"""`pentad audit`: what was changed, for a user to read or a program to take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from pentad.clock import SystemClock
from pentad.consent.audit import Entry, read
from pentad.settings import matches
from pentad.text import clean, shorten

_COLUMNS = ("time", "account", "operation", "target", "outcome", "approval", "plan")
_WIDEST = 80


def found(
    folder: Path, since: float | None = None, operation: str | None = None, outcome: str | None = None
) -> list[Entry]:
    """The entries that are wanted, the newest last. `since` is in epoch seconds, `operation` a pattern.
    Raises OSError."""
    return [
        entry
        for entry in read(folder, since, SystemClock().time())
        if (operation is None or matches(entry.operation, [operation])) and outcome in (None, entry.outcome)
    ]


def as_json(entries: Sequence[Entry]) -> Iterator[str]:
    """One JSON object a line, nothing in it but ASCII."""
    return (json.dumps(asdict(entry), separators=(",", ":")) for entry in entries)


def as_table(entries: Sequence[Entry]) -> Iterator[str]:
    """Lines of a table with its heads; no text in it can drive a terminal or pass for another line."""
    rows = [_COLUMNS, *(tuple(map(_cell, _row(entry))) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows if entries)


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        f"{entry.at[:19]}Z",
        entry.account,
        entry.operation,
        ", ".join(f"{name}={value}" for name, value in entry.target.items()),
        f"{entry.outcome} ({entry.error})" if entry.error else entry.outcome,
        entry.approved,
        entry.plan or "",
    )


def _cell(text: str) -> str:
    return shorten(clean(text), _WIDEST) or "-"
