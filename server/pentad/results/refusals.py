"""Words for a statement that could not be run: what is wrong, with which name, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pentad.errors import PlatformError, Rejected, Unavailable
from pentad.results.sources import Source
from pentad.text import clean, nearest, shorten

_QUOTED = re.compile(r'"((?:[^"]|"")+)"')

_BOUNDS = {
    "memory": "The statement needs more memory than it may use; narrow it, read fewer columns or aggregate "
    "earlier.",
    "disk": "The statement writes more to disk than it may; narrow it, read fewer columns or aggregate "
    "earlier.",
    "file": "The kept rows could not be read or the answer could not be written; fetch the rows again.",
    "changed": "The file of the rows was changed by another program since it was fetched; fetch it again.",
}


def refused(reason: str, instead: str) -> Rejected:
    """The error for a statement that is not run: why, and what to write instead (a whole sentence)."""
    return Rejected(
        f"The statement was not run: {reason}. {instead}", problems={"sql": [reason]}, outcome="none"
    )


def refusal(failed: str, text: str, sources: Sequence[Source]) -> PlatformError:
    """The error for what the worker told, see `failures.told`."""
    if failed in _BOUNDS:
        return Unavailable(_BOUNDS[failed])
    if failed == "select":
        return refused("it is not one SELECT", "Begin with SELECT, or with WITH and then SELECT.")
    if failed == "rows":
        names = ", ".join(source.name for source in sources)
        return Rejected(
            f"The rows of {names} cannot be held in a table; read them with read_result.",
            problems={"sql": [shorten(clean(text))]},
        )
    for pattern, explain in _EXPLAINED:
        if found := pattern.search(text):
            error = explain(found, sources)
            return Rejected(error.message, problems=error.problems, outcome="none")
    reason = shorten(clean(text))
    return Rejected(
        f"The statement cannot be run (DuckDB: {reason})", problems={"sql": [reason]}, outcome="none"
    )


def unknown_table(name: str, known: Sequence[str]) -> Rejected:
    """A table that is neither a handle nor a CTE of the statement."""
    return refused(
        f"there is no table {shorten(clean(name), 60)}",
        _nearest(name, known, "Tables are the handles of this call"),
    )


def _unknown_column(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    name = found[1].replace('""', '"')
    columns = [column for source in sources for column in source.columns]
    candidates = [*columns, *_candidates(found.string[found.end() :])]
    return refused(
        f"there is no column {shorten(clean(name), 60)}",
        _nearest(name, candidates, "Columns are"),
    )


def _unknown_member(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    del sources
    members = _candidates(found.string[found.end() :])
    return refused(
        f"there is no member {shorten(clean(found[1]), 60)} in that struct",
        _nearest(found[1], members, "Its members are"),
    )


def _unknown_qualifier(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    candidates = [*(source.name for source in sources), *_candidates(found.string[found.end() :])]
    return refused(
        f"{shorten(clean(found[1]), 60)} qualifies a column but is no table or alias there",
        _nearest(found[1], candidates, "Tables are"),
    )


def _wrong_type(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    del sources
    return refused(
        f"{shorten(clean(found[1]), 80)} does not exist for these types",
        "Cast the argument, for example TRY_CAST(x AS DOUBLE); JSON is read with ->> and then cast.",
    )


def _unconvertible(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    del sources
    return refused(
        f"a value cannot be converted ({shorten(clean(found[1]), 160)})",
        "TRY_CAST gives NULL instead of failing.",
    )


def _ungrouped(found: re.Match[str], sources: Sequence[Source]) -> Rejected:
    del sources
    return refused(
        f"the column {shorten(clean(found[1]), 60)} is neither grouped nor aggregated",
        "Write GROUP BY ALL, or any_value() around it.",
    )


def _candidates(text: str) -> list[str]:
    return [name.replace('""', '"') for name in _QUOTED.findall(text)]


def _nearest(name: str, known: Sequence[str], lead: str) -> str:
    """What was probably meant, else the first of what exists."""
    known = list(dict.fromkeys(known))
    near = nearest(name, known, 3)
    if near:
        return f"Did you mean {' or '.join(shorten(clean(one), 60) for one in near)}?"
    if not known:
        return "Give the handles it reads."
    shown = ", ".join(shorten(clean(one), 60) for one in known[:20])
    return f"{lead}: {shown}{' and others' if len(known) > 20 else ''}."


Explain = Callable[[re.Match[str], Sequence[Source]], Rejected]

_EXPLAINED: list[tuple[re.Pattern[str], Explain]] = [
    (re.compile(r'Referenced column "((?:[^"]|"")+)" not found'), _unknown_column),
    (re.compile(r'does not have a column named "((?:[^"]|"")+)"'), _unknown_column),
    (re.compile(r'Could not find key "([^"]+)" in struct'), _unknown_member),
    (re.compile(r'Referenced table "([^"]+)" not found'), _unknown_qualifier),
    (re.compile(r"No function matches the given name and argument types '([^']+)'"), _wrong_type),
    (re.compile(r"^Conversion Error: (.*)"), _unconvertible),
    (re.compile(r'column "([^"]+)" must appear in the GROUP BY'), _ungrouped),
]
