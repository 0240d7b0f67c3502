"""A statement that passed the guard: its text as it is sent, what it reads, and windows on its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pentad.platforms.timbr.lexing import Token, lex
from pentad.text import whole_number


@dataclass(frozen=True)
class Statement:
    """`text` is what is sent: free of comments, trimmed, without the final semicolon.

    `outputs` are the keys of a select's columns in order: the alias, else the property without its qualifier
    and backticks, "" for an unnamed expression; a `*` is told by `star`. A set operation takes them from its
    first select. `tables` are (schema, name) of what is read and is no CTE where it is read; a describe has
    the one it describes. `columns` are all identifiers in column position, aliases in ORDER BY included.
    `ordering` holds the keys of the top-level ORDER BY, "" for an expression or a position. `folded` rows are
    no entities: GROUP BY, HAVING, DISTINCT, an aggregate or a set operation made them. `limit` is a plain
    number at top level, else None. `aliases` are the names that it gives itself, to columns, tables and CTEs.
    An explain tells `tables`, `columns` and `aliases` of the select it explains.
    """

    text: str
    kind: Literal["select", "show", "describe", "explain"]
    outputs: tuple[str, ...] = ()
    star: bool = False
    tables: tuple[tuple[str | None, str], ...] = ()
    columns: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ()
    folded: bool = False
    limit: int | None = None
    offset: int = 0
    aliases: tuple[str, ...] = ()

    def window(self, offset: int, count: int) -> str | None:
        """The same select, cut to its rows from `offset` on, at most `count`; never rows that it would not
        return itself. None where there is no ORDER BY at the top, or its LIMIT is not `LIMIT n`,
        `LIMIT n OFFSET m` or `OFFSET m LIMIT n` at the very end. Windows fit together only where the ORDER BY
        leaves no ties."""
        if offset < 0 or count < 0:
            raise ValueError("a window begins at 0 or later and has no negative length")
        if not self.ordering:
            return None
        tail = _tail(self.text)
        if tail is None or tail[1:] != (self.limit, self.offset):
            return None
        cut, limit, skipped = tail
        most = count if limit is None else max(0, min(count, limit - offset))
        begin = f" OFFSET {skipped + offset}" if skipped + offset else ""
        return f"{self.text[:cut]} LIMIT {most}{begin}"


def _tail(text: str) -> tuple[int, int | None, int] | None:
    """Where the text before the final LIMIT and OFFSET ends, and their numbers; None where such a word is
    left over outside parentheses, or the ORDER BY stands within."""
    tokens = lex(text)
    found: dict[str, int] = {}
    while len(tokens) > 2 and (clause := _clause(tokens)) and clause[0] not in found:
        found[clause[0]] = clause[1]
        tokens = tokens[:-2]
    top = _top(tokens)
    if "ORDER" not in top or not top.isdisjoint(("LIMIT", "OFFSET", "FETCH")):
        return None
    cut = tokens[-1].start + len(tokens[-1].text)
    return cut, found.get("LIMIT"), found.get("OFFSET", 0)


def _top(tokens: list[Token]) -> set[str]:
    """The words outside parentheses."""
    words: set[str] = set()
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            words.add(token.word)
    return words


def _clause(tokens: list[Token]) -> tuple[str, int] | None:
    word, number = tokens[-2:]
    count = whole_number(number.text) if number.kind == "number" else None
    return (word.word, count) if word.word in ("LIMIT", "OFFSET") and count is not None else None
