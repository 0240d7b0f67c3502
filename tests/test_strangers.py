"""Whatever strangers write into a platform is data: it stands where data stands, and does nothing."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from pentad import operations
from pentad.sandbox import Fault
from pentad.settings import PLATFORMS
from pentad.text import clean
from tests import corpora
from tests.conftest import OFF
from tests.inside import EVERYTHING, World, example_of
from tests.proof import PROOF
from tests.strangers import lace, payloads, spoken

BATCH = 90
PLANNED = ("claribi_delete_report", "optimized_create_batch", "timbr_delete_ontology")
ALL = payloads()
REFUSED = (
    '{"message": "That is wrong.", "errors": {"profiles.0.x": ["not this one"]}, "detail": "No such thing."}'
)
FAULTS = (Fault("status", status=422, body=REFUSED, times=None), Fault("html", status=502, times=None))
# What terminals and readers obey without showing it; line ends and tabs are data.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_SPELLING = "\t\n\r\u200c\u200d"


def _chosen(platform: str) -> Sequence[Any]:
    """Its reads that are shown by default and some of what needs a plan; all that it has, to prove it."""
    found = operations.in_package(f"pentad_tools.{platform}")
    if PROOF:
        return found
    return [one for one in found if (one.core and one.effect == "read") or one.name in PLANNED]


async def _told(client: Client, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The answer, which is one JSON object without anything that cannot be seen."""
    (part, *_) = (await client.call_tool(name, arguments)).content
    text = str(getattr(part, "text", ""))
    told = json.loads(text)
    shown = json.dumps(told, ensure_ascii=False)
    left = {sign for sign in shown if unicodedata.category(sign) in _UNSEEN and sign not in _SPELLING}
    assert isinstance(told, dict)
    assert left == set(), (name, left)
    return dict(told)


async def _walk(world: World, said: list[str]) -> tuple[list[str], list[Any], set[str]]:
    """What went wrong in well and ill calls of every platform; what is listed after them; what was asked."""
    wrong, static, asked = [], list[Any](), set[str]()
    async with world.client() as client:
        for platform in PLATFORMS:
            box = world.sandbox.platforms[platform]
            for fault in (None, *FAULTS):
                box.faults.clear()
                if fault is not None:
                    box.faults.add(fault)
                for operation in _chosen(platform):
                    told = await _told(client, operation.name, example_of(world, operation))
                    wrong += [f"{operation.name}: {one}" for one in spoken(told, said)]
            await world.clock.sleep(600)
            asked |= {f"{one.method} {platform} {one.path}" for one in box.log}
        static.append((await client.list_tools()).model_dump_json())
        static.append((await client.list_resource_templates()).model_dump_json())
        static.append(client.instructions)
    return wrong, static, asked


@pytest.mark.parametrize("first", range(0, len(ALL), BATCH))
async def test_what_strangers_write_stands_where_data_stands_and_does_nothing(
    tmp_path: Path, first: int
) -> None:
    said = ALL[first : first + BATCH]
    world, plain = (World(tmp_path / name / "files", enable=OFF, **EVERYTHING) for name in ("laced", "plain"))
    lace(world.sandbox, said)
    wrong, static, asked = await _walk(world, said)
    _, expected, usual = await _walk(plain, said)
    await world.app.aclose()
    await plain.app.aclose()

    assert wrong == []
    assert static == expected
    assert asked <= usual


def test_every_payload_loses_what_cannot_be_seen() -> None:
    assert len(ALL) >= 300
    for payload in ALL:
        left = {sign for sign in clean(payload) if unicodedata.category(sign) in _UNSEEN}
        assert left <= set(_SPELLING), ascii(payload)


def test_what_businesses_write_stays_as_it_is() -> None:
    lines = corpora.entries("business", "clean business texts")
    assert len(lines) >= 600
    assert [line for line in lines if clean(line) != line] == []
