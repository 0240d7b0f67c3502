"""Models that are there already: over another connection, under another caption, or gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed
from typing import Annotated

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import AuthFailed, NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record
from pentad.operations import destroys, writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.connections.connections import connection_named
from pentad_tools.optimibi.lineage.breaking import breaking, listed
from pentad_tools.optimibi.models.models import Known, ModelName, check_model_exists, known_model, models_of
from pentad_tools.optimibi.models.settings import SOURCE, over, parsed, settings_of
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag

_FOR_GOOD = (
    "not at all: optimibi_download_model saves the schema before, to publish it again with access anew"
)
# Stands in the documented request beside the settings; servers take it for leave to change them.
_LEAVE = "overwrite"


@writes(
    "POST /plugin/datafor-modeler/api/mondrian/changeParameters",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_models",
    example={"model": "$model", "connection": "$other_connection"},
)
async def change_model_datasource(
    optimibi: Optimibi, model: ModelName, connection: Id, replace: bool = False
) -> Record:
    """Point a model at another connection (database), which must have the same tables. replace=true drops
    settings that cannot be read."""
    known = await known_model(optimibi, model)
    name = await connection_named(optimibi, connection)
    stored = await settings_of(optimibi, known)
    if stored is None and not replace:
        why = (
            "its settings cannot be read, and those left out are dropped; replace=true writes the usual ones"
        )
        raise Rejected("Nothing was sent.", problems={"model": [why]}, outcome="none")
    settings = over(name, stored)
    now = parsed(stored) if stored else {SOURCE: known.connection}
    preview = replacing(
        now,
        parsed(settings),
        will=f"Have the model {quoted(known.name)} read from connection {quoted(name)} in place of "
        f"{quoted(str(known.connection))}.",
        slug=slug("change-datasource", known.name),
        undo=f"call this again with connection={quoted(str(known.connection))}",
    )
    broken = await breaking(optimibi, "model", [known.name])
    body = Form(catalogName=known.name, parameters=_with_leave(settings))
    await optimibi.change(changed(preview, now=broken.told()), body)
    return Record({"model": known.name, "connection": name, "was": known.connection})


def _with_leave(settings: str) -> str:
    if _LEAVE in parsed(settings):
        return settings
    return f"{settings.rstrip().rstrip(';')};{_LEAVE}=true"


@writes(
    "POST /plugin/datafor-modeler/api/mondrian/recaption",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_models",
    example={"model": "$model", "caption": "Retail sales (net)"},
)
async def rename_model(
    optimibi: Optimibi, model: ModelName, caption: Annotated[str, Field(min_length=1, max_length=300)]
) -> Record:
    """Change the caption (display name) of a model; its technical name stays, and reports go on using it."""
    known = await known_model(optimibi, model)
    preview = replacing(
        {"caption": known.title},
        {"caption": caption},
        will=f"Show the model {quoted(known.name)} as {caption!r} in place of {known.title!r}.",
        slug=slug("rename-model", known.name),
    )
    await optimibi.change(preview, Form(catalogName=known.name, catalogCaption=caption))
    return Record({"model": known.name, "caption": caption, "was": known.title})


@destroys(
    "POST /plugin/datafor-modeler/api/datasource/analysis/{catalog}/remove",
    reaches="shared",
    check="read optimibi_check_model_exists",
    example={"model": "$model"},
)
async def delete_model(optimibi: Optimibi, model: ModelName) -> Record:
    """Delete one analysis model or cube for good; the reports and alerts on it stay and stop working."""
    await models_of(optimibi, anew=True)
    known = await _there(optimibi, model)
    try:
        await optimibi.change(await _deleting(optimibi, [known]), catalog=known.name)
    except AuthFailed as error:
        # Newer servers refuse with the status of a failed sign-in, which has just read the model.
        raise Rejected(
            f"Optimibi did not let the model {known.name} be deleted: its owner or an administrator can.",
            quote=error.quote,
            outcome="none",
        ) from None
    return Record({"deleted": known.name, "caption": known.title})


@destroys(
    "POST /plugin/datafor-modeler/api/datasource/analysis/deleteBatch",
    reaches="shared",
    check="read optimibi_list_models",
    example={"models": ["$model"]},
)
async def delete_models(
    optimibi: Optimibi, models: Annotated[list[Id], Field(min_length=1, max_length=100)]
) -> Record:
    """Delete several analysis models or cubes at once for good; their reports and alerts stop working."""
    await models_of(optimibi, anew=True)
    known = list({one.name: one for one in [await _there(optimibi, word) for word in models]}.values())
    names = [one.name for one in known]
    try:
        await optimibi.change(await _deleting(optimibi, known), names)
    except Rejected as error:
        # One that is refused makes the batch a failure, though the others are gone.
        kept = [name for name in names if await _exists(optimibi, name)]
        if len(kept) == len(names):
            raise
        why = error.words().get("platform_says") or error.message
        optimibi.call.note(f"not deleted: {listed(kept)} ({why})")
        return Record({"deleted": [name for name in names if name not in kept], "kept": kept})
    return Record({"deleted": names})


async def _deleting(optimibi: Optimibi, models: Sequence[Known]) -> Preview:
    names = [one.name for one in models]
    broken = await breaking(optimibi, "model", names)
    what = f"the model {quoted(names[0])}" if len(names) == 1 else f"{len(names)} models"
    body = {"models": [one.row for one in models]}
    will = f"Delete {what} for good; {broken} will no longer work."
    short = slug("delete-model", names[0]) if len(names) == 1 else f"delete-{len(names)}-models"
    return Preview(will=will, slug=short, body=body, undo=_FOR_GOOD, now={"breaks": broken.told()})


async def _there(optimibi: Optimibi, word: str) -> Known:
    """A model by name or caption, or by the exact name of one that no list tells, as its connection is gone
    or closed to the account. Raises NotFound: the platform would call it deleted."""
    try:
        return await known_model(optimibi, word)
    except NotFound:
        if await _exists(optimibi, word):
            return Known(word, word, None, {"name": word})
        raise


async def _exists(optimibi: Optimibi, name: str) -> bool:
    return flag((await optimibi.bound_to(check_model_exists).record(name=name)).get("exists")) is True
