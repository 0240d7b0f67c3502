"""Timbr ontologies: which there are, and the administration of one."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import PlatformError
from pentad.http.errand import Extra
from pentad.models import NO_FLAG, Id, Page, Record, Table, Wire
from pentad.operations import administers, reads, writes
from pentad.platforms.timbr import Timbr
from pentad.text import quoted

# Belongs to no user's ontology, holds what concerns all of them, and is in no list.
SYSTEM = "system_db"


class Ontology(Wire):
    shown: ClassVar[tuple[str, ...]] = ("ontology", "description")
    ontology: str
    description: str | None = None


class Names(Wire):
    rows: list[str]


class Listed(Wire):
    rows: list[Ontology]


class Anything(Wire):
    """An answer whose members are not documented."""


@reads("GET /timbr/api/get_ontologies/", core=True, example={})
async def list_ontologies(timbr: Timbr) -> Table[Ontology]:
    """Ontologies (knowledge graphs) that the user may see, with descriptions. What is in one:
    timbr_describe."""
    names = (await timbr.get(Names)).rows
    told = await _descriptions(timbr)
    rows = [Ontology(ontology=name, description=told.get(name)) for name in names]
    return Table(rows, Ontology.shown if told else Ontology.shown[:1], total=len(rows))


async def _descriptions(timbr: Timbr) -> dict[str, str]:
    """By ontology; empty where the server keeps none or does not show them."""
    # That module explains its failures with the list above.
    from pentad_tools.timbr.queries import system_rows

    try:
        rows = await system_rows(timbr, SYSTEM, "SELECT * FROM `timbr`.`sys_ontologies`")
    except PlatformError:
        return {}
    known = [{name.lower(): value for name, value in row.items()} for row in rows]
    both = [(row.get("ontology"), row.get("description")) for row in known]
    return {str(name): str(description) for name, description in both if name and description}


@reads("POST /timbr/api/get_ontology/{ontology_name}", example={"ontology": "$ontology"})
async def get_ontology(timbr: Timbr, ontology: Id) -> Record:
    """What the server says of one ontology, in a form it does not document; timbr_describe is typed."""
    return Record((await timbr.send(Anything, ontology_name=ontology)).record())


@reads(
    "GET /timbr/openapi/execute/show_ontologies",
    off="seen in a third party's client only; prefer timbr_list_ontologies",
    example={"limit": 1},
)
async def show_ontologies(
    timbr: Timbr,
    limit: Annotated[Annotated[int, Field(ge=1, le=1000), NO_FLAG] | None, Field(description="Rows.")] = None,
    offset: Annotated[int, Field(ge=0), NO_FLAG] = 0,
) -> Page[Ontology]:
    """Ontologies as objects, from `offset` on. Unproven: prefer timbr_list_ontologies."""
    headers = {"results-limit": str(limit) if limit else None, "results-offset": str(offset)}
    rows = (await timbr.get(Listed, extra=Extra(headers))).rows
    if limit and len(rows) >= limit:
        timbr.call.note(f"there may be more: ask with offset {offset + len(rows)}")
    return Page(rows, Ontology.shown)


@administers("POST /timbr/api/get_config/{config_name}", example={"name": "$config_name"})
async def get_config(
    timbr: Timbr,
    name: Annotated[
        Id, Field(description="A variable that the deployment lists in ALLOWED_CONFIG_ENVS_IN_API.")
    ],
) -> Record:
    """The value of one configuration variable of the REST service, if the deployment allows it to be read."""
    return Record({"name": name, **(await timbr.send(Anything, config_name=name)).record()})


@administers(
    "POST /timbr/api/clear_cache/{ontology_name}",
    reaches="shared",
    check="nothing has to be checked, as clearing twice does no harm: it can be called",
    example={"ontology": "$ontology"},
)
async def clear_cache(timbr: Timbr, ontology: Id) -> Record:
    """Drop the REST service's cache of one ontology, for all its users. Answers with a plan first."""
    preview = Preview(
        will=f"Drop the cached answers of ontology {quoted(ontology)}: its users' next calls are slower.",
        slug=f"clear-cache-{_slug(ontology)}",
        body={"ontology": ontology},
        undo="not needed: the cache fills again, and no data are lost",
    )
    await timbr.send(Anything, preview=preview, ontology_name=ontology)
    return Record({"cleared": ontology})


@writes(
    "POST /timbr/api/create_ontology/",
    reaches="shared",
    check="look for it with timbr_list_ontologies",
    example={"ontology": "returns"},
)
async def create_ontology(
    timbr: Timbr, ontology: Annotated[Id, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
) -> Record:
    """Create an empty ontology. Answers with a plan first. Newer releases may not have this route."""
    preview = Preview(
        will=f"Create the empty ontology {ontology}, visible to those who administer the environment.",
        slug=f"create-ontology-{_slug(ontology)}",
        body={"ontology_name": ontology},
        undo="not through this server: an administrator can drop it with SQL",
    )
    await timbr.send(Anything, body={"ontology_name": ontology}, preview=preview)
    return Record({"created": ontology})


def _slug(name: str) -> str:
    return name.lower().replace("_", "-")[:40]
