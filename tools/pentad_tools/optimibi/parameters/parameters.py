"""Global parameters: what a report can be asked with, and the values they may take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from pentad.http.encodings import Form
from pentad.models import Page, Row
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.secrecy import SECRET, named
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.parameters.ranges import Range, ranges_of

_SHOWN = ("name", "type", "default", "values", "about")
_LETTING_IN = frozenset({"ticket", "session", "sid", "key", "auth", "credential", "signature", "nonce"})

Name = Annotated[str, Field(min_length=1, max_length=200)]


@reads("POST /plugin/datafor-modeler/api/parameter/query", example={})
async def list_parameters(optimibi: Optimibi) -> Page[Row]:
    """Global parameters with type, default and the first of their values: what links to reports can carry.
    All values of one come with optimibi_get_parameter_values."""
    return _page(await ranges(optimibi))


@reads(
    "POST /plugin/datafor/api/modeler/parameter/query",
    alt=("POST /plugin/datafor-modeler/api/parameter/query",),
    example={},
)
async def list_report_parameters(optimibi: Optimibi) -> Page[Row]:
    """The parameters that report designers are offered; as optimibi_list_parameters, which to prefer."""
    return _page(ranges_of(await optimibi.rows(body=Form())))


@reads("POST /plugin/datafor-modeler/api/parameter/data", example={"name": "$parameter"})
async def get_parameter_values(optimibi: Optimibi, name: Name) -> Page[Row]:
    """All values that a global parameter may take, with its type and default; values of a date or of free
    text are not listed anywhere."""
    known = await ranges(optimibi)
    found = known.get(spelt(name, known) or "")
    if found is None:
        raise unknown("name", "parameter", name, known)
    whole = await asked(optimibi, found)
    if whole.values is None:
        untold = "its values come from SQL, which this server does not run for this account"
        optimibi.call.note(untold if whole.sql else f"any {whole.kind} will do, as far as the platform tells")
    rows = [{"value": value} for value in whole.values or ()]
    about = {"name": whole.name, "type": whole.kind, "default": whole.default, "about": whole.raw.get("desc")}
    return Page(rows, ("value",), len(rows), about={at: one for at, one in about.items() if one is not None})


@reads("GET /plugin/datafor-modeler/api/parameter/system", example={})
async def list_system_parameters(optimibi: Optimibi) -> Page[Row]:
    """Built-in parameters such as system.username, with the values they have for the signed-in user; newer
    servers only."""
    rows: list[Row] = [
        {"name": one.name, "type": one.kind, "value": SECRET if _is_secret(one.name) else one.default}
        for one in ranges_of(await optimibi.rows()).values()
    ]
    return Page(rows, ("name", "type", "value"), len(rows))


def _is_secret(name: str) -> bool:
    """Whether a parameter's name says that its value lets somebody in: the session's token is one of them."""
    parts = re.split(r"[\W_]+", name.lower())
    return named(["".join(parts), *parts]) or not _LETTING_IN.isdisjoint(parts)


async def ranges(optimibi: Optimibi) -> dict[str, Range]:
    """The global parameters by name."""
    return ranges_of(await optimibi.bound_to(list_parameters).rows(body=Form()))


async def computed(optimibi: Optimibi, found: Range) -> Range:
    """The parameter with all its values, as far as they are not in its definition."""
    return await asked(optimibi, found) if found.sql and found.values is None else found


async def asked(optimibi: Optimibi, found: Range) -> Range:
    """The parameter with the values that the platform tells. Newer servers compute them from what the request
    itself carries, so the definition is sent back to them."""
    body = {"id": found.raw.get("id") or found.name, "name": found.name}
    body |= {name: found.raw.get(name) or None for name in ("type", "dbconn", "detail")}
    return found.having(await optimibi.bound_to(get_parameter_values).rows(body=Form(body)))


def _page(known: Mapping[str, Range]) -> Page[Row]:
    rows = [one.row() for one in known.values()]
    return Page(rows, _SHOWN, len(rows))
