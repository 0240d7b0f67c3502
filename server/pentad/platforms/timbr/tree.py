"""The parsed form of a select: refuse every node that is not part of a query.

Only the families of nodes listed here may occur, and a call only if its name is on the list of functions. The
parser is a second opinion: what is sent was already held against the word lists (`guard.py`).
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from pentad.errors import Rejected
from pentad.platforms.timbr.lexing import refusal
from pentad.platforms.timbr.vocabulary import FUNCTIONS, listed
from pentad.text import clean, shorten

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.errors import ParseError

# Everything that may occur besides calls, by the parser's class names. Left out on purpose: INTO, locks,
# hints, samples, pivots, lateral views, table functions, time travel, parameters, brackets, lambdas.
_FAMILIES = listed(
    """
    Select Union Except Intersect With CTE Subquery From Join Where Group Having Qualify Order Ordered Limit
    LimitOptions Offset Fetch Distinct Window WindowSpec GroupingSets Rollup Cube Tuple Paren Alias
    TableAlias Table Column Identifier Star Literal Boolean Null Var DataType DataTypeParam Add Sub Mul Div
    IntDiv Mod Neg DPipe Not EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is Like ILike SimilarTo Escape
    Between In Any All Interval IntervalSpan AtTimeZone Filter WithinGroup IgnoreNulls RespectNulls
    FromTimeZone JSONKeyValue JSONPath JSONPathRoot JSONPathKey JSONPathSubscript JSONPathWildcard
    """
)
# Spark reads files that are named like tables of these schemas.
_FORMATS = listed("avro binaryfile csv delta excel hudi iceberg image jdbc json libsvm orc parquet text xml")
_TABLE_NAME = re.compile(r"[\w -]+")
_BACKTICKS = (
    "Put names that are reserved words in backticks, and a whole path between one pair: "
    "`has_line[po_line].sku`."
)


def parse(text: str) -> exp.Query:
    """The one select that the text is, unchecked."""
    import sqlglot
    from sqlglot import errors, exp

    # It would write the statement to standard error where it falls back to an opaque command.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        trees = sqlglot.parse(text, dialect="databricks")
    except errors.ParseError as error:
        raise refusal(_told(error), _BACKTICKS) from error
    except RecursionError as error:
        raise refusal("it is nested too deeply", "Write it flatter.") from error
    except Exception as error:
        # The parser has slips of its own, such as an IndexError for a map with an odd number of values.
        raise refusal("it cannot be read as SQL", _BACKTICKS) from error
    root = trees[0] if len(trees) == 1 else None
    if not isinstance(root, exp.Select | exp.SetOperation):
        raise refusal("it is not one select", "Begin with SELECT, or with WITH and then SELECT.")
    return root


def check(node: exp.Expr, text: str) -> None:
    """Refuse a node that has no place in a query, whatever stands around it."""
    from sqlglot import exp

    kind = type(node).__name__
    if isinstance(node, exp.Anonymous):
        known = node.name.upper() in FUNCTIONS
    else:
        known = kind in _FAMILIES or (isinstance(node, exp.Func) and not isinstance(node, exp.UDTF))
    if not known:
        raise refusal(f"it holds a {_words(kind)}, which is no part of a plain query", "Write it without.")
    if isinstance(node, exp.Identifier):
        _check_quotes(node, text)
    if isinstance(node, exp.Table):
        _check_table(node)


def check_table_name(schema: str, name: str) -> None:
    """Refuse what Spark and DuckDB take for a file where a table is expected."""
    for part in filter(None, (schema, name)):
        if not _TABLE_NAME.fullmatch(part):
            reason = f"the table name {shorten(clean(part), 60)} has signs that are also those of files"
            raise refusal(reason, "Quote schema and name apart: `dtimbr`.`concept`; columns hold the paths.")
    if schema.casefold() in _FORMATS:
        raise refusal(f"{schema} is a file format, not a schema", "Write `dtimbr`.`concept`.")


def qualifier_refused(name: str) -> Rejected:
    return refusal(
        f"{name} qualifies a column but is no table or alias of this select",
        "Give the table that alias, or put a whole path in backticks: `has_line[po_line].sku`.",
    )


def start(node: exp.Expr) -> int:
    """Where an identifier begins in the text."""
    return int(node.meta["start"])


def _check_quotes(node: exp.Identifier, text: str) -> None:
    """A name in other quotes is a name to one dialect and a text, or a file, to another."""
    from sqlglot import exp

    if "start" not in node.meta:
        raise refusal(f"{node.name} is read as a name that does not stand there", _BACKTICKS)
    if text[start(node)] in "'\"" and not isinstance(node.parent, exp.Alias):
        raise refusal(f"the name {node.name} stands in quotes", "Put names in backticks, text in quotes.")


def _check_table(node: exp.Table) -> None:
    from sqlglot import exp

    if not isinstance(node.this, exp.Identifier) or node.args.get("catalog"):
        raise refusal("a table is named otherwise than by schema and name", "Write `dtimbr`.`concept`.")
    check_table_name(node.db, node.name)


def _told(error: ParseError) -> str:
    """The parser's reason in one line, without its own terms and without terminal codes."""
    first = error.errors[0] if error.errors else {}
    where = f" near {shorten(clean(str(first['highlight'])), 40)}" if first.get("highlight") else ""
    why = re.sub(r"but got <.*|missing for <.*|<[^>]*>", "", str(first.get("description") or "")).strip()
    return f"it cannot be read as SQL{where}" + (f" ({shorten(why, 80)})" if why else "")


def _words(name: str) -> str:
    """`TableSample` as `table sample`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
