"""What a select reads and gives, told from its parsed form once that is checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pentad.platforms.timbr import scopes, tree
from pentad.platforms.timbr.lexing import refusal
from pentad.platforms.timbr.vocabulary import AGGREGATES
from pentad.text import whole_number

if TYPE_CHECKING:
    from sqlglot import exp

_T = TypeVar("_T")


class Facts(NamedTuple):
    """The members of `Statement` that only a select has, as described there."""

    outputs: tuple[str, ...]
    star: bool
    tables: tuple[tuple[str | None, str], ...]
    columns: tuple[str, ...]
    ordering: tuple[str, ...]
    folded: bool
    limit: int | None
    offset: int
    aliases: tuple[str, ...]


def facts(text: str) -> Facts:
    """Parse and check one select. Raises Rejected for everything that is not plainly one."""
    root = tree.parse(text)
    names = _Names({}, {}, {})
    for node, scope in scopes.walk(root):
        tree.check(node, text)
        _collect(node, scope, names)
    return Facts(
        *_outputs(root),
        tables=_distinct(names.tables),
        columns=_distinct(names.columns),
        ordering=_ordering(root),
        folded=_folded(root),
        limit=_number(_most(root)),
        offset=_number(root.args.get("offset")) or 0,
        aliases=_distinct(names.aliases),
    )


class _Names(NamedTuple):
    """What was found, each by its position in the text."""

    tables: dict[int, tuple[str | None, str]]
    columns: dict[int, str]
    aliases: dict[int, str]


def _collect(node: exp.Expr, scope: scopes.Scope, names: _Names) -> None:
    from sqlglot import exp

    if isinstance(node, exp.Table):
        if node.db or node.name.casefold() not in scope.ctes:
            names.tables[tree.start(node.this)] = (node.db or None, node.name)
    elif isinstance(node, exp.Column):
        qualifier = tuple(part.name.casefold() for part in node.parts[:-1])
        if qualifier and qualifier not in scope.sources:
            raise tree.qualifier_refused(".".join(part.name for part in node.parts[:-1]))
        names.columns.update(_named([node.this]))
    elif isinstance(node, exp.Join):
        names.columns.update(_named(node.args.get("using") or []))
    elif isinstance(node, exp.Alias | exp.TableAlias):
        names.aliases.update(_named([node.args.get("alias", node.this)]))


def _named(nodes: Iterable[exp.Expr]) -> dict[int, str]:
    from sqlglot import exp

    return {tree.start(node): node.name for node in nodes if isinstance(node, exp.Identifier)}


def _distinct(found: dict[int, _T]) -> tuple[_T, ...]:
    """What was found, in the order of the text, each once."""
    return tuple(dict.fromkeys(found[at] for at in sorted(found)))


def _first(root: exp.Expr) -> exp.Expr:
    """The select that names the columns: of a set operation, its first."""
    from sqlglot import exp

    while isinstance(root, exp.SetOperation | exp.Subquery):
        root = root.this
    return root


def _outputs(root: exp.Expr) -> tuple[tuple[str, ...], bool]:
    from sqlglot import exp

    keys: list[str] = []
    star = False
    for node in _first(root).expressions:
        if node.is_star and isinstance(node, exp.Star | exp.Column):
            star = True
        elif isinstance(node, exp.Alias | exp.Subquery):
            keys.append(node.alias)
        else:
            keys.append(node.name if isinstance(node, exp.Column) else "")
    return tuple(keys), star


def _ordering(root: exp.Expr) -> tuple[str, ...]:
    from sqlglot import exp

    order = root.args.get("order")
    keys = [node.this for node in order.expressions] if order else []
    return tuple(key.name if isinstance(key, exp.Column) else "" for key in keys)


def _folded(root: exp.Expr) -> bool:
    from sqlglot import exp

    if not isinstance(root, exp.Select) or any(root.args.get(key) for key in ("group", "having", "distinct")):
        return True
    tops = [*root.expressions, root.args.get("order"), root.args.get("qualify")]
    return any(
        _aggregates(node)
        for top in tops
        if top is not None
        for node in top.walk(prune=lambda inner: isinstance(inner, exp.Query))
    )


def _aggregates(node: exp.Expr) -> bool:
    """An aggregate that is not computed over a window, which would leave the rows as they are."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        known = node.name.upper() in AGGREGATES
    else:
        known = isinstance(node, exp.AggFunc) or (
            isinstance(node, exp.Func) and not AGGREGATES.isdisjoint(node.sql_names())
        )
    while isinstance(node.parent, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        node = node.parent
    return known and not (isinstance(node.parent, exp.Window) and node.arg_key == "this")


def _most(root: exp.Expr) -> exp.Expr | None:
    """LIMIT or FETCH at top level, unless it counts otherwise than in rows."""
    limit = root.args.get("limit")
    options = limit and limit.args.get("limit_options")
    return None if options and (options.args.get("percent") or options.args.get("with_ties")) else limit


def _number(clause: exp.Expr | None) -> int | None:
    """What a LIMIT, FETCH or OFFSET says, if it is a plain number."""
    from sqlglot import exp

    said = clause and (clause.args.get("expression") or clause.args.get("count"))
    plain = isinstance(said, exp.Literal) and not said.is_string and said.name.isdecimal()
    if not said or not plain:
        return None
    if (number := whole_number(said.name)) is None:
        raise refusal("LIMIT or OFFSET has more than 18 digits", "Write a smaller number, or none.")
    return number
