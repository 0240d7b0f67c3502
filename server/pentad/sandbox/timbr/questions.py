"""Questions in plain language, and a stand-in for the language model that answers them."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.timbr.context import Context, Work
from pentad.sandbox.timbr.examples import ONTOLOGY, nearest
from pentad.sandbox.timbr.refusals import RefusalError
from pentad.sandbox.timbr.terms import StatementError

# Seconds at pace 1.
THINKS = 6.0
# A question that is less like every stored one is not understood.
UNDERSTOOD = 0.3

_AGENT = "SELECT option_value FROM timbr.sys_agents_options WHERE option_name = 'ontology' AND agent_name = "


def execute_prompt(context: Context) -> Work:
    return _asked(context, in_words=False)


def answer_question(context: Context) -> Work:
    return _asked(context, in_words=True)


def _asked(context: Context, *, in_words: bool) -> Work:
    question = context.text("prompt")
    agent, named = context.call.headers.get("agent"), context.call.headers.get("ontology")
    if not agent and not named:
        raise RefusalError(400, "Send the header agent or ontology")
    context.state.questions.append(question)
    try:
        ontology = context.seen(named or _agents_ontology(context, agent or ""))
        data = _outcome(context, question, ontology)
    except StatementError as error:
        return Work({"status": "error", "data": {"error": error.message}}, THINKS)
    if in_words:
        data["answer"] = _in_words(data.pop("rows")) if data["error"] is None else None
    return Work({"status": "success", "data": data}, THINKS)


def _agents_ontology(context: Context, agent: str) -> str:
    quoted = agent.replace("'", "''")
    rows = context.state.engine.rows("system_db", f"{_AGENT}'{quoted}'", context.user)
    if not rows:
        raise StatementError(f"Agent {agent} does not exist")
    return str(rows[0]["option_value"])


def _outcome(context: Context, question: str, ontology: str) -> dict[str, Any]:
    """A statement that was written but fails leaves its message beside it, under status success."""
    example, likeness = nearest(question)
    if likeness < UNDERSTOOD or ontology != ONTOLOGY:
        raise StatementError("No concept fits the question")
    data: dict[str, Any] = {"rows": [], "sql": example.sql, "concept": example.concept}
    data |= {"schema": example.schema, "ontology": ontology, "error": None}
    try:
        data["rows"] = context.state.engine.rows(ontology, example.sql, context.user, cap=context.cap)
    except StatementError as error:
        data["error"] = error.message
    return data


def _in_words(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing fits the question."
    first = ", ".join(f"{name} {value}" for name, value in rows[0].items())
    return f"{len(rows)} results, the first being: {first}."
