"""Windows on a select, laid side by side, are its rows: each once, in order, and none beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.platforms.timbr.guard import Statement, guard
from tests.proof import EXAMPLES

# Each orders by something unique in the end, so that the order of all rows is fixed.
SELECTS = st.sampled_from(
    [
        "SELECT id, a FROM t ORDER BY id",
        "SELECT a AS x, id FROM t WHERE b <> 'LIMIT 3' ORDER BY x DESC NULLS LAST, id",
        "SELECT a, COUNT(*) AS n FROM t GROUP BY a ORDER BY a NULLS FIRST",
        "SELECT DISTINCT id % 7 AS r FROM t ORDER BY r",
        "SELECT id FROM t UNION ALL SELECT id + 1000 FROM t ORDER BY 1 DESC",
        "SELECT id, ROW_NUMBER() OVER (PARTITION BY a ORDER BY id) AS n FROM t ORDER BY n, id",
        "WITH u AS (SELECT id FROM t ORDER BY id DESC LIMIT 20 OFFSET 3) SELECT id FROM u ORDER BY id",
        "SELECT id FROM (SELECT id FROM t ORDER BY id LIMIT 30) AS u ORDER BY id",
        "SELECT id FROM t -- LIMIT 1\nORDER /* OFFSET 2 */ BY (id)",
    ]
)
ENDS = st.builds(
    str.format,
    st.sampled_from(
        ["", " LIMIT {0}", " LIMIT {0} OFFSET {1}", " OFFSET {1}", "\noffset {1} /* */ Limit {0}"]
    ),
    st.integers(0, 60),
    st.integers(0, 60),
)


@pytest.fixture(scope="module")
def base() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT i AS id, CASE WHEN i % 5 = 0 THEN NULL ELSE i % 4 END AS a, "
            "CASE WHEN i % 3 = 0 THEN 'LIMIT 3' ELSE 'x' END AS b FROM range(47) AS r(i)"
        )
        yield connection


def _rows(base: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return base.execute(sql).fetchall()


@settings(max_examples=EXAMPLES * 2, deadline=None)
@given(select=SELECTS, end=ENDS, sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4))
@example(select="SELECT id FROM t ORDER BY id", end=" LIMIT 5 OFFSET 2", sizes=[5])
@example(select="SELECT id FROM t ORDER BY id", end=" LIMIT 0", sizes=[1])
def test_windows_side_by_side_are_the_whole(
    base: duckdb.DuckDBPyConnection, select: str, end: str, sizes: list[int]
) -> None:
    statement = guard(f"{select}{end};")
    whole = _rows(base, statement.text)
    assert whole == _rows(base, select + end)
    found: list[tuple[Any, ...]] = []
    step = 0
    while len(found) < len(whole):
        size = sizes[step % len(sizes)]
        part = statement.window(len(found), size)
        assert part is not None
        rows = _rows(base, part)
        assert 0 < len(rows) <= size
        found += rows
        step += 1
    assert found == whole


@settings(max_examples=EXAMPLES, deadline=None)
@given(select=SELECTS, end=ENDS, offset=st.integers(0, 90), count=st.integers(0, 90))
def test_a_window_never_shows_what_the_statement_would_not(
    base: duckdb.DuckDBPyConnection, select: str, end: str, offset: int, count: int
) -> None:
    statement = guard(select + end)
    part = statement.window(offset, count)
    assert part is not None
    assert _rows(base, part) == _rows(base, statement.text)[offset : offset + count]
    again = guard(part)
    assert again.text == part
    assert again.ordering == statement.ordering


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a LIMIT 3 OFFSET 4"),
        ("SELECT a FROM t ORDER BY a LIMIT 5", "SELECT a FROM t ORDER BY a LIMIT 1 OFFSET 4"),
        ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 7 ;", "SELECT a FROM t ORDER BY a LIMIT 1 OFFSET 11"),
        ("SELECT a FROM t ORDER BY a OFFSET 7", "SELECT a FROM t ORDER BY a LIMIT 3 OFFSET 11"),
        ("SELECT a FROM t ORDER BY a LIMIT 2", "SELECT a FROM t ORDER BY a LIMIT 0 OFFSET 4"),
        ("SELECT a FROM t ORDER BY 'LIMIT 2'", "SELECT a FROM t ORDER BY 'LIMIT 2' LIMIT 3 OFFSET 4"),
        (
            "SELECT `limit` FROM t ORDER BY `offset`",
            "SELECT `limit` FROM t ORDER BY `offset` LIMIT 3 OFFSET 4",
        ),
        ("SELECT a FROM t", None),
        ("SELECT a FROM t LIMIT 5", None),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) x", None),
        ("WITH x AS (SELECT a FROM t) (SELECT a FROM x ORDER BY a)", None),
        ("SELECT RANK() OVER (ORDER BY a) FROM t", None),
        ("SELECT a FROM t ORDER BY a LIMIT 2, 5", None),
        ("SELECT a FROM t ORDER BY a LIMIT 2 + 3", None),
        ("SELECT a FROM t ORDER BY a LIMIT 2 OFFSET 1 + 1", None),
        ("SELECT a FROM t ORDER BY a LIMIT ALL", None),
        ("SELECT a FROM t ORDER BY a OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY", None),
        ("SELECT a FROM t LIMIT 5 ORDER BY a", None),
        ("SELECT limit FROM t ORDER BY limit", None),
        ("EXPLAIN SELECT a FROM t ORDER BY a", None),
        ("SHOW VERSION", None),
    ],
)
def test_a_window_is_cut_out_of_the_text_or_not_at_all(sql: str, part: str | None) -> None:
    assert guard(sql).window(4, 3) == part


@pytest.mark.parametrize(
    ("text", "limit", "offset"),
    [
        ("SELECT a FROM t ORDER BY a LIMIT 5", None, 0),
        ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 1", 5, 0),
        ("SELECT a FROM t ORDER BY a LIMIT 6 LIMIT 5", 5, 0),
    ],
)
def test_no_window_is_cut_where_text_and_parsed_form_disagree(
    text: str, limit: int | None, offset: int
) -> None:
    assert Statement(text, "select", ordering=("a",), limit=limit, offset=offset).window(0, 3) is None


@pytest.mark.parametrize(("offset", "count"), [(-1, 1), (1, -1)])
def test_a_window_does_not_begin_before_the_rows(offset: int, count: int) -> None:
    with pytest.raises(ValueError, match="begins at 0"):
        guard("SELECT a FROM t ORDER BY a").window(offset, count)
