"""Words of questions and of operations, as the search compares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W_]+")
_IDENTIFIER = re.compile(r"\w+")
_DENIED = re.compile(r"(?:\b(?:without|instead of|rather than|not?)|n't)\s+([^,.;:?!]*)", re.IGNORECASE)
_LONGEST = 40
# What stands in every question and names nothing. Words that ask (which, all, how many) are not among these:
# they tell lists from single things.
_SILENT = (
    "a about again already also am an and another any anything are as at be because been before but by can "
    "cannot could did do does doing each else for from give given go going got had has have he help her here "
    "hers him his how i if im in into is it its itself just keep know let like make may me might mine more "
    "most must my need needs no not now of ok on once one or other our ours out over own per please put "
    "rather s same say says she should so some still such t take tell than thank thanks that the their them "
    "then there these they thing things this those through to too toward up us use used using very want "
    "wants was we were when where whether while whose why will with within without would yes yet you your "
    "yours"
)
_STOP = frozenset(_SILENT.split())


def words(text: str) -> list[str]:
    """Lower-case words and numbers in order; `e-mail` is one of them."""
    return [word[:_LONGEST] for word in _WORD.findall(text.lower().replace("e-mail", "email"))]


def telling(found: Iterable[str]) -> list[str]:
    """The words that can tell one operation from another, once each: no stop words, letters or numbers."""
    return [
        word for word in dict.fromkeys(found) if len(word) > 1 and word not in _STOP and not word.isdigit()
    ]


def identifiers(query: str) -> list[str]:
    """Names of things, such as `late_inbound_by_port`, as words with spaces between."""
    parts = dict.fromkeys(_IDENTIFIER.findall(query))
    return [" ".join(words(part)) for part in parts if "_" in part.strip("_")]


def unwanted(query: str) -> set[str]:
    """The three words after each `without`, `no` and the like."""
    return {word for rest in _DENIED.findall(query) for word in words(rest)[:3]}


def is_plural(text: str) -> bool:
    """Whether the last word looks like several of something: dashboards, but not status."""
    return text.endswith("s") and not text.endswith(("ss", "us"))


def likest(word: str, known: Mapping[int, Sequence[str]]) -> str | None:
    """The known word that a misspelt one is meant to be, if one is near enough: the same first letter, and
    one slip in five to seven letters or two in more. `known` has the words by their length."""
    slips = 0 if len(word) < 5 else 1 if len(word) < 8 else 2
    near = [
        other
        for length in range(len(word) - slips, len(word) + slips + 1)
        for other in known.get(length, ())
        if other[0] == word[0] and _slips(word, other, slips) <= slips
    ]
    return max(
        near, key=lambda other: SequenceMatcher(None, word, other, autojunk=False).ratio(), default=None
    )


def _slips(one: str, other: str, most: int) -> int:
    """Letters left out, added, exchanged or swapped with their neighbour; beyond `most` it is not exact."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
