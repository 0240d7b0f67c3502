"""clariBI dashboards, data sources and account."""

from __future__ import annotations

from tests.inside import World


async def test_a_dashboard_is_the_table_of_its_widgets(world: World) -> None:
    told = await world.ask("claribi_get_dashboard", dashboard_id="51")

    assert told["about"]["id"] == "51"
    assert told["columns"] == ["id", "type", "title", "value", "target"]
    assert len(told["rows"]) == told["total"]
    assert "series" in told["more"]["fields"]


async def test_a_widgets_series_can_be_read_whole(world: World) -> None:
    told = await world.ask("claribi_get_dashboard", dashboard_id="51")
    rows = await world.ask(
        "read_result", result=told["more"]["result"], fields=["title", "series"], budget=6000
    )

    assert any(series and series[0]["points"] for _, series in rows["rows"])


async def test_refreshing_returns_the_dashboard_as_it_is_then(world: World) -> None:
    before = await world.ask("claribi_get_dashboard", dashboard_id="51")
    after = await world.ask("claribi_refresh_dashboard", dashboard_id="51")

    assert after["about"]["updated_at"] != before["about"]["updated_at"]


async def test_a_renamed_dashboard_is_told_without_its_widgets(world: World) -> None:
    planned = await world.ask("claribi_update_dashboard", dashboard_id="51", name="Returns by depot")
    told = await world.ask("apply_plan", plan=planned["plan"])

    assert told["name"] == "Returns by depot"
    assert told["widget_count"] == 12
    assert "widgets" not in told


async def test_a_deleted_report_is_gone(world: World) -> None:
    planned = await world.ask("claribi_delete_report", report_id="9014")

    assert planned["will"] == "Delete report 9014, its file included."
    assert planned["now"]["status"] == "failed"
    assert planned["now"]["title"].startswith("Pipeline health")
    assert not world.sent("claribi", "DELETE")
    assert await world.ask("apply_plan", plan=planned["plan"]) == {"deleted": "9014"}
    assert (await world.refused("claribi_get_report", report_id="9014"))["error"] == "not_found"


async def test_sources_that_are_not_active_are_only_in_the_unversioned_list(world: World) -> None:
    active = await world.ask("claribi_list_data_sources", limit=100)
    failing = await world.ask("claribi_list_data_sources_unversioned", status="error")

    assert active["total"] == 10
    assert {row[4] for row in failing["rows"]} == {"error"}


async def test_what_is_off_says_how_to_turn_it_on(world: World) -> None:
    made = World(world.settings.downloads)
    off = await made.app.call("claribi_list_forecasts", {})
    destructive = await made.app.call("claribi_delete_report", {"report_id": "9001"})

    assert "PENTAD_ENABLE=claribi_list_forecasts" in off.text
    assert "PENTAD_ALLOW=destructive" in destructive.text
    assert made.sent("claribi") == []


async def test_an_untitled_report_is_made_and_generated_in_one_call(world: World) -> None:
    told = await world.ask("claribi_create_generated_report", title="Pipeline health", output_format="csv")

    assert told["status"] == "completed"
