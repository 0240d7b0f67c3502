"""The syntax of statements: identifiers in backticks may hold brackets, dots and asterisks."""

from __future__ import annotations

from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import ParseError, TokenError

from pentad.sandbox.timbr.splitting import syntax_error

_WORDS = """
all alter and as between by case create cross delete distinct drop else end except from full grant group
having in inner insert intersect into is join left like not on or order outer revoke right select table then
union update using when where with
"""
_RESERVED = frozenset(_WORDS.split())


class Timbr(Databricks):
    """Quotes in literals are doubled, backslashes are plain characters."""

    class Tokenizer(Databricks.Tokenizer):
        STRING_ESCAPES: ClassVar = ["'", '"']


def parse(statement: str) -> exp.Expr:
    """Raises StatementError, which names the token that does not fit."""
    try:
        tree = sqlglot.parse_one(statement, dialect=Timbr)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        token = first.get("highlight") or "<EOF>"
        raise syntax_error(statement, token, first.get("line"), first.get("col")) from error
    except TokenError as error:
        raise syntax_error(statement, "<EOF>") from error
    for name in tree.find_all(exp.Identifier):
        if not name.quoted and name.name.casefold() in _RESERVED:
            raise syntax_error(statement, name.name, name.meta.get("line"), name.meta.get("col"))
    return tree
