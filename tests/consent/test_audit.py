"""The audit: whole lines whatever happens, ids and nothing else of the arguments."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from pentad.consent.audit import ENDED, Audit, Entry, Outcome, read, state_folder
from pentad.models import Id, Record
from pentad.operations import writes
from pentad.text import clean
from tests.clock import ManualClock
from tests.proof import EXAMPLES

OUTCOMES: tuple[Outcome, ...] = ("done", "refused", "unknown")


@writes("POST /v1/things/{THING_ID}/parts/{part_name}/messages/{message_id}")
async def send_message(
    desk: Any,
    *,
    thing_id: str,
    part: str,
    message_id: str,
    message: str,
    readers: Annotated[list[Id] | None, Field(description="Ids.")],
    template: Id | None = None,
    extra: Any = None,
) -> Record:
    """Sends a message."""
    raise AssertionError


def entry(audit: Audit, **arguments: Any) -> Entry:
    return audit.entry(send_message, arguments, owner="local", account="acme/eu", approved="asked", plan="p")


@contextmanager
def folder() -> Generator[Path]:
    """A new one for every example of a property."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made) / "audit"


@settings(max_examples=EXAMPLES)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*OUTCOMES, None])), min_size=1, max_size=12),
    st.data(),
)
def test_every_whole_line_of_any_processes_reads_back_once_wherever_the_last_was_cut(
    steps: list[tuple[int, Outcome | None]], data: st.DataObject
) -> None:
    with folder() as here:
        clock = ManualClock()
        audits = [Audit(here, clock) for _ in range(3)]
        expected: dict[str, list[Entry]] = {}
        for process, outcome in steps:
            clock.advance(data.draw(st.sampled_from([0.0, 0.001, 61.0])))
            one = entry(audits[process], thing_id=data.draw(st.text(max_size=9).map(clean)))
            audits[process].record(one)
            expected[one.id] = [replace(one, outcome="unknown", error=ENDED)]
            if outcome is not None:
                audits[process].end(one, outcome)
                expected[one.id].append(replace(one, outcome=outcome, seconds=0.0))
        for audit in audits:
            audit.close()
        kept = _cut(_in_order(here, list(expected)), data)

        wanted = [expected[id_][lines - 1] for id_, lines in kept.items()]
        assert sorted(read(here), key=_by_id) == sorted(wanted, key=_by_id)
        assert [one.at for one in read(here)] == sorted(one.at for one in wanted)


def _by_id(one: Entry) -> str:
    return one.id


def _in_order(here: Path, ids: list[str]) -> list[Path]:
    """The files by their first entries, as their names are random."""

    def first(file: Path) -> int:
        return ids.index(json.loads(file.read_bytes().partition(b"\n")[0])["id"])

    return sorted(here.iterdir(), key=first)


def _cut(files: list[Path], data: st.DataObject) -> dict[str, int]:
    """Cut the last lines somewhere; how many whole ones there are left of each id."""
    kept: dict[str, int] = {}
    for file in files:
        *first, last, rest = file.read_bytes().split(b"\n")
        assert rest == b""
        size = data.draw(st.integers(0, len(last)))
        file.write_bytes(b"".join(line + b"\n" for line in first) + last[:size])
        for line in [*first, *[last][: size == len(last)]]:
            id_ = json.loads(line)["id"]
            kept[id_] = kept.get(id_, 0) + 1
    return kept


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_no_argument_but_the_ids_is_in_the_file(data: st.DataObject) -> None:
    ids = {"thing_id", "part", "message_id", "readers", "template"}
    strange = st.text(alphabet="abc é\n\ud800\u202e", max_size=9)
    values = {
        name: f"{mark}:{data.draw(strange)}"
        for name, mark in (("thing_id", "id1"), ("part", "id2"), ("message_id", "id3"), ("template", "id4"))
    }
    secret: Any = data.draw(st.sampled_from(["hush", ["hush"], {"hush": "hush"}, {"id": ["hush"]}]))
    with folder() as here:
        audit = Audit(here, ManualClock())
        one = entry(audit, **values, readers=["id5", "id6"], message="hush", extra=secret)
        audit.record(one)
        audit.end(one, "done")
        audit.close()
        text = "".join(file.read_text("ascii") for file in here.iterdir())
        (told,) = read(here)

    assert "hush" not in text
    assert set(told.target) == ids
    assert all(mark in text for mark in ("id1:", "id2:", "id3:", "id4:", '"readers":"id5, id6"'))


