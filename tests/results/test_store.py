"""The store on disk: private, within its quota, and gone with its process."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pentad.errors import NotFound
from pentad.jsontext import loads
from pentad.results.draft import SMALL, Draft
from pentad.results.folder import Scratch, Unkept
from pentad.results.record import Origin, Stored
from pentad.results.store import Store
from pentad.results.tokens import estimate
from tests.answers.given import ask, gets, lists, refused, session, text
from tests.cli.processes import PIPES
from tests.clock import ManualClock

ORIGIN = Origin("claribi_list_reports", {})
KIB = 2**10
LARGE = SMALL + KIB


def store(base: Path, **how: Any) -> Store:
    return Store(ManualClock(), scratch=Scratch(base), **how)


def put(kept: Store, size: int) -> Stored:
    return kept.put([{"a": "x" * size}], ("a",), ORIGIN, "me")


def fill(draft: Draft, rows: int) -> None:
    for _ in range(rows):
        draft.add({"a": "x" * SMALL})


def folders(base: Path) -> list[Path]:
    return sorted(base.iterdir())


# --- quota and expiry


def test_memory_and_disk_share_the_quota_and_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    kept = store(tmp_path, quota=3 * LARGE + KIB)
    first, second, small = put(kept, LARGE), put(kept, LARGE), put(kept, SMALL - KIB)
    path = second.path()
    kept.get(first.handle, "me")
    put(kept, LARGE)
    assert list(kept.gone) == [second.handle]
    assert not path.exists()
    put(kept, LARGE)
    assert list(kept.gone) == [second.handle, small.handle]
    kept.close()


def test_a_result_above_the_quota_is_stopped_while_it_arrives(tmp_path: Path) -> None:
    kept = store(tmp_path, quota=8 * LARGE)
    with kept.draft((), ORIGIN, "me") as draft:
        with pytest.raises(Unkept, match="larger than the 2 MiB that results may take"):
            fill(draft, 40)
        assert draft.lines.size < 12 * LARGE
    assert [path.name for path in folders(tmp_path)[0].iterdir()] == ["lock"]
    kept.close()


def test_an_expired_result_leaves_the_disk(tmp_path: Path) -> None:
    kept = store(tmp_path, life=60)
    path = put(kept, LARGE).path()
    assert isinstance(kept.clock, ManualClock)
    kept.clock.advance(60)
    put(kept, 1)
    assert not path.exists()
    kept.close()


def test_an_hour_begins_when_a_result_is_complete(tmp_path: Path) -> None:
    kept = store(tmp_path, life=60)
    assert isinstance(kept.clock, ManualClock)
    with kept.draft((), ORIGIN, "me") as draft:
        kept.clock.advance(59)
        stored = draft.close()
    kept.clock.advance(59)
    assert kept.get(stored.handle, "me") is stored


def test_what_is_being_read_stays_until_it_was_read(tmp_path: Path) -> None:
    kept = store(tmp_path, quota=3 * LARGE, life=60)
    first = put(kept, LARGE)
    with kept.reading([first.handle], "me") as (same,):
        assert same is first
        assert isinstance(kept.clock, ManualClock)
        kept.clock.advance(61)
        second, third = put(kept, LARGE), put(kept, LARGE)
        assert first.path().exists()
        assert list(kept.kept) == [first.handle, third.handle]
    with pytest.raises(NotFound, match="no longer kept"):
        kept.get(first.handle, "me")
    assert not first.path().exists()
    assert second.handle in kept.gone
    kept.close()


def test_many_small_results_move_to_disk_before_they_fill_the_memory(tmp_path: Path) -> None:
    kept = store(tmp_path, memory=3 * SMALL)
    results = [put(kept, SMALL - KIB) for _ in range(5)]
    on_disk = [stored.lines.file is not None for stored in results]
    assert on_disk == [True, True, False, False, False]
    assert all(kept.get(stored.handle, "me")[0]["a"] for stored in results)
    kept.close()


def test_memory_is_spared_even_where_there_is_no_disk(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    kept = store(tmp_path / "taken", memory=SMALL)
    first, second = put(kept, SMALL - KIB), put(kept, SMALL - KIB)
    assert list(kept.kept) == [second.handle]
    assert list(kept.gone) == [first.handle]


def test_a_result_whose_file_was_taken_away_names_the_call_that_makes_it_again(tmp_path: Path) -> None:
    kept = store(tmp_path)
    stored = put(kept, LARGE)
    for path in folders(tmp_path)[0].iterdir():
        path.unlink()
    folders(tmp_path)[0].rmdir()
    with pytest.raises(NotFound, match="no longer kept") as caught:
        kept.get(stored.handle, "me")
    assert caught.value.words()["again"]["name"] == "claribi_list_reports"
    assert put(kept, LARGE).path().exists()
    kept.close()


# --- the folder


def test_nobody_else_can_read_what_is_kept(tmp_path: Path) -> None:
    kept = store(tmp_path / "new" / "base")
    path = put(kept, LARGE).path()
    modes = {item: stat.S_IMODE(item.stat().st_mode) for item in (path, path.parent, path.parents[1])}
    assert [*modes.values()] == [0o600, 0o700, 0o700]
    assert stat.S_IMODE((path.parent / "lock").stat().st_mode) == 0o600
    kept.close()


def test_closing_leaves_nothing_and_the_store_can_go_on(tmp_path: Path) -> None:
    kept = store(tmp_path)
    stored = put(kept, LARGE)
    growing = kept.draft((), ORIGIN, "me")
    growing.add({"a": "x" * LARGE})
    kept.close()
    assert folders(tmp_path) == []
    with pytest.raises(NotFound):
        kept.get(stored.handle, "me")
    assert put(kept, LARGE).path().exists()
    kept.close()


@contextmanager
def other_process(base: Path) -> Generator[tuple[subprocess.Popen[str], Path]]:
    """Another process with a store on the same folder, and the file it keeps."""
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys\n"
                "from pathlib import Path\n"
                "from pentad.clock import SystemClock\n"
                "from pentad.results.folder import Scratch\n"
                "from pentad.results.record import Origin\n"
                "from pentad.results.store import Store\n"
                "store = Store(SystemClock(), scratch=Scratch(Path(sys.stdin.readline().strip())))\n"
                'print(store.put([{"a": "x" * 400_000}], (), Origin("", {}), "me").path(), flush=True)\n'
                "sys.stdin.readline()\n"
            ),
        ],
        **PIPES,
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{base}\n")
            process.stdin.flush()
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_two_processes_share_no_folder_and_neither_sweeps_the_other(tmp_path: Path) -> None:
    with other_process(tmp_path) as (_, theirs):
        kept = store(tmp_path)
        ours = put(kept, LARGE).path()
        assert ours.parent != theirs.parent
        kept.close()
        assert theirs.exists()


def test_what_a_killed_process_left_is_swept_by_the_next(tmp_path: Path) -> None:
    with other_process(tmp_path) as (process, theirs):
        process.kill()
        process.wait()
        assert theirs.exists()
        kept = store(tmp_path)
        put(kept, 1)
        assert theirs.exists()
        ours = put(kept, LARGE).path()
        assert folders(tmp_path) == [ours.parent]
        kept.close()


def test_a_process_that_ends_leaves_nothing(tmp_path: Path) -> None:
    with other_process(tmp_path) as (process, theirs):
        assert theirs.exists()
        process.communicate("\n")
        assert process.returncode == 0
        assert folders(tmp_path) == []


def test_sweeping_takes_what_died_on_the_way_and_nothing_else(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    base = tmp_path / "base"
    for folder in (
        elsewhere,
        base / "results-empty",
        base / "results-dead",
        base / "results-mine",
        base / "x",
    ):
        folder.mkdir(parents=True)
    (elsewhere / "lock").touch()
    (base / "results-link").symlink_to(elsewhere)
    (base / "results-dead" / "lock").touch()
    (base / "results-dead" / "temp").mkdir()
    (base / "results-dead" / "temp" / "spilled").touch()
    (base / "results-mine" / "no lock here").touch()
    (base / "results-note").touch()
    kept = store(base)
    ours = put(kept, LARGE).path().parent.name
    left = {"results-link", "results-mine", "results-note", "x", ours}
    assert {path.name for path in folders(base)} == left
    assert (elsewhere / "lock").exists()
    kept.close()


# --- answers where nothing can be kept


async def test_a_list_is_shown_with_a_note_where_the_rest_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    kept = session(results=tmp_path / "taken")
    rows = [{"id": number, "text": "x" * 500} for number in range(900)]
    answer = await text(kept, lists(rows, "id"))
    told = loads(answer)
    assert estimate(answer) <= kept.settings.budget
    assert len(told["rows"]) + told["more"]["rows"] == 900
    assert set(told["more"]) == {"rows", "fields"}
    assert told["note"].startswith("nothing is kept for read_result: Results cannot be kept on disk here (")
    refusal = await refused(kept, lists(rows), fields=["x"])
    assert "read_result" not in refusal["message"]
    assert "result" not in refusal


@pytest.mark.parametrize("budget", [200, 1500])
async def test_a_record_is_shown_with_a_note_where_it_cannot_be_kept(tmp_path: Path, budget: int) -> None:
    kept = session(results=tmp_path, quota=1, budget=budget)
    answer = await text(kept, gets({"id": 1, "text": "x" * 2**20}))
    told = loads(answer)
    assert estimate(answer) <= budget
    assert told["id"] == 1
    assert told["note"].startswith("nothing is kept for read_result: It is larger than the 1 MiB")
    assert "more" not in told
    await kept.aclose()


async def test_settings_say_where_how_long_and_how_much(tmp_path: Path) -> None:
    clock = ManualClock()
    kept = session(clock, results=tmp_path, quota=2, keep=0.5)
    large = lists([{"id": 1, "text": "x" * LARGE}], "id")
    handle = (await ask(kept, large))["more"]["result"]
    assert len(folders(tmp_path)) == 1
    clock.advance(1799)
    assert (await ask(kept, "read_result", result=handle))["rows"] == [[1]]
    clock.advance(1)
    assert (await refused(kept, "read_result", result=handle))["error"] == "not_found"
    await kept.aclose()
    assert folders(tmp_path) == []
