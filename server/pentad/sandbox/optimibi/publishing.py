"""How models change: published, pointed elsewhere, called otherwise, deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pentad.sandbox.optimibi.connecting import readable
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.model import Model
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import M, Route
from pentad.sandbox.optimibi.schema_text import SchemaError, published

PUBLISHED, FAILED, DENIED, NO_SOURCE, TAKEN = 3, 2, 5, 6, 8
_SETTING = re.compile(r'\s*([^=;]+)=("[^"]*"|[^;]*)')
# What says how a call is to be done, and is not kept.
_PASSING = "overwrite"


def _unpublished(status: int, msg: str) -> RefusalError:
    """Publishing has outcomes of its own beside success."""
    return RefusalError(msg, None, more={"status": status})


def _settings(text: str) -> dict[str, str]:
    """Settings as they are sent: `name=value;`, the values in quotes or not."""
    found = ((one[1].strip(), one[2].strip().strip('"')) for one in _SETTING.finditer(text))
    return {name: value for name, value in found if name != _PASSING}


def _may_change(context: Context, model: Model) -> bool:
    return context.user.admin or (context.user.authors and context.user.username == model.owner)


def publish(context: Context) -> dict[str, Any]:
    """A body that is no multipart form holds no file."""
    parts, state = context.parts(), context.state
    told = {name: part.text for name, part in parts.items() if part.file is None}
    file = parts.get("uploadAnalysis")
    if not context.user.authors:
        raise _unpublished(DENIED, "Access Denied")
    if file is None or not file.content:
        raise _unpublished(FAILED, "uploadAnalysis cannot be empty")
    model = _made(context, file.content, told)
    now = state.models.get(model.name)
    if now is not None:
        if told.get("overwrite") != "true":
            raise (
                _unpublished(TAKEN, "Already exists")
                if state.newer
                else _unpublished(DENIED, "Overwrite Denied")
            )
        if not _may_change(context, now):
            raise _unpublished(DENIED, "Overwrite Denied")
        kept = told.get("notUpdateAcl") == "true"
        model = replace(model, owner=now.owner, closed=now.closed if kept else model.closed)
        if not kept:
            state.acls.pop(f"model:{model.name}", None)
    state.models[model.name] = model
    return {"success": True, "status": PUBLISHED}


def _made(context: Context, content: bytes, told: Mapping[str, str]) -> Model:
    settings = _settings(told.get("parameters", ""))
    source = settings.pop("DataSource", "")
    if source not in readable(context):
        raise _unpublished(NO_SOURCE, f"Data source {source} cannot be used")
    try:
        model = published(content, source, context.user.username)
    except SchemaError as error:
        raise _unpublished(FAILED, str(error)) from error
    named = replace(
        model,
        name=told.get("catalogName") or model.name,
        caption=told.get("catalogCaption") or model.caption,
    )
    if not named.name:
        raise _unpublished(FAILED, "catalogName cannot be empty")
    return replace(named, settings=tuple(settings.items()), changed=int(context.now * 1000))


def _changed(context: Context, form: Mapping[str, str]) -> Model:
    model = context.state.models.get(form.get("catalogName", ""))
    if model is None:
        raise RefusalError("error occured:Not Found", None)
    if not _may_change(context, model):
        raise RefusalError("error occured:Edit Denied", None)
    return model


def change_parameters(context: Context) -> dict[str, Any]:
    """Settings that are left out are gone."""
    form = context.form()
    model, settings = _changed(context, form), _settings(form.get("parameters", ""))
    source = settings.pop("DataSource", "")
    if source and source not in readable(context):
        raise RefusalError("error occured:Data source denied", None)
    context.state.models[model.name] = replace(
        model, connection=source, settings=tuple(settings.items()), changed=int(context.now * 1000)
    )
    return {"success": True, "msg": "success"}


def recaption(context: Context) -> dict[str, Any]:
    form = context.form()
    model = _changed(context, form)
    if not form.get("catalogCaption"):
        raise RefusalError("error occured:catalogCaption cannot be empty", None)
    context.state.models[model.name] = replace(model, caption=form["catalogCaption"])
    return {"success": True, "msg": "success"}


def delete(context: Context) -> dict[str, Any]:
    """Refused with a real 401 in the newer edition, though the sign-in is good."""
    name, models = context.args["catalog"], context.state.models
    if name not in models:
        raise RefusalError("Not Found", "404")
    if not _may_change(context, models[name]):
        code = ("401", 401) if context.state.newer else (None, 200)
        raise RefusalError(f"Delete Denied: {name}", *code)
    del models[name]
    return {"success": True, "msg": "success"}


def delete_several(context: Context) -> dict[str, Any]:
    """Each on its own; one that is not there counts as deleted."""
    asked, models = context.json(), context.state.models
    if not isinstance(asked, list) or not asked:
        raise RefusalError("parameter cannot be empty", "400")
    found = [models[str(name)] for name in asked if str(name) in models]
    denied = [model.name for model in found if not _may_change(context, model)]
    for model in found:
        if model.name not in denied:
            del models[model.name]
    if denied:
        raise RefusalError("".join(f"{name}:Delete Denied: {name};" for name in denied), None)
    return {"success": True, "msg": "success"}


_ANALYSIS = f"{M}/datasource/analysis"
ROUTES = (
    Route("POST", f"{M}/mondrian/postAnalysis", "publish_model", publish),
    Route("POST", f"{M}/mondrian/changeParameters", "change_model_datasource", change_parameters),
    Route("POST", f"{M}/mondrian/recaption", "rename_model", recaption),
    Route("POST", f"{_ANALYSIS}/deleteBatch", "delete_models", delete_several),
    Route("POST", f"{_ANALYSIS}/{{catalog}}/remove", "delete_model", delete),
)
