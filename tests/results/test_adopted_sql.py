"""SQL over a CSV file that is a result: the types it was given, and the rows that Python reads."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Unavailable
from pentad.jsontext import loads
from pentad.results import reading
from pentad.results.locks import Limits
from pentad.results.query import DISK, MEMORY, TIMEOUT
from pentad.results.sources import Source
from tests.answers.given import ask, refused, session
from tests.proof import EXAMPLES
from tests.results.bench import bench
from tests.results.tables import ORIGIN, adopted, made, written

MIXED = [
    ["1", "0.5", "9007199254740993", "", "1", "123456789012345678901", 'a "b",\r\nc'],
    ["0", "", "2", "n/a", "", "-1", ""],
    ["1", "-1e-3", "", "3", "", "", "é"],
]
COLUMNS = ["flag", "x", "id", "note", "Odd", "big", "odd"]


async def test_numbers_are_whole_or_doubles_and_empty_texts_stay_texts(tmp_path: Path) -> None:
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", COLUMNS, MIXED), COLUMNS[:-1])
    source = Source.of(stored)
    async with bench(tmp_path) as given_:
        told = (await given_.worker.describe([source]))[source.name]
        rows = await given_.rows(f"SELECT * FROM {source.name}", source)
        sums = await given_.rows(
            f"SELECT sum(flag) AS f, sum(x) AS x FROM {source.name} WHERE odd_7 <> ''", source
        )

    assert told == [
        ("flag", "BIGINT"), ("x", "DOUBLE"), ("id", "BIGINT"), ("note", "VARCHAR"), ("Odd", "BIGINT"),
        ("big", "HUGEINT"), ("odd_7", "VARCHAR"),
    ]  # fmt: skip
    assert [list(row.values()) for row in rows] == [
        [1, Decimal("0.5"), 9007199254740993, None, 1, 123456789012345678901, 'a "b",\r\nc'],
        [0, None, 2, "n/a", None, -1, ""],
        [1, Decimal("-0.001"), None, "3", None, None, "é"],
    ]
    assert sums == [{"f": 2, "x": Decimal("0.499")}]


async def test_digits_that_no_type_holds_stay_text(tmp_path: Path) -> None:
    rows = [["9" * 40, "1e300", "NaN", "1"], ["1", "-5", "2.5", "-9223372036854775808"]]
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", [*"abcd"], rows), "abcd")
    source = Source.of(stored)
    async with bench(tmp_path) as given_:
        told = (await given_.worker.describe([source]))[source.name]
        found = await given_.rows(f"SELECT * FROM {source.name}", source)

    assert dict(told) == {"a": "VARCHAR", "b": "DOUBLE", "c": "DOUBLE", "d": "BIGINT"}
    assert [*found[0].values()] == ["9" * 40, Decimal("1e300"), "NaN", 1]
    assert found[1]["d"] == -(2**63)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "", "é,", '"', "x\ny", "\r", "\r\n"]),
        st.none() | st.integers(-(2**40), 2**40),
        st.none() | st.decimals(-(10**6), 10**6, places=2),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=EXAMPLES // 2)
@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]), cut=st.booleans())
def test_aggregates_are_what_python_makes_of_the_same_rows(
    rows: list[tuple[str, int | None, Decimal | None]], end: str, *, cut: bool
) -> None:
    told = [[k, *("" if value is None else str(value) for value in rest)] for k, *rest in rows]
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder, "a.csv"), ["k", "i", "d"], told, end)
        if cut:
            file.write_bytes(file.read_bytes().removesuffix(end.encode()))
        stored = asyncio.run(adopted(made(Path(folder)), file, {"i", "d"}))
        found = grouped(Path(folder), Source.of(stored))
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in stored:
            groups.setdefault(row["k"], []).append(row)

    assert {row["k"]: (row["n"], row["i"], row["s"] or 0) for row in found} == {
        key: (len(of), sum(row["i"] is not None for row in of), sum(row["i"] or 0 for row in of))
        for key, of in groups.items()
    }
    for row in found:
        assert float(row["d"] or 0) == pytest.approx(float(sum(each["d"] or 0 for each in groups[row["k"]])))


def grouped(folder: Path, source: Source) -> list[dict[str, Any]]:
    """What the worker's job answers, done in this process."""
    sql = "SELECT k, count(*) AS n, count(i) AS i, sum(i) AS s, sum(d) AS d FROM {} GROUP BY k"
    into = folder / "answer"
    job = {"sql": sql.format(source.name), "into": str(into), "limit": 1000}
    given_ = {**asdict(source), "path": str(source.path)}
    reading.query(folder, {**job, "sources": [given_]}, Limits(MEMORY, DISK, TIMEOUT))
    return [loads(line) for line in into.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_rows_with_line_breaks_are_the_same_over_many_blocks(tmp_path: Path, end: str) -> None:
    odd = ["a\nb", "plain", "c\r\nd,", '"', ""]
    rows = [[str(at), odd[at % 5], "x" * 90] for at in range(60_000)]
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", ["n", "t", "x"], rows, end), {"n"})
    async with bench(tmp_path) as given_:
        found = await given_.rows(
            f"SELECT t, count(*) AS n, sum(n) AS s FROM {stored.handle} GROUP BY t", Source.of(stored)
        )
        first = await given_.rows(f"SELECT n FROM {stored.handle} LIMIT 3 OFFSET 50000", Source.of(stored))

    assert Counter({row["t"]: row["n"] for row in found}) == Counter(row[1] for row in rows)
    assert sum(row["s"] for row in found) == sum(range(60_000))
    assert [row["n"] for row in first] == [50_000, 50_001, 50_002]


async def test_sql_sees_no_more_of_a_text_than_its_rows_show(tmp_path: Path) -> None:
    rows = [["a\u202eb", "hunter2", "1"], ["x", "", "2"], ["password=hunter2", "é", "\u200b3"]]
    stored = await adopted(made(tmp_path), written(tmp_path / "a.csv", ["t", "api_key", "n"], rows), {"n"})
    async with bench(tmp_path) as given_:
        found = await given_.rows(f"SELECT * FROM {stored.handle}", Source.of(stored))
        lengths = await given_.rows(
            f"SELECT sum(length(api_key)) AS n FROM {stored.handle}", Source.of(stored)
        )

    assert [{**row, "n": str(row["n"])} for row in found] == [{**row, "n": str(row["n"])} for row in stored]
    assert lengths == [{"n": 2 * len("(secret)")}]


@pytest.mark.parametrize("text", ["a,b\n1,3\n", "a,b\n1,2\n3,4\n", None])
async def test_a_file_that_changed_is_an_error_and_not_other_rows(tmp_path: Path, text: str | None) -> None:
    file = written(tmp_path / "a.csv", ["a", "b"], ["12"])
    source = Source.of(await adopted(made(tmp_path), file, {"a"}))
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
        os.utime(file, ns=(0, 0))
    async with bench(tmp_path) as given_:
        with pytest.raises(Unavailable, match="changed by another program since it was fetched") as told:
            await given_.rows(f"SELECT * FROM {source.name}", source)
        assert await given_.rows("SELECT 1 AS one") == [{"one": 1}]
    assert str(tmp_path) not in str(told.value.words())


async def test_verbs_work_on_a_csv_file_until_it_changes(tmp_path: Path) -> None:
    here = session(results=tmp_path / "kept", downloads=tmp_path / "files")
    file = written(tmp_path / "a.csv", ["n", "pop"], [[str(n), f"p{n % 3}"] for n in range(900)])
    stored = await here.store.adopt(file, {"n"}, (), ORIGIN, here.owner, left=lambda: 9.0)
    page = await ask(here, "read_result", result=stored.handle, cursor="899")
    sums = await ask(
        here, "query_results", sql=f"SELECT pop, sum(n) AS n FROM {stored.handle} GROUP BY 1 ORDER BY 1"
    )
    saved = await ask(here, "export_result", result=stored.handle, format="parquet")
    with duckdb.connect() as database:
        (total,) = database.execute("SELECT sum(n) FROM read_parquet(?)", [saved["path"]]).fetchone() or (0,)
    file.write_text("n,pop\n")
    gone = await refused(here, "query_results", sql=f"SELECT 1 FROM {stored.handle}")
    await here.aclose()

    assert page["rows"] == [[899, "p2"]]
    assert sums["rows"] == [["p0", 134_550], ["p1", 134_850], ["p2", 135_150]]
    assert total == sum(range(900))
    assert gone["again"]["name"] == "omiq_export_events"
    assert file.exists()


PROGRAM = """
import asyncio, resource, sys
from pathlib import Path
from pentad.clock import SystemClock
from pentad.results import select
from pentad.results.folder import Scratch
from pentad.results.query import Worker
from pentad.results.record import NOWHERE
from pentad.results.sources import Source
from pentad.results.store import Store

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main(file, base):
    store = Store(SystemClock(), scratch=Scratch(base))
    worker = Worker(store.scratch.place("sql"))
    select.check("SELECT 1", [])
    before = peak()
    stored = await store.adopt(file, {"x", "y"}, (), NOWHERE, "me", left=lambda: 60.0)
    assert stored[len(stored) // 2]["x"] == 1.25
    answer = base / "answer"
    sql = f"SELECT count(*) AS n, sum(x) AS x FROM {stored.handle}"
    await worker.query(sql, [Source.of(stored)], answer, 9)
    await worker.aclose()
    print(len(stored), answer.read_text().strip(), peak() - before, "duckdb" in sys.modules)
    store.close()

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def test_a_large_file_takes_the_serving_process_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("w") as out:
        out.write('"x","y","label"\n')
        for _ in range(400):
            out.write(
                '1.25,-0.5,"a population with a name of its own, and a comma in it, to have some length"\n'
                * 1600
            )
    base = tmp_path / "kept"
    base.mkdir()
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PROGRAM, str(file), str(base)], check=False, capture_output=True, timeout=120
    )
    rows, answer, grown, heavy = ran.stdout.decode().split()

    assert file.stat().st_size > 50 * 10**6
    assert (rows, answer, heavy) == ("640000", '{"n":640000,"x":800000.0}', "False"), ran.stderr
    # KiB; the file has fifty thousand.
    assert int(grown) < 8 * 1024
