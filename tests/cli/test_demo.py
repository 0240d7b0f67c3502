"""`pentad demo`, and the command line as a whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

import pentad as package
from tests.cli.conftest import Pentad

COMMANDS = ("serve", "demo", "sandbox", "tools", "operations", "call", "doctor", "config")
CALLS = [
    *["claribi_list_reports"] * 3,
    "claribi_generate_report",
    "claribi_download_report",
    "find_operations",
    "call_operation",
    "optimized_create_batch",
    "apply_plan",
    "optimibi_find_content",
    "optimibi_get_lineage",
    "optimibi_browse_connections",
    "optimibi_preview_data",
    *["optimibi_get_report_link"] * 2,
    "omiq_list_workflows",
    "omiq_describe_workflow",
    "omiq_list_files",
    *["omiq_summarize_population"] * 2,
    "timbr_describe",
    # Flat, nested, with each of the other five flags, and one that is not sent.
    *["timbr_run_query"] * 8,
    "claribi_list_reports",
    "timbr_run_query",
    "query_results",
    "call_operation",
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Where a user has set up something that would stop it."""
    home = tmp_path_factory.mktemp("settled")
    folder = home / ".config" / "pentad"
    folder.mkdir(parents=True)
    folder.joinpath("config.toml").write_text('read_only = true\n[claribi]\nauth_mode = "jwt"\n', "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pentad", "demo"],
        env=dict(os.environ) | {"HOME": str(home), "XDG_CONFIG_HOME": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_demo_tells_its_whole_story_whatever_is_set_up_and_its_failures_are_instructive(
    story: subprocess.CompletedProcess[str],
) -> None:
    calls = re.findall(r"^  ([a-z_]+) \{", story.stdout, re.MULTILINE)
    failed = re.findall(r'^  (\{"error".*\})$', story.stdout, re.MULTILINE)

    assert (story.returncode, story.stderr) == (0, "")
    assert calls == CALLS
    assert story.stdout.endswith("Done.\n")
    slip, value, beside, refused = failed
    assert {json.loads(error)["error"] for error in failed} == {"rejected"}
    assert "did you mean fields?" in slip
    assert "the nearest are North" in value
    assert "'CD8+' is not available at task 5" in beside
    assert "The statement was not sent: SHOW TOKEN prints API tokens." in refused


def test_the_demo_shows_what_each_flag_changes_in_the_same_order(
    story: subprocess.CompletedProcess[str],
) -> None:
    found = re.findall(r"^— (.*):\n  timbr_run_query .*\n  (\{.*\})$", story.stdout, re.MULTILINE)
    answers = {title.removeprefix("With "): json.loads(text) for title, text in found}
    flat, nested = (
        answers.pop("A flat query repeats the order for each of its lines"),
        answers["The same, nested"],
    )

    assert len(flat["rows"]) == 2
    assert nested["columns"] == ["entity_id", "po_number", "is_expedited", "total_value", "has_line[po_line]"]
    assert [line["sku"] for line in nested["rows"][0][-1]] == ["BRG-22", "SEAL-08"]
    assert answers["format_properties"]["rows"][0][3] == "$1,840.50"
    assert answers["case_sensitivity"]["columns"][1:3] == ["PO_Number", "Is_Expedited"]
    assert answers["format_booleans"]["rows"][0][2] == "true"
    assert "entity_id" not in json.dumps(answers["ignore_entity_id"]["rows"])
    assert answers["minimize_relationships"]["columns"][-1] == "has_line"


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
