"""Check a statement before it reaches the worker: one SELECT over the given handles, of parts on a list.

The worker is closed by itself (`locks`); this check says beforehand, and in words, what is not there. The
text that was checked is the text that is run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pentad.errors import Rejected
from pentad.results.refusals import refused, unknown_table
from pentad.results.sources import Source
from pentad.results.vocabulary import FAMILIES, FUNCTIONS, OPENERS, TABLE_FUNCTIONS, TYPES
from pentad.text import clean, nearest, shorten

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

LONGEST = 20_000
_DEEPEST = 60
# The parser tries a call of a type as a type and then as a call: each level of nesting doubles its work.
_DEEPEST_TYPES = 6
_DOUBLING = TYPES | {"union"}
_ADVICE = "Write one plain SELECT over the handles; the functions are DuckDB's."


def check(sql: str, sources: Sequence[Source]) -> None:
    """Raises Rejected, with what to write instead, for everything but one SELECT over these sources."""
    if len(sql) > LONGEST:
        raise refused(f"it is longer than {LONGEST:,} characters", "Ask for less in one statement.")
    tokens = _tokens(sql)
    _check_depth(tokens)
    root = _parsed(sql)
    named = _naming(root)
    _check_calls(tokens, named)
    handles = [source.name for source in sources]
    for node, ctes in _walk(root):
        _check_node(node)
        if type(node).__name__ == "Table":
            _check_table(node, ctes, handles)


def _tokens(sql: str) -> list[Token]:
    import sqlglot

    # It would write the statement to standard error where it falls back to an opaque command.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    odd = next((char for char in sql if ord(char) < 32 and char not in "\t\r\n"), None)
    if odd is not None:
        raise refused(f"it holds the control character U+{ord(odd):04X}", "Leave it out.")
    try:
        return sqlglot.tokenize(sql, dialect="duckdb")
    except Exception as error:
        raise refused("it cannot be read as SQL: a quote or comment is never closed", _ADVICE) from error


def _check_depth(tokens: Sequence[Token]) -> None:
    """Before the parser, which goes as deep as the text does."""
    opened: list[str] = []
    before = ""
    for token in tokens:
        text = token.text
        if text in ("(", "[", "{"):
            opened.append(before)
        elif text in (")", "]", "}") and opened:
            opened.pop()
        before = text.lower()
        if len(opened) > _DEEPEST or sum(word in _DOUBLING for word in opened) > _DEEPEST_TYPES:
            raise refused("it is nested too deeply", "Write it flatter, for example with a CTE.")


def _parsed(sql: str) -> exp.Expr:
    import sqlglot
    from sqlglot import errors, exp

    try:
        trees = sqlglot.parse(sql, dialect="duckdb")
    except errors.ParseError as error:
        raise refused(f"it cannot be read as SQL{_near(error)}", _ADVICE) from error
    except RecursionError as error:
        raise refused("it is nested too deeply", "Write it flatter, for example with a CTE.") from error
    except Exception as error:
        # The parser has slips of its own.
        raise refused("it cannot be read as SQL", _ADVICE) from error
    found = [tree for tree in trees if tree is not None]
    root = found[0] if len(found) == 1 else None
    if not isinstance(root, exp.Select | exp.SetOperation | exp.Subquery | exp.Values):
        raise refused("it is not one SELECT", "Begin with SELECT, or with WITH and then SELECT.")
    return root


def _near(error: Exception) -> str:
    details = getattr(error, "errors", None) or [{}]
    highlight = details[0].get("highlight")
    return f" near {shorten(clean(str(highlight)), 40)}" if highlight else ""


class _Names(NamedTuple):
    """Where in the text names are given to tables and CTEs, and to what; a parenthesis may follow there."""

    at: frozenset[int]


def _naming(root: exp.Expr) -> _Names:
    from sqlglot import exp

    aliases = (node.this for node in root.find_all(exp.TableAlias))
    windows = (node.this for node in root.find_all(exp.Window) if isinstance(node.this, exp.Identifier))
    given = [node for node in (*aliases, *windows) if isinstance(node, exp.Identifier)]
    return _Names(frozenset(int(node.meta["start"]) for node in given if "start" in node.meta))


def _check_calls(tokens: Sequence[Token], named: _Names) -> None:
    """Every name before a parenthesis is on the list, however the parser understands it."""
    from sqlglot.tokenizer_core import TokenType

    for before, token in pairwise(tokens):
        if token.token_type != TokenType.L_PAREN or before.start in named.at:
            continue
        if before.token_type == TokenType.IDENTIFIER:
            raise refused(
                f"{shorten(clean(before.text), 60)} is called in quotes",
                "Call functions by their bare names.",
            )
        word = before.text.lower()
        if word.isidentifier() and word not in FUNCTIONS | OPENERS | TYPES:
            raise _unknown_function(word)


def _unknown_function(word: str) -> Rejected:
    near = nearest(word, FUNCTIONS, 3)
    instead = f"Did you mean {' or '.join(near)}?" if near else "Use a function that computes a value."
    shown = shorten(clean(word), 60)
    return refused(f"{shown}() is not among the functions that only compute a value", instead)


def _walk(root: exp.Expr) -> Iterator[tuple[exp.Expr, frozenset[str]]]:
    """Every node with the CTEs that it sees, case-folded. Goes without recursion."""
    from sqlglot import exp

    rest: list[tuple[exp.Expr, frozenset[str]]] = [(root, frozenset())]
    while rest:
        node, ctes = rest.pop()
        yield node, ctes
        beside = node.args.get("with_")
        if isinstance(beside, exp.With):
            ctes |= {cte.alias.casefold() for cte in beside.expressions}
        rest += [(child, ctes) for child in node.iter_expressions()]


def _check_node(node: exp.Expr) -> None:
    from sqlglot import exp

    kind = type(node).__name__
    called = isinstance(node, exp.Func) and not isinstance(node, _closed())
    if kind in FAMILIES or called:
        return
    raise refused(f"it holds a {_words(kind)}, which is no part of a plain SELECT", _instead(kind))


def _closed() -> tuple[type[exp.Expr], ...]:
    """Functions to the parser that read something else than their arguments, also without a parenthesis."""
    from sqlglot import exp

    return (
        exp.ReadCSV,
        exp.ReadParquet,
        exp.CurrentUser,
        exp.SessionUser,
        exp.CurrentSchema,
        exp.CurrentCatalog,
        exp.CurrentDatabase,
        exp.CurrentRole,
    )


def _instead(kind: str) -> str:
    match kind:
        case "Pivot":
            return "Write an aggregate with FILTER (WHERE ...) per column, or UNNEST for the way back."
        case "TableSample":
            return "Use LIMIT, or ORDER BY hash(column) LIMIT for rows by chance."
        case "Placeholder" | "Parameter":
            return "Write the value itself."
    return "Write it without."


def _check_table(node: exp.Expr, ctes: frozenset[str], handles: Sequence[str]) -> None:
    from sqlglot import exp

    if not isinstance(node.this, exp.Identifier):
        name = node.this.name if isinstance(node.this, exp.Anonymous) else node.this.sql_names()[0]
        if str(name).lower() not in TABLE_FUNCTIONS:
            raise refused(f"{shorten(clean(str(name)), 60)}() stands for a table", "Read the given handles.")
        return
    if node.args.get("db") or node.args.get("catalog"):
        raise refused(
            f"{shorten(clean(node.sql()), 60)} names a schema", "Tables are handles, without a schema."
        )
    name = node.name.casefold()
    if name not in ctes and name not in {handle.casefold() for handle in handles}:
        raise unknown_table(node.name, handles)


def _words(name: str) -> str:
    """`TableSample` as `table sample`."""
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name).strip()
