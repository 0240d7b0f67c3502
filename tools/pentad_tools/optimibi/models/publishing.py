"""A model from the user's file onto the server."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import NotFound, PlatformError, Rejected
from pentad.http.encodings import Attachment, Parts
from pentad.models import Id, Record
from pentad.operations import writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.schemas import Model
from pentad.text import plural, quoted
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.lineage.breaking import breaking, listed
from pentad_tools.optimibi.models.models import check_model_exists, known_model, schema_of
from pentad_tools.optimibi.models.schema_files import schema_file
from pentad_tools.optimibi.models.settings import over, settings_of
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag

# The numbers 5, 6 and 8 that come with a refusal, as far as its words tell which it is.
_WORDS = {
    "denied": "The user lacks the right to publish, or to replace this model: its owner or an administrator "
    "can, and an older server says so of every name that is taken.",
    "source": "The connection cannot be used by this user, or not be reached.",
    "exist": "The name is taken by now; overwrite=true replaces the model.",
}


@writes(
    "POST /plugin/datafor-modeler/api/mondrian/postAnalysis",
    reaches="shared",
    check="read optimibi_list_models",
    example={"path": "model.xml", "connection": "$connection"},
)
async def publish_model(
    optimibi: Optimibi,
    path: Annotated[str, Field(min_length=1, max_length=1000)],
    connection: Id,
    name: Id | None = None,
    caption: str | None = None,
    *,
    overwrite: bool = False,
    keep_access: bool = True,
) -> Record:
    """Publish an analysis model or cube from a schema definition file, XML or zip, onto the server;
    overwrite=true replaces one, with keep_access under the access list it has."""
    file = await schema_file(optimibi, path)
    source, model = await connection_named(optimibi, connection), name or file.name
    taken = await _taken(optimibi, model, overwrite=overwrite)
    settings = await _settings(optimibi, model) if taken else None
    body = Parts(
        catalogName=model,
        catalogCaption=caption,
        parameters=over(source, settings),
        overwrite=overwrite,
        notUpdateAcl=keep_access if taken else None,
        uploadAnalysis=Attachment(file.file, file.content, file.kind),
    )
    shown = {
        "file": file.file,
        "bytes": len(file.content),
        "model": model,
        "caption": caption or file.model.caption,
        "connection": source,
    }
    preview = await _publishing(optimibi, file.model, shown, taken=taken, keep_access=keep_access)
    with _explained():
        await optimibi.change(preview, body)
    told = {"measures": len(file.model.measures), "levels": len(file.model.levels)}
    return Record({"model": model, "connection": source, "replaced": taken, **told})


@contextmanager
def _explained() -> Generator[None]:
    """Adds what a refusal means."""
    try:
        yield
    except Rejected as error:
        words = (error.quote or "").casefold()
        error.message += "".join(f" {why}" for word, why in _WORDS.items() if word in words)
        raise


async def _taken(optimibi: Optimibi, model: str, *, overwrite: bool) -> bool:
    if not model:
        raise _wrong("name", "is needed, as the schema in the file has none")
    told = await optimibi.bound_to(check_model_exists).record(name=model)
    taken = flag(told.get("exists")) is True
    if taken and not overwrite:
        raise _wrong("name", f"{model!r} is taken; overwrite=true replaces the model, another name keeps it")
    return taken


def _wrong(argument: str, why: str) -> Rejected:
    return Rejected("Nothing was sent.", problems={argument: [why]}, outcome="none")


async def _settings(optimibi: Optimibi, model: str) -> str | None:
    """Those of the model that is replaced, so that what stands beside its connection stays."""
    with suppress(NotFound):
        stored = await settings_of(optimibi, await known_model(optimibi, model))
        if stored is not None:
            return stored
    optimibi.call.note("the settings of the present model cannot be read; the usual ones take their place")
    return None


async def _publishing(
    optimibi: Optimibi, schema: Model, body: dict[str, Any], *, taken: bool, keep_access: bool
) -> Preview:
    model, source = str(body["model"]), str(body["connection"])
    counts = f"{plural(len(schema.measures), 'measure')} and {plural(len(schema.levels), 'level')}"
    if not taken:
        return Preview(
            will=f"Publish the model {quoted(model)} with {counts} over connection {quoted(source)}.",
            slug=slug("publish-model", model),
            body=body,
            undo="optimibi_delete_model; at first its publisher alone may see it",
        )
    broken = await breaking(optimibi, "model", [model])
    access = "keeps its access list" if keep_access else "loses its access list"
    return Preview(
        will=f"Replace the model {quoted(model)}, which {access}, with one of {counts} over "
        f"{quoted(source)}; {broken} stand on it.",
        slug=slug("replace-model", model),
        body=body | await _difference(optimibi, model, schema),
        undo="publish the former schema again; optimibi_download_model saves it before",
        now=broken.told(),
    )


async def _difference(optimibi: Optimibi, name: str, then: Model) -> dict[str, str]:
    """The measures and levels that go and come, by unique name."""
    try:
        now = await schema_of(optimibi, name, anew=True)
    except PlatformError:
        return {"difference": "the present schema cannot be read"}
    pairs: Sequence[tuple[str, Any, Any]] = (
        ("measures", now.measures, then.measures),
        ("levels", now.levels, then.levels),
    )
    told: dict[str, str] = {}
    for noun, old, new in pairs:
        before, after = [one.unique for one in old], [one.unique for one in new]
        told |= {
            f"{noun}_{what}": listed(names)
            for what, names in (
                ("lost", [one for one in before if one not in after]),
                ("new", [one for one in after if one not in before]),
            )
            if names
        }
    return told or {"difference": "the same measures and levels"}
