"""Which names are visible where in a syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from sqlglot import exp

_AGGREGATES = (exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max)


def scopes_around(node: exp.Expr) -> Iterator[exp.Select]:
    """The select that a column stands in, then those around it."""
    scope = node.find_ancestor(exp.Select)
    while scope is not None:
        yield scope
        scope = scope.find_ancestor(exp.Select)


def names_subquery(table: exp.Table) -> bool:
    """Whether the table is a common table expression that is visible here, and none of the ontology's."""
    if table.db:
        return False
    name, node = table.name.casefold(), table.parent
    while node is not None:
        if isinstance(node, exp.CTE) and isinstance(node.parent, exp.With):
            if name in _before(node.parent, node):
                return True
            node = node.parent.parent
        elif isinstance(node.args.get("with_"), exp.With) and name in _names(node.args["with_"].expressions):
            return True
        node = node.parent if node is not None else None
    return False


def _before(clause: exp.With, own: exp.CTE) -> set[str]:
    """Those defined before, and a recursive one itself."""
    ctes: list[exp.Expr] = clause.expressions
    place = next(index for index, one in enumerate(ctes) if one is own)
    return _names(ctes[: place + 1] if clause.recursive else ctes[:place])


def _names(ctes: Iterable[exp.Expr]) -> set[str]:
    return {one.alias.casefold() for one in ctes}


def wraps(column: exp.Column) -> Literal["aggregate", "distinct"] | None:
    """What stands around a measure, inside its own select."""
    distinct = False
    node = column.parent
    while node is not None and not isinstance(node, exp.Select):
        distinct = distinct or isinstance(node, exp.Distinct)
        if isinstance(node, _AGGREGATES):
            return "distinct" if distinct else "aggregate"
        node = node.parent
    return None


def is_plain(select: exp.Select) -> bool:
    """One row out for each row in."""
    clauses = ("group", "having", "distinct", "windows", "qualify")
    if any(select.args.get(name) for name in clauses):
        return False
    return not any(_collects(one, select) for one in select.expressions)


def _collects(expression: exp.Expr, select: exp.Select) -> bool:
    found = expression.find_all(exp.AggFunc, exp.Window)
    return any(one.find_ancestor(exp.Select) is select for one in found)


def reads_one_table(select: exp.Select) -> bool:
    return (
        select.args.get("from_") is not None
        and not select.args.get("joins")
        and not select.args.get("laterals")
    )
