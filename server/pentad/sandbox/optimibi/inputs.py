"""Parameters and dictionaries with their values."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.context import Context, done, listed
from pentad.sandbox.optimibi.metadata import connection_of, sampled
from pentad.sandbox.optimibi.parameters import Dictionary, system_values
from pentad.sandbox.optimibi.refusals import RefusalError


def list_parameters(context: Context) -> dict[str, Any]:
    """A name is looked at in the newer edition only."""
    form, newer = context.form(), context.state.newer
    wanted = (form.get("name") or form.get("id")) if newer else None
    rows = [
        one.shown(newer=newer) for one in context.state.parameters.values() if wanted in (None, "", one.name)
    ]
    return done(rows, code=None, msg="")


def parameter_values(context: Context) -> dict[str, Any]:
    """Values are computed only from a detail in the request, in the newer edition; else the definition
    holds what they come from."""
    form, newer = context.form(), context.state.newer
    one = context.state.parameters.get(form.get("id") or form.get("name") or "")
    told = {} if one is None else {"config": one.shown(newer=newer)}
    detail = form.get("detail", "") if newer else ""
    kind, rows = form.get("type"), list[dict[str, Any]]()
    if detail and kind == "3":
        pairs = [pair for pair in listed(detail) if isinstance(pair, dict)]
        rows = [{str(pair.get("name")): pair.get("value")} for pair in pairs]
    elif detail and kind == "2":
        known = one is not None and one.sql == detail
        if not known and not context.user.admin:
            raise RefusalError("SQL_EXECUTE_FORBIDDEN", "403")
        connection = connection_of(context, form.get("dbconn", "")).name
        rows = sampled(context, connection, detail)
    return done(rows, code=None, msg="", **told)


def list_dictionaries(context: Context) -> dict[str, Any]:
    form = context.form() if context.state.newer else {}
    wanted = form.get("name") or form.get("id")
    rows = [one.shown() for one in context.state.dictionaries.values() if wanted in (None, "", one.name)]
    return done(rows, code=None, msg="")


def dictionary_values(context: Context) -> dict[str, Any]:
    """A body that is no form names none, and has no values."""
    form = context.form()
    one = context.state.dictionaries.get(form.get("id") or form.get("name") or "")
    if one is None:
        return done([], code=None, msg="")
    return done(_values(context, one), code=None, msg="", config=one.shown())


def _values(context: Context, one: Dictionary) -> list[dict[str, Any]]:
    if one.pairs:
        return [{"key": key, "value": text} for key, text in one.pairs]
    return sampled(context, one.connection, one.sql)


def system_parameters(context: Context) -> dict[str, Any]:
    values = system_values(context.user.username, context.state.secret("system"))
    return done(values, code=None, msg="")
