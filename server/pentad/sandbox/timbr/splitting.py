"""Statements as text: where one ends, how it begins, and how a fault in it is reported."""

from __future__ import annotations

import re

from pentad.sandbox.timbr.terms import StatementError

# A quoted piece or a comment hides what is in it. A doubled quote is two quoted pieces side by side.
_PIECE = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|.", re.DOTALL)
_WORD = re.compile(r"\s*(\w+)")


def split(text: str) -> list[str]:
    """The statements between the semicolons, comments kept; raises StatementError when there is none."""
    statements = [""]
    for piece in _PIECE.findall(text):
        if piece == ";":
            statements.append("")
        else:
            statements[-1] += piece
    kept = [one.strip() for one in statements if bare(one).strip()]
    if not kept:
        raise syntax_error(text, "<EOF>")
    return kept


def bare(text: str) -> str:
    """Without comments and without what literals say."""
    pieces = _PIECE.findall(uncommented(text))
    return "".join("''" if len(piece) > 1 and piece[0] in "'\"" else piece for piece in pieces)


def uncommented(text: str) -> str:
    return "".join(" " if piece.startswith(("--", "/*")) else piece for piece in _PIECE.findall(text))


def first_word(statement: str) -> str:
    match = _WORD.match(bare(statement).replace("(", " "))
    return match[1].upper() if match else ""


def syntax_error(
    statement: str, token: str, line: int | None = None, column: int | None = None
) -> StatementError:
    """In the manner of a JVM engine: the fault, the statement, and the fault once more as its cause."""
    place = f"(line {line or 1}, pos {column or 0})"
    fault = f"mismatched input '{token}' expecting <identifier> or <expression> {place}"
    shown = statement.strip()[:300]
    return StatementError(
        f"Error running query: java.sql.SQLException: Syntax error: {fault}\n== SQL ==\n{shown}\n^^^\n"
        f"Caused by: org.timbr.sql.ParseException: {fault}"
    )
