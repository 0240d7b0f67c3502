"""Parameters and dictionaries with their values, and how they are stored and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pentad.sandbox.optimibi.context import Context, done, listed
from pentad.sandbox.optimibi.cubes import mapping
from pentad.sandbox.optimibi.metadata import connection_of, sampled
from pentad.sandbox.optimibi.parameters import Dictionary, Parameter, sources, system_values, types
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, M, Route


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
    if not one.sql:
        return [{"key": key, "value": text} for key, text in one.pairs]
    return sampled(context, one.connection, one.sql)


def system_parameters(context: Context) -> dict[str, Any]:
    values = system_values(context.user.username, context.state.secret("system"))
    return done(values, code=None, msg="")


def _word(codes: Mapping[str, str], form: Mapping[str, str], name: str) -> str:
    """What a code of a form stands for. Raises RefusalError."""
    word = {code: one for one, code in codes.items()}.get(form.get(name, ""))
    if word is None:
        raise RefusalError(f"parameter {name} is not valid", "400")
    return word


def _place(form: Mapping[str, str], known: Mapping[str, Any], noun: str) -> tuple[str | None, str]:
    """Under which id what a form names is stored already, None for what is new, and its name. Raises
    RefusalError."""
    id_, name = form.get("id") or None, form.get("name", "")
    if not name:
        raise RefusalError("parameter name cannot be empty", "400")
    if id_ is not None and id_ not in known:
        raise RefusalError(f"{noun} does not exist", "404")
    if name != id_ and name in known:
        raise RefusalError("already exists", "409")
    return id_, name


def _selected(context: Context, form: Mapping[str, str]) -> dict[str, str]:
    """A SELECT over a connection. The newer edition tries it, and takes one of authors alone."""
    sql = form.get("detail", "")
    connection = connection_of(context, form.get("dbconn", "")).name
    if context.state.newer:
        if not context.user.authors:
            raise RefusalError("SQL_EXECUTE_FORBIDDEN", "403")
        sampled(context, connection, sql)
    return {"connection": connection, "sql": sql}


def _put(context: Context, known: dict[str, Any], id_: str | None, made: Parameter | Dictionary) -> None:
    """In the place of what had this id."""
    moment = datetime.fromtimestamp(context.now, UTC).strftime("%Y-%m-%d %H:%M:%S.0")
    if id_ is not None:
        del known[id_]
    known[made.name] = replace(made, changed=moment)


def save_parameter(context: Context) -> dict[str, Any]:
    """Administrators alone in the newer edition, authors in the older one. What is not sent is gone."""
    form, state = context.form(), context.state
    if state.newer and not context.user.admin:
        raise RefusalError("Only administrators can manage global parameters", None)
    if not context.user.authors:
        raise RefusalError("no permission", 403)
    id_, name = _place(form, state.parameters, "parameter")
    kind = _word(types(newer=state.newer), form, "datatype") if form.get("datatype") else "text"
    source = _word(sources(newer=state.newer), form, "type")
    more: dict[str, Any] = {"schema": form.get("schema", ""), "by": context.user.username}
    if source == "sql":
        more |= _selected(context, form)
    elif source == "list":
        pairs = [mapping(pair) for pair in listed(form.get("detail", ""))]
        more["values"] = tuple(str(pair["value"]) for pair in pairs if "value" in pair)
        if not more["values"]:
            raise RefusalError("parameter detail is not valid", "400")
    made = Parameter(name, form.get("desc", ""), kind, form.get("default", ""), **more)
    _put(context, state.parameters, id_, made)
    return done(None, code=None)


def save_dictionary(context: Context) -> dict[str, Any]:
    """A change needs whoever made it, or an administrator."""
    form, state = context.form(), context.state
    id_, name = _place(form, state.dictionaries, "dictionary")
    known = state.dictionaries.get(id_ or "")
    _owned(context, known)
    numeric = _word({"number": "1", "text": "2"}, form, "datatype") == "number"
    source = _word({"list": "1", "sql": "2"}, form, "type")
    by = known.by if known else context.user.username
    more: dict[str, Any] = {"numeric": numeric, "expire": form.get("expire", "3600"), "by": by}
    if source == "sql":
        more |= _selected(context, form)
    else:
        pairs = [mapping(pair) for pair in listed(form.get("detail", ""))]
        more["pairs"] = tuple((str(one.get("key")), str(one.get("value"))) for one in pairs)
    _put(context, state.dictionaries, id_, Dictionary(name, form.get("default", ""), **more))
    return done(None, code=None)


def _owned(context: Context, known: Dictionary | None) -> None:
    if not context.user.authors or (known and known.by != context.user.username and not context.user.admin):
        raise RefusalError("no permission", 403)


def delete_parameter(context: Context) -> dict[str, Any]:
    return _deleted(context, context.state.parameters)


def delete_dictionary(context: Context) -> dict[str, Any]:
    form = context.form()
    _owned(context, context.state.dictionaries.get(form.get("id") or form.get("name") or ""))
    return _deleted(context, context.state.dictionaries)


def _deleted(context: Context, known: dict[str, Any]) -> dict[str, Any]:
    """Success, also where nothing is called so."""
    form = context.form()
    known.pop(form.get("id") or form.get("name") or "", None)
    return done(None, code=None)


ROUTES = (
    Route("POST", f"{M}/parameter/update", "save_parameter", save_parameter),
    Route("POST", f"{M}/parameter/delete", "delete_parameter", delete_parameter, NEWER, admin=True),
    Route("POST", f"{M}/dict/update", "save_dictionary", save_dictionary),
    Route("POST", f"{M}/dict/delete", "delete_dictionary", delete_dictionary, NEWER),
)
