"""The search of a knowledge base: what a request may ask for, and how matches are ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.sandbox.asgi import Reply, json_reply
from pentad.sandbox.timbr.context import Context
from pentad.sandbox.timbr.examples import BASES, CHANGED_AT, ONTOLOGY, Example
from pentad.sandbox.timbr.refusals import RefusalError

_LATENCY = 83.4


def search_knowledge_base(context: Context) -> Reply:
    """Success comes without an envelope."""
    members, question = context.members(), context.text("question")
    bases, most = _bases(context, members), _top_k(members)
    high, medium = _threshold(members, "high_threshold", 0.8), _threshold(members, "medium_threshold", 0.5)
    if medium > high:
        raise RefusalError(400, "medium_threshold must not exceed high_threshold")
    ranked = sorted(
        ((round(one.likeness(question), 4), base, one) for base in bases for one in BASES[base]),
        key=lambda match: -match[0],
    )
    matches = [match for match in ranked[:most] if match[0] > 0]
    best = matches[0][0] if matches else -1.0
    level = "high" if best >= high else "medium" if best >= medium else "none"
    found = {
        "match_level": level,
        "matches": [_match(*match) for match in matches],
        "per_kb_max_changed_on": dict.fromkeys(bases, CHANGED_AT),
        "latency_ms": _LATENCY,
    }
    return json_reply(found)


def _match(confidence: float, base: str, example: Example) -> dict[str, Any]:
    return {
        "knowledge_base": base,
        "example_name": example.name,
        "question": example.question,
        "query": example.sql,
        "instructions": None,
        "validate_sql": 1,
        "confidence": confidence,
        "changed_on": CHANGED_AT,
    }


def _bases(context: Context, members: Mapping[str, Any]) -> list[str]:
    bases = members.get("knowledge_bases")
    if not isinstance(bases, list) or not bases or not all(isinstance(one, str) for one in bases):
        raise RefusalError(400, "knowledge_bases must be a list of names")
    for base in bases:
        if base not in BASES or ONTOLOGY not in context.user.ontologies:
            raise RefusalError(403, f"No access to knowledge base {base}")
    return list(dict.fromkeys(bases))


def _top_k(members: Mapping[str, Any]) -> int:
    value = members.get("top_k", 5)
    if type(value) is not int or not 1 <= value <= 20:
        raise RefusalError(400, "top_k must be a whole number from 1 to 20")
    return value


def _threshold(members: Mapping[str, Any], name: str, default: float) -> float:
    value = members.get(name, default)
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise RefusalError(400, f"{name} must be a number from 0 to 1")
    return float(value)
