"""What went wrong in the worker, as a kind and a line that names no path."""

from __future__ import annotations

import re

_PATH = re.compile(r"(?<![\w/\\])(?:[A-Za-z]:)?[/\\](?:[^\s/\\'\"]+[/\\])+[^\s'\"]*")


class StatementError(Exception):
    """The text is not one SELECT to DuckDB's own parser."""


class RowsError(Exception):
    """The rows of a source cannot be held in a table."""


class ChangedError(Exception):
    """The file of a source is not the one that was indexed."""


def told(error: Exception) -> dict[str, str]:
    """`failed` says whose limit or fault it is: memory, disk, file, changed, select, rows or sql. `text` is
    the database's reason where it is about the statement or the rows."""
    import duckdb

    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        spilt = "max_temp_directory_size" in str(error)
        return {"failed": "disk" if spilt else "memory", "text": ""}
    if isinstance(error, OSError):
        return {"failed": "disk", "text": ""}
    if isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException):
        return {"failed": "file", "text": ""}
    if isinstance(error, duckdb.Error):
        return {"failed": "sql", "text": _reason(error)}
    if isinstance(error, RowsError):
        return {"failed": "rows", "text": _reason(error)}
    others = {StatementError: "select", ChangedError: "changed"}
    return {"failed": others.get(type(error), "file"), "text": ""}


def _reason(error: Exception) -> str:
    """Without the statement, which DuckDB repeats, wrapped as it was run."""
    said = re.split(r"\n\s*LINE \d+:", str(error), maxsplit=1)[0]
    return _PATH.sub("(a path)", " ".join(said.split()))
