"""Reading with SQL and through the paths of concepts and views."""

from __future__ import annotations

from typing import Any, Literal

from pentad.sandbox.timbr.context import Context, Work
from pentad.sandbox.timbr.refusals import RefusalError

# The statement that a read by path stands for.
_WHOLE = "SELECT * FROM `{}`"


def query(context: Context) -> Work:
    ontology, sql = context.text("ontology_name"), context.text("query")
    rows = context.state.engine.rows(ontology, sql, context.user, context.flags, context.cap)
    return _enveloped(context, ontology, sql, rows)


def raw_query(context: Context) -> Work:
    engine, ontology, source = (
        context.state.engine,
        context.args["ontology"],
        context.call.param("datasource"),
    )
    sql = _sql(context.call.body)
    rows = engine.rows(ontology, sql, context.user, context.flags, context.cap, source)
    return Work(rows, engine.duration(ontology, sql))


def _sql(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise RefusalError(400, "The statement is not UTF-8") from error
    if not text.strip():
        raise RefusalError(400, "The statement is empty")
    return text


def read_concept(context: Context) -> Work:
    return _read(context, "concept")


def read_view(context: Context) -> Work:
    return _read(context, "view")


def _read(context: Context, kind: Literal["concept", "view"]) -> Work:
    ontology, name, filters = context.args["ontology"], context.args["name"], dict(context.call.query)
    rows = context.state.engine.read(ontology, kind, name, filters, context.user, context.flags, context.cap)
    return _enveloped(context, ontology, _WHOLE.format(name), rows)


def _enveloped(context: Context, ontology: str, sql: str, rows: list[dict[str, Any]]) -> Work:
    return Work({"status": "success", "data": rows}, context.state.engine.duration(ontology, sql))
