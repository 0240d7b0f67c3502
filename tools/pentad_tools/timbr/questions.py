"""Questions in plain language, which the platform's own language model answers, and its stored examples."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasChoices, Field

from pentad.errors import Malformed, Rejected
from pentad.http.errand import Extra
from pentad.models import NO_FLAG, Id, Page, Record, Row, Rows, Table, Tabular, Wire
from pentad.operations import reads
from pentad.platforms.timbr import Timbr
from pentad.platforms.timbr.nesting import ROWS
from pentad.results.render import columns_of
from pentad_tools.timbr import background as running
from pentad_tools.timbr.queries import RowLimit

_SLOW = "the model may still be at work there, and what it spends is spent"
# Headers that a third party's client sends; what each does is told in the platform's documentation page.
Tuning = Literal[
    "additional-parameters",
    "include-logic-concepts",
    "should-validate-sql",
    "retries",
    "retry-if-no-results",
    "no-results-max-retries",
    "db-is-case-sensitive",
    "graph-depth",
    "enable-reasoning",
    "reasoning-steps",
]

Prompt = Annotated[str, Field(min_length=1, max_length=4000, description="The question.")]
Agent = Annotated[
    str | None, Field(max_length=200, description="A configured data agent; this or `ontology`.")
]
Target = Annotated[str | None, Field(max_length=200)]


class Told(Tabular):
    """What the pipeline reports; everything but the rows, or the id of what goes on, may be missing."""

    rows: Rows | None = None
    response_id: str | None = None


class Answered(Wire):
    """An answer in words, with whatever else the pipeline reports."""

    answer: Annotated[str, Field(validation_alias=AliasChoices("answer", "value"))]


class Match(Wire):
    shown: ClassVar[tuple[str, ...]] = ("question", "query", "confidence", "knowledge_base")
    question: str
    query: str | None = None


class Matches(Wire):
    matches: list[Match]
    match_level: str


@reads(
    "POST /timbr/openapi/execute/prompt",
    spends="model",
    slow=_SLOW,
    covers=("execute_prompt",),
    example={"prompt": "$question", "ontology": "$ontology"},
)
async def ask_question(
    timbr: Timbr,
    prompt: Prompt,
    *,
    ontology: Target = None,
    agent: Agent = None,
    limit: RowLimit = ROWS,
    background: bool = False,
    tuning: Annotated[
        dict[Tuning, Any] | None, Field(description="Headers of the pipeline, unproven.")
    ] = None,
) -> Table[Row]:
    """Let Timbr's own language model turn a question into SQL and run it (spends model calls there): rows,
    and the SQL in `about`. Writing SQL for timbr_run_query costs less."""
    headers = _target(timbr, ontology, agent) | _tuned(tuning or {}) | {"results-limit": str(limit)}
    extra = Extra(headers | ({"x-async": "true"} if background else {}))
    told = await timbr.send(Told, body={"prompt": prompt}, extra=extra)
    if told.response_id is not None:
        return await running.follow(timbr, told.response_id, None)
    if "rows" not in told.model_fields_set:
        raise Malformed(f"{timbr.label} answered a question without the member 'rows'.")
    members = told.model_dump(exclude={"rows"}, exclude_unset=True)
    rows = told.rows or []
    return Table(rows, tuple(columns_of(rows)), about=members)


@reads(
    "POST /timbr/openapi/execute/answer",
    spends="model",
    slow=_SLOW,
    example={"prompt": "$question", "ontology": "$ontology"},
)
async def answer_question(
    timbr: Timbr, prompt: Prompt, *, ontology: Target = None, agent: Agent = None, limit: RowLimit = ROWS
) -> Record:
    """A written answer by Timbr's own language model (spends model calls there). For figures to work with,
    use timbr_ask_question or SQL."""
    headers = _target(timbr, ontology, agent) | {"results-limit": str(limit)}
    told = await timbr.send(Answered, body={"prompt": prompt}, extra=Extra(headers))
    return Record(told.record())


@reads(
    "POST /timbr/api/kb/search",
    example={"question": "$question", "knowledge_bases": ["$knowledge_base"]},
)
async def search_knowledge_base(
    timbr: Timbr,
    question: Annotated[str, Field(min_length=1, max_length=4000)],
    knowledge_bases: Annotated[
        list[Id], Field(min_length=1, description="Names, as in timbr.sys_knowledgebase.")
    ],
    *,
    top: Annotated[int, Field(ge=1, le=20), NO_FLAG] = 5,
    high_threshold: Annotated[float, Field(ge=0, le=1)] = 0.8,
    medium_threshold: Annotated[float, Field(ge=0, le=1)] = 0.5,
) -> Page[Match]:
    """Stored questions like this one, with their SQL, best first; `match_level` says how good the best is."""
    if medium_threshold > high_threshold:
        wrong = "must not be above high_threshold"
        raise Rejected("Nothing was searched.", problems={"medium_threshold": [wrong]}, outcome="none")
    body = {
        "question": question,
        "knowledge_bases": knowledge_bases,
        "top_k": top,
        "high_threshold": high_threshold,
        "medium_threshold": medium_threshold,
    }
    _refuse_impersonation(timbr)
    found = await timbr.send(Matches, body=body)
    return Page(found.matches, Match.shown, about={"match_level": found.match_level})


def _target(timbr: Timbr, ontology: str | None, agent: str | None) -> dict[str, str | None]:
    """The header that says whom to ask. Raises Rejected unless it is exactly one."""
    _refuse_impersonation(timbr)
    given = {name: value for name, value in (("ontology", ontology), ("agent", agent)) if value}
    if len(given) != 1:
        raise _unasked("ontology", "give either ontology or agent")
    return {name: _sendable(name, value) for name, value in given.items()}


def _refuse_impersonation(timbr: Timbr) -> None:
    """These routes are not known to honour it: they might answer with what the credential itself may see."""
    if timbr.impersonating:
        raise Rejected(
            "This route is not known to honour PENTAD_TIMBR_IMPERSONATE, so nothing was sent; "
            "timbr_run_query takes a route that does.",
            outcome="none",
        )


def _tuned(tuning: Mapping[Tuning, Any]) -> dict[str, str | None]:
    """As text: what is no text is sent as JSON."""
    return {
        name: _sendable(f"tuning.{name}", value if isinstance(value, str) else json.dumps(value))
        for name, value in tuning.items()
        if value is not None
    }


def _sendable(at: str, text: str) -> str:
    if not re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", text):
        raise _unasked(at, "is sent in a header, which takes letters, digits and signs of ASCII only")
    return text


def _unasked(at: str, why: str) -> Rejected:
    return Rejected("Nothing was asked.", problems={at: [why]}, outcome="none")
