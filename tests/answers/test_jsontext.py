"""JSON comes in and goes out without loss, and nothing that is not JSON gets through."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.jsontext import dumps, loads
from tests.answers.given import numbers, texts, values
from tests.proof import EXAMPLES

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(values)
def test_a_value_comes_back_as_it_went_out(value: Any) -> None:
    text = dumps(value)
    assert loads(text) == value
    assert dumps(loads(text)) == text


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(texts, numbers))
def test_bytes_and_text_are_read_alike(value: Any) -> None:
    assert loads(dumps(value).encode()) == loads(dumps(value)) == value


@settings(max_examples=EXAMPLES, deadline=None)
@given(anything)
def test_whatever_is_written_is_json_in_utf8(value: Any) -> None:
    try:
        text = dumps(value)
    except TypeError:
        assert "Infinity" in repr(value)
    else:
        json.loads(text.encode("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "1.10",
        "0.0",
        "-0.0",
        "9007199254740993",
        "-123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "12345678901234567890.12345678901234567890",
        "1E+400",
        "[1.10,{\"a\":2.50}]",
        '"1.10"',
        '{"1.10":"a\\nb"}',
        '"\\\\u0000"',
    ],
)  # fmt: skip
def test_the_spelling_survives(text: str) -> None:
    assert dumps(loads(text)) == text


@pytest.mark.parametrize("text", ["1e5", "1.5e-7", "2E3"])
def test_an_exponent_keeps_its_value_and_its_digits(text: str) -> None:
    assert Decimal(dumps(loads(text))) == Decimal(text)
    assert len(dumps(loads(text))) < 10


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "[-Infinity]",
        "",
        "{",
        "[1,]",
        "{'a':1}",
        "01",
        "1e99999999999999999999",
        "9" * 5000,
    ],
)
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_bytes_that_are_no_text_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="decode"):
        loads(b'"\xff\xfe\xfa"')


@pytest.mark.parametrize("depth", [201, 1_000, 100_000])
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_deep_nesting_is_a_value_error(depth: int, begin: str, end: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        loads(begin * depth + "1" + end * depth)


def test_two_hundred_levels_are_no_trouble() -> None:
    text = "[" * 200 + "]" * 200
    assert dumps(loads(text)) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), object(), {1, 2}, b"x"])
def test_what_json_cannot_say_is_not_written(value: object) -> None:
    with pytest.raises(TypeError, match="is not JSON"):
        dumps({"a": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_floats_that_are_no_numbers_are_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps([value])


def test_a_text_is_never_taken_for_a_number() -> None:
    for text in ("\0" + "1.5" + "\0", '"\0x\0"', "\\u00001\\u0000", "\0\\u0000"):
        assert json.loads(dumps({text: [text, Decimal("1.50")]})) == {text: [text, 1.5]}


def test_half_a_surrogate_pair_is_dropped_coming_in_and_replaced_going_out() -> None:
    assert loads('"a\\ud83dz"') == "az"
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"
    assert dumps({"\ud83d": "a\udc00z"}) == '{"\ufffd":"a\ufffdz"}'


def test_names_are_cleaned_like_texts() -> None:
    assert loads('{"na\\u200bme":{"x\\u202e":"y\\u0007"}}') == {"name": {"x": "y"}}
