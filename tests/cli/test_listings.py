"""`pentad tools` and `pentad operations`: what there is, with and without JSON."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from pentad import settings
from pentad.app import App
from pentad.protocol import build_server
from tests.cli.conftest import Pentad
from tests.inside import VERBS

KEYS = {
    "name",
    "platform",
    "operation_ids",
    "method",
    "path",
    "effect",
    "core",
    "exposed",
    "reason",
    "reaches",
    "spends",
    "description",
}
EXPOSURES: dict[str, dict[str, Any]] = {
    "": {},
    "--expose core": {"expose": "core"},
    "--expose lean": {"expose": "lean"},
    "--expose all": {"expose": "all"},
    "--read-only": {"read_only": True},
    "--expose all --read-only": {"expose": "all", "read_only": True},
}


@pytest.mark.parametrize("options", EXPOSURES)
async def test_tools_are_field_by_field_what_a_client_lists(pentad: Pentad, options: str) -> None:
    app = App(settings.load(sandbox=True, **EXPOSURES[options]))
    async with Client(build_server(app), cache=None) as client:
        listed = (await client.list_tools()).tools

    printed = pentad("tools", "--json", "--sandbox", *options.split())
    assert (printed.code, printed.err) == (0, "")
    assert printed.json == [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]


def test_exposures_differ_in_what_they_list(pentad: Pentad) -> None:
    def names(*options: str) -> list[str]:
        return [tool["name"] for tool in pentad("tools", "--json", "--sandbox", *options).json]

    core, lean, everything = (names("--expose", exposure) for exposure in ("core", "lean", "all"))

    assert names() == core
    assert set(lean) < set(core) < set(everything)
    assert lean == VERBS
    assert "claribi_get_usage" in set(everything) - set(core)


def test_read_only_hides_every_change(pentad: Pentad) -> None:
    open_ = pentad("tools", "--json", "--sandbox", "--expose", "all").json
    closed = pentad("tools", "--json", "--sandbox", "--expose", "all", "--read-only").json

    assert closed == [tool for tool in open_ if tool["annotations"]["readOnlyHint"]]
    assert 0 < len(closed) < len(open_)


def test_read_only_from_the_environment_hides_and_refuses(
    pentad: Pentad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_READ_ONLY", "true")
    listed = [tool["name"] for tool in pentad("tools", "--json", "--sandbox").json]
    refused = pentad("call", "claribi_generate_report", '{"report_id":"9010"}', "--sandbox")

    assert "claribi_generate_report" not in listed
    assert (refused.code, refused.json["error"]) == (1, "rejected")
    assert "read-only" in refused.json["message"]


def test_without_json_each_tool_is_a_name_and_a_sentence(pentad: Pentad) -> None:
    told = pentad("tools", "--sandbox")
    listed = pentad("tools", "--sandbox", "--json").json

    assert told.lines == [line for tool in listed for line in (tool["name"], f"    {tool['description']}")]


def test_without_a_configuration_only_the_verbs_are_listed(pentad: Pentad) -> None:
    assert [tool["name"] for tool in pentad("tools", "--json").json] == VERBS


def test_operations_are_objects_with_the_same_keys(pentad: Pentad) -> None:
    rows = pentad("operations", "--json").json

    assert {frozenset(row) for row in rows} == {frozenset(KEYS)}
    assert len({row["name"] for row in rows}) == len(rows)
    assert {row["platform"] for row in rows} == {None, *settings.PLATFORMS}


def test_every_operation_that_is_not_exposed_has_a_reason_and_no_other_has(pentad: Pentad) -> None:
    rows = pentad("operations", "--json").json

    assert [row["name"] for row in rows if bool(row["reason"]) == row["exposed"]] == []


def test_what_is_exposed_is_what_all_lists(pentad: Pentad) -> None:
    rows = pentad("operations", "--json").json
    listed = pentad("tools", "--json", "--sandbox", "--expose", "all").json
    core = pentad("tools", "--json", "--sandbox").json

    assert {row["name"] for row in rows if row["exposed"]} == {tool["name"] for tool in listed}
    assert {row["name"] for row in rows if row["core"]} == {tool["name"] for tool in core}


def test_an_operation_that_is_off_can_be_turned_on_as_its_reason_says(
    pentad: Pentad, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {row["name"]: row for row in pentad("operations", "--json").json}
    reason = rows["claribi_delete_report"]["reason"]
    assert "PENTAD_ENABLE=claribi_delete_report" in reason
    assert "PENTAD_ALLOW=destructive" in reason
    delete = ("call", "claribi_delete_report", '{"report_id":"9001"}', "--sandbox")
    assert pentad(*delete).code == 1

    monkeypatch.setenv("PENTAD_ENABLE", "claribi_delete_report")
    assert pentad(*delete).code == 1
    monkeypatch.setenv("PENTAD_ALLOW", "destructive")
    assert pentad(*delete).json["now"]["status"] == "completed"
    monkeypatch.setenv("PENTAD_CONFIRM", "never")
    assert pentad(*delete).json == {"deleted": "9001"}


def test_without_json_each_operation_is_a_line_with_its_reason(pentad: Pentad) -> None:
    told = pentad("operations")
    rows = pentad("operations", "--json").json

    assert [line.split()[0] for line in told.lines] == [row["name"] for row in rows]
    assert all(row["reason"] in line for row, line in zip(rows, told.lines, strict=True) if row["reason"])
