"""Stored questions with their statements, and how much another question is like them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pentad.sandbox.timbr.model import EXAMPLES, KNOWLEDGE_BASE
from pentad.sandbox.timbr.system_records import CHANGED, example_name

# The ontology that the examples were written for.
ONTOLOGY = "supply_chain"
CHANGED_AT = f"{CHANGED.replace(' ', 'T')}Z"

_COMMON = frozenset(
    {"a", "and", "are", "by", "did", "do", "each", "for", "from", "have", "how", "in", "into", "is"}
    | {"of", "on", "our", "per", "show", "the", "to", "we", "what", "which", "with"}
)
_FROM = re.compile(r"\bFROM `(\w+)`\.`(\w+)`")


@dataclass(frozen=True, slots=True)
class Example:
    """`schema` and `concept` are those that the statement reads from."""

    name: str
    question: str
    sql: str
    schema: str
    concept: str

    def likeness(self, question: str) -> float:
        """From 0 to 1: how much of the telling words of both questions they have in common."""
        mine, theirs = _words(self.question), _words(question)
        return len(mine & theirs) / len(mine | theirs)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower())) - _COMMON


def _example(question: str, sql: str) -> Example:
    found = _FROM.search(sql)
    schema, concept = found.groups() if found else ("", "")
    return Example(example_name(question), question, sql, schema, concept)


BASES = {KNOWLEDGE_BASE: tuple(_example(question, sql) for question, sql in EXAMPLES)}


def nearest(question: str) -> tuple[Example, float]:
    every = [example for examples in BASES.values() for example in examples]
    best = max(every, key=lambda example: example.likeness(question))
    return best, best.likeness(question)
