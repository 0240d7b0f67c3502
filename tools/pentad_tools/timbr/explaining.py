"""Why a statement failed, found out by looking: the platform's own words seldom name what was meant."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from pentad.errors import NotFound, PlatformError, Rejected
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.atlas import SystemRows, details_of, graph_of
from pentad.platforms.timbr.graph import BUILT_IN, SCHEMAS, Details, Graph
from pentad.platforms.timbr.guard import Statement
from pentad.platforms.timbr.lexing import lex
from pentad.text import nearest
from pentad_tools.timbr.ontologies import SYSTEM, list_ontologies

_HOP = re.compile(r"(~?)([^\[\]~.]+)\[([^\[\]*]+)(?:\*\d+)?\](?:\.(.+)|_.+)")
_UNPARSED = re.compile(r"syntax error|mismatched input|parse", re.IGNORECASE)


@asynccontextmanager
async def explaining(
    timbr: Timbr, ontology: str, statement: Statement | None, rows: SystemRows
) -> AsyncGenerator[None]:
    """Add to a refusal which names do not exist, and the nearest that do: the ontology's, the statement's."""
    try:
        yield
    except (Rejected, NotFound) as error:
        if error.problems is None and error.details is None:
            await _explain(timbr, ontology, statement, rows, error)
        raise


async def _explain(
    timbr: Timbr, ontology: str, statement: Statement | None, rows: SystemRows, error: PlatformError
) -> None:
    with suppress(PlatformError):
        if wrong := await _wrong_ontology(timbr, ontology):
            error.problems = {"ontology": [wrong]}
        elif statement is not None:
            found = await _Checked(timbr, ontology, rows).all(statement)
            found = found or _unquoted(statement, error.quote or "")
            error.problems = {"sql": found} if found else None


async def _wrong_ontology(timbr: Timbr, ontology: str) -> str | None:
    """What is wrong with the name, if anything."""
    known = [row.ontology for row in (await list_ontologies(timbr)).rows]
    return None if ontology in (*known, SYSTEM) else unknown("there is no ontology", ontology, known)


def _unquoted(statement: Statement, said: str) -> list[str]:
    """Names that stand without backticks in what the platform could not parse."""
    if not _UNPARSED.search(said):
        return []
    bare = {token.text for token in lex(statement.text) if token.kind == "word"}
    names = dict.fromkeys([*(name for _, name in statement.tables), *statement.columns])
    found = [f"`{name}`" for name in names if name in bare]
    return [f"names that are reserved words need backticks: write {', '.join(found)}"] if found else []


def unknown(lead: str, name: str, known: Sequence[str]) -> str:
    """`there is no concept 'shipmnt'; the nearest are shipment, port`."""
    lowered = {one.lower(): one for one in known}
    near = [lowered[one] for one in nearest(name.lower(), lowered, 3)]
    some = f"the nearest are {', '.join(near)}" if near else f"there are {', '.join(known[:3])}"
    more = ", ..." if not near and len(known) > 3 else ""
    return f"{lead} {name[:80]!r}" + (f"; {some}{more}" if known else "")


class _Checked:
    """The names of a statement, looked up."""

    def __init__(self, timbr: Timbr, ontology: str, rows: SystemRows) -> None:
        self.timbr = timbr
        self.ontology = ontology
        self.rows = rows

    async def all(self, statement: Statement) -> list[str]:
        graph, _ = await graph_of(self.timbr, self.ontology, self.rows)
        found = [wrong for schema, name in statement.tables if (wrong := wrong_table(graph, schema, name))]
        if found or len(statement.tables) != 1:
            return found
        schema, given = statement.tables[0]
        name = graph.named(given)
        if name is None or (name in graph.concepts and name in graph.views):
            return []
        aliases = {alias.lower() for alias in statement.aliases}
        columns = [column for column in statement.columns if column.lower() not in aliases]
        if name not in graph.concepts:
            return await self._view_columns(name, columns)
        # There, a concept also has what only its sub-concepts own.
        anywhere = graph.properties if (schema or "").lower() == "etimbr" else ()
        checked = [await self._column(graph, name, path, anywhere) for path in columns]
        return [wrong for wrong in checked if wrong]

    async def _view_columns(self, view: str, columns: Iterable[str]) -> list[str]:
        known = [one.name for one in (await self._details(view)).properties]
        return [
            f"`{column}`: {unknown(f'{view} has no column', column, known)}"
            for column in columns
            if known and not _among(column, known)
        ]

    async def _column(self, graph: Graph, concept: str, path: str, anywhere: Iterable[str]) -> str | None:
        rest = path.removeprefix("measure.")
        is_measure = rest != path
        while hop := _HOP.fullmatch(rest):
            inverse, name, given, onward = hop.groups()
            wrong = None if inverse else await self._relationship(concept, name)
            target = graph.named(given)
            if target not in graph.concepts:
                wrong = wrong or unknown("there is no concept", given, list(graph.concepts))
            if wrong or target is None or onward is None:
                return wrong and f"`{path}`: {wrong}"
            concept, rest, anywhere = target, onward, ()
        wrong = await self._property(concept, rest, anywhere, is_measure=is_measure)
        return wrong and f"`{path}`: {wrong}"

    async def _relationship(self, concept: str, name: str) -> str | None:
        known = list(dict.fromkeys(link.name for link in (await self._details(concept)).relationships))
        return None if _among(name, known) else unknown(f"{concept} has no relationship", name, known)

    async def _property(
        self, concept: str, name: str, anywhere: Iterable[str], *, is_measure: bool
    ) -> str | None:
        properties = (await self._details(concept)).properties
        if not properties or "_type_of_" in name:
            return None
        measures = [one.name for one in properties if one.is_measure]
        if is_measure:
            return None if _among(name, measures) else unknown(f"{concept} has no measure", name, measures)
        known = [*BUILT_IN, *(one.name for one in properties if not one.is_measure)]
        if _among(name, [*known, *anywhere]):
            return None
        if _among(name, measures):
            return "a measure is written with its prefix in an aggregate, as in SUM(`measure.name`)"
        if "." in name and "[" not in name:
            return "write a relationship with its target, as in `relationship[concept].property`"
        return unknown(f"{concept} has no property", name, known)

    async def _details(self, name: str) -> Details:
        return await details_of(self.timbr, self.ontology, name, self.rows)


def _among(name: str, known: Iterable[str]) -> bool:
    return name.lower() in map(str.lower, known)


def wrong_table(graph: Graph, schema: str | None, name: str) -> str | None:
    """What is wrong with a table's name, if anything."""
    if schema is not None and schema.lower() not in SCHEMAS:
        return f"there is no schema {schema!r}; there are {', '.join(SCHEMAS)}"
    if name.lower().startswith("sys_"):
        return None
    viewed = schema is not None and schema.lower() == "vtimbr"
    is_concept, is_view = _among(name, graph.concepts), _among(name, graph.views)
    if not is_concept and not is_view:
        known = [*graph.views] if viewed else [*graph.concepts, *graph.views]
        return unknown(f"there is no {'view' if viewed else 'concept'}", name, known)
    if not is_concept and not viewed and schema is not None:
        return f"{name!r} is a view: write `vtimbr`.`{name}`"
    if not is_view and viewed:
        return f"{name!r} is a concept: write `dtimbr`.`{name}`"
    return None
