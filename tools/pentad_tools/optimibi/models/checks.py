"""Schemas of models before they are published: whether they hold, and in the present format."""

from __future__ import annotations

import re
from typing import Annotated, Any

import httpx2 as httpx
from pydantic import Field

from pentad.errors import Malformed, Rejected
from pentad.models import Record
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import words_of
from pentad_tools.optimibi.connections.connections import Name, connection_named
from pentad_tools.optimibi.models.schema_files import schema_file

_KINDS = {"1": "error", "2": "warning"}
_VERSION = re.compile(r"""metamodelVersion\s*=\s*["']([\w.]+)""")

Path = Annotated[str | None, Field(max_length=1000)]
Xml = Annotated[str | None, Field(max_length=200_000)]


@reads(
    "POST /plugin/datafor-modeler/api/mondrian/verify",
    example={"connection": "$connection", "path": "model.xml"},
)
async def verify_model(optimibi: Optimibi, connection: Name, path: Path = None, xml: Xml = None) -> Record:
    """Check (validate) a model schema, a file or XML text, against a connection before it is published:
    errors and warnings. Newer servers only."""
    name = await connection_named(optimibi, connection)
    body = {"xml": await _schema(optimibi, path, xml), "datasource": name}

    def read(response: httpx.Response) -> dict[str, Any]:
        answer = optimibi.decoded(response)
        kind = _KINDS.get(str(answer.get("type"))) if isinstance(answer, dict) else None
        if kind is None:
            optimibi.opened(answer)
            if not isinstance(answer, dict) or "success" not in answer:
                raise Malformed(f"{optimibi.label} answered in another form than documented: no 'success'.")
            return {"valid": True}
        problems = [line.strip() for line in (words_of(answer) or "").splitlines() if line.strip()]
        return {"valid": kind == "warning", "kind": kind, "problems": problems}

    told: dict[str, Any] = await optimibi.ask({}, read, body)
    return Record({"connection": name, **told})


@reads("POST /plugin/datafor-modeler/api/mondrian/upgrade", example={"path": "model.xml"})
async def upgrade_model_schema(optimibi: Optimibi, path: Path = None, xml: Xml = None) -> Record:
    """Convert a model schema, a file or XML text, to the current format (4.0 to 4.1) and save it to the
    download folder; nothing is stored on the server."""
    text = await _schema(optimibi, path, xml)
    told = await optimibi.record({"xml": text})
    made = told.get("data", told.get("value"))
    if not isinstance(made, str) or not made.strip():
        optimibi.call.note(
            "the server accepted the schema but keeps the converted text to itself, as older ones do; its "
            "own modeler converts models when they are saved there"
        )
        return Record({"converted": False})
    if not made.lstrip().startswith("<"):
        raise Malformed("Optimibi sent something else than XML in place of the converted schema.")
    part = await optimibi.folder.write(iter([made.encode()]), "model-upgraded.xml", optimibi.call)
    return Record(
        {"converted": True, "from": _version(text), "to": _version(made), "path": str(part.path)}
        | {"bytes": part.size}
    )


async def _schema(optimibi: Optimibi, path: str | None, xml: str | None) -> str:
    if (path is None) == (xml is None):
        problem = "give either path, a file of the user, or xml, the text itself"
        raise Rejected("Nothing was sent.", problems={"path": [problem]}, outcome="none")
    return (await schema_file(optimibi, path)).text if path is not None else str(xml)


def _version(text: str) -> str | None:
    found = _VERSION.search(text[:4000])
    return found[1] if found else None
