"""Reading an answer to its end, as a model would: the rows behind a handle, and page after page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from mcp import Client

from pentad.jsontext import loads
from tests.inside import World, called, text_of

Rows = list[dict[str, Any]]


def rows_of(told: Mapping[str, Any]) -> Rows:
    """The rows that an answer shows, without the members that it says a row does not have."""
    absent = told.get("absent", {})
    return [
        {
            name: cell
            for name, cell in zip(told["columns"], cells, strict=True)
            if name not in absent.get(str(index), ())
        }
        for index, cells in enumerate(told["rows"])
    ]


async def pages(world: World, tool: str, most: int = 100, **arguments: Any) -> list[dict[str, Any]]:
    """The answers to one call after the other, each with the cursor of the one before."""
    told: list[dict[str, Any]] = []
    cursor = None
    while len(told) < most:
        told.append(await world.ask(tool, **arguments, cursor=cursor))
        cursor = told[-1].get("more", {}).get("cursor")
        if cursor is None:
            return told
    raise AssertionError(f"a cursor still stands after {most} pages")


async def whole(world: World, told: Mapping[str, Any]) -> Rows:
    """Every row of an answer, whole: from the handle, where there is one."""
    handle = told.get("more", {}).get("result")
    if handle is None:
        return rows_of(told)
    async with world.client() as client:
        return [row async for row in _kept(client, handle)]


async def _kept(client: Client, handle: str) -> AsyncIterator[dict[str, Any]]:
    piece, cursor = "", "0"
    while cursor:
        asked = {"result": handle, "cursor": cursor, "budget": 6000}
        told = text_of(await called(client, "read_result", asked))
        cursor = told.get("more", {}).get("cursor", "")
        if "text" not in told:
            for row in rows_of(told):
                yield row
            continue
        piece += told["text"]
        if "+" not in cursor:
            yield loads(piece)
            piece = ""


def truth(world: World, sql: str, ontology: str = "supply_chain") -> Rows:
    """The flat rows as the sandbox's engine has them, all of them."""
    state = world.sandbox.platforms["timbr"].state
    analyst = state.directory.by_name("analyst").user(state.engine.ontologies)
    rows: Rows = state.engine.rows(ontology, sql, analyst, cap=1_000_000)
    return rows
