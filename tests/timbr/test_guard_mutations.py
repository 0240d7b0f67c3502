"""However a statement is dressed up, the guard's answer stays the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected
from pentad.platforms.timbr import tree
from pentad.platforms.timbr.facts import facts
from pentad.platforms.timbr.guard import Statement, guard
from pentad.platforms.timbr.lexing import Token, lex, plain
from tests.proof import EXAMPLES
from tests.timbr.attacks import REFUSED
from tests.timbr.statements import ALLOWED

GOOD = [sql for sql, _ in ALLOWED]
SELECTS = [sql for sql in GOOD if guard(sql).kind == "select"]


def _cuttable(sql: str) -> bool:
    try:
        return bool(lex(plain(sql)))
    except Rejected:
        return False


BAD = [sql for sql, _ in REFUSED if _cuttable(sql)]
# Refused for what they do, wherever they stand. The others are refused for their form: within another
# statement they may be the beginning of something else.
_HARM = """
SHOW TOKEN
SHOW TOKEN FOR bea
DROP TABLE t
DELETE FROM t
INSERT INTO t SELECT 1
UPDATE t SET a = 1
MERGE INTO t USING u ON 1 = 1
CALL p()
EXEC p
SET a = 1
COPY t FROM 'x'
GRANT a TO b
TRUNCATE t
SELECT a INTO t
SELECT a FROM t FOR UPDATE
SELECT pg_sleep(9)
SELECT `f`(1)
SELECT p.f(1)
SELECT s.NEXTVAL
SELECT * FROM csv.`/x`
SELECT * FROM read_csv('x')
"""
_AROUND = """
{good}; {harm}
{harm}; {good}
{harm};{good};
{good} {harm}
{harm} {good}
EXPLAIN {harm}
EXPLAIN ANALYZE {harm}
SELECT * FROM ({harm}) x
SELECT ({harm}) AS y
SELECT 1 AS {harm}
SELECT 1 WHERE EXISTS ({harm})
SELECT a FROM t WHERE a IN ({harm})
WITH x AS ({harm}) SELECT * FROM x
WITH x AS ({good}) {harm}
WITH {harm}
{good} UNION ALL {harm}
{good} UNION ({harm})
({harm})
DESC {harm}
SHOW {harm}
SHOW TABLES IN {harm}
"""
HARMS = st.sampled_from(_HARM.strip().splitlines())
AROUND = st.sampled_from(_AROUND.strip().splitlines())
GAPS = st.sampled_from([" ", "\n", "\t", "\r\n", "/**/", "/* ; */", " -- x\n", "  /* ' */ -- \"\n "])


def passes(sql: str) -> Statement | None:
    """The statement where it passes; every other end than a refusal is a failure of the test."""
    try:
        return guard(sql)
    except Rejected:
        return None


def dressed(draw: st.DrawFn, sql: str) -> str:
    """The same tokens with other blanks, comments and letter case between them. Only words in capitals
    change case: names keep theirs."""
    whims = random.Random(draw(st.integers(0, 2**32)))
    parts: list[str] = []
    for token in lex(plain(sql)):
        parts += [draw(GAPS) if whims.random() < 0.3 else " ", _cased(token, whims)]
    return "".join(parts)


def _cased(token: Token, whims: random.Random) -> str:
    if not token.word.isalpha() or token.text != token.word:
        return token.text
    return "".join(whims.choice([char, char.lower()]) for char in token.text)


@st.composite
def dressed_bad(draw: st.DrawFn) -> str:
    return dressed(draw, draw(st.sampled_from(BAD)))


@st.composite
def hidden_harm(draw: st.DrawFn) -> str:
    good = plain(draw(st.sampled_from(SELECTS))).rstrip("; ")
    return draw(AROUND).format(good=good, harm=dressed(draw, draw(HARMS)))


@st.composite
def dressed_good(draw: st.DrawFn) -> tuple[str, str]:
    """A statement and the same in another dress."""
    sql = draw(st.sampled_from(GOOD))
    end = draw(st.sampled_from(["", ";", " ;-- x", "\n/* x */"]))
    return sql, dressed(draw, plain(sql).rstrip("; ")) + end


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(dressed_bad())
@example("sHoW/**/tOkEn")
@example("SELECT 1 dElEtE FROM x")
def test_a_refused_statement_is_refused_in_any_dress(sql: str) -> None:
    assert passes(sql) is None


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(hidden_harm())
@example("SELECT a FROM t UNION ALL SHOW TOKEN")
@example("WITH x AS (SELECT 1) DELETE FROM t")
def test_harm_is_refused_within_and_beside_any_statement(sql: str) -> None:
    assert passes(sql) is None


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(dressed_good())
@example(("SHOW TABLES IN dtimbr", "-- x\nshow/**/TABLES\nIN--\ndtimbr;"))
def test_an_allowed_statement_means_the_same_in_any_dress(pair: tuple[str, str]) -> None:
    sql, other = pair
    kept, found = guard(sql), guard(other)
    assert [token[:2] for token in _lowered(found.text)] == [token[:2] for token in _lowered(kept.text)]
    assert replace(found, text="") == replace(kept, text="")


def _lowered(sql: str) -> list[Token]:
    return [token._replace(text=token.text.lower()) if token.word else token for token in lex(sql)]


WORDS = st.sampled_from(
    [
        *[token.text for sql in GOOD for token in lex(plain(sql))],
        *[token.text for sql in BAD for token in lex(plain(sql))],
    ]
)


@st.composite
def patched(draw: st.DrawFn) -> str:
    """An allowed select with tokens taken out, put in, or taken from elsewhere."""
    tokens = [token.text for token in lex(plain(draw(st.sampled_from(SELECTS))))]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(tokens)))
        tokens[at : at + draw(st.integers(0, 2))] = draw(st.lists(WORDS, max_size=3))
    return draw(st.sampled_from([" ", " ", ""])).join(tokens)


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(st.one_of(patched(), st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)))
@example("SELECT MAP(1)")
@example("SELECT a FROM t ORDER BY a LIMIT 1 LIMIT 2")
@example("WITH x AS (SELECT 1) FETCH SELECT 1")
def test_whatever_passes_is_bare_of_comments_and_passes_again_unchanged(sql: str) -> None:
    found = passes(sql)
    if found is None:
        return
    kinds = [token.kind for token in lex(found.text)]
    assert "comment" not in kinds
    assert ";" not in [token.text for token in lex(found.text)]
    assert found.text == found.text.strip()
    assert guard(found.text) == found
    first = lex(found.text)[0].word
    assert first in ("SELECT", "WITH", "SHOW", "DESC", "DESCRIBE", "EXPLAIN")


_BEHIND = """
DROP TABLE t
SHOW TOKEN
VALUES (1)
SELECT 1; SELECT 2
SELECT a INTO b FROM t
SELECT a FROM t FOR UPDATE
WITH x AS (DELETE FROM t) SELECT 1
WITH x AS (SHOW TOKEN) SELECT 1
SELECT pg_sleep(9)
SELECT EXPLODE(a) FROM t
SELECT * FROM UNNEST(a)
SELECT * FROM f(1)
SELECT a FROM t LATERAL VIEW EXPLODE(b) c AS d
SELECT a FROM t TABLESAMPLE (1 ROWS)
SELECT a[0], :x, x -> y FROM t
SELECT /*+ HINT */ 1
"""


@pytest.mark.parametrize("sql", _BEHIND.strip().splitlines())
def test_the_parsed_form_alone_refuses_what_is_no_plain_query(sql: str) -> None:
    with pytest.raises(Rejected):
        facts(sql)


def test_a_name_that_the_parser_made_up_is_refused() -> None:
    from sqlglot import exp

    with pytest.raises(Rejected, match="does not stand there"):
        tree.check(exp.to_identifier("a"), "SELECT a")
