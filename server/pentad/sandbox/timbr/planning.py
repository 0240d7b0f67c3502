"""What EXPLAIN tells: what a statement reads, along which relationships, and what it does with the rows."""

from __future__ import annotations

from sqlglot import exp

from pentad.sandbox.timbr.dialect import Timbr
from pentad.sandbox.timbr.paths import parse_path

_CLAUSES = (
    ("limit", "Limit"),
    ("order", "Sort"),
    ("having", "Filter"),
    ("group", "Aggregate"),
    ("where", "Filter"),
)


def plan(tree: exp.Query) -> str:
    """One line per step, the last step first, each indented below the one that it feeds."""
    lines = [f"{name} [{_inner(tree, clause)}]" for clause, name in _CLAUSES if tree.args.get(clause)]
    walks = dict.fromkeys(_walk(one.name) for one in tree.find_all(exp.Column))
    lines += [f"Join {walk}" for walk in walks if walk]
    names = dict.fromkeys(".".join(filter(None, (one.db, one.name))) for one in tree.find_all(exp.Table))
    scans = [f"Scan {name}" for name in names] or ["Values"]
    shown = ", ".join(one.alias_or_name or one.sql(dialect=Timbr) for one in tree.selects)
    steps = [f"Project [{shown}]", *lines]
    return "\n".join("  " * depth + line for depth, line in enumerate(steps)) + _below(scans, len(steps))


def _inner(tree: exp.Expr, clause: str) -> str:
    text = tree.args[clause].sql(dialect=Timbr)
    return " ".join(text.split()).partition(" ")[2].removeprefix("BY ")


def _walk(name: str) -> str:
    return ".".join(step.text for step in parse_path(name).steps)


def _below(scans: list[str], depth: int) -> str:
    return "".join("\n" + "  " * depth + line for line in scans)
