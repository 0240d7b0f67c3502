"""Changes to the repository: folders made, files taken in, items renamed, copied, moved, deleted."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

from pentad.sandbox.asgi import Reply, json_reply
from pentad.sandbox.optimibi.browsing import found
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.nodes import Node, Trashed, slashed
from pentad.sandbox.optimibi.placing import (
    NUMBER,
    by_id,
    from_here_down,
    ids_in,
    landing,
    may_delete,
    may_write,
    new_id,
    new_node,
    put,
    taken_out,
    with_parents,
)
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, M, Route

_MANIFEST = "exportManifest.xml"


def delete(context: Context) -> dict[str, Any]:
    """All or nothing; ids that are not there are skipped."""
    state = context.state
    named = [node for one in ids_in(context.text()) if (node := by_id(state, one))]
    for node in named:
        if not may_delete(context, node):
            raise RefusalError(f"no delete permission: {node.path}", None)
    for node in named:
        if node.path in state.nodes:
            gone = taken_out(state, node.path)
            state.trash[node.id] = Trashed(gone, context.user.username, int(context.now * 1000))
    return {"success": True}


def recaption(context: Context) -> dict[str, Any] | Reply:
    """The title alone; the code is a number, and what failed stands in another member than elsewhere."""
    form = context.form()
    node = found(context, form.get("pathId", ""))
    if node is None or not form.get("newName") or not may_write(context, node):
        told = {"code": 403, "success": False, "message": "no edit right on this item"}
        return replace(json_reply(told), refused=True)
    node.title = form["newName"]
    return {"code": 200, "success": True}


def add_folder(context: Context) -> dict[str, Any]:
    """At the full path, missing parents too; without a list of its own it inherits."""
    state, path = context.state, slashed(context.param("pathId"))
    if path in state.nodes:
        raise RefusalError("couldNotCreateFolderDuplicate", 409)
    above = path.rpartition("/")[0]
    while above and above not in state.nodes:
        above = above.rpartition("/")[0]
    if not above or 4 not in state.nodes[above].rights(context.user):
        raise RefusalError("no permission", 403)
    with_parents(context, path)
    _listed(context, path, context.fields())
    return {"code": 200, "success": True}


def _listed(context: Context, path: str, acl: dict[str, Any]) -> None:
    if acl:
        context.state.acls[path] = acl | {"id": context.state.nodes[path].id}


def take_in(context: Context) -> dict[str, Any]:
    """One file, or all files of an archive. Older servers know neither another name nor how to keep a file
    that is there; newer ones keep it and call that a success."""
    parts, newer = context.parts(), context.state.newer
    told = {name: part.text for name, part in parts.items() if part.file is None}
    file, folder = parts.get("fileUpload"), found(context, told.get("importDir", "/public") or "/")
    if file is None or not file.file:
        return {"success": True}
    if folder is None or not folder.folder or not may_write(context, folder):
        raise RefusalError("User is not authorized to perform this operation", None)
    keeps = newer and told.get("overwriteFile") == "false"
    name = (told.get("fileNameOverride") if newer else None) or file.file
    files = _unpacked(file.content) if name.endswith(".zip") else {name: file.content}
    for inner, content in files.items():
        path = f"{folder.path.rstrip('/')}/{inner}"
        if not (keeps and path in context.state.nodes):
            _stored(context, path, content)
    return {"success": True}


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [one for one in archive.namelist() if one != _MANIFEST and not one.endswith("/")]
            return {name: archive.read(name) for name in names}
    except zipfile.BadZipFile as error:
        raise RefusalError("Invalid archive", None) from error


def _stored(context: Context, path: str, content: bytes) -> None:
    """What is there keeps its id, its owner and who may use it."""
    nodes = context.state.nodes
    with_parents(context, path.rpartition("/")[0])
    made = new_node(context, path, folder=False, body=content)
    old = nodes.get(path, made)
    models, parameters = _used(content)
    kept = replace(made, id=old.id, created=old.created, creator=old.creator, title=old.title)
    nodes[path] = replace(kept, models=models, parameters=parameters)


def _used(content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The models and parameters of a report; none of any other file."""
    try:
        told = json.loads(content)
    except ValueError:
        return (), ()
    if not isinstance(told, dict):
        return (), ()
    parameters = tuple(str(one.get("name")) for one in told.get("parameters") or () if isinstance(one, dict))
    return tuple(map(str, told.get("schemas") or ())), parameters


def copy(context: Context) -> dict[str, Any]:
    """The list of the copies is that in the body, which may be empty but has to be there."""
    acl, state = context.json(), context.state
    if not isinstance(acl, dict):
        return {"success": True, "responseCode": 200}
    folder, named = _target(context), _all(context, context.param("fileId"))
    for node in named:
        if f"{folder.path}/".startswith(f"{node.path}/"):
            raise RefusalError("cannot copy a folder into itself", None, more={"responseCode": 500})
        copied = [replace(one, id=new_id(state, one.path)) for one in from_here_down(state, node.path)]
        place = landing(state, folder.path, node.name, context.param("mode") or NUMBER)
        if place is not None:
            put(state, copied, place)
            _listed(context, place, acl)
    return {"success": True, "responseCode": 200}


def _target(context: Context) -> Node:
    folder = found(context, context.param("pathId"))
    if folder is None or not folder.folder:
        raise RefusalError("the folder does not exist", None, more={"responseCode": 404})
    if not may_write(context, folder):
        raise RefusalError("no permission", None, more={"responseCode": 403})
    return folder


def _all(context: Context, ids: str) -> list[Node]:
    named = [by_id(context.state, one) for one in ids_in(ids)]
    if readable := [one for one in named if one is not None and found(context, one.path)]:
        return readable
    raise RefusalError("the item does not exist", None, more={"responseCode": 404})


def move(context: Context) -> Reply:
    """A call of the platform below: statuses alone, all or nothing."""
    state, folder = context.state, found(context, context.args["pathId"])
    named = [by_id(state, one) for one in ids_in(context.text())]
    moved = [one for one in named if one is not None]
    if folder is None or not folder.folder or len(moved) < len(named):
        return Reply(404)
    if not may_write(context, folder) or not all(may_delete(context, one) for one in moved):
        return Reply(403)
    within = [f"{folder.path}/".startswith(f"{one.path}/") for one in moved]
    if any(within) or any(f"{folder.path.rstrip('/')}/{one.name}" in state.nodes for one in moved):
        return Reply(500)
    for one in moved:
        old, place = one.path, f"{folder.path.rstrip('/')}/{one.name}"
        put(state, taken_out(state, old), place)
        _carried(state.acls, old, place)
    return Reply(200)


def _carried(acls: dict[str, dict[str, Any]], old: str, new: str) -> None:
    """Access lists go with the items."""
    for path in [one for one in acls if one == old or one.startswith(f"{old}/")]:
        acls[new + path[len(old) :]] = acls.pop(path)


_FILES = f"{M}/repo/files"
ROUTES = (
    Route("POST", f"{_FILES}/deleteBatch", "delete_repository_items", delete),
    Route("POST", f"{_FILES}/recaption", "rename_repository_item", recaption),
    Route("POST", f"{_FILES}/import", "upload_file", take_in),
    Route("POST", f"{M}/repo/dirs/add", "create_folder", add_folder),
    Route("PUT", f"{_FILES}/children", "copy_items", copy, NEWER),
    Route("PUT", "/api/repo/files/{pathId}/move", "move_items", move, NEWER),
)
