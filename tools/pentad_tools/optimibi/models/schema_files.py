"""Schemas of models as the user has them: an XML file, or a zip with one, in a folder that may be read."""

from __future__ import annotations

import asyncio
import html
import io
import re
import zipfile
from dataclasses import dataclass

from pentad.errors import Malformed, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.schemas import Model, model_in

_LARGEST = 8 * 2**20
# Stands beside the schema in what the platform itself packs.
_NOTES = ".annotated.xml"
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
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
            with archive.open(next(name for name in names if not name.lower().endswith(_NOTES))) as file:
                return _decoded(file.read(_LARGEST + 1))
    except (zipfile.BadZipFile, StopIteration, OSError, RuntimeError, NotImplementedError, ValueError):
        raise Malformed("The zip has no schema (XML) that can be read.") from None


def _decoded(content: bytes) -> str:
    if len(content) > _LARGEST:
        raise Malformed(f"The schema has more than {_LARGEST >> 20} MiB.")
    return content.decode("utf-8-sig", errors="replace")
