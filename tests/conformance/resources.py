"""Resources beside Pentad's kept results, which are listed to their session alone."""

from __future__ import annotations

import re

import mcp_types as types

from pentad.jsontext import dumps
from tests.conformance.contents import PICTURE
from tests.conformance.fixtures import Context

TEXTS = {
    "test://static-text": "This is the content of the static text resource.",
    "test://watched-resource": "Nothing here ever changes.",
}
BINARY = "test://static-binary"
LISTED = [
    types.Resource(name=uri.partition("//")[2], uri=uri, description="A resource of the suite.")
    for uri in (*TEXTS, BINARY)
]
TEMPLATES = [
    types.ResourceTemplate(
        name="template", uri_template="test://template/{id}/data", description="A template of the suite."
    )
]
_TEMPLATE = re.compile(r"test://template/(\w+)/data")


def known(uri: str) -> bool:
    return uri in TEXTS or uri == BINARY or _TEMPLATE.fullmatch(uri) is not None


async def read(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[_contents(params.uri)])


def _contents(uri: str) -> types.TextResourceContents | types.BlobResourceContents:
    if uri == BINARY:
        return types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PICTURE)
    if found := _TEMPLATE.fullmatch(uri):
        told = {"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"}
        return types.TextResourceContents(uri=uri, mime_type="application/json", text=dumps(told))
    return types.TextResourceContents(uri=uri, mime_type="text/plain", text=TEXTS[uri])
