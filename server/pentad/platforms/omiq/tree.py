"""Trees as a workflow document tells them, by parents: read even where they are broken or circular."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pentad.secrecy import without_shapes
from pentad.text import clean


@dataclass(frozen=True)
class Place:
    """Where an item stands. `index` and `above` count the items as they were given; `above` is its ancestors,
    the topmost first."""

    index: int
    above: tuple[int, ...]


def walk(parents: Sequence[int | None]) -> Iterator[Place]:
    """Every item once, depth first, siblings in their order. Of items that hang on each other in a circle,
    one counts as a root: the first that is come to from the first item below them."""
    below: dict[int | None, list[int]] = {}
    for index, parent in enumerate(parents):
        below.setdefault(parent, []).append(index)
    seen: set[int] = set()
    for start in (*below.get(None, ()), *range(len(parents))):
        waiting = [] if start in seen else [Place(_top(start, parents), ())]
        while waiting:
            place = waiting.pop()
            if place.index in seen:
                continue
            seen.add(place.index)
            yield place
            above = (*place.above, place.index)
            waiting += [Place(child, above) for child in reversed(below.get(place.index, ()))]


def _top(start: int, parents: Sequence[int | None]) -> int:
    """The root above an item, or the first item on the circle above it."""
    index, passed = start, set[int]()
    while (parent := parents[index]) is not None and index not in passed:
        passed.add(index)
        index = parent
    return index


def parents_of(ids: Sequence[str], wanted: Sequence[str]) -> list[int | None]:
    """For each item the position of the one whose id it names as its parent, None where there is none."""
    places: dict[str, int] = {}
    for index, known in enumerate(ids):
        places.setdefault(known, index)
    return [places.get(parent) if parent else None for parent in wanted]


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, empty where something else stands."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def by_id(value: Any) -> dict[str, Mapping[str, Any]]:
    """Objects by id, from a map or from a list of them."""
    if isinstance(value, dict):
        return {str(name): mapping(item) for name, item in value.items()}
    return {named(item.get("id")): item for item in listed(value) if named(item.get("id"))}


def named(value: Any) -> str:
    """An id as text, exactly as it was sent, digits in full; empty where there is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def label(value: Any) -> str | None:
    """A text to be shown, cleaned and without the shapes of secrets; None where there is none."""
    text = named(value)
    return without_shapes(clean(text)) if text else None
