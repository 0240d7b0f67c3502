"""SQL over kept rows: exact values, nested data, words that teach, a process that can be thrown away."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected, Unavailable
from pentad.results.sources import Source
from tests.proof import EXAMPLES
from tests.results.bench import bench, source

ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"


async def test_rows_are_grouped_joined_and_unnested_in_one_statement(tmp_path: Path) -> None:
    async with bench(tmp_path) as given_:
        names = source(tmp_path, "rows_names", [{"region": "north", "name": "Nord"}])
        grouped = await given_.rows(
            "SELECT name, sum(amount) AS total, max(id) AS top "
            "FROM rows_orders JOIN rows_names USING (region) GROUP BY ALL",
            given_.orders(),
            names,
        )
        tags = await given_.rows("SELECT id, unnest(tags) AS tag FROM rows_orders", given_.orders())
        city = await given_.rows("FROM rows_orders SELECT ship.to.city WHERE id = 2", given_.orders())

    assert grouped == [{"name": "Nord", "total": Decimal("15.1"), "top": 9007199254740993}]
    assert [row["tag"] for row in tags] == ["a", "b"]
    assert city == [{"city": "Oslo"}]


async def test_values_cross_without_loss(tmp_path: Path) -> None:
    row = (
        '{"big":123456789012345678901234567890,"price":1.10,"id":"007",'
        '"key":"6BA7B810-9DAD-11D1-80B4-00C04FD430C8",'
        '"at":"2024-01-31T10:00:00Z","void":null,'
        '"none":[],"deep":{"x":[{"y":1}]},"text":"\\u00e9 \\"q\\""}'
    )
    async with bench(tmp_path) as given_:
        rows = await given_.rows("SELECT * FROM rows_x", source(tmp_path, "rows_x", [row]))
        made = await given_.rows(
            "SELECT 'nan'::DOUBLE AS n, 1/0 AS z, INTERVAL 1 MONTH AS i, 'a'::BLOB AS b, "
            "map{'k': [1.50]} AS m, 0.1 + 0.2 AS d, NULL AS u, "
            "{'a': DATE '2024-01-01'} AS s, '{\"a\":[1]}'::JSON AS j, 1 AS n"
        )

    assert rows == [
        {
            "big": 123456789012345678901234567890, "price": Decimal("1.1"), "id": "007",
            "key": "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "at": "2024-01-31T10:00:00Z", "void": None,
            "none": [], "deep": {"x": [{"y": 1}]}, "text": 'é "q"',
        }
    ]  # fmt: skip
    assert made == [
        {"n": "NaN", "z": None, "i": "1 month", "b": "YQ==", "m": {"k": [Decimal("1.50")]},
         "d": Decimal("0.3"), "u": None, "s": {"a": "2024-01-01"}, "j": {"a": [1]}, "n_1": 1}
    ]  # fmt: skip


async def test_ragged_mixed_and_empty_rows_are_tables_too(tmp_path: Path) -> None:
    async with bench(tmp_path) as given_:
        mixed = source(tmp_path, "rows_mixed", [{"a": 1}, {"a": "x", "A": 2, "": 3}, {"b": {"c": 1}}])
        empty = Source("rows_empty", source(tmp_path, "rows_empty", []).path, ("a", "b"))
        rows = await given_.rows("SELECT * FROM rows_mixed", mixed)
        told = await given_.worker.describe([mixed, empty, given_.orders()])

    assert rows[1] == {"a": "x", "A_2": 2, "column_3": 3, "b": None}
    assert rows[2]["b"] == {"c": 1}
    assert told["rows_mixed"][:2] == [("a", "JSON"), ("A_2", "HUGEINT")]
    assert told["rows_empty"] == [("a", "VARCHAR"), ("b", "VARCHAR")]
    assert dict(told["rows_orders"]) == {
        "id": "BIGINT", "region": "VARCHAR", "amount": "DECIMAL(18,1)", "day": "DATE", "tags": "VARCHAR[]",
        "ship": "STRUCT(\"to\" STRUCT(city VARCHAR))",
    }  # fmt: skip


async def test_an_answer_says_what_it_holds_and_that_there_is_more(tmp_path: Path) -> None:
    async with bench(tmp_path) as given_:
        answer, rows = await given_.answer("SELECT i FROM range(5000) r(i) ORDER BY i DESC", limit=2500)
        whole, _ = await given_.answer("SELECT i FROM range(5000) r(i)", limit=5000)

    assert (answer.columns, answer.types, answer.count, answer.more) == (("i",), ("BIGINT",), 2500, True)
    assert [row["i"] for row in rows] == list(range(4999, 2499, -1))
    assert (whole.count, whole.more) == (5000, False)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT amuont FROM rows_orders", "no column amuont. Did you mean amount?"),
        ("SELECT ship.to.ciyt FROM rows_orders", "no member ciyt in that struct. Did you mean city?"),
        ("SELECT x.id FROM rows_orders", "x qualifies a column but is no table or alias there"),
        ("SELECT * FROM rows_ordres", "no table rows_ordres. Did you mean rows_orders?"),
        (
            "SELECT region, sum(amount) FROM rows_orders",
            "region is neither grouped nor aggregated. Write GROUP BY",
        ),
        ("SELECT region::INT FROM rows_orders", "TRY_CAST"),
        ("SELECT sum(region) FROM rows_orders", "sum(VARCHAR) does not exist for these types. Cast"),
        ("SELECT list_transfrom(tags, lambda t: t) FROM rows_orders", "Did you mean list_transform"),
    ],
)
async def test_a_refusal_names_what_would_be_right(tmp_path: Path, sql: str, told: str) -> None:
    async with bench(tmp_path) as given_:
        with pytest.raises(Rejected) as refused:
            await given_.rows(sql, given_.orders())

    assert told in refused.value.message
    assert str(tmp_path) not in str(refused.value.words())
    assert not list(tmp_path.glob("answer-*"))


async def test_a_statement_that_takes_too_long_is_stopped_and_the_next_one_runs(tmp_path: Path) -> None:
    async with bench(tmp_path, timeout=1.0) as given_:
        with pytest.raises(Unavailable, match="took longer than 1 s and was stopped; narrow it"):
            await given_.rows(ENDLESS)

        assert await given_.rows("SELECT 1 AS one") == [{"one": 1}]


async def test_a_cancelled_statement_frees_the_worker_for_those_who_wait(tmp_path: Path) -> None:
    async with bench(tmp_path) as given_:
        await given_.rows("SELECT 1 AS one")
        endless = asyncio.create_task(given_.rows(ENDLESS))
        waiting = asyncio.create_task(given_.rows("SELECT 2 AS two"))
        await asyncio.sleep(0)
        endless.cancel()

        assert await waiting == [{"two": 2}]
        with pytest.raises(asyncio.CancelledError):
            await endless


async def test_a_worker_that_dies_is_told_and_replaced(tmp_path: Path) -> None:
    async with bench(tmp_path) as given_:
        await given_.rows("SELECT 1 AS one")
        # Unchecked, as the check would take its time before anything is sent to the process.
        job = {"sql": ENDLESS, "into": str(given_.into()), "limit": 1}
        running = asyncio.create_task(given_.worker.run(job, []))
        await asyncio.sleep(0)
        await given_.worker.aclose()
        with pytest.raises(Unavailable):
            await running

        assert await given_.rows("SELECT 1 AS one") == [{"one": 1}]


def test_the_serving_process_never_imports_the_database(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom pentad.results.query import Worker\n"
        "assert 'sqlglot' not in sys.modules\n"
        "async def main():\n"
        f"    worker = Worker(Path({str(tmp_path)!r}) / 'worker')\n"
        f"    await worker.query('SELECT 1', [], Path({str(tmp_path)!r}) / 'answer', 1)\n"
        "    await worker.aclose()\n"
        "asyncio.run(main())\nassert 'duckdb' not in sys.modules\n"
    )

    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program], check=False, capture_output=True, timeout=60
    )

    assert ran.returncode == 0, ran.stderr


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "é", ""]),
        st.none() | st.integers(-(2**62), 2**62),
        st.none() | st.decimals(-(10**6), 10**6, places=2).map(float),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=EXAMPLES // 10)
@given(batches=st.lists(ROWS, min_size=1, max_size=8))
def test_aggregates_are_what_python_makes_of_the_same_rows(
    batches: list[list[tuple[str, int | None, float | None]]],
) -> None:
    # A column without any value is text, which has no sum.
    asyncio.run(_compare([[*batch, ("z", 0, 0.25)] for batch in batches]))


async def _compare(batches: list[list[tuple[str, int | None, float | None]]]) -> None:
    sql = "SELECT k, count(*) AS n, sum(i) AS s, max(i) AS m, sum(d) AS d FROM {} GROUP BY k"
    with tempfile.TemporaryDirectory() as folder:
        async with bench(Path(folder)) as given_:
            for number, batch in enumerate(batches):
                kept = source(
                    Path(folder), f"rows_{number}", [dict(zip("kid", row, strict=True)) for row in batch]
                )
                rows = await given_.rows(sql.format(kept.name), kept)

                assert {row.pop("k"): list(row.values()) for row in rows} == _expected(batch)


def _expected(batch: list[tuple[str, int | None, float | None]]) -> dict[str, list[object]]:
    groups = defaultdict[str, list[tuple[int | None, float | None]]](list)
    for key, whole, part in batch:
        groups[key].append((whole, part))
    return {key: [len(rows), *_figures(rows)] for key, rows in groups.items()}


def _figures(rows: list[tuple[int | None, float | None]]) -> list[object]:
    wholes = [whole for whole, _ in rows if whole is not None]
    parts = [Decimal(str(part)) for _, part in rows if part is not None]
    return [sum(wholes) if wholes else None, max(wholes, default=None), sum(parts) if parts else None]
