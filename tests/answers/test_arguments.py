"""The schema a model is shown, and what happens to arguments that do not follow it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from pentad.errors import Rejected
from pentad.jsontext import dumps
from pentad.models import Id, Limit, Page, Record
from pentad.operations import reads
from pentad.session import Desk
from tests.answers.given import Row, refused, session
from tests.proof import EXAMPLES


class Person(BaseModel):
    """Someone."""

    model_config = ConfigDict(extra="forbid")
    title: str
    age: int | None = None


@reads()
async def take_much(  # noqa: PLR0917 - one parameter for every kind there is
    desk: Desk,
    thing_id: Id,
    names: list[str],
    limit: Limit = None,
    kind: Literal["a", "b"] = "a",
    sure: StrictBool = True,
    loud: bool = False,
    body: dict[str, Any] | None = None,
    either: int | Annotated[str, Field(max_length=9)] | None = None,
    person: Person | None = None,
) -> Page[Row]:
    """Takes much."""
    raise AssertionError


@reads()
async def take_nothing(desk: Desk) -> Record:
    """Takes nothing."""
    raise AssertionError


CHECK = take_much.arguments.check
GOOD: dict[str, Any] = {"thing_id": "t", "names": ["n"]}


def problems(**given: Any) -> dict[str, list[str]]:
    with pytest.raises(Rejected) as caught:
        CHECK(given)
    assert caught.value.outcome == "none"
    told: dict[str, list[str]] = caught.value.words()["problems"]
    return told


# --- the schema


def test_the_schema_has_nothing_that_tells_nothing() -> None:
    text = dumps(take_much.arguments.schema())
    for waste in ('"additionalProperties"', '"null"', '"maxLength"', '"default":null'):
        assert waste not in text
    assert '"title":"' not in text


def test_the_schema_says_what_a_caller_needs() -> None:
    schema = take_much.arguments.schema()
    told = schema["properties"]
    assert schema["required"] == ["thing_id", "names"]
    assert told["limit"]["type"] == "integer"
    assert told["limit"]["maximum"] == 1000
    assert told["names"] == {"type": "array", "items": {"type": "string"}}
    assert told["kind"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert told["either"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert told["body"] == {"type": "object"}
    assert told["fields"]["type"] == "array"


def test_defaults_are_told_unless_anybody_would_expect_them() -> None:
    told = take_much.arguments.schema()["properties"]
    assert told["sure"] == {"type": "boolean", "default": True}
    assert told["loud"] == {"type": "boolean"}


def test_an_argument_named_like_a_keyword_is_kept() -> None:
    person = take_much.arguments.schema()["$defs"]["Person"]
    assert person["properties"] == {"title": {"type": "string"}, "age": {"type": "integer"}}
    assert person["required"] == ["title"]


def test_what_takes_nothing_says_so() -> None:
    assert take_nothing.arguments.schema() == {"type": "object", "properties": {}}
    with pytest.raises(Rejected) as caught:
        take_nothing.arguments.check({"x": 1})
    assert caught.value.problems == {"x": ["no such argument; valid: none"]}


# --- reading them


def test_defaults_are_filled_in() -> None:
    assert CHECK(GOOD) == {
        **GOOD,
        "limit": None,
        "kind": "a",
        "sure": True,
        "loud": False,
        "body": None,
        "either": None,
        "person": None,
        "fields": None,
    }


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("thing_id", 17, "17"),
        ("limit", "25", 25),
        ("limit", 25.0, 25),
        ("names", '["a","b"]', ["a", "b"]),
        ("names", [1, "b"], ["1", "b"]),
        ("fields", '["id"]', ["id"]),
        ("body", '{"a":[1]}', {"a": [1]}),
        ("person", '{"title":"Dr"}', Person(title="Dr")),
        ("loud", "true", True),
        ("sure", False, False),
    ],
)
def test_what_is_meant_is_understood(name: str, sent: object, read: object) -> None:
    assert CHECK({**GOOD, name: sent})[name] == read


def test_an_unknown_argument_is_refused_with_the_valid_ones_and_a_guess() -> None:
    (says,) = problems(**GOOD, limits=3)["limits"]
    assert says.startswith("no such argument; did you mean limit? valid: thing_id, names, limit, kind,")
    (says,) = problems(**GOOD, qwertz=3)["qwertz"]
    assert "did you mean" not in says


def test_all_problems_come_at_once_and_sorted() -> None:
    told = problems(limit=0, kind="c", names=[["x"], "y"], zzz=1, person={"age": "old", "x": 1})
    assert list(told) == sorted(told)
    assert set(told) >= {
        "thing_id",
        "limit",
        "kind",
        "zzz",
        "names.0",
        "person.age",
        "person.title",
        "person.x",
    }
    assert told["thing_id"] == ["is required"]
    assert told["limit"] == ["Input should be greater than or equal to 1 (got 0)"]


async def test_a_refusal_counts_its_problems() -> None:
    told = await refused(session(), take_much, thing_id="")
    assert told["message"] == "take_much was not run: 2 problems with its arguments."
    told = await refused(session(), take_much, **GOOD, limit=[1])
    assert told["message"] == "take_much was not run: 1 problem with its arguments."


@pytest.mark.parametrize("sent", ["true", "false", 1, "yes"])
def test_a_strict_boolean_takes_no_text(sent: object) -> None:
    assert list(problems(**GOOD, sure=sent)) == ["sure"]


@pytest.mark.parametrize("sent", ["[", "a,b", '{"a":1}', "[" * 100_000, "9" * 5000, ""])
def test_text_that_is_no_list_stays_refused(sent: str) -> None:
    (says,) = problems(thing_id="t", names=sent)["names"]
    assert says.startswith("Input should be a valid list")
    assert len(says) < 120


def test_a_long_wrong_value_is_quoted_in_short() -> None:
    (says,) = problems(**GOOD, kind="x" * 5000)["kind"]
    assert len(says) < 150


# Every integer a JSON parser of the protocol lets through, and a few that it does not.
integers = st.integers() | st.integers(min_value=10**300, max_value=10**400)
anything = st.recursive(
    st.none() | st.booleans() | integers | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=5,
)
known = st.sampled_from([*take_much.arguments.model.model_fields, "limti", "model_config", "\0", "\ud83d"])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(known | st.text(st.characters()), anything | anything.map(json.dumps)))
def test_arguments_of_any_kind_are_taken_or_refused_and_nothing_else(given_: dict[str, Any]) -> None:
    try:
        checked = CHECK(given_)
        assert list(checked) == list(take_much.arguments.model.model_fields)
    except Rejected as error:
        told = json.loads(dumps(error.words()).encode("utf-8"))
        assert told["problems"]
