"""The read-only guard: one statement that only reads, or a refusal that says why and what to write instead.

The platform runs whatever it is sent, several statements joined by semicolons included, and passes it on to
a database of unknown make. So nothing here interprets a dialect; what the dialects disagree about is refused.
What makes it safe, in order of weight:

1. What is sent is the text that was checked: comments are taken out first, then everything else happens to
   the remaining text, which is never changed again nor generated from a parsed form.
2. Every dialect cuts that text into the same tokens (`lexing.py`), so that quoted text is quoted text for
   all of them. From there on only words, names and signs count.
3. There is no semicolon, and the first word is SELECT, WITH, SHOW, DESC, DESCRIBE or EXPLAIN. SHOW and
   DESCRIBE are matched whole against a few exact forms; EXPLAIN has a checked select behind it.
4. A select that writes, locks, runs or leaks needs a clause with a word that is denied, a call of a function
   that is not on the list of harmless ones, or, in SQL Server, a second statement, which begins with a word
   that is denied. Names in quotes are never called, qualified names are never called, qualifiers are tables.
5. The text parses as one tree of query nodes (`tree.py`). This adds nothing to 1-4 that is known to be
   needed, except that files, table functions and packages cannot stand where tables stand.

Assumed, and not in the guard's power: the platform itself respects quotes when it splits at semicolons, and
treats the text as Unicode throughout; nobody has defined a function with side effects under a listed name,
an operator, a cast, or a view that calls one; in Oracle, a function without arguments can be called without
parentheses like a column, so that names the ontology does not know must fail there. Reading is not limited:
neither which tables, which is for the user's permissions, nor how much time and memory a query takes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pentad.platforms.timbr.facts import facts
from pentad.platforms.timbr.lexing import Token, lex, plain, refusal
from pentad.platforms.timbr.statement import Statement
from pentad.platforms.timbr.tree import check_table_name
from pentad.platforms.timbr.vocabulary import DENIED, DENIED_PREFIXES, DOUBLING, FUNCTIONS, OPENERS

__all__ = ["Statement", "guard"]

# The parser needs about twenty Python frames a level.
_DEEPEST = 30
_DEEPEST_DOUBLING = 2
_QUOTED = ("text", "double", "name")
_NAME = "(?:`|[A-Z_][A-Z0-9_]*)"
_OPTIONS = ("OPTIONS", r"\(", "GRAPH_DEPTH", "=", "'[0-5]'", r"\)")
_SHOWS = re.compile(rf"SHOW (?:VERSION|CONCEPTS|TAGS|DATASOURCES|CONFIG|ONTOLOGIES|TABLES IN {_NAME})")
_DESCRIBES = re.compile(rf"DESC(?:RIBE)? (?:CONCEPT )?{_NAME}(?: \. {_NAME})?(?: {' '.join(_OPTIONS)})?")
_EXPLAIN_OPTIONS = ("ANALYZE", "EXTENDED", "FORMATTED", "COST", "CODEGEN")
_READS = "Send one SELECT, WITH ... SELECT, SHOW, DESCRIBE or EXPLAIN statement."


def guard(sql: str) -> Statement:
    """The statement as it may be sent. Raises Rejected, for which nothing was sent, for everything else."""
    text = plain(sql)
    tokens = lex(text)
    _check_token_printing(tokens)
    if tokens and tokens[-1].text == ";":
        text = text[: tokens[-1].start].rstrip(" \t\r\n")
        tokens = tokens[:-1]
    if any(token.text == ";" for token in tokens):
        raise refusal("a semicolon separates two statements", "Send them one by one.")
    match tokens[0].word if tokens else "":
        case "SELECT" | "WITH":
            return _select(text, tokens)
        case "SHOW":
            return _show(text, tokens)
        case "DESC" | "DESCRIBE":
            return _describe(text, tokens)
        case "EXPLAIN":
            return _explain(text, tokens)
    if not tokens:
        raise refusal("it is empty", _READS)
    raise refusal(f"it begins with {tokens[0].text[:40]}", _READS)


def _select(text: str, tokens: Sequence[Token]) -> Statement:
    _check_words(tokens)
    return Statement(text, "select", *facts(text))


def _show(text: str, tokens: Sequence[Token]) -> Statement:
    if not _SHOWS.fullmatch(_shape(tokens)):
        raise refusal(
            "this form of SHOW is not known to be harmless",
            "Known are SHOW VERSION, CONCEPTS, TABLES IN dtimbr, TAGS, DATASOURCES, CONFIG and ONTOLOGIES.",
        )
    _check_words(tokens)
    return Statement(text, "show")


def _describe(text: str, tokens: Sequence[Token]) -> Statement:
    if not _DESCRIBES.fullmatch(_shape(tokens)):
        raise refusal(
            "this form of DESCRIBE is not known to be harmless",
            "Write DESCRIBE CONCEPT `dtimbr`.`concept` OPTIONS (graph_depth = '1'), with a depth of 0 to 5.",
        )
    names = tokens[: -len(_OPTIONS)] if tokens[-1].text == ")" else tokens
    _check_words(names)
    schema, name = _described(names)
    check_table_name(schema or "", name)
    return Statement(text, "describe", tables=((schema, name),))


def _described(tokens: Sequence[Token]) -> tuple[str | None, str]:
    """Schema and name, the last words before the options."""
    dotted = len(tokens) > 3 and tokens[-2].text == "."
    return tokens[-3].inner if dotted else None, tokens[-1].inner


def _explain(text: str, tokens: Sequence[Token]) -> Statement:
    rest = tokens[1:]
    if rest and rest[0].word in _EXPLAIN_OPTIONS:
        rest = rest[1:]
    if not rest or rest[0].word not in ("SELECT", "WITH"):
        raise refusal(
            "EXPLAIN is not followed by a select",
            f"Write EXPLAIN SELECT ..., or one of {', '.join(_EXPLAIN_OPTIONS)} between the two.",
        )
    inner = _select(text[rest[0].start :], rest)
    return Statement(text, "explain", tables=inner.tables, columns=inner.columns, aliases=inner.aliases)


def _shape(tokens: Sequence[Token]) -> str:
    """The statement in capitals with one blank between tokens, and a single backtick for a name in two."""
    return " ".join("`" if token.kind == "name" else token.word or token.text for token in tokens)


def _check_token_printing(tokens: Sequence[Token]) -> None:
    """SHOW TOKEN [FOR user] answers with API tokens as an ordinary row."""
    for token, following in pairwise(tokens):
        if token.inner.strip().upper() == "SHOW" and following.inner.strip().upper().startswith("TOKEN"):
            raise refusal(
                "SHOW TOKEN prints API tokens", "Ask the user for what you need; tokens stay secret."
            )


def _check_words(tokens: Sequence[Token]) -> None:
    opened: list[str] = []
    blank = Token("blank", "", 0)
    for before, token, after in zip([blank, *tokens], tokens, [*tokens[1:], blank], strict=False):
        if token.text == "(":
            opened.append(before.word)
            _check_depth(opened)
        elif token.text == ")":
            if not opened:
                raise refusal("a parenthesis is closed that was never opened", "Take it out.")
            opened.pop()
        elif token.text == ".":
            _check_dot(before, after)
        elif token.kind == "word":
            _check_word(before, token, after)
        elif token.kind in _QUOTED and after.text == "(":
            raise refusal(f"{token.text[:60]} is called like a function", "Call functions by bare name.")
    if opened:
        raise refusal("a parenthesis is never closed", "Close it.")


def _check_depth(opened: Sequence[str]) -> None:
    if len(opened) > _DEEPEST:
        raise refusal("parentheses are nested too deeply", "Write it flatter, for example with a CTE.")
    if sum(word in DOUBLING for word in opened) > _DEEPEST_DOUBLING:
        raise refusal("conversions to a type are nested too deeply", "Write UNION bare, and CAST(x AS type).")


def _check_dot(before: Token, after: Token) -> None:
    named = before.kind in ("word", "name") and (after.kind in ("word", "name") or after.text == "*")
    if not named:
        raise refusal("a point does not stand between two names", "Write names in backticks, and 0.5 for .5.")


def _check_word(before: Token, token: Token, after: Token) -> None:
    word, shown = token.word, token.text[:60]
    advice = f"If {shown} is the name of a concept or property, put it in backticks; otherwise leave it out."
    if after.text == "(":
        _check_call(before, token, advice)
        if word in FUNCTIONS:
            return
    if word in DENIED or word.startswith(DENIED_PREFIXES):
        raise refusal(f"{shown} {DENIED.get(word, 'names a system procedure')}", advice)
    if word == "USING" and after.text != "(":
        raise refusal("USING without a parenthesis may run a script", "Write JOIN ... USING (column) or ON.")


def _check_call(before: Token, token: Token, advice: str) -> None:
    shown = token.text[:60]
    if before.text == ".":
        raise refusal(f"{shown}( ) is a function of a schema or package", "Call functions by bare name.")
    if token.word not in FUNCTIONS | OPENERS:
        raise refusal(
            f"{shown}( ) is not among the functions that are known to only compute a value",
            f"{advice} The columns of a CTE are named with AS within its select.",
        )
