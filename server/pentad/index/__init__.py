"""The search over operations. It is made by the first search, and nothing before that imports it."""

from __future__ import annotations

import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pentad import platforms
from pentad.index.postings import Postings
from pentad.index.texts import area_of
from pentad.index.words import identifiers, likest, telling, unwanted, words

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

# Where operations stand that belong to no platform.
OWN = "results"
# Further words and identifiers of a question are not looked at.
_MOST, _MOST_NAMES = 40, 10
# What a word counts that was misspelt, that is part of a user's own name for something, and that says what is
# not wanted.
_MENDED, _INSIDE, _UNWANTED = 0.9, 0.4, 0.3
# What a find counts where the question names one platform and it is another's or none's, where it is off, and
# where it is one of those that are needed most.
_ELSEWHERE, _BESIDE, _OFF, _CORE = 0.3, 0.7, 0.7, 1.1
# Below this part of the best score, a find is an accident.
_FAINT = 0.2


class Index:
    """Operations by the words of a question; equal questions get equal answers."""

    def __init__(self, operations: Sequence[AnyOperation]) -> None:
        self._operations = sorted(operations, key=lambda operation: operation.name)
        names = sorted({operation.platform for operation in operations if operation.platform})
        known = {name: platforms.load(name) for name in names}
        self._postings = Postings(self._operations, {name: one.vocabulary for name, one in known.items()})
        weakref.finalize(self, self._postings.close)
        self._labels: dict[str, str] = {"pentad": OWN}
        for name, one in known.items():
            self._labels |= {" ".join(words(text)): name for text in (one.name, one.label)}
        spelt = self._postings.spelt() | {word for label in self._labels for word in label.split()}
        self._spelt = {n: sorted(word for word in spelt if len(word) == n) for n in set(map(len, spelt))}

    def search(
        self, query: str, most: int, platform: str | None, is_off: Callable[[AnyOperation], bool]
    ) -> list[AnyOperation]:
        """At most so many, best first. What is off stands where it is much better than what can be called."""
        asked = words(query)
        scores, meant = self._scores(query)
        ranked: list[tuple[bool, float, int]] = []
        for row, operation in enumerate(self._operations):
            exact, standing = _is_name(operation, asked), _standing(operation, meant)
            score = scores.get(row, 0.0) * standing * (_OFF if is_off(operation) else 1.0)
            if (exact or score) and platform in (None, operation.platform or OWN):
                ranked.append((not exact, -score, row))
        least = min((score for _, score, _ in ranked), default=0.0) * _FAINT
        kept = [one for one in sorted(ranked) if not one[0] or one[1] <= least][:most]
        return [self._operations[row] for *_, row in kept]

    def areas(self, platform: str | None) -> dict[str, dict[str, int]]:
        """How many operations each area of each platform has."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for operation in self._operations:
            if platform in (None, operation.platform or OWN):
                found[operation.platform or OWN][area_of(operation)] += 1
        return {place: dict(sorted(areas.items())) for place, areas in sorted(found.items())}

    def _scores(self, query: str) -> tuple[Mapping[int, float], set[str]]:
        """By row, and the platforms that the question names."""
        text = f" {' '.join(words(query))} "
        labels = {label for label in self._labels if f" {label} " in text}
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in self._terms(query, labels).items():
            found, counts = self._postings.scores(term), weight
            if not found and (near := likest(term, self._spelt)):
                labels |= {near} & self._labels.keys()
                # The name of a platform is no word of its operations.
                found, counts = self._postings.scores("" if near in self._labels else near), weight * _MENDED
            for row, score in found.items():
                scores[row] += score * counts
        return scores, {self._labels[label] for label in labels}

    def _terms(self, query: str, labels: set[str]) -> Mapping[str, float]:
        """Words and phrases with their weights. An identifier that operations use is one term; the words of
        others mostly name what the user has on the platform."""
        terms = dict.fromkeys(telling(words(query)), 1.0)
        for identifier in identifiers(query)[:_MOST_NAMES]:
            known = bool(self._postings.scores(identifier))
            terms |= {word: 0.0 if known else _INSIDE for word in identifier.split() if word in terms}
            terms |= {identifier: 1.0} if known else {}
        terms |= {word: _UNWANTED for word in unwanted(query) if terms.get(word)}
        terms |= {word: 0.0 for label in labels for word in label.split()}
        return dict([(term, weight) for term, weight in terms.items() if weight][:_MOST])


def _is_name(operation: AnyOperation, asked: Sequence[str]) -> bool:
    names = (operation.name.split("_"), operation.fn.__name__.split("_"))
    return asked in names or telling(asked) in names


def _standing(operation: AnyOperation, meant: set[str]) -> float:
    """What a find counts apart from its words."""
    likely = _CORE if operation.core else 1.0
    if not meant or (operation.platform or OWN) in meant:
        return likely
    if operation.platform:
        return likely * _ELSEWHERE
    return likely * (_BESIDE if len(meant) == 1 else 1.0)


@lru_cache(maxsize=4)
def index_of(operations: tuple[AnyOperation, ...]) -> Index:
    """Operations are made once per process, so that sessions which offer the same ones share an index."""
    return Index(operations)