def test_the_file_is_made_with_the_first_line_and_is_for_its_user_alone(tmp_path: Path) -> None:
    here, clock = tmp_path / "state" / "audit", ManualClock(1_793_528_100.25)
    audit = Audit(here, clock)
    assert not here.exists()
    one = entry(audit)
    audit.record(one)
    clock.advance(2.5)
    audit.end(one, "refused", "rejected")
    audit.close()

    (file,) = here.iterdir()
    assert (here.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert file.name.startswith(f"20261101T101500Z-{os.getpid()}-")
    begun, ended = map(json.loads, file.read_text("utf-8").splitlines())
    assert ended == begun | {"outcome": "refused", "error": "rejected", "seconds": 2.5}
    assert begun == {
        "id": one.id,
        "at": "2026-11-01T10:15:00.250Z",
        "owner": "local",
        "account": "acme/eu",
        "operation": "send_message",
        "effect": "write",
        "reaches": None,
        "spends": None,
        "target": {},
        "plan": "p",
        "call": None,
        "approved": "asked",
        "outcome": "begun",
        "error": None,
        "seconds": None,
    }


def test_what_was_begun_just_now_is_not_taken_for_lost(tmp_path: Path) -> None:
    clock = ManualClock()
    audit = Audit(tmp_path, clock)
    audit.record(entry(audit))
    audit.close()

    assert [one.outcome for one in read(tmp_path, now=clock.time() + 59)] == ["begun"]
    assert [(one.outcome, one.error) for one in read(tmp_path, now=clock.time() + 61)] == [("unknown", ENDED)]
    assert list(read(tmp_path, since=clock.time() + 1)) == []
    assert len(list(read(tmp_path, since=clock.time()))) == 1


def test_what_no_audit_wrote_is_passed_over(tmp_path: Path) -> None:
    audit = Audit(tmp_path, ManualClock())
    one = entry(audit)
    audit.record(one)
    audit.close()
    (file,) = tmp_path.iterdir()
    line = file.read_bytes()
    file.write_bytes(b'\xff\xfe\n[1]\n{"id":"x"}\n\n' + b"[" * 99_999 + b"\n" + line[:40] + b"\n" + line)
    (tmp_path / "notes.jsonl").write_bytes(line.replace(one.id.encode(), b"other"))
    (tmp_path / "20261101T101500Z-1-00.jsonl").mkdir()

    assert [told.id for told in read(tmp_path)] == [one.id]
    assert list(read(tmp_path / "nowhere")) == []


def test_a_disk_that_fails_is_told_once_and_fails_no_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here = tmp_path / "taken"
    here.write_text("a file")
    audit = Audit(here, ManualClock())
    with caplog.at_level(logging.ERROR, "pentad"):
        for _ in range(3):
            audit.record(entry(audit))
    assert audit.failed
    assert len(caplog.messages) == 1
    assert str(tmp_path) not in caplog.text

    here.unlink()
    audit.record(entry(audit))
    assert (len(list(read(here))), audit.failed) == (1, True)
    for file in here.iterdir():
        file.unlink()
    audit.record(entry(audit))
    audit.close()
    assert len(list(read(here))) == 1


FULL = """
import resource, sys
from pathlib import Path
from pentad.consent.audit import Audit
from tests.clock import ManualClock
from tests.consent.test_audit import entry

audit = Audit(Path(sys.argv[1]), ManualClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
while not audit.failed:
    audit.record(entry(audit, thing_id="before"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
audit.record(entry(audit, thing_id="after"))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
def test_lines_stay_whole_when_the_disk_was_full_and_the_process_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", FULL, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        finally:
            process.kill()

    assert [one.target["thing_id"] for one in read(tmp_path)] == ["before"] * 3 + ["after"]


def test_the_audit_lies_where_state_belongs() -> None:
    assert state_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/pentad/audit")
    assert state_folder({"XDG_STATE_HOME": ""}) == Path.home() / ".local" / "state" / "pentad" / "audit"
