"""The repository as it is browsed: tree, children, search, access lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.context import Context, count_of
from pentad.sandbox.optimibi.nodes import Node, access_map, slashed
from pentad.sandbox.optimibi.refusals import JSON, RefusalError

_MODELS = "/etc/mondrian"


def shown(context: Context, node: Node) -> dict[str, Any]:
    """Times are milliseconds as text. Older builds tell the caller's rights in the description."""
    told: dict[str, Any] = {
        "name": node.name,
        "id": node.id,
        "path": node.path,
        "title": node.title,
        "pathTitle": _titles(context, node),
        "folder": node.folder,
        "hidden": node.hidden,
        "fileSize": -1 if node.folder else len(node.content()),
        "createdDate": str(node.created),
        "lastModifiedDate": "" if node.folder else str(node.changed),
        "creatorId": node.creator,
        "description": node.description,
        "locale": "en",
        "owner": node.creator,
        "ownerType": 0,
    }
    if not context.is_on("includeAccessMap"):
        return told
    flags = access_map(node.rights(context.user))
    if context.state.newer:
        return told | {"accessMap": flags}
    return told | {"description": json.dumps({"accessMap": flags}), "accessMap": None}


def _titles(context: Context, node: Node) -> str:
    parts = node.path.strip("/").split("/")
    paths = ["/" + "/".join(parts[: number + 1]) for number in range(len(parts))]
    known = context.state.nodes
    return "/" + "/".join(known[path].title if path in known else path.rpartition("/")[2] for path in paths)


def found(context: Context, path: str) -> Node | None:
    """The readable item at a path of either form."""
    node = context.state.nodes.get(slashed(path))
    return node if node is not None and node.readable(context.user) else None


def below(context: Context, node: Node) -> list[Node]:
    """The readable items directly in a folder, hidden ones if asked for."""
    hidden = context.is_on("showHidden")
    return [
        one
        for one in context.state.nodes.values()
        if one.parent == node.path
        and one.path != "/"
        and one.readable(context.user)
        and (hidden or not one.hidden)
    ]


def tree(context: Context) -> Any:
    """An unreadable path has an empty body. Depth and filter are of the newer edition."""
    newer = context.state.newer
    root = found(context, context.param("pathId") or ("/" if newer else "/public"))
    if root is None:
        return Reply(200, b"", JSON)
    depth = context.param("depth") if newer else ""
    return _branch(context, root, count_of(depth, -1), context.param("filter") if newer else "")


def _branch(context: Context, node: Node, depth: int, wanted: str) -> dict[str, Any]:
    inside: list[Node] = [] if depth == 0 else below(context, node)
    kept = [one for one in inside if suits(one, wanted) or (one.folder and not wanted.endswith("FOLDERS"))]
    return {
        "file": shown(context, node),
        "children": [_branch(context, one, depth - 1, wanted) for one in kept],
    }


def suits(node: Node, wanted: str) -> bool:
    """Whether an item fits a pattern of names and a kind, such as *.datafor|FILES."""
    pattern, _, kind = wanted.partition("|")
    kinds = {"FILES": not node.folder, "FOLDERS": node.folder}
    return kinds.get(kind, True) and fnmatch(node.name, pattern or "*")


def children(context: Context) -> list[dict[str, Any]]:
    folder = found(context, context.param("pathId") or "/")
    inside = [] if folder is None else below(context, folder)
    return [shown(context, one) for one in inside if suits(one, context.param("filter"))]


def search(context: Context) -> dict[str, Any]:
    """By display name; models are folders of their own. A flat list, in the older edition a tree."""
    word = context.param("word").casefold()
    user = context.user
    places = ("/public", f"/home/{user.username}")
    here = [one for one in context.state.nodes.values() if one.path.startswith(places) and one.readable(user)]
    hits = [
        one for one in (*here, *_model_folders(context)) if word in one.title.casefold() and not one.hidden
    ]
    if context.state.newer:
        return {"success": True, "data": [shown(context, one) for one in hits]}
    return _grown(context, hits)


def _model_folders(context: Context) -> Iterable[Node]:
    for model in context.state.models.values():
        path, born = f"{_MODELS}/{model.name}", int(context.state.born) * 1000
        yield Node(
            path, context.state.dice.uuid(f"node:{path}"), model.caption, True, born, born, model.owner
        )


def _grown(context: Context, hits: list[Node]) -> dict[str, Any]:
    """The hits with the folders above them, from the root."""
    kept = {one.path: one for one in hits}
    for one in hits:
        at = one.parent
        while at not in kept:
            kept[at] = context.state.nodes.get(at) or Node(
                at, at, at.rpartition("/")[2], True, 0, 0, "system"
            )
            at = kept[at].parent
    kept.setdefault("/", context.state.nodes["/"])

    def branch(node: Node) -> dict[str, Any]:
        inside = [one for one in kept.values() if one.parent == node.path and one.path != "/"]
        return {"file": shown(context, node), "children": [branch(one) for one in inside]}

    return branch(kept["/"])


def item_acl(context: Context) -> dict[str, Any]:
    """A bare object."""
    node = found(context, context.param("pathId"))
    if node is None:
        raise RefusalError("the item does not exist", None, more={"responseCode": 410})
    return node.acl
