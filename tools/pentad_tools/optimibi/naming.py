"""Names as people write them: told for certain, or answered with the nearest of those there are."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from pentad.errors import NotFound
from pentad.models import NO_FLAG
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.reading import LATELY
from pentad.text import all_quoted, nearest, quoted, several, shorten

T = TypeVar("T")
# Seconds for which models, connections and schemas of an account are taken to be as they were.
LIFE = 600.0
_FEW, _MANY = 12, 200
# Between names, not in a bracketed one.
_COMMA = re.compile(r",(?![^\[\]]*\])")


def _parted(value: Any) -> Any:
    if not isinstance(value, str) or value.count(",") >= _MANY:
        return value
    with suppress(ValueError, RecursionError):
        # Some models send lists as JSON text.
        if isinstance(found := json.loads(value), list):
            return found
    return [part for one in _COMMA.split(value) if (part := one.strip())]


# Names in a list or, as tools cost less so, in a text with commas between; one that has a comma needs a list.
Several = Annotated[
    list[str],
    Field(min_length=1, max_length=_MANY),
    BeforeValidator(_parted),
    WithJsonSchema({"type": "string"}),
]
# Rows, as everywhere; that 1,000 are the most is told when it matters.
Most = Annotated[int, Field(ge=1, le=1000), NO_FLAG, WithJsonSchema({"type": "integer"})] | None


async def lately(optimibi: Optimibi, key: str, fetch: Callable[[], Awaitable[T]], *, anew: bool = False) -> T:
    """What `fetch` brought within the last ten minutes, else what it brings now."""
    kept = optimibi.connection.memory.setdefault(LATELY, {})
    now = optimibi.call.clock.monotonic()
    for old in [name for name, (at, _) in kept.items() if now - at >= LIFE]:
        del kept[old]
    known = kept.get(key)
    if known is None or anew:
        known = kept[key] = now, await fetch()
    found: T = known[1]
    return found


def spelt(word: str, known: Iterable[str]) -> str | None:
    """The name a word stands for: spelt the same, or the same but for case if only one is."""
    names = list(known)
    if word in names:
        return word
    alike = {name for name in names if name.casefold() == word.strip().casefold()}
    return alike.pop() if len(alike) == 1 else None


def unknown(argument: str, noun: str, word: str, known: Iterable[str], where: str = "") -> NotFound:
    """The error that says what a name may have meant, or what there is."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names, 3) or _beneath(word, names)
    if near:
        hint = f"did you mean {all_quoted(near)}?"
    elif names:
        there = several([quoted(one) for one in names], _FEW)
        hint = f"there {'is' if len(names) == 1 else 'are'} {there}."
    else:
        hint = "this account may read none."
    return NotFound(
        f"There is no {noun} {shorten(word, 80)!r}{where}; {hint}",
        problems={argument: [f"no such {noun}"]},
        outcome="none",
    )


def _beneath(word: str, names: Iterable[str]) -> list[str]:
    """Names that hold the word or a part of it, case aside."""
    parts = [part for part in word.casefold().replace("_", " ").split() if len(part) > 2]
    return [name for name in names if any(part in name.casefold() for part in parts)][:3]
