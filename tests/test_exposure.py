"""What is listed and what can be called: exposure, and the settings that widen or narrow it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pentad.app import App
from pentad.settings import Settings
from tests.inside import VERBS as LISTED
from tests.inside import World

VERBS = set(LISTED)


def tools(**settings: Any) -> list[str]:
    return list(App(Settings(sandbox=True, **settings)).tools)


def test_lean_lists_the_verbs_alone() -> None:
    assert set(tools(expose="lean")) == VERBS


def test_core_lists_a_few_tools_of_each_platform_and_all_lists_everything() -> None:
    core, every = set(tools()), set(tools(expose="all"))
    assert core > VERBS
    assert core < every
    assert {"export_result", "plot_result", "claribi_get_usage"} <= every - core


def test_a_few_more_tools_can_be_listed() -> None:
    more = tools(expose="lean", tools=frozenset({"claribi_get_usage", "timbr_read_*", "plot_result"}))
    assert set(more) - VERBS == {"claribi_get_usage", "timbr_read_concept", "timbr_read_view", "plot_result"}


def test_platforms_can_be_left_out() -> None:
    listed = tools(expose="all", platforms=frozenset({"timbr"}))
    assert {
        name.partition("_")[0] for name in listed if name.startswith(("timbr", "claribi", "optimized"))
    } == {"timbr"}


def test_what_is_excluded_is_not_there_whatever_else_is_set(tmp_path: Path) -> None:
    settings = {
        "expose": "all",
        "tools": frozenset({"claribi_*"}),
        "exclude": frozenset({"claribi_*_report*", "apply_plan"}),
    }
    listed = tools(**settings)
    assert not [name for name in listed if name.startswith("claribi_") and "report" in name]
    assert "apply_plan" not in listed
    assert "claribi_get_dashboard" in listed


async def test_what_is_excluded_cannot_be_called_either(tmp_path: Path) -> None:
    world = World(tmp_path / "files", exclude=frozenset({"claribi_list_*"}))
    told = await world.refused("call_operation", name="claribi_list_reports")
    await world.app.aclose()
    why = "it is excluded; the user can change that with PENTAD_EXCLUDE"
    assert told["message"] == f"claribi_list_reports is not available here: {why}."
    assert not world.sent("claribi")


async def test_a_read_only_server_has_no_verb_that_changes(tmp_path: Path) -> None:
    world = World(tmp_path / "files", read_only=True, expose="lean")
    assert set(world.app.tools) == VERBS - {"apply_plan", "change_operation"}
    await world.app.aclose()


async def test_the_list_is_the_same_each_time(world: World) -> None:
    async with world.client() as client:
        first = [tool.model_dump() for tool in (await client.list_tools()).tools]
        await client.call_tool("call_operation", {"name": "claribi_get_usage"})
        assert [tool.model_dump() for tool in (await client.list_tools()).tools] == first


def test_settings_that_name_nothing_are_told() -> None:
    app = App(
        Settings(
            sandbox=True,
            tools=frozenset({"claribi_nothing"}),
            exclude=frozenset({"oracle_*"}),
            enable=frozenset({"timbr_get_config"}),
        )
    )
    assert app.problems() == [
        "PENTAD_TOOLS names 'claribi_nothing', which is no operation here",
        "PENTAD_EXCLUDE names 'oracle_*', which is no operation here",
    ]
    alone = App(Settings(platforms=frozenset({"timbr"})))
    assert alone.problems() == ["PENTAD_PLATFORMS names 'timbr', which is not set up"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("claribi_get_usage", "it is not listed; call_operation runs it"),
        ("timbr_create_ontology", "it is not listed; change_operation runs it"),
        ("claribi_delete_report", "PENTAD_ALLOW=destructive"),
        ("claribi_login_user", "it is not exposed: signs in"),
        ("claribi_list_raports", "the nearest are claribi_list_reports"),
    ],
)
async def test_an_unlisted_tool_is_refused_with_the_way_to_it(tmp_path: Path, name: str, says: str) -> None:
    from mcp import MCPError

    world = World(tmp_path / "files")
    async with world.client() as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool(name, {})
    await world.app.aclose()
    assert says in caught.value.error.message
