"""One line per operation that a caller can use as it stands."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from pentad.models import Id, Limit, Record
from pentad.operations import AnyOperation, administers, destroys, reads, writes
from pentad.session import Desk
from pentad.settings import Settings
from pentad.signatures import ROOM, brief, signature, terms
from tests.inside import World

DEFAULTS = Settings()


class Person(BaseModel):
    first_name: str
    email: str | None = None


class Profile(BaseModel):
    external_id: str
    person: Person


@reads()
async def take_many(desk: Desk, profiles: list[Profile], kind: Literal["a", "b"] = "a") -> Record:
    """Takes many."""
    raise AssertionError


@writes()
async def take_more(  # noqa: PLR0917 - one parameter for every kind there is
    desk: Desk,
    thing_id: Id,
    bodies: Annotated[list[dict[str, Any]], Field(description="Each {name, value}.")],
    names: list[str],
    sure: bool = True,
    either: int | str = 0,
    share: Annotated[float, Field(ge=0, le=1)] = 0.5,
    limit: Limit = None,
    mode: Literal["a", "b", "c", "d", "e", "f", "g"] = "a",
) -> Record:
    """Takes more."""
    raise AssertionError


@reads(spends="model")
async def ask_much(desk: Desk) -> Record:
    """Asks much."""
    raise AssertionError


@destroys(off="its path is a guess")
async def drop(desk: Desk, thing_id: Id) -> Record:
    """Drops."""
    raise AssertionError


@administers()
async def grant(desk: Desk) -> Record:
    """Grants."""
    raise AssertionError


def arguments_of(line: str) -> set[str]:
    """The names at the top level of a signature, with their marks."""
    inner, before = line.partition("(")[2][:-1], ""
    while inner != before:
        inner, before = re.sub(r"\([^()]*\)|\{[^{}]*\}", "", inner), inner
    return {part.partition(":")[0].strip() for part in inner.split(",")} - {""}


async def test_every_argument_of_every_operation_is_named_and_the_required_ones_are_marked(
    world: World,
) -> None:
    for operation in world.app.operations.values():
        schema = operation.arguments.schema()
        required = {f"{name}*" for name in schema.get("required", ())}
        optional = schema["properties"].keys() - {name.removesuffix("*") for name in required}

        assert arguments_of(signature(operation)) == required | optional
        assert len(signature(operation)) <= ROOM
        assert arguments_of(brief(operation)) == required | ({"…"} if optional else set())


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        (
            take_many,
            "take_many(profiles*: list of {external_id*, person*: {first_name*, email}}, kind: a|b)",
        ),
        (
            take_more,
            "take_more(thing_id*, bodies*: list of object (Each {name, value}.), names*: list, sure: bool, "
            "either: integer or text, share: to 1, limit: to 1000, mode: a|b|c|d|e|f|…)",
        ),
        (ask_much, "ask_much()"),
    ],
)
def test_types_are_said_where_they_are_not_text(operation: AnyOperation, line: str) -> None:
    assert signature(operation) == line


def test_detail_gives_way_to_room_and_names_never_do() -> None:
    lines = [signature(take_many, room=room) for room in (220, 80, 60, 1)]

    assert lines[1:] == [
        "take_many(profiles*: list of {…}, kind: a|b)",
        "take_many(profiles*: list of {…}, kind: a|b)",
        "take_many(profiles*, kind)",
    ]
    assert brief(take_many) == "take_many(profiles*, …)"


def test_an_account_is_asked_for_only_where_there_are_several() -> None:
    assert "account" not in signature(drop, ("default",))
    assert signature(drop, ("default", "eu")) == "drop(thing_id*, account: default|eu)"
    assert signature(drop, ("eu", "us")) == "drop(thing_id*, account*: eu|us)"


@pytest.mark.parametrize(
    ("operation", "settings", "words"),
    [
        (take_many, DEFAULTS, "read"),
        (ask_much, DEFAULTS, "read, spends model calls"),
        (grant, DEFAULTS, "admin; off: PENTAD_ALLOW=admin"),
        (drop, DEFAULTS, "destructive; off: PENTAD_ENABLE=drop PENTAD_ALLOW=destructive"),
        (drop, Settings(allow=frozenset({"destructive"}), enable=frozenset({"drop"})), "destructive"),
        (
            drop,
            Settings(read_only=True),
            "destructive; off: it changes something and this server is read-only",
        ),
    ],
)
def test_terms_say_effect_and_cost_and_what_turns_it_on(
    operation: AnyOperation, settings: Settings, words: str
) -> None:
    assert terms(operation, settings) == words


async def test_terms_of_operations_that_reach_people_say_that_they_are_previewed(world: World) -> None:
    every, settings = world.app.operations, world.settings

    assert terms(every["optimized_create_batch"], settings) == "write, previewed first, reaches people"
    assert terms(every["optimized_create_batch"], Settings(confirm="never")) == "write, reaches people"
    assert terms(every["claribi_refresh_dashboard"], settings) == "write, spends credits"
    assert terms(every["read_result"], settings) == "read; a tool of its own"
