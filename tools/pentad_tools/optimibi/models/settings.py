"""The settings of a model, which say over which connection it is read: text such as
`DataSource=retail;EnableXmla=false`, with values in quotes on older servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pentad.errors import NotFound, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.lineage.lineage import get_connection_lineage
from pentad_tools.optimibi.models.models import Known, list_models
from pentad_tools.optimibi.server.session import session_info

SOURCE = "DataSource"
# What the platform's own pages send where there is nothing to keep.
_REST = "EnableXmla=false;Provider=mondrian"
_SETTING = re.compile(r'([^=;]+)=("[^"]*"|[^;]*)')


def parsed(settings: str) -> dict[str, str]:
    """Values by name, without their quotes."""
    return {one[1].strip(): one[2].strip().strip('"') for one in _SETTING.finditer(settings)}


def over(connection: str, settings: str | None = None) -> str:
    """The settings with another connection, all else as it was spelt; without any, those of a new model."""
    if settings is None:
        return f"{SOURCE}={_value(connection, quoted=False)};{_REST}"
    found = False

    def put(one: re.Match[str]) -> str:
        nonlocal found
        if one[1].strip().casefold() != SOURCE.casefold():
            return one[0]
        found = True
        return f"{one[1]}={_value(connection, quoted=one[2].lstrip().startswith(chr(34)))}"

    changed = _SETTING.sub(put, settings)
    return changed if found else f"{SOURCE}={_value(connection, quoted=False)};{settings}"


def _value(connection: str, *, quoted: bool) -> str:
    if '"' in connection:
        problem = "has a quotation mark, which a model's settings cannot hold"
        raise Rejected("Nothing was sent.", problems={"connection": [problem]}, outcome="none")
    return f'"{connection}"' if quoted or ";" in connection or "=" in connection else connection


async def settings_of(optimibi: Optimibi, model: Known) -> str | None:
    """The settings exactly as they are stored, which is not to be shown; None where the server does not tell
    them."""
    told: Any = None
    if not (await session_info(optimibi)).newer:
        try:
            told = await optimibi.bound_to(get_connection_lineage).stored(connection=model.connection)
        except NotFound:
            # That call moved before the plugin went by which the editions are told apart.
            told = None
    if told is None:
        told = await optimibi.bound_to(list_models).stored()
    stored = next((one.get("dataSourceStr") for one in _entries(told) if one.get("name") == model.name), None)
    return stored if isinstance(stored, str) and stored.strip() else None


def _entries(told: Any) -> Iterator[dict[str, Any]]:
    """Models as either list has them: by themselves, or under their connections."""
    rows = told.get("data") if isinstance(told, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            below = row.get("schemas")
            yield from (one for one in below if isinstance(one, dict)) if isinstance(below, list) else (row,)
