"""`pentad call`: exit code 0 for an answer, 1 for an error a model would read, 2 for a call that is none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Pentad


def test_an_answer_is_one_line_of_json_and_success(pentad: Pentad) -> None:
    told = pentad("call", "claribi_list_reports", '{"limit":3}', "--sandbox")

    assert (told.code, told.err, len(told.lines)) == (0, "", 1)
    assert len(told.json["rows"]) == 3


def test_arguments_can_be_left_out(pentad: Pentad) -> None:
    assert pentad("call", "claribi_get_auth_status", "--sandbox").code == 0


def test_an_error_is_printed_as_the_model_reads_it(pentad: Pentad) -> None:
    told = pentad("call", "claribi_list_reports", '{"limti":3}', "--sandbox")

    assert (told.code, told.err) == (1, "")
    assert told.json["error"] == "rejected"
    assert "did you mean limit?" in told.json["problems"]["limti"][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{bad", "are not JSON"),
        ("", "are not JSON"),
        ("[1]", "must be a JSON object"),
        ("7", "a JSON object"),
    ],
)
def test_arguments_that_are_no_json_object_are_explained(pentad: Pentad, arguments: str, words: str) -> None:
    told = pentad("call", "claribi_list_reports", arguments, "--sandbox")

    assert (told.code, told.out) == (2, "")
    assert words in told.err
    assert told.err.count("\n") == 1


def test_an_unknown_operation_is_answered_with_the_nearest(pentad: Pentad) -> None:
    told = pentad("call", "claribi_list_report", "--sandbox")

    assert (told.code, told.out) == (2, "")
    assert "there is no operation 'claribi_list_report'" in told.err
    assert "claribi_list_reports" in told.err


def test_a_name_like_no_other_is_answered_with_where_to_look(pentad: Pentad) -> None:
    told = pentad("call", "zzzzzzzz", "--sandbox")

    assert (told.code, told.out) == (2, "")
    assert "`pentad operations`" in told.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("claribi_list_reports", "PENTAD_CLARIBI_API_KEY"),
        ("optimized_list_groups", "PENTAD_OPTIMIZED_TOKEN"),
    ],
)
def test_an_operation_of_a_platform_that_is_not_set_up_names_the_setting(
    pentad: Pentad, name: str, words: str
) -> None:
    told = pentad("call", name)

    assert told.code != 0
    assert words in told.out + told.err


def test_an_operation_that_is_not_exposed_is_answered_with_the_reason(pentad: Pentad) -> None:
    told = pentad("call", "claribi_login_user", "--sandbox")

    assert (told.code, told.out) == (2, "")
    assert "signs in" in told.err


def test_an_incomplete_account_is_explained(pentad: Pentad, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTAD_CLARIBI_AUTH_MODE", "jwt")
    told = pentad("call", "claribi_list_reports")

    assert (told.code, told.json["error"]) == (1, "auth_failed")
    assert "PENTAD_CLARIBI_EMAIL is missing" in told.json["message"]
    assert "PENTAD_CLARIBI_PASSWORD is missing" in told.json["message"]


@pytest.mark.parametrize("where", ["{}/mcp", "{}", "nonsense", ""])
def test_where_no_server_answers_it_says_so(pentad: Pentad, nowhere: str, where: str) -> None:
    told = pentad("call", "claribi_list_reports", "{}", "--url", where.format(nowhere) or "http://")

    assert (told.code, told.out) == (2, "")
    assert "pentad serve --http" in told.err
    assert "Traceback" not in told.err


def test_names_in_any_script_are_printed_whatever_the_terminal_speaks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pentad", "call", "optimized_list_groups", '{"limit":25}', "--sandbox"],
        env=dict(os.environ) | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert "Tōkyō" in done.stdout.decode("utf-8")


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "pentad", "operations"],
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=20,
            check=False,
        )

    assert done.stderr == b""
