"""Which names mean what at each place of a parsed select.

A column's qualifier must be a table of a select around it. Otherwise Oracle would take `package.function` or
`sequence.nextval`, which run without a parenthesis, where a reader sees a column.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlglot import exp


class Scope(NamedTuple):
    """`sources`: what may qualify a column, as (name,) or (schema, name); `ctes`: names that stand for a
    CTE. All case-folded."""

    sources: frozenset[tuple[str, ...]] = frozenset()
    ctes: frozenset[str] = frozenset()


def walk(root: exp.Expr) -> Iterator[tuple[exp.Expr, Scope]]:
    """Every node with its scope. Goes without recursion: an expression may be thousands deep."""
    rest: list[tuple[exp.Expr, Scope]] = [(root, Scope())]
    while rest:
        node, scope = rest.pop()
        yield node, scope
        rest += _within(node, scope)


def _within(node: exp.Expr, scope: Scope) -> Iterator[tuple[exp.Expr, Scope]]:
    from sqlglot import exp

    if isinstance(node, exp.With):
        yield from _within_with(node, scope)
        return
    beside = node.args.get("with_")
    inner = scope
    if isinstance(beside, exp.With):
        inner = scope._replace(ctes=scope.ctes | {cte.alias.casefold() for cte in beside.expressions})
    if isinstance(node, exp.Select):
        inner = inner._replace(sources=inner.sources | _sources(node))
    for child in node.iter_expressions():
        if child is beside:
            yield child, scope
        elif isinstance(node, exp.From | exp.Join) and _derived(child):
            yield child, inner._replace(sources=frozenset())
        else:
            yield child, inner


def _within_with(node: exp.With, scope: Scope) -> Iterator[tuple[exp.Expr, Scope]]:
    """A CTE sees those before it, and itself where the WITH is recursive; no table from outside."""
    seen = scope.ctes
    for child in node.iter_expressions():
        own = frozenset([child.alias.casefold()])
        yield child, Scope(ctes=seen | own if node.args.get("recursive") else seen)
        seen |= own


def _derived(node: exp.Expr) -> bool:
    """A select in FROM or JOIN, which does not see the tables beside it; parentheses around a join do."""
    from sqlglot import exp

    return isinstance(node, exp.Subquery) and isinstance(node.unnest(), exp.Select | exp.SetOperation)


def _sources(select: exp.Select) -> frozenset[tuple[str, ...]]:
    """What stands in FROM and JOIN of this very select, by the names that qualify its columns."""
    from sqlglot import exp

    found: set[tuple[str, ...]] = set()
    for top in (select.args.get("from_"), *(select.args.get("joins") or ())):
        if top is None:
            continue
        for node in top.walk(prune=lambda inner: isinstance(inner, exp.Select)):
            if isinstance(node, exp.Table | exp.Subquery):
                found.add((node.alias_or_name.casefold(),))
            if isinstance(node, exp.Table) and not node.alias and node.db:
                found.add((node.db.casefold(), node.name.casefold()))
    return frozenset(found)
