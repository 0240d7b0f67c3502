"""What passes the guard and what is said of it; what does not pass and why."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from pentad.errors import Rejected
from pentad.platforms.timbr import vocabulary
from pentad.platforms.timbr.guard import guard
from tests.timbr.attacks import REFUSED
from tests.timbr.statements import ALLOWED


@pytest.mark.parametrize(("sql", "expected"), ALLOWED)
def test_a_reading_statement_passes_and_is_described(sql: str, expected: dict[str, Any]) -> None:
    found = guard(sql)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(("sql", "reason"), REFUSED)
def test_anything_else_is_refused_with_its_reason(sql: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        guard(sql)
    error = caught.value
    assert reason in error.message
    assert error.message.startswith("The statement was not sent: ")
    assert error.message.isprintable() or not sql.isascii()
    assert error.problems is not None
    assert [told in error.message for told in error.problems["sql"]] == [True]
    assert error.outcome == "none"


def _with(sql: str, word: str) -> str:
    return sql.replace("?", word)


def test_every_denied_word_is_refused_bare_and_allowed_in_backticks() -> None:
    for word in vocabulary.DENIED:
        assert guard(_with("SELECT `?`, 'x ?' FROM `dtimbr`.`?`", word)).outputs == (word, "")
        for attempt in ("SELECT ? FROM t", "SELECT a FROM ?", "SELECT a FROM t ?", "SELECT t.? FROM t"):
            with pytest.raises(Rejected, match=f"If {word} is the name of .* put it in backticks"):
                guard(_with(attempt, word))


def test_the_words_of_the_lists_do_not_contradict_one_another() -> None:
    assert {word for word in vocabulary.DENIED if word in vocabulary.FUNCTIONS} == {"IF", "REPLACE"}
    assert not vocabulary.OPENERS & (vocabulary.FUNCTIONS | vocabulary.DENIED.keys())


def test_every_type_that_the_parser_tries_twice_is_bounded() -> None:
    """Another release of the parser may know more types; twenty calls deep they would take it minutes."""
    from sqlglot.dialects.databricks import Databricks

    words = vocabulary.FUNCTIONS | vocabulary.OPENERS
    types = Databricks.Parser.TYPE_TOKENS | Databricks.Parser.NESTED_TYPE_TOKENS
    tried = {word for word in words if Databricks.Tokenizer.KEYWORDS.get(word) in types}
    assert tried <= vocabulary.DOUBLING


def test_aggregates_fold_unless_they_run_over_a_window() -> None:
    for word in vocabulary.AGGREGATES:
        of_two = word.startswith(("CORR", "COVAR", "JSON_OBJECT", "MAX_", "MIN_", "OBJECT", "REGR"))
        call = word + ("(a, 0.5)" if of_two or "PERCENTILE" in word else "(a)")
        assert guard(_with("SELECT ? FROM t", call)).folded, word
        assert not guard(_with("SELECT ? OVER (PARTITION BY b) FROM t", call)).folded, word


def test_the_guard_loads_the_parser_only_when_it_parses() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pentad.platforms.timbr.guard import guard; guard('SHOW VERSION'); "
            "sys.exit('sqlglot' in sys.modules)",
        ],
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
