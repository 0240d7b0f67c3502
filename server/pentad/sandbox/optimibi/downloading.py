"""Files out: items as they are or in archives, and the pages that show reports to people."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from pentad.sandbox.asgi import Reply, html_reply
from pentad.sandbox.optimibi.browsing import found
from pentad.sandbox.optimibi.context import Context, listed
from pentad.sandbox.optimibi.nodes import Node, slashed
from pentad.sandbox.optimibi.refusals import FileRefusalError, PageError
from pentad.sandbox.optimibi.schema_text import zipped


def download_one(context: Context) -> Reply:
    node = _item(context, context.param("pathId"))
    if not node.folder and context.param("withManifest") == "false":
        return attached(node.content(), "application/octet-stream", node.name)
    return attached(_archive(context, [node]), "application/zip", f"{node.title or 'root'}.zip")


def download_several(context: Context) -> Reply:
    """One unreadable path fails the whole request."""
    paths = listed(context.form().get("pathList", ""))
    if not paths:
        raise FileRefusalError("Invalid Parameter")
    return attached(
        _archive(context, [_item(context, str(path)) for path in paths]), "application/zip", "export.zip"
    )


def _item(context: Context, path: str) -> Node:
    if not path.startswith(("/", ":")):
        raise FileRefusalError("Invalid Parameter")
    node = found(context, path)
    if node is None:
        raise FileRefusalError("Forbidden" if slashed(path) in context.state.nodes else "Not Found")
    return node


def _archive(context: Context, roots: list[Node]) -> bytes:
    files = {file.path.strip("/"): file for root in roots for file in _files(context, root)}
    rows = "".join(f"<ExportManifestEntity path={quoteattr(path)}/>" for path in files)
    manifest = f"<?xml version='1.0' encoding='UTF-8'?><ExportManifest>{rows}</ExportManifest>".encode()
    return zipped({"exportManifest.xml": manifest, **{path: file.content() for path, file in files.items()}})


def _files(context: Context, root: Node) -> Iterable[Node]:
    base = root.path.rstrip("/") + "/"
    for node in context.state.nodes.values():
        inside = node.path == root.path or node.path.startswith(base)
        if inside and not node.folder and node.readable(context.user):
            yield node


def attached(content: bytes, media: str, name: str) -> Reply:
    """A name beyond ASCII is told in the encoded form only."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    coded = "".join(chr(one) if chr(one).isalnum() and one < 128 else f"%{one:02X}" for one in name.encode())
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"
    return Reply(200, content, {"content-type": media, "content-disposition": told})


def report_page(context: Context) -> Reply:
    """The page of a report carries no data; its address holds the path in URL-safe Base64."""
    try:
        path = base64.b64decode(context.args["reportId"], altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise PageError(404, "The report address is not valid") from error
    node = found(context, path)
    if node is None or node.folder:
        raise PageError(404, "The report does not exist or may not be read")
    return html_reply(200, "Optimibi")


def edit_page(context: Context) -> Reply:
    if not context.user.authors:
        raise PageError(403, "This account may not edit reports")
    return report_page(context)


def designer_page(context: Context) -> Reply:
    return html_reply(200, "Optimibi" if context.user.authors else "No access")
