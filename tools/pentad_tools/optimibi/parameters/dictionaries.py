"""Data dictionaries: codes of the data and the texts they stand for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from pentad.http.encodings import Form
from pentad.models import Page, Row
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.results.render import columns_of
from pentad_tools.optimibi.naming import spelt, unknown

_SHOWN = ("name", "kind", "connection", "default")
KINDS: Mapping[str, str] = {"1": "list", "2": "SQL"}
_LEAD = 6

Name = Annotated[str, Field(min_length=1, max_length=200)]


@reads(
    "POST /plugin/datafor/api/modeler/dict/query",
    alt=("POST /plugin/datafor-modeler/api/dict/query",),
    example={},
)
async def list_dictionaries(optimibi: Optimibi) -> Page[Row]:
    """Data dictionaries, which turn codes into readable text; the entries of one come with
    optimibi_get_dictionary_values."""
    rows = [_row(raw) for raw in await optimibi.rows(body=Form())]
    return Page(rows, _SHOWN, len(rows))


@reads("POST /plugin/datafor-modeler/api/dict/data", example={"name": "$dictionary"})
async def get_dictionary_values(optimibi: Optimibi, name: Name) -> Page[Row]:
    """The entries of a data dictionary: each code with the text that is shown for it."""
    listed = await optimibi.bound_to(list_dictionaries).rows(body=Form())
    known = {str(raw["name"]): raw for raw in listed if raw.get("name")}
    called = spelt(name, known)
    if called is None:
        raise unknown("name", "dictionary", name, known)
    rows = await optimibi.rows(body=Form({"id": known[called].get("id") or called, "name": called}))
    return Page(rows, tuple(columns_of(rows[:1])[:_LEAD]), len(rows), about=_about(known[called]))


def entries_in(detail: Any) -> list[Mapping[str, Any]]:
    """The entries that a definition lists itself, as JSON text."""
    listed: Any = None
    if isinstance(detail, str) and detail.strip().startswith("["):
        with suppress(ValueError, RecursionError):
            listed = json.loads(detail)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _row(raw: Row) -> dict[str, object]:
    told = {"name": raw.get("name"), "kind": KINDS.get(str(raw.get("type")), raw.get("type"))}
    told |= {"connection": raw.get("dbconn") or None, "default": raw.get("default")}
    return told | {name: value for name, value in raw.items() if name not in {*told, "type", "dbconn"}}


def _about(raw: Row) -> dict[str, object]:
    """What an entry belongs to, and the text that stands for codes without one."""
    return {name: value for name, value in _row(raw).items() if name in _SHOWN and value}
