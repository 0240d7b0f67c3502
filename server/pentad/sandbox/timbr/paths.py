"""The column grammar of the denormalised schema: one identifier names a walk along relationships."""

from __future__ import annotations

import re
from dataclasses import dataclass

MEASURE = "measure."

_STEP = r"~?\w+\[\w+(?:\*[1-9]\d?)?\]"
_WALK = re.compile(rf"(?P<steps>{_STEP}(?:\.{_STEP})*)(?:\.(?P<property>\w+)|(?P<attribute>_\w+))")
_PARTS = re.compile(r"(?P<tilde>~?)(?P<name>\w+)\[(?P<target>\w+)(?:\*(?P<depth>\d+))?\]")


@dataclass(frozen=True, slots=True)
class Step:
    """`tilde` marks the inverse direction; `depth` is the number behind the asterisk."""

    text: str
    name: str
    target: str
    tilde: bool
    depth: int | None


@dataclass(frozen=True, slots=True)
class Path:
    """`leaf` is a property, or with a leading underscore an attribute of the last relationship."""

    steps: tuple[Step, ...]
    leaf: str
    measure: bool = False


def parse_path(text: str) -> Path:
    """A plain name is a path without steps."""
    measure = text.casefold().startswith(MEASURE)
    rest = text[len(MEASURE) :] if measure else text
    walk = _WALK.fullmatch(rest)
    if walk is None:
        return Path((), rest, measure)
    steps = tuple(_step(match) for match in _PARTS.finditer(walk["steps"]))
    return Path(steps, walk["property"] or walk["attribute"], measure)


def _step(match: re.Match[str]) -> Step:
    depth = int(match["depth"]) if match["depth"] else None
    return Step(match[0], match["name"], match["target"], bool(match["tilde"]), depth)
