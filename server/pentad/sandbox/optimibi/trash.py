"""The trash: what was deleted, put back where it was, or taken away for good."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.browsing import shown
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.nodes import Trashed
from pentad.sandbox.optimibi.placing import ids_in, landing, put
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, M, Route


def listed(context: Context) -> list[dict[str, Any]]:
    """The caller's own; with `all` whatever they may read."""
    every = context.is_on("all")
    return [
        _row(context, one)
        for one in context.state.trash.values()
        if one.by == context.user.username or (every and one.nodes[0].readable(context.user))
    ]


def _row(context: Context, one: Trashed) -> dict[str, Any]:
    node = one.nodes[0]
    above = context.state.nodes.get(node.parent)
    told = {"originalParentFolderPath": node.parent, "deletedDate": str(one.at)}
    return shown(context, node) | told | {"originalPathTitle": above.title if above else node.parent}


def restore(context: Context) -> Reply:
    """A call of the platform below. What is in the way is answered with 409, a folder that is gone with 406;
    asked again with a mode, the items go to the caller's home folder."""
    state, mode = context.state, context.param("overwriteMode")
    ids = ids_in(context.text())
    if any(not _own(context, one) for one in ids):
        return Reply(404)
    roots = {one: state.trash[one].nodes[0] for one in ids}
    home = f"/home/{context.user.username}"
    if mode and home not in state.nodes:
        return Reply(406)
    if not mode and any(root.parent not in state.nodes for root in roots.values()):
        return Reply(406)
    if not mode and any(root.path in state.nodes for root in roots.values()):
        return Reply(409)
    for one, root in roots.items():
        place = landing(state, home, root.name, mode) if mode else root.path
        if place is not None:
            put(state, state.trash.pop(one).nodes, place)
    return Reply(200)


def purge(context: Context) -> dict[str, Any]:
    """For good; what is not in the trash is skipped."""
    named = [one for one in ids_in(context.text()) if one in context.state.trash]
    if not all(_own(context, one) for one in named):
        raise RefusalError("no permission", "403")
    for one in named:
        for node in context.state.trash.pop(one).nodes:
            if node.path not in context.state.nodes:
                context.state.acls.pop(node.path, None)
    return {"success": True, "code": "200"}


def _own(context: Context, id_: str) -> bool:
    one = context.state.trash.get(id_)
    return one is not None and (context.user.admin or one.by == context.user.username)


_NOTHING: list[Any] = []
ROUTES = (
    Route("GET", f"{M}/repo/files/deleted", "list_trash", listed, NEWER, _NOTHING),
    Route("PUT", "/api/repo/files/restore", "restore_items", restore, NEWER),
    Route("PUT", f"{M}/repo/files/deletepermanent", "purge_items", purge, NEWER),
)
