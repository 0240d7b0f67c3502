"""The database behind a seed: made once, never changed, and read by every engine of that seed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from pentad.sandbox.timbr import fleet, supply_places, supply_trade
from pentad.sandbox.timbr.model import ONTOLOGIES
from pentad.sandbox.timbr.ontology import Concept, Ontology

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Keeps the order in which rows were made; every table of rows has it.
ROW = "@row"
EXTENDED = "_extended"

_SCRIPTS = (
    supply_places.DICE,
    supply_places.COUNTRIES,
    supply_places.PLACES,
    supply_places.COMPANIES,
    supply_trade.PRODUCTS,
    supply_trade.OFFERS,
    supply_trade.PURCHASES,
    supply_trade.MOVES,
    fleet.DATA,
)


@lru_cache(maxsize=4)
def database(seed: int) -> DuckDBPyConnection:
    """Read it through cursors only: they are connections of their own."""
    import duckdb

    made = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"})
    made.execute("SET VARIABLE seed = ?::BIGINT", [seed])
    stored = (*ONTOLOGIES.values(), fleet.EMPTY)
    for ontology in stored:
        made.execute(f"CREATE SCHEMA {ontology.storage}; CREATE SCHEMA {ontology.storage}{EXTENDED};")
    for script in _SCRIPTS:
        made.execute(script)
    for ontology in stored:
        made.execute(";".join(_views(ontology)))
    # Version 2.0 fails for good within this optimizer where several inverse paths meet in one statement.
    made.execute("SET disabled_optimizers = 'build_side_probe_side'")
    made.execute("SET enable_external_access = false; SET lock_configuration = true")
    return made


def _views(ontology: Ontology) -> Iterable[str]:
    """For each concept a view with its own and inherited columns, and an extended one."""
    for concept in ontology.concepts:
        yield _view(ontology, concept, ontology.storage, ontology.columns(concept.name))
        extended = ontology.extended_columns(concept.name)
        yield _view(ontology, concept, ontology.storage + EXTENDED, extended)


def _view(ontology: Ontology, concept: Concept, schema: str, columns: list[str]) -> str:
    parts = [_rows(ontology, source, columns) for source in ontology.sources(concept.name)]
    body = " UNION ALL ".join(parts) or _nothing(columns)
    if concept.logic is not None:
        condition = concept.logic.replace("`", '"')
        body = f"FROM ({body}) WHERE {condition}"
    return f'CREATE VIEW {schema}."{concept.name}" AS {body}'


def _rows(ontology: Ontology, source: Concept, columns: list[str]) -> str:
    own = ontology.columns(source.name)
    cells = [f'"{ROW}"', *(f'"{name}"' if name in own else f'NULL AS "{name}"' for name in columns)]
    return " ".join(["SELECT", ", ".join(cells), "FROM", f'{ontology.storage}."map_{source.name}"'])


def _nothing(columns: list[str]) -> str:
    cells = [f'0 AS "{ROW}"', *(f'NULL::VARCHAR AS "{name}"' for name in columns)]
    return " ".join(["SELECT", ", ".join(cells), "WHERE false"])
