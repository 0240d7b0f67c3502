"""Servers of earlier releases: the same engine without some of its statements, tables or columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pentad.sandbox.timbr.engine import Engine
from pentad.sandbox.timbr.terms import StatementError
from tests.inside import World


@dataclass
class OlderEngine(Engine):
    """Refuses statements that hold one of `lacking`, and answers without the columns in `without`."""

    lacking: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def rows(self, ontology: str, sql: str, *args: Any, **more: Any) -> list[dict[str, Any]]:
        for name in self.lacking:
            if f"{name}`" in sql or sql.startswith(name):
                raise StatementError(f"Table or concept {name} does not exist")
        rows = super().rows(ontology, sql, *args, **more)
        return [{name: cell for name, cell in row.items() if name not in self.without} for row in rows]


def older_server(world: World, lacking: tuple[str, ...] = (), without: set[str] | None = None) -> None:
    engine = OlderEngine(1, lacking=lacking, without=frozenset(without or ()))
    world.sandbox.platforms["timbr"].state.engine = engine
