"""What is known about the packages that are pinned decides, and not whether somebody could be asked."""

from __future__ import annotations

import json
import re

import pytest

from tests.advisories import PINS, judged

FINE = {"name": "anyio", "version": "4.16.0", "vulns": []}
BAD = {"name": "h11", "version": "0.15.0", "vulns": [{"id": "PYSEC-2025-1"}, {"id": "GHSA-x"}]}
UNKNOWN = {"name": "private", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "required", "fails", "words"),
    [
        ([FINE, FINE], True, False, "none known in 2 of 2"),
        ([FINE, BAD, UNKNOWN], False, True, "2 known vulnerabilities: h11 0.15.0 .PYSEC-2025-1., h11 0.15.0"),
        ([FINE, UNKNOWN], False, False, "none known in 1 of 2 pinned packages; 1 could not be looked up"),
        ([FINE, UNKNOWN], True, True, "1 could not be looked up"),
        (None, False, False, "nobody could be asked"),
        (None, True, True, "nobody could be asked"),
    ],
)
def test_only_what_is_known_to_be_vulnerable_fails_unless_an_answer_is_required(
    answer: list[object] | None, required: bool, fails: bool, words: str
) -> None:
    text = None if answer is None else json.dumps({"dependencies": answer})
    told, said = judged(text, required=required)
    assert told is fails
    assert re.search(words, said)


@pytest.mark.parametrize("answer", ["", "[]", "null", "Traceback", '{"dependencies": null}'])
def test_an_answer_that_cannot_be_read_is_none(answer: str) -> None:
    assert judged(answer, required=True) == judged(None, required=True)


def test_every_package_is_pinned_to_one_version() -> None:
    lines = [line for line in PINS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
