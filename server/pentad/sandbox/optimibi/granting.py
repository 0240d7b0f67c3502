"""Access lists as they are written: one at a time, or several with an outcome for each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from pentad.sandbox.optimibi.acls import MANAGE, Acl, levels, locked, of_connection, of_model
from pentad.sandbox.optimibi.browsing import found
from pentad.sandbox.optimibi.connecting import readable
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.modelling import visible
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, M, Route

DONE, DENIED, GONE, FAILED = 200, 401, 410, 500
# What is protected, by a name: where its list is kept, and the list it has.
Protected = tuple[str, Acl]
Named = Callable[[Context, str], Protected | None]


def _item(context: Context, path: str) -> Protected | None:
    node = found(context, path)
    return None if node is None else (node.path, node.acl)


def _model(context: Context, name: str) -> Protected | None:
    model = {one.name: one for one in visible(context)}.get(name)
    return None if model is None else (f"model:{name}", of_model(context.state, model))


def _connection(context: Context, name: str) -> Protected | None:
    if name not in readable(context):
        return None
    return f"connection:{name}", of_connection(context.state, context.state.connections[name])


def _written(context: Context, protected: Protected | None, sent: Any) -> int:
    """Put a list in place of the one there is; the locked entry of administrators always stays. Returns the
    outcome as a code."""
    if protected is None:
        return GONE
    key, now = protected
    if MANAGE not in _rights(context, key, now):
        return DENIED
    if not isinstance(sent, dict) or not isinstance(sent.get("aces"), list) or not sent.get("owner"):
        return FAILED
    entries = [copy.deepcopy(one) for one in sent["aces"] if isinstance(one, dict)]
    entries = [one for one in entries if one.get("modifiable") is not False]
    context.state.acls[key] = {
        "id": now["id"],
        "owner": str(sent["owner"]),
        "ownerType": sent.get("ownerType", 0),
        "tenantPath": None,
        "entriesInheriting": sent.get("entriesInheriting") is True,
        "aces": [*entries, locked()],
    }
    return DONE


def _rights(context: Context, key: str, now: Acl) -> set[int]:
    """Of an item, what the list that decides on it gives; that may be the list of a folder above."""
    node = context.state.nodes.get(key)
    return levels(now, context.user) if node is None else node.rights(context.user)


def _single(context: Context, protected: Protected | None) -> dict[str, Any]:
    outcome = _written(context, protected, context.json())
    if outcome != DONE:
        raise RefusalError(_WORDS[outcome], None, more={"responseCode": outcome})
    return {"success": True, "responseCode": DONE}


_WORDS = {DENIED: "no permission", GONE: "the item does not exist", FAILED: "the list cannot be read"}


def item(context: Context) -> dict[str, Any]:
    return _single(context, _item(context, context.param("pathId")))


def model(context: Context) -> dict[str, Any]:
    return _single(context, _model(context, context.args["catalog"]))


def connection(context: Context) -> dict[str, Any]:
    return _single(context, _connection(context, context.param("name")))


def _several(context: Context, named: Named, gone: int = GONE) -> dict[str, str]:
    """Codes as text, by name."""
    told = {name: _written(context, named(context, name), sent) for name, sent in context.fields().items()}
    return {name: str(gone if code == GONE else code) for name, code in told.items()}


def items(context: Context) -> dict[str, Any]:
    return {
        "success": True,
        "data": [{path: code} for path, code in _several(context, _item).items()],
    }


def models(context: Context) -> dict[str, Any]:
    return _several(context, _model)


def connections(context: Context) -> dict[str, Any]:
    """What is not there has another code in the older edition."""
    return _several(context, _connection, GONE if context.state.newer else 409)


_ANALYSIS = f"{M}/datasource/analysis"
ROUTES = (
    Route("PUT", f"{M}/repo/files/acl", "update_item_acl", item, NEWER),
    Route("PUT", f"{M}/repo/files/aclBatch", "update_item_acls", items, NEWER),
    Route("PUT", f"{_ANALYSIS}/{{catalog}}/acl", "update_model_acl", model),
    Route("PUT", f"{_ANALYSIS}/acl", "update_model_acls", models, NEWER),
    Route("PUT", f"{M}/connection/acl", "update_connection_acl", connection, NEWER),
    Route("PUT", f"{M}/connection/aclBatch", "update_connection_acls", connections),
)
