"""Finding operations by what they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pentad.errors import Rejected, Unavailable
from pentad.jsontext import dumps
from pentad.operations import AnyOperation, reads
from pentad.results.tokens import fits
from pentad.session import Desk, Session
from pentad.text import shorten

if TYPE_CHECKING:
    from pentad.index import Index

_MOST = 5
# Longer questions are cut: what stands further on tells nothing new.
_LONGEST = 4000
# What is searched with is not looked for.
_MEANS = ("find_operations", "call_operation", "change_operation")
_BUDGET = 350
# Characters of signature and description, from full to least; no signature means required arguments alone.
_DETAILS = ((220, 160), (140, 90), (90, 60), (0, 45))
_HOW = (
    "* marks required arguments. Run a read with call_operation(name, arguments), the rest with "
    "change_operation; what you have as a tool, call directly."
)
_EMPTY = "Operations per area; ask again with what you want to do, such as: refresh a dashboard."


@reads(core=True, example={"query": "which reports are finished"})
async def find_operations(desk: Desk, query: str, platform: str | None = None) -> str:
    """Find operations by what they do, also those that are no tools of their own: call signatures, effects,
    and how to run them."""
    from pentad.index import OWN

    session = desk.session
    valid = sorted({*session.platforms, OWN})
    if platform is not None and platform not in valid:
        raise Rejected(
            f"There is no platform {shorten(platform, 40)!r} here.",
            problems={"platform": [f"valid: {', '.join(valid)}"]},
            outcome="none",
        )
    return _answer(session, _index(session), query[:_LONGEST], platform)


def _index(session: Session) -> Index:
    """Made by the first search. Raises Unavailable where Python came with an SQLite that cannot search."""
    import sqlite3

    from pentad.index import index_of

    try:
        return index_of(tuple(one for one in session.operations.values() if one.name not in _MEANS))
    except sqlite3.OperationalError as error:
        raise Unavailable(
            "Operations cannot be searched here, as this Python's SQLite lacks FTS5. Repeating will not "
            "help; `pentad operations` lists them, and call_operation names the nearest to a wrong name."
        ) from error


def _answer(session: Session, index: Index, query: str, platform: str | None) -> str:
    forbids = session.settings.forbids
    found = index.search(query, _MOST, platform, lambda operation: forbids(operation) is not None)
    if not found:
        return dumps({"areas": index.areas(platform), "note": _EMPTY})
    return dumps({"columns": ["call", "terms", "does"], "rows": _rows(session, found), "note": _HOW})


def _rows(session: Session, found: Sequence[AnyOperation]) -> list[list[str]]:
    """As detailed as the budget lets them be: the best is shortened last, and the last one left out first."""
    levels = [0] * len(found)
    while True:
        rows = [_row(session, *pair) for pair in zip(found, levels, strict=False)]
        if fits(dumps(rows), _BUDGET) or len(rows) == 1:
            return rows
        open_ones = [place for place, level in enumerate(levels) if level + 1 < len(_DETAILS)]
        if open_ones:
            levels[max(open_ones, key=lambda place: place - 2 * levels[place])] += 1
        else:
            levels.pop()


def _row(session: Session, operation: AnyOperation, level: int) -> list[str]:
    from pentad.signatures import brief, signature, terms

    room, words = _DETAILS[level]
    accounts = session.accounts(operation)
    call = signature(operation, accounts, room) if room else brief(operation, accounts)
    return [call, terms(operation, session.settings), shorten(operation.description, words)]
