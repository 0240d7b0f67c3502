"""The seeded engine as one user reads it."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.terms import ROW_CAP, Flags, User

ANALYST = User("analyst", "analyst@northwind.test", "tk_analyst", frozenset({"supply_chain", "fleet"}))
WHOLE = 1_000_000


def read(
    sql: str,
    *,
    flags: Flags | None = None,
    cap: int = ROW_CAP,
    user: User = ANALYST,
    ontology: str = "supply_chain",
    engine: Engine | None = None,
) -> list[dict[str, Any]]:
    return (engine or Engine.seeded(1)).rows(ontology, sql, user, flags or Flags(), cap)


def values(sql: str, cap: int = WHOLE) -> list[tuple[Any, ...]]:
    """The rows without their keys."""
    return [tuple(row.values()) for row in read(sql, cap=cap)]


def unordered(sql: str) -> list[str]:
    return sorted(map(repr, values(sql)))
