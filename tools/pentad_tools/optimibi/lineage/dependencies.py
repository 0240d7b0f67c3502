"""What one connection, model or report depends on, and what depends on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, NamedTuple

from pydantic import WithJsonSchema

from pentad.errors import NotFound, Rejected
from pentad.models import Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path, is_uuid
from pentad.text import all_quoted, nearest, quoted, several, shorten
from pentad_tools.optimibi.connections.connections import connections_of
from pentad_tools.optimibi.files.items import Item
from pentad_tools.optimibi.files.locating import called, located
from pentad_tools.optimibi.files.ranking import Habits, folded, ranked
from pentad_tools.optimibi.files.repository import ItemText, content, searched, seen
from pentad_tools.optimibi.lineage.graphs import DIRECTIONS, Direction, Graph
from pentad_tools.optimibi.lineage.lineage import by_connection, by_model, graph_of
from pentad_tools.optimibi.models.models import models_of
from pentad_tools.optimibi.reports.links import address
from pentad_tools.optimibi.reports.reports import get_report_link
from pentad_tools.optimibi.server.session import session_info

ShortWay = Annotated[Direction | None, WithJsonSchema({"enum": DIRECTIONS})]
_SHOWN = ("kind", "name", "path", "relation", "depth")
# What tells a kind where a name alone does not, as in `model/Sales`; `schema` is the platform's own word.
_PREFIXES = {"connection": "connection", "model": "model", "schema": "model", "report": "report"}
_KINDS = ("connection", "model")
_MOST = 5


class Subject(NamedTuple):
    """What was asked about: by technical name, reports by path. `title` is what people call it."""

    kind: str
    name: str
    title: str

    def __str__(self) -> str:
        return self.name if self.kind == "report" else f"{self.kind}/{self.name}"


@reads(core=True, example={"item": "$report"})
async def get_lineage(optimibi: Optimibi, item: ItemText, direction: ShortWay = None) -> Table[Row]:
    """What a connection, model or report uses, and what uses it."""
    newer = (await session_info(optimibi)).newer
    known = Graph() if newer else await _older(optimibi)
    subject = await _subject(optimibi, item, known)
    of = (subject.kind, [subject.name])
    graph = await (surroundings(optimibi, *of) if newer else _completed(optimibi, *of, known))
    start = graph.find(subject.kind, subject.name)
    ways = (direction,) if direction else DIRECTIONS
    rows = [node.row(way, depth) for way in ways for node, depth in graph.walk(start or "", way)]
    _remark(optimibi, subject, rows, ways)
    return Table(rows, _SHOWN, len(rows), about=_about(optimibi, subject))


def _about(optimibi: Optimibi, subject: Subject) -> dict[str, str]:
    """What it is all about; of a report also where a person opens it."""
    if subject.kind != "report":
        return {"kind": subject.kind, "name": subject.name}
    url = address(optimibi, get_report_link, subject.name, {})
    return {"kind": subject.kind, "name": subject.title, "path": subject.name, "url": url}


async def surroundings(optimibi: Optimibi, kind: str, names: Sequence[str]) -> Graph:
    """What hangs together with things of one kind, in either edition; releases between the two may only have
    the older calls."""
    member = {"report": "reports", "model": "models", "connection": "connections"}[kind]
    if (await session_info(optimibi)).newer:
        with suppress(NotFound):
            return await graph_of(optimibi, **{member: names})
    return await _completed(optimibi, kind, names, await _older(optimibi))


async def _older(optimibi: Optimibi) -> Graph:
    """Everything that the older edition tells: of all connections at once, else of each."""
    found = await by_connection(optimibi, None)
    if not found.nodes:
        names = [str(row["name"]) for row in await connections_of(optimibi)]
        for each in await asyncio.gather(*(by_connection(optimibi, name) for name in names)):
            found.add(each)
    return found


async def _completed(optimibi: Optimibi, kind: str, names: Sequence[str], known: Graph) -> Graph:
    """The same with the reports that a model's own call adds."""
    for name in names if kind == "model" else ():
        known.add(await by_model(optimibi, name))
    return known


async def _subject(optimibi: Optimibi, item: str, known: Graph) -> Subject:
    """What is meant. Raises Rejected where it may be several things, NotFound with the nearest names."""
    prefix, _, rest = item.partition("/")
    kind = _PREFIXES.get(prefix.lower()) if rest else None
    text = rest if kind else item
    if kind == "report" or as_path(text) or is_uuid(text):
        return _report(await located(optimibi, text, "report", "item"))
    things = await _things(optimibi, known)
    found = [one for one in things if kind in (None, one.kind) and _means(one, text)]
    # A technical name is one thing's alone among its kind, a caption may be several's.
    exact = [one for one in found if one.name == text]
    if kind is None:
        reports = called(seen(optimibi) or await searched(optimibi, text), text, "report")
        found = (exact or found) + [_report(report) for report in reports]
    found = exact or found if kind else found
    if len(found) == 1:
        return found[0]
    if not found and "/" in item:
        return _report(await located(optimibi, item, "report", "item"))
    raise _ambiguous(found) if found else await _missing(optimibi, item, things)


async def _things(optimibi: Optimibi, known: Graph) -> list[Subject]:
    """Connections and models by name and caption."""
    nodes = [
        Subject(node.kind, node.name, node.title) for node in known.nodes.values() if node.kind in _KINDS
    ]
    connections = [
        Subject("connection", str(row["name"]), str(row["name"])) for row in await connections_of(optimibi)
    ]
    models = [] if nodes else [Subject("model", one.name, one.title) for one in await models_of(optimibi)]
    return list({(one.kind, one.name): one for one in (*nodes, *connections, *models)}.values())


def _means(one: Subject, text: str) -> bool:
    return text == one.name or (folded(text) in (folded(one.name), folded(one.title)) and folded(text) != "")


def _report(item: Item) -> Subject:
    return Subject("report", item.path, item.name)


def _ambiguous(found: Sequence[Subject]) -> Rejected:
    told = several([quoted(str(one), 200) for one in found], _MOST)
    problem = f"may mean any of {told}: give one of these"
    return Rejected("Nothing was asked for.", problems={"item": [problem]}, outcome="none")


async def _missing(optimibi: Optimibi, text: str, things: Sequence[Subject]) -> NotFound:
    items = [item for item in await content(optimibi) if item.kind == "report"]
    names = {
        name.casefold(): one for one in (*map(_report, items), *things) for name in (one.title, one.name)
    }
    alike = await asyncio.to_thread(nearest, text.casefold(), names, _MOST)
    near = [str(names[name]) for name in alike]
    near = near or [match.item.path for match in (await ranked(text, items, Habits()))[:_MOST]]
    hint = f"; the nearest are {all_quoted(dict.fromkeys(near), 200)}" if near else ""
    return NotFound(
        f"There is no connection, model or report {shorten(text, 120)!r} that this account may read{hint}.",
        problems={"item": ["not found"]},
        outcome="none",
    )


def _remark(optimibi: Optimibi, subject: Subject, rows: Sequence[Row], ways: Sequence[Direction]) -> None:
    if subject.kind == "report" and not rows and "depends_on" in ways:
        optimibi.call.note("a report's lineage is known only once it was saved with release 7.05 or later")
    if gone := [str(row["path"] or row["name"]) for row in rows if not row["exists"]]:
        optimibi.call.note(f"no longer there: {all_quoted(gone[:_MOST], 200)}")
    if hidden := sum(not row["readable"] for row in rows):
        optimibi.call.note(f"{hidden} of these may not be opened by this account")
