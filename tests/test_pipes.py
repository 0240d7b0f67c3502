"""Standard input and output as pipes: every line of any length, in any pieces, and nothing in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes are read in threads there")

LONG = 300_000


def _ran(source: IO[bytes] | int, errors: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.piped"], stdin=source, stdout=subprocess.PIPE, stderr=errors
    )


def _told(given: bytes) -> tuple[list[Any], str]:
    """What it wrote to standard output, decoded by line, and to standard error. Nothing is read before
    everything is given."""
    with _ran(subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
        process.stdin = None
        out, errors = process.communicate(timeout=60)
    return [json.loads(line) for line in out.splitlines()], errors.decode()


def test_lines_arrive_whole_whatever_their_length_and_the_last_one_needs_no_end() -> None:
    long = b'"' + b"x" * LONG + b'tail"'
    told, errors = _told(b"short\n\n" + long + b"\r\n" + "é\ud7ff".encode() + b"\xff\nlast")

    assert told == [
        [6, "short"],
        [1, ""],
        [len(long) + 2, 'xtail"'],
        [4, "é\ud7ff\ufffd"],
        [4, "last"],
        "given back",
    ]
    assert errors.split("\n") == ["astray", "astray too", ""]


def test_answers_leave_whole_though_nobody_reads_before_the_last_is_asked_for() -> None:
    """A pipe holds 64 KiB; these answers are three times as much."""
    count = 20_000
    told, _ = _told(b"ask\n" * count)

    assert told == [*[[4, "ask"]] * count, "given back"]


def test_files_and_a_shared_standard_error_are_left_to_the_sdk(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.write_bytes(b"line\n")
    with asked.open("rb") as source, _ran(source) as process:
        from_file, _ = process.communicate(timeout=60)
    with _ran(subprocess.PIPE, subprocess.STDOUT) as process:
        shared, _ = process.communicate(timeout=60)

    assert [json.loads(each) for each in (from_file, shared)] == ["left to the SDK"] * 2
