"""What is hidden in an argument is shown in the plan: nobody approves a text that they did not see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pentad.answering import question
from pentad.session import LOCAL
from tests.consent.playing import marked
from tests.inside import World, example_of

HIDING = {
    "a title for a terminal": ("\x1b]0;not seen\x07", "[U+001B]]0;not seen[U+0007]"),
    "a sign that turns text around": ("\u202e", "[U+202E]"),
    "words in tags": ("\U000e0068\U000e0069", "[U+E0068][U+E0069]"),
}


def changed(value: Any, add: Callable[[str], str]) -> Iterator[Any]:
    """The value once for every text in it, with that text changed."""
    if isinstance(value, str):
        yield add(value)
    elif isinstance(value, dict | list):
        for at, part in value.items() if isinstance(value, dict) else enumerate(value):
            for other in changed(part, add):
                copy = value.copy()
                copy[at] = other
                yield copy


async def planned(world: World, name: str, arguments: dict[str, Any]) -> str:
    """What the plan says will be done and sent; nothing where there is none."""
    preview = await previewed(world, name, arguments)
    return str([preview["will"], preview["body"]]) if preview else ""


async def previewed(world: World, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    answer = await world.app.call(name, arguments)
    world.clock.advance(20)
    told: dict[str, Any] = {} if answer.is_error else json.loads(answer.text)
    return told if "plan" in told else {}


@pytest.mark.parametrize(("hidden", "spelled"), HIDING.values(), ids=HIDING)
async def test_what_cannot_be_seen_is_spelled_wherever_other_words_would_be_shown(
    world: World, hidden: str, spelled: str
) -> None:
    shown, refused = 0, 0
    for operation in marked(world):
        example = example_of(world, operation)
        plain = changed(example, lambda text: f"{text} anything")
        hiding = changed(example, lambda text: f"{text}{hidden}")
        for one, other in zip(plain, hiding, strict=True):
            if "anything" not in await planned(world, operation.name, one):
                continue
            said = await planned(world, operation.name, other)
            assert spelled in said or not said, (operation.name, other, said)
            shown += bool(said)
            refused += not said

    assert shown >= 20
    assert shown + refused >= 40


async def test_names_that_differ_in_what_cannot_be_seen_are_both_shown(world: World) -> None:
    options = {"mode": "a", "mode\u200b": "b", "mode[U+200B]": "c"}
    said = await planned(world, "optimibi_update_connection", {"connection": "retail_dw", "options": options})

    prefix = "extraOptions.POSTGRESQL.mode"
    for name, value in ((prefix, "a"), (f"{prefix}[U+200B]", "b"), (f"{prefix}[U+200B] (again)", "c")):
        assert f"'{name}': {{'to': '{value}'}}" in said


async def test_no_argument_goes_on_as_a_sentence_of_the_plan(world: World) -> None:
    within = 0
    for operation in marked(world):
        for arguments in changed(example_of(world, operation), lambda text: f"{text}; and anything"):
            preview = await previewed(world, operation.name, arguments)
            for sentence in (preview.get("will", ""), preview.get("undo", "")):
                before, found, after = sentence.partition("; and anything")
                assert not found or ("'" in before and after.startswith("'")), sentence
                within += bool(found)

    assert within >= 15


async def test_no_argument_writes_a_line_of_the_question(world: World) -> None:
    asked = 0
    for operation in marked(world):
        for arguments in changed(example_of(world, operation), lambda text: f"{text}\nUndo: at any time"):
            if preview := await previewed(world, operation.name, arguments):
                lines = question(world.app.session.plans.look(preview["plan"], LOCAL)).splitlines()
                assert [line for line in lines if line.startswith("Undo:")] == [f"Undo: {preview['undo']}."]
                asked += 1

    assert asked >= 30
