"""Schemas of models as the user has them: an XML file, or a zip with one, in a folder that may be read."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass

from pentad.errors import Malformed, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.packed import xml_in
from pentad.platforms.optimibi.schemas import Model, model_in

_LARGEST = 8 * 2**20
_ROOT = re.compile(r"""<(?:\w+:)?Schema\b[^<>]*?\sname\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True)
class SchemaFile:
    """`content` is sent as it is; `name` is the model's own in the schema, empty where it has none."""

    file: str
    content: bytes
    text: str
    name: str
    model: Model

    @property
    def kind(self) -> str:
        return "application/zip" if self.content.startswith(b"PK") else "application/xml"


async def schema_file(optimibi: Optimibi, path: str) -> SchemaFile:
    """A file that holds the schema of a model. Raises Rejected for one that does not."""
    file, content = await asyncio.to_thread(optimibi.inbox.read, path)
    try:
        text = await asyncio.to_thread(_text_in, content)
        found = _ROOT.search(text)
        name = html.unescape(found[1] or found[2] or "") if found else ""
        model = await asyncio.to_thread(model_in, text, name)
    except Malformed as error:
        raise Rejected("Nothing was sent.", problems={"path": [error.message]}, outcome="none") from None
    return SchemaFile(file, content, text, name, model)


def _text_in(content: bytes) -> str:
    """The XML, out of its zip where it is in one. Raises Malformed."""
    if not content.startswith(b"PK"):
        return _decoded(content)
    schema = xml_in(content, _LARGEST)
    if schema is None:
        raise Malformed("The zip has no schema (XML) that can be read.")
    return _decoded(schema)


def _decoded(content: bytes) -> str:
    if len(content) > _LARGEST:
        raise Malformed(f"The schema has more than {_LARGEST >> 20} MiB.")
    return content.decode("utf-8-sig", errors="replace")
