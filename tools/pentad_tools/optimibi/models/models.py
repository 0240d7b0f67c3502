"""Analysis models: which there are, and the measures and levels in one's schema."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from pentad.errors import NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row, Saved, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.schemas import Model, model_in
from pentad.text import all_quoted
from pentad_tools.optimibi.connections.connections import connections_of
from pentad_tools.optimibi.lineage.lineage import get_connection_lineage
from pentad_tools.optimibi.naming import lately, spelt, unknown
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.times import existence, told_time

_SHOWN = ("name", "caption", "connection", "changed")
_FIELDS = ("kind", "caption", "unique_name")


@dataclass(frozen=True)
class Known:
    """A model as the lists of either edition tell it; `title` is its caption."""

    name: str
    title: str
    connection: str | None
    row: Row = field(compare=False)

    @classmethod
    def of(cls, raw: Row, connection: str | None = None) -> Known:
        source = raw.get("dataSource")
        told = source.get("name") if isinstance(source, dict) else None
        every = {
            "name": str(raw.get("name")),
            "caption": raw.get("title"),
            "connection": connection if told is None else str(told),
            "owner": raw.get("owner"),
            "changed": told_time(raw.get("lastModifiedDate")),
            "created": told_time(raw.get("createdDate")),
        }
        row = {name: value for name, value in every.items() if value is not None}
        return cls(str(row["name"]), str(row.get("caption") or row["name"]), row.get("connection"), row)


ModelName = Annotated[Id, Field(description="Name or caption.")]


@reads("GET /plugin/datafor-modeler/api/mondrian/list", example={})
async def list_models(optimibi: Optimibi) -> Table[Row]:
    """Analysis models (cubes, semantic layer) that the caller may read, with caption and connection."""
    found = await models_of(optimibi, anew=True)
    return Table([one.row for one in found], _SHOWN, len(found))


@reads("GET /plugin/datafor-modeler/api/mondrian/simplelist", example={})
async def list_models_brief(optimibi: Optimibi) -> Table[Row]:
    """Names, captions and descriptions of models, on newer servers; optimibi_list_models works on all."""
    found = await optimibi.rows()
    rows = [
        {
            "name": row.get("name"),
            "caption": row.get("caption"),
            "description": row.get("description"),
            "connection": row.get("DataSource"),
        }
        for row in found
    ]
    return Table(rows, ("name", "caption", "description", "connection"), len(rows))


@reads(
    "GET /plugin/datafor-modeler/api/datasource/analysis/catalog/{catalog}",
    example={"model": "$model"},
)
async def get_model_source(optimibi: Optimibi, model: ModelName) -> Table[Row]:
    """Measures and levels of a model with captions and unique names, and the tables it reads."""
    found = await schema_of(optimibi, await model_named(optimibi, model))
    told = fields_of(found)
    return replace(told, about={**told.about, "tables": list(found.tables)})


@reads(
    "GET /plugin/datafor-modeler/api/datasource/analysis/{catalog}/download",
    example={"model": "$model"},
)
async def download_model(optimibi: Optimibi, model: ModelName) -> Saved:
    """Save a model's schema (XML or zip) to the download folder; its measures and levels as a table come
    with optimibi_get_model_source."""
    name = await model_named(optimibi, model)
    if (await session_info(optimibi)).newer:
        return await optimibi.download(f"model-{name}", "url", catalog=name)
    several = optimibi.bound_to(download_models)
    return await several.download(f"model-{name}", "url", body=Form({"nameList": [name]}))


@reads(
    "POST /plugin/datafor-modeler/api/datasource/analysis/catalogs/downloadList",
    example={"models": ["$model"]},
)
async def download_models(
    optimibi: Optimibi, models: Annotated[list[Id], Field(min_length=1, max_length=100)]
) -> Saved:
    """Save several models as one zip, which can be imported again, to the download folder."""
    names = [await model_named(optimibi, one) for one in models]
    return await optimibi.download("models", "url", body=Form({"nameList": names}))


@reads("GET /plugin/datafor-modeler/api/mondrian/checkexists", example={"name": "$model"})
async def check_model_exists(optimibi: Optimibi, name: Id) -> Record:
    """Whether the technical name of a model is taken, also by a model that this account may not read."""
    return Record({"name": name, "taken": existence(await optimibi.record(name=name))})


async def models_of(optimibi: Optimibi, *, anew: bool = False) -> Sequence[Known]:
    """The models that the account may read, as they were within ten minutes. Older servers have no list of
    them; there they are found by the lineage of connections."""

    async def fetch() -> Sequence[Known]:
        if (await session_info(optimibi)).newer:
            return [Known.of(row) for row in await optimibi.bound_to(list_models).rows() if row.get("name")]
        return await _behind_connections(optimibi)

    return await lately(optimibi, "models", fetch, anew=anew)


async def _behind_connections(optimibi: Optimibi) -> list[Known]:
    """The models of all connections: at once, which the vendor does not say, else of each."""
    asked = optimibi.bound_to(get_connection_lineage)
    try:
        found = await asked.rows()
    except NotFound:
        # That call moved before the plugin went by which the editions are told apart.
        return [Known.of(row) for row in await optimibi.bound_to(list_models).rows() if row.get("name")]
    if not found:
        names = [str(row["name"]) for row in await connections_of(optimibi)]
        each = await asyncio.gather(*(asked.rows(connection=name) for name in names))
        found = [row for rows in each for row in rows]
    models = [
        Known.of(raw, str(row.get("name")))
        for row in found
        for raw in row.get("schemas") or ()
        if isinstance(raw, dict) and raw.get("name")
    ]
    return list({one.name: one for one in models}.values())


async def model_named(optimibi: Optimibi, word: str) -> str:
    """The technical name of a model, by name or caption. Raises NotFound with the nearest."""
    return (await known_model(optimibi, word)).name


async def known_model(optimibi: Optimibi, word: str) -> Known:
    """The same with what is told of it."""
    models: Sequence[Known] = ()
    for anew in (False, True):
        models = await models_of(optimibi, anew=anew)
        named = {one.name: one for one in models}
        name = spelt(word, named)
        if name is not None:
            return named[name]
        title = spelt(word, [one.title for one in models])
        called = [one.name for one in models if title is not None and one.title == title]
        if len(called) > 1:
            raise Rejected(
                f"{len(called)} models are called {word!r}: give the name, {all_quoted(called)}.",
                problems={"model": ["ambiguous"]},
                outcome="none",
            )
        if called:
            return named[called[0]]
    raise unknown("model", "model", word, [name for one in models for name in (one.name, one.title)])


async def schema_of(optimibi: Optimibi, name: str, *, anew: bool = False) -> Model:
    """The schema of a model by its technical name, as it was within ten minutes."""

    async def fetch() -> Model:
        if (await session_info(optimibi)).newer:
            text = await optimibi.bound_to(get_model_source).text(catalog=name, raw="true")
        else:
            text = await optimibi.bound_to(download_models).text(Form({"nameList": [name]}))
        return await asyncio.to_thread(model_in, text, name)

    return await lately(optimibi, f"schema {name}", fetch, anew=anew)


def fields_of(model: Model) -> Table[Row]:
    """What a query can ask a model for."""
    rows: list[Row] = [
        {"kind": "measure", "caption": one.caption, "unique_name": one.unique, "name": one.name}
        for one in model.measures
    ]
    rows += [
        {
            "kind": "level",
            "caption": one.caption,
            "unique_name": one.unique,
            "name": one.name,
            "dimension": one.dimension,
        }
        for one in model.levels
    ]
    return Table(rows, (*_FIELDS, "dimension"), len(rows), about={"model": model.name})
