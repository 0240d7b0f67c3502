"""All visits of the inspector, two at a time, as there are two cores at least."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.visits import Seen, Visit, at, listings, others, paid, reading, text

FAULTS = [("test_loose_schema", "type-union"), ("test_loose_schema", "untyped-schema")]
_AT_ONCE = 2


async def over_stdio(folder: Path) -> list[Seen]:
    """Everything that is asked of servers on standard input and output."""
    return await _paid([*listings(), *others()], folder)


async def over_http(url: str, folder: Path) -> list[Seen]:
    """The same inspector at an address: a list with faults, a call, and the result that the call kept."""
    listing, call = await _paid(at(url), folder)
    handle = str(text(call.told).get("more", {}).get("result", "nothing"))
    return [listing, call, await paid(reading(url, handle), folder)]


async def _paid(visits: Sequence[Visit], folder: Path) -> list[Seen]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(visit: Visit) -> Seen:
        async with turns:
            return await paid(visit, folder)

    return await asyncio.gather(*map(one, visits))


def wrong(seen: Sequence[Seen]) -> list[str]:
    """What fails the run, in words: a visit that did not go as it must, and a schema that is not clean."""
    found = [
        f"{one.visit.what} ({one.visit.era}): exit {one.code} {one.err[:300]}" for one in seen if not one.good
    ]
    for one in seen:
        expected = FAULTS if one.visit.what.endswith("with two faults") else []
        if one.faults != expected:
            found.append(f"{one.visit.what} ({one.visit.era}): the lint found {one.faults}")
    return found
