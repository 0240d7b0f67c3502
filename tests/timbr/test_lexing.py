"""Tokens are cut where every dialect cuts them, and the parser that reads the text after us agrees."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected
from pentad.platforms.timbr.lexing import LONGEST, LOOKALIKES, Token, lex, plain
from tests.proof import EXAMPLES

# Pieces that are sharp at their edges: any row of them may open or close something else.
_ASCII = (
    "' \" ` '' \"\" -- /* */ /*! # // \\ ; a e N _ 1 1.5 . ( ) , * - / | || : :: < = > [ ] ~ $ { @ & ${ {{"
)
_OTHERS = [" ", "-- ", "\n", "\r", "\t", "\xe9", "\xa0", "\u200b", "\u2028", "\u02bc", "\x00", "\ud800"]
PIECES = st.sampled_from([*_ASCII.split(), *_OTHERS])
SHARP = st.lists(PIECES, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SELECT a.b", ["word", "word", "sign", "word"]),
        ("1 2.50 3e5 4.0E-7", ["number"] * 4),
        ('\'it\'\'s\' "a ""no"" b" `a[b*2].c d`', ["text", "double", "name"]),
        ("''", ["text"]),
        ("a<=b||c::d<>e", ["word", "sign", "word", "sign", "word", "sign", "word", "sign", "word"]),
        ("(*),;", ["sign"] * 5),
        ("5-- x", ["number", "comment"]),
        ("5 -/* x */- 3", ["number", "sign", "comment", "sign", "number"]),
        ("--", ["comment"]),
        ("/**/ /***/ /*/ */", ["comment"] * 3),
        ("-- a /* b\n1", ["comment", "number"]),
        ("/* -- */ 1", ["comment", "number"]),
        ("-- a\r1", ["comment", "number"]),
    ],
)
def test_text_is_cut_into_tokens(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in lex(text)] == kinds


def test_a_quoted_word_is_no_word() -> None:
    assert [token.word for token in lex("select 'drop' `drop` \"drop\" 1")] == ["SELECT", "", "", "", ""]
    assert [token.inner for token in lex("select 'drop' `drop` \"drop\" 1")] == ["select", *["drop"] * 3, "1"]


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(SHARP)
@example("'a'/**/'b'")
@example("a/**/b-/**/-c")
@example("-/**/- DROP")
@example("/*/ ' */ '")
def test_tokens_cover_the_text_and_comments_are_gone_from_what_is_plain(text: str) -> None:
    try:
        tokens = lex(text)
    except Rejected:
        return
    at = 0
    for token in tokens:
        assert not text[at : token.start].strip(" \t\r\n")
        assert text.startswith(token.text, token.start)
        at = token.start + len(token.text)
    assert not text[at:].strip(" \t\r\n")
    bare = plain(text)
    kept = [token[:2] for token in tokens if token.kind != "comment"]
    assert [token[:2] for token in lex(bare)] == kept
    assert plain(bare) == bare


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(SHARP)
@example("'it''s'\"a\"")
@example("'a' /* ' */ 'b'")
@example("a::b<=>c")
def test_the_parser_cuts_the_same_text_at_the_same_places(text: str) -> None:
    """Its tokens may be longer (GROUP BY) or shorter ('it' 's'), but quoted is quoted and bare is bare."""
    import sqlglot

    try:
        tokens = lex(plain(text))
    except Rejected:
        return
    ours = {at for token in tokens if token.kind in ("text", "double", "name") for at in _span(token)}
    words = {at for token in tokens if token.kind == "word" for at in _span(token)}
    for token in sqlglot.tokenize(plain(text), dialect="databricks"):
        span = set(range(token.start, token.end + 1))
        assert not token.comments
        assert span <= ours if token.token_type.name in ("STRING", "IDENTIFIER") else not span & ours
        assert token.token_type.name != "HINT"
        assert not span & words or span <= words | _blanks(plain(text))


def _span(token: Token) -> range:
    return range(token.start, token.start + len(token.text))


def _blanks(text: str) -> set[int]:
    return {at for at, char in enumerate(text) if char in " \t\r\n"}


def test_quotes_that_another_layer_makes_of_other_characters_are_known() -> None:
    normalized = {
        chr(code)
        for code in range(128, 0x110000)
        for form in ("NFC", "NFKC")
        if set("'\"`\\;") & set(unicodedata.normalize(form, chr(code)))
    }
    assert normalized <= LOOKALIKES
    assert "\u2019" not in LOOKALIKES


def test_a_text_may_be_as_long_as_told() -> None:
    assert len(lex("a" * LONGEST)) == 1
    with pytest.raises(Rejected, match="longer than"):
        lex("a" * (LONGEST + 1))
