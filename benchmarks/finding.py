"""How often a plain question finds the right operation, first or among those that are answered."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table
from pentad.app import App
from pentad.index import OWN
from pentad.settings import PLATFORMS, Settings

QUESTIONS = Path(__file__).with_name("questions.toml")
FIRST = 0.80
FIVE = 0.95


@dataclass(frozen=True)
class Asked:
    """A question, its right answers and the operations that were found, best first."""

    ask: str
    right: Sequence[str]
    found: Sequence[str]

    @property
    def first(self) -> bool:
        return bool(self.found) and self.found[0] in self.right

    @property
    def among(self) -> bool:
        return any(name in self.right for name in self.found)


def questions() -> list[tuple[str, list[str]]]:
    listed = tomllib.loads(QUESTIONS.read_text("utf-8"))["question"]
    return [(one["ask"], one["right"]) for one in listed]


async def asked() -> list[Asked]:
    """Every question of the list put to find_operations, with everything as it is by default."""
    app = App(Settings(sandbox=True))
    try:
        return [Asked(ask, right, await _found(app, ask)) for ask, right in questions()]
    finally:
        await app.aclose()


async def _found(app: App, ask: str) -> list[str]:
    answer = await app.call("find_operations", {"query": ask})
    return [str(call).partition("(")[0] for call, *_ in json.loads(answer.text).get("rows", ())]


def share(parts: Sequence[bool]) -> float:
    return sum(parts) / len(parts)


async def measured(_: Path) -> Figures:
    found = await asked()
    first, among = share([one.first for one in found]), share([one.among for one in found])
    return Figures(
        [
            Promise("the right operation found first", f"≥ {FIRST:.0%}", f"{first:.1%}", first >= FIRST),
            Promise("the right operation among five", f"≥ {FIVE:.0%}", f"{among:.1%}", among >= FIVE),
        ],
        [table(found)],
    )


def table(found: Sequence[Asked]) -> Table:
    places: dict[str, list[Asked]] = {}
    for one in found:
        places.setdefault(place_of(one.right[0]), []).append(one)
    rows = [_row(place, part) for place, part in sorted(places.items())]
    missed = [f"“{one.ask}” should find {' or '.join(one.right)}" for one in found if not one.among]
    remarks = [f"At least {FIRST:.0%} must be first and {FIVE:.0%} among five."]
    remarks += [f"Not among five: {'; '.join(missed)}."] if missed else []
    return Table(
        "Questions that find the right operation",
        ("platform", "questions", "first", "among five"),
        [*rows, _row("all", found)],
        tuple(remarks),
    )


def place_of(name: str) -> str:
    """The platform of an operation; the verbs belong to none."""
    platform = name.partition("_")[0]
    return platform if platform in PLATFORMS else OWN


def _row(place: str, part: Sequence[Asked]) -> tuple[str, ...]:
    first, among = share([one.first for one in part]), share([one.among for one in part])
    return (place, f"{len(part):,}", f"{first:.1%}", f"{among:.1%}")
