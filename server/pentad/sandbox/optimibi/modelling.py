"""Models: lists, schemas, access lists, and queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.acls import levels, of_model
from pentad.sandbox.optimibi.cellsets import Grid, cell_set, row_objects
from pentad.sandbox.optimibi.connecting import readable
from pentad.sandbox.optimibi.context import Context, done, listed
from pentad.sandbox.optimibi.cubes import CubeError, Query, mapping, parsed, statement
from pentad.sandbox.optimibi.downloading import attached
from pentad.sandbox.optimibi.metadata import catalog
from pentad.sandbox.optimibi.model import Model
from pentad.sandbox.optimibi.nodes import access_map
from pentad.sandbox.optimibi.refusals import FileRefusalError, RefusalError
from pentad.sandbox.optimibi.schema_text import (
    SchemaError,
    annotated,
    published,
    schema_tables,
    schema_xml,
    zipped,
)
from pentad.sandbox.optimibi.warehouse import QueryError, query

DAY = 86_400_000
DESCRIPTIONS = {"RetailSales": "Ticket lines of all stores and the web shop", "Budget": "Plan by account"}


def visible(context: Context) -> list[Model]:
    """Those over connections that the caller may read; authors see the ones whose connection is gone."""
    held, known, user = readable(context), context.state.connections, context.user
    open_to = [
        model
        for model in context.state.models.values()
        if model.connection in held or (model.connection not in known and user.authors)
    ]
    return [model for model in open_to if levels(of_model(context.state, model), user)]


def entry(context: Context, model: Model) -> dict[str, Any]:
    """Times are numbers here. The settings are quoted in the older edition only."""
    born = int(context.state.born) * 1000
    quote = "" if context.state.newer else '"'
    settings = {"DataSource": model.connection, **dict(model.settings)}
    return {
        "name": model.name,
        "title": model.caption,
        "owner": model.owner,
        "ownerType": 0,
        "createdDate": born - 500 * DAY,
        "lastModifiedDate": model.changed
        or born - context.state.dice.number(f"model:{model.name}", 1, 300) * DAY,
        "dataSourceStr": "".join(f"{name}={quote}{value}{quote};" for name, value in settings.items()),
        "dataSource": {"name": model.connection, "canRead": model.connection in readable(context)},
    }


def list_models(context: Context) -> dict[str, Any]:
    rows = [entry(context, model) for model in visible(context)]
    if context.is_on("includeAccessMap"):
        held = {0, 1, 2, 4} if context.user.admin else {0}
        rows = [row | {"accessMap": access_map(held)} for row in rows]
    return {"success": True, "data": rows}


def list_brief(context: Context) -> dict[str, Any]:
    rows = [
        {
            "name": model.name,
            "caption": model.caption,
            "description": DESCRIPTIONS.get(model.name, ""),
            "DataSource": model.connection,
        }
        for model in visible(context)
    ]
    return done(rows, code=200)


def check_exists(context: Context) -> dict[str, Any]:
    """Models that the caller cannot read exist, too."""
    return {"success": True, "exists": context.param("name") in context.state.models}


def _model(context: Context) -> Model:
    found = {model.name: model for model in visible(context)}.get(context.args["catalog"])
    if found is None:
        raise FileRefusalError(
            "Forbidden" if context.args["catalog"] in context.state.models else "Not Found"
        )
    return found


def download(context: Context) -> Reply:
    model = _model(context)
    if model.annotated:
        return attached(annotated(model), "application/zip", f"{model.name}.zip")
    return attached(schema_xml(model), "application/xml", f"{model.name}.xml")


def source(context: Context) -> Reply:
    return Reply(200, schema_xml(_model(context)), {"content-type": "application/xml"})


def download_several(context: Context) -> Reply:
    known = {model.name: model for model in visible(context)}
    names = [str(name) for name in listed(context.form().get("nameList", ""))]
    if not names or not set(names) <= set(known):
        raise FileRefusalError("Not Found" if names else "Invalid Parameter")
    files = {f"{name}.xml": schema_xml(known[name]) for name in names}
    return attached(zipped(files), "application/zip", "models.zip")


def model_acl(context: Context) -> dict[str, Any]:
    model = {one.name: one for one in visible(context)}.get(context.args["catalog"])
    if model is None:
        raise RefusalError("the model does not exist", None, more={"responseCode": 410})
    return of_model(context.state, model)


def verify(context: Context) -> dict[str, Any]:
    """Type 1 is an error, 2 a warning; both are failures."""
    body = context.fields()
    text = str(body.get("xml") or "").encode()
    source = context.state.connections.get(str(body.get("datasource") or ""))
    try:
        model, tables = published(text, "", ""), schema_tables(text)
    except SchemaError as error:
        raise RefusalError(str(error), "400", more={"type": "1"}) from error
    if source is None:
        raise RefusalError("unknown data source", "400", more={"type": "1"})
    known = catalog(context, source)
    lost = [f"{schema}.{table}" for schema, table in tables if table not in known.get(schema, {})]
    if lost:
        raise RefusalError(f"Table {lost[0]} does not exist in {source.name}", "400", more={"type": "1"})
    if not model.measures:
        raise RefusalError("the cube has no measures\n", "400", more={"type": "2"})
    return {"success": True, "code": "200"}


def upgrade(context: Context) -> dict[str, Any]:
    """The older edition keeps the converted text to itself."""
    text = str(context.fields().get("xml") or "").replace('metamodelVersion="4.0"', 'metamodelVersion="4.1"')
    if not text:
        raise RefusalError("xml cannot be empty", "400")
    return done(text, code=200) if context.state.newer else {"success": True, "msg": "success"}


def execute(context: Context) -> dict[str, Any]:
    """Computed over the tables of the model, as the caller sees them."""
    grid = Grid(*computed(context, context.fields(), 500))
    return cell_set(grid) if context.state.cube_answer == "cells" else row_objects(grid)


def computed(
    context: Context, body: Mapping[str, Any], code: int | str
) -> tuple[Query, list[tuple[Any, ...]]]:
    """A query over a model and its rows for the caller. `code` is how the call that asks spells a failure."""
    name = str(mapping(body.get("cube")).get("name") or "")
    model = {one.name: one for one in visible(context)}.get(name)
    if model is None:
        raise RefusalError(f"Cube '{name}' not found" if name else "query cannot be empty", code)
    try:
        asked = parsed(model, body)
        sql = statement(model, asked, context.sight)
        return asked, query(context.state.dice.seed, _behind(context, model), sql, asked.values)[1]
    except (CubeError, QueryError) as error:
        raise RefusalError(f"query failed: {error}", code) from error


def _behind(context: Context, model: Model) -> str:
    """The database that is asked; none where the connection is gone."""
    source = context.state.connections.get(model.connection)
    return source.behind if source else ""
