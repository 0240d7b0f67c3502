"""Figures of a model. The call is documented by its request alone, so its answer is read in any form that
is known, and never taken for empty where it is not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import httpx2 as httpx
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from pentad.errors import Malformed, PlatformError, Rejected
from pentad.models import Id, Row, Table
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.cellsets import Figures, figures, outline
from pentad.platforms.optimibi.schemas import Level, Measure, Model, Part, meant
from pentad.text import quoted
from pentad_tools.optimibi.alerts.alerts import alert_named
from pentad_tools.optimibi.models.models import fields_of, model_named, schema_of
from pentad_tools.optimibi.models.narrowing import narrowed
from pentad_tools.optimibi.models.querying import bounded, changed, levels_of, query_of, widened
from pentad_tools.optimibi.naming import Most, Several, unknown

_SLOW = "it may still be computed there, and repeating it would start it again; ask by fewer levels"
# Rows of the documented samples; and so many where rows are chosen here.
_PAGE, _WIDE = 500, 10_000


def _listed(value: Any) -> Any:
    """One member in place of a list of them, and numbers in place of texts, are what many write."""
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "dict_type", 'Input should be members by level, such as {"Region": ["North"]}'
        )
    each = {level: one if isinstance(one, list) else [one] for level, one in value.items()}
    return {level: [_worded(one) for one in members] for level, members in each.items()}


def _worded(member: Any) -> Any:
    return str(member) if isinstance(member, int | float) and not isinstance(member, bool) else member


Filters = Annotated[dict[str, list[str]], BeforeValidator(_listed), WithJsonSchema({"type": "object"})]


@reads(
    "POST /plugin/datafor/api/cube/query/execute",
    core=True,
    slow=_SLOW,
    covers=("execute_cube_query",),
    example={"alert": "$alert"},
)
async def query_cube(
    optimibi: Optimibi,
    model: Id | None = None,
    measures: Several | None = None,
    levels: Several | None = None,
    *,
    filters: Filters | None = None,
    alert: Id | None = None,
    limit: Most = None,
) -> Table[Row]:
    """Experimental: figures of a model or alert; without measures, what there is."""
    if alert is None and model is None:
        raise _lacking()
    if alert is None and model is not None and not measures:
        return fields_of(await schema_of(optimibi, await model_named(optimibi, model)))
    stored = await _stored(optimibi, alert) if alert is not None else None
    name = await model_named(optimibi, model) if model is not None else _model_of(stored or {})
    asked = {"measures": measures or (), "levels": levels or (), "filters": tuple(filters or ())}
    query, chosen = await _query(optimibi, name, stored, asked)
    most = limit or _PAGE
    found = await _figures(optimibi, bounded(query, _WIDE if filters else most))
    capped = len(found.rows) >= (_WIDE if filters else most)
    rows = narrowed(optimibi, found, chosen, filters or {}) if filters else found.rows
    if capped or len(rows) > most:
        optimibi.call.note("there may be more rows than these; ask with a larger limit, or by fewer levels")
    about = {"model": name, **({"alert": alert} if alert else {})}
    return Table(rows[:most], found.columns, about=about)


async def _query(
    optimibi: Optimibi, name: str, stored: Row | None, asked: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[Level]]:
    """The query, and the levels among whose members rows may be chosen."""
    if stored is not None and not any(asked.values()):
        return dict(stored), []
    model = await schema_of(optimibi, name)
    measures: list[Measure] = _chosen("measures", asked["measures"], model.measures, model)
    levels: list[Level] = _chosen("levels", asked["levels"], model.levels, model)
    limits: list[Level] = _chosen("filters", asked["filters"], model.levels, model)
    if stored is None or levels:
        levels += [one for one in limits if one not in levels]
        made = query_of(model, measures, levels)
        return (made if stored is None else changed(stored, measures, levels)), levels
    own = [one for unique in levels_of(stored) for one in model.levels if one.unique == unique]
    more = [one for one in limits if one not in own]
    return widened(changed(stored, measures, None), more), [*own, *more]


async def parts_of(
    optimibi: Optimibi, model: str, measures: Sequence[str], levels: Sequence[str]
) -> tuple[Model, list[Measure], list[Level]]:
    """A model by name or caption, with some of its measures and levels by theirs. Raises for what is not told
    for certain."""
    known = await schema_of(optimibi, await model_named(optimibi, model))
    return (
        known,
        _chosen("measures", measures, known.measures, known),
        _chosen("levels", levels, known.levels, known),
    )


async def _stored(optimibi: Optimibi, alert: str) -> Row:
    """An alert's stored query."""
    raw = await alert_named(optimibi, alert)
    query = raw.get("qm")
    if not isinstance(query, Mapping) or not query.get("queryModel"):
        raise Rejected(
            f"Alert {raw.get('name')!r} tells no query here; give model and measures instead.",
            problems={"alert": ["no stored query"]},
            outcome="none",
        )
    return query


async def _figures(optimibi: Optimibi, query: Mapping[str, Any]) -> Figures:
    def read(response: httpx.Response) -> Figures:
        return understood(optimibi.label, optimibi.opened(optimibi.decoded(response)))

    found: Figures = await optimibi.ask({}, read, query)
    if not found.rows:
        optimibi.call.note("the platform answered with no rows: nothing matches, or nothing may be seen")
    return found


def understood(label: str, answer: Any) -> Figures:
    """The rows of an answer. Raises Rejected with the platform's words, and Malformed, with the form of the
    answer, for what is not understood."""
    found = figures(answer)
    said = answer.get("error") if isinstance(answer, Mapping) else None
    if said and not (found and found.rows):
        raise Rejected(
            f"{label} could not compute that; other levels or measures may work.",
            quote=str(said),
            outcome="none",
        )
    if found is None:
        raise Malformed(
            f"{label} computed something that is not understood: {outline(answer)}. The form of these "
            "answers is not documented; the report itself shows the figures."
        )
    return found


def _chosen(argument: str, words: Sequence[str], parts: Sequence[Part], model: Model) -> list[Part]:
    """Measures or levels by their words. Raises for the first that is not told for certain."""
    found: list[Part] = []
    for word in words:
        likely = meant(word, parts)
        if len(likely) != 1:
            raise _untold(argument, word, likely, parts, model)
        found += [likely[0]] if likely[0] not in found else []
    return found


def _untold(
    argument: str, word: str, likely: Sequence[Part], parts: Sequence[Part], model: Model
) -> PlatformError:
    noun = "measure" if argument == "measures" else "level"
    if not likely:
        names = dict.fromkeys(name for part in parts for name in (part.caption, part.name))
        return unknown(argument, noun, word, names, f" in model {model.name}")
    return Rejected(
        f"{word!r} may mean {len(likely)} {noun}s of model {model.name}: "
        f"{', '.join(quoted(part.unique, 200) for part in likely)}. Give one of these.",
        problems={argument: [f"{word!r} is ambiguous"]},
        outcome="none",
    )


def _model_of(stored: Row) -> str:
    cube = stored.get("cube")
    return str((cube.get("catalog") or cube.get("name")) if isinstance(cube, Mapping) else "")


def _lacking() -> Rejected:
    return Rejected(
        "Give model with measures, or alert; with model alone, what it has is listed.",
        problems={"model": ["missing"]},
        outcome="none",
    )
