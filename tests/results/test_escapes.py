"""What a statement could try: files, settings, code, other tables, and more time or memory than there is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pentad.errors import PlatformError, Rejected, Unavailable
from pentad.results import select
from tests.results.bench import bench, source
from tests.results.escapes import BOUNDED, CLOSED, REFUSED

_AT_ONCE = 5


@pytest.mark.parametrize("sql", REFUSED)
def test_an_attempt_is_refused_before_it_reaches_the_worker(tmp_path: Path, sql: str) -> None:
    with pytest.raises(Rejected) as refused:
        select.check(sql, [source(tmp_path, "rows_a", [{"a": 1}])])

    assert refused.value.problems


async def test_the_worker_itself_is_closed_to_statements_that_nobody_checked(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("token\nhush\n", "utf-8")
    async with bench(tmp_path) as given:
        kept = source(tmp_path, "rows_a", [{"a": 1}])
        await given.rows("SELECT * FROM rows_other", source(tmp_path, "rows_other", [{"b": 2}]))
        for sql in CLOSED:
            job = {"sql": sql.format(secret=secret, folder=tmp_path), "into": str(given.into()), "limit": 10}
            with pytest.raises(PlatformError) as refused:
                await given.worker.run(job, [kept])
            assert str(tmp_path) not in str(refused.value.words())
        rows = await given.rows("SELECT * FROM rows_a", kept)

    assert rows == [{"a": 1}]
    assert not list(tmp_path.glob("made*"))
    assert secret.read_text("utf-8") == "token\nhush\n"


async def test_an_unchecked_statement_sees_nothing_of_the_environment_and_no_other_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_TIMBR_TOKEN", "hush-hush")
    async with bench(tmp_path) as given:
        other = source(tmp_path, "rows_other", [{"b": 2}])
        await given.rows("SELECT * FROM rows_other", other)
        job = {"sql": "SELECT * FROM rows_other", "into": str(given.into()), "limit": 10}
        with pytest.raises(Rejected):
            await given.worker.run(job, [])
        process = given.worker.process
        environment = Path(f"/proc/{process}/environ")
        told = environment.read_bytes() if environment.exists() else b""

    assert b"hush" not in told


async def test_exhausting_statements_are_bounded_while_others_are_served(tmp_path: Path) -> None:
    served = 0

    async def serve() -> None:
        nonlocal served
        while True:
            served += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(serve())
    for start in range(0, len(BOUNDED), _AT_ONCE):
        attempts = BOUNDED[start : start + _AT_ONCE]
        ends = await asyncio.gather(*(_attempt(tmp_path / str(id(sql)), sql) for sql in attempts))
        assert dict(zip(attempts, ends, strict=True)) == dict.fromkeys(attempts, True)
    others.cancel()

    assert served > 100 * len(BOUNDED)


async def _attempt(folder: Path, sql: str) -> bool:
    """Whether the statement was stopped, without leaving an answer."""
    folder.mkdir()
    async with bench(folder, memory=96 * 2**20, disk=64 * 2**20, timeout=1.5) as given:
        with pytest.raises(Unavailable):
            await given.rows(sql)
    return not list(folder.glob("answer-*"))
