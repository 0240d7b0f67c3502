"""`pentad demo`, and the command line as a whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pentad as package
from tests.cli.conftest import Pentad

COMMANDS = ("serve", "demo", "sandbox", "tools", "operations", "call", "doctor", "config")


def told(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pentad", "demo"],
        env=dict(os.environ) | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=40,
        check=False,
    )


def test_the_demo_makes_eight_calls_of_which_one_fails_instructively() -> None:
    story = told()
    calls = re.findall(r"^  ([a-z_]+) \{", story.stdout, re.MULTILINE)
    failed = re.findall(r'^  (\{"error".*\})$', story.stdout, re.MULTILINE)

    assert (story.returncode, story.stderr) == (0, "")
    assert len(calls) == 8
    assert {"claribi_generate_report", "claribi_download_report", "apply_plan"} < set(calls)
    assert story.stdout.endswith("Done.\n")
    (only,) = failed
    assert json.loads(only)["error"] == "rejected"
    assert "did you mean fields?" in only


def test_the_demo_does_not_depend_on_what_the_user_has_set_up(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "pentad"
    folder.mkdir(parents=True)
    folder.joinpath("config.toml").write_text('read_only = true\n[claribi]\nauth_mode = "jwt"\n', "utf-8")

    assert told(HOME=str(tmp_path), XDG_CONFIG_HOME="").returncode == 0


def test_without_a_command_the_usage_is_shown(pentad: Pentad) -> None:
    alone = pentad()

    assert (alone.code, alone.out) == (2, "")
    assert "usage: pentad" in alone.err


def test_help_names_every_command(pentad: Pentad) -> None:
    helped = pentad("--help")

    assert (helped.code, helped.err) == (0, "")
    assert all(re.search(rf"^    {command}\b", helped.out, re.MULTILINE) for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(pentad: Pentad, command: str) -> None:
    helped = pentad(command, "--help")

    assert (helped.code, helped.err) == (0, "")
    assert f"usage: pentad {command}" in helped.out


def test_the_version_is_the_package_s(pentad: Pentad) -> None:
    assert pentad("--version").out == f"pentad {package.__version__}\n"
