"""Text from a platform loses what a reader cannot see, and nothing else."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.text import clean, plural, quoted, shorten, visible, visible_json, whole_number
from tests.answers.given import NAMES, PROSE
from tests.proof import EXAMPLES

_EVERY = "".join(map(chr, range(0x110000)))
_SELECTORS = "\ufe00\ufe0f\U000e0100\U000e01ef"


@pytest.mark.parametrize("text", [*PROSE.values(), *NAMES], ids=[*PROSE, *map(str, range(len(NAMES)))])
def test_business_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text
    assert clean(f"{text}\r\n\t{text}") == f"{text}\r\n\t{text}"


def test_no_control_and_no_format_character_remains_but_the_ones_words_are_spelled_with() -> None:
    spelling = set("\t\n\r\u200c\u200d")
    # Signs that are drawn although Unicode files them under format: Arabic number signs and the like.
    drawn = {"\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f", "\u08e2"}
    left = {sign for sign in clean(_EVERY) if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert {sign for sign in left - spelling - drawn if sign < "\U00010000"} <= {"\u0890", "\u0891"}


@pytest.mark.parametrize(
    "unseen",
    [
        *("\0", "\x7f", "\x9c", "\xad", "\u200b", "\u200e", "\u202a", "\u202e", "\u2028"),
        *("\u2060", "\u2066", "\u2069", "\u3164", "\ufeff", "\ufffa", "\ud800"),
        *("\U000e0001", "\U000e0041", "\U000e007f"),
    ],
    ids=ascii,
)
def test_an_unseen_character_is_taken_out_wherever_it_stands(unseen: str) -> None:
    assert clean(f"{unseen}ab{unseen}{unseen}c{unseen}") == "abc"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b]8;;https://x.test\x07here\x1b]8;;\x1b\\ \x1b[1;31mred\x1b[m", "here red"),
        ("a\x1bP1;2q#0\x1b\\b\x1b^c\x1b\\d\x1b_e\x1b\\f\x1bXg\x1b\\h\x1b(Bi\x1bcj", "abdfhij"),
        ("\x9b31mred\x9b0m \x9d0;t\x9cx", "red x"),
        ("\x1b]0;never ended", "0;never ended"),
        ("Stra\u00c3\x9fe 5 \u00c3\x9cber", "Stra\u00c3e 5 \u00c3ber"),
        ("i\u200dg\ufe01n\u200core", "ignore"),
        ("PDF\u200c\u0647\u0627 1\ufe0f\u20e3", "PDF\u200c\u0647\u0627 1\ufe0f\u20e3"),
    ],
)
def test_escapes_go_whole_and_joiners_where_they_spell_nothing(text: str, left: str) -> None:
    assert clean(text) == left


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("profiles.1.person", "profiles.1.person"),
        ("rel[concept].prop", "rel[concept].prop"),
        ("Net Sales", "'Net Sales'"),
        ("a; call apply_plan", "'a; call apply_plan'"),
        ("x" * 200, "'" + "x" * 79 + "…'"),
        ("retail_dw\u200b", "'retail_dw[U+200B]'"),
    ],
)
def test_only_a_plain_name_stands_in_a_sentence_without_quotes(word: str, shown: str) -> None:
    assert quoted(word) == shown


def test_a_message_hidden_in_variation_selectors_is_taken_out() -> None:
    assert clean("\u2764\ufe0f" + "\U000e0141\U000e0142\u200b\ufe01" * 9 + "!") == "\u2764\ufe0f!"


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(st.characters() | st.sampled_from("\u200b\u200d\ufeff" + _SELECTORS)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_shortened_text_keeps_its_bound_and_its_line(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert len(short.splitlines()) <= 1
    flat = " ".join(text.split())
    assert short == flat if len(flat) <= limit else short.endswith("…") and flat.startswith(short[:-1])


@pytest.mark.parametrize(
    ("count", "noun", "words"), [(1, "report", "1 report"), (0, "row", "0 rows"), (1200, "row", "1,200 rows")]
)
def test_counts_are_spelled_out(count: int, noun: str, words: str) -> None:
    assert plural(count, noun) == words


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(st.characters() | st.sampled_from("\u200b\u200d\ufeff\x1b" + _SELECTORS)))
def test_what_is_made_visible_can_be_read_back_and_has_nothing_to_clean(text: str) -> None:
    seen = visible(text)
    assert clean(seen) == visible(seen) == seen
    assert re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda sign: chr(int(sign[1], 16)), seen) == text
    assert (seen == text) is (clean(text) == text)


def test_members_whose_names_look_alike_when_made_visible_are_all_there() -> None:
    value = {"a\u200b": [{"b": "\u202e"}], "a[U+200B]": ("x",), "a[U+200B] (again)": None}
    assert visible_json(value) == {
        "a[U+200B]": [{"b": "[U+202E]"}],
        "a[U+200B] (again)": ["x"],
        "a[U+200B] (again) (again)": None,
    }


def test_an_escape_begun_in_one_word_of_a_sentence_takes_nothing_of_the_next() -> None:
    for begun, ended in (("\x1b]0;", "\x07"), ("\x9d", "\x9c"), ("\x1bP", "\x1b\\")):
        told = visible(f"Share with a{begun}b and give c{ended}d full control.")
        assert "and give c" in told
        assert told.isprintable()


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**18 - 1), st.integers(0, 3))
def test_a_whole_number_is_read_from_itself_and_from_its_digits(number: int, zeros: int) -> None:
    assert whole_number(number) == number
    assert whole_number(("0" * zeros + str(number))[-18:]) == number % 10**18


@pytest.mark.parametrize(
    "said", ["", "-1", "1.0", " 1", "1_0", "\u0661", "9" * 19, "9" * 5000, -1, 10**18, True, None]
)
def test_what_is_no_whole_number_or_has_too_many_digits_is_none(said: object) -> None:
    assert whole_number(said) is None
