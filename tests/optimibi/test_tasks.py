"""The nine tasks that took many calls, each in three at most, in both editions.

Tools that are not shown by default are run through `call_operation`, which counts as a call. What writes is
not there yet: where a task ends with a change, everything that it needs to know is read here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.inside import World, text_of

REPORT = "/public/Retail/Sales/Outlet trading week.datafor"


class Desk:
    """A client that sees the tools of the default exposure, and counts its calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls = 0

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        self.calls += 1
        async with self.world.client() as client:
            result = await client.call_tool(tool, arguments)
        told = text_of(result)
        assert not result.is_error, told
        return told

    async def operation(self, name: str, **arguments: Any) -> dict[str, Any]:
        """One that is not a tool of its own."""
        return await self.ask("call_operation", name=name, arguments=arguments)


@pytest_asyncio.fixture(params=["newer", "older"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Desk]:
    world = World(tmp_path / "files")
    world.sandbox.platforms["optimibi"].state.edition = request.param
    yield Desk(world)
    await world.app.aclose()


def column(told: dict[str, Any], name: str) -> list[Any]:
    return [row[told["columns"].index(name)] for row in told["rows"]]


async def test_from_the_name_of_a_report_to_its_figures_and_its_link(desk: Desk) -> None:
    lineage = await desk.ask("optimibi_get_lineage", item="outlet trading week", direction="depends_on")
    model = column(lineage, "name")[0]
    fields = await desk.ask("optimibi_query_cube", model=model)
    figures = await desk.ask("optimibi_query_cube", model=model, measures=["Net amount"], levels=["Region"])

    assert lineage["about"]["path"] == REPORT
    assert "/plugin/datafor/api/integrate/" in lineage["about"]["url"]
    assert {"Net amount", "Region"} <= set(column(fields, "caption"))
    assert len(figures["rows"]) == 3
    assert desk.calls == 3


async def test_from_a_report_to_rows_of_the_tables_below(desk: Desk) -> None:
    lineage = await desk.ask("optimibi_get_lineage", item=REPORT, direction="depends_on")
    connection = column(lineage, "name")[-1]
    tables = await desk.ask("optimibi_browse_connections", connection=connection, db_schema="sales")
    table = column(tables, "name")[0]
    sample = await desk.ask("optimibi_preview_data", connection=connection, table=table, limit=3)

    assert len(sample["rows"]) == 3
    assert desk.calls == 3


async def test_what_a_change_of_a_connection_would_affect(desk: Desk) -> None:
    told = await desk.ask("optimibi_get_lineage", item="web_clicks", direction="used_by")

    assert {"model", "report"} == set(column(told, "kind"))
    assert {"WebVisits", "Campaigns"} <= set(column(told, "name"))
    assert desk.calls == 1


async def test_whether_columns_are_a_key(desk: Desk) -> None:
    columns = await desk.ask("optimibi_browse_connections", connection="retail_dw", table="store")
    key = column(columns, "name")[0]
    told = await desk.operation(
        "optimibi_check_columns_unique", connection="retail_dw", table="store", columns=[key]
    )
    sample = await desk.ask("optimibi_preview_data", connection="retail_dw", table="store", columns=[key])

    assert told["unique"] is True
    assert len({row[0] for row in sample["rows"]}) == len(sample["rows"])
    assert desk.calls == 3


async def test_a_figure_from_the_query_of_an_alert_and_by_another_level(desk: Desk) -> None:
    alerts = await desk.ask("optimibi_list_alerts", report=REPORT)
    alert = column(alerts, "name")[0]
    told = await desk.ask("optimibi_query_cube", alert=alert)
    by_city = await desk.ask("optimibi_query_cube", alert=alert, levels=["City"])

    assert len(by_city["rows"]) > len(told["rows"]) > 1
    assert desk.calls == 3


async def test_a_link_with_parameters(desk: Desk) -> None:
    known = await desk.ask("optimibi_get_report_link", report="Outlet trading week")
    region = known["known_parameters"]["sales_region"][1]
    given = {"sales_region": region, "from_date": "2026-02"}
    told = await desk.ask("optimibi_get_report_link", report=known["path"], parameters=given)

    assert told["url"].endswith(f"?sales_region={region}&from_date=2026-02")
    assert desk.calls == 2


async def test_who_may_see_a_report_and_which_rows(desk: Desk) -> None:
    """Who has a role is told by optimibi_list_users, which is asked for only where a name does not do."""
    access = await desk.operation("optimibi_get_item_acl", path=REPORT)
    by_row = await desk.operation("optimibi_list_row_rules", connection="retail_dw")
    by_column = await desk.operation("optimibi_list_object_rules", connection="retail_dw")

    assert {"user", "role", "user type"} == set(column(access, "kind"))
    for rules in (by_row, by_column):
        assert rules["rows"]
        assert all(column(rules, "grantees"))
    assert desk.calls == 3


async def test_everything_that_an_alert_is_made_of(desk: Desk) -> None:
    alerts = await desk.ask("optimibi_list_alerts", report=REPORT)
    told = await desk.operation("optimibi_get_alert", alert=column(alerts, "name")[0])

    assert {"condition", "schedule", "query"} <= told.keys()
    assert desk.calls == 2


async def test_what_an_account_can_be_given(desk: Desk) -> None:
    types = await desk.operation("optimibi_list_user_types")
    roles = await desk.operation("optimibi_list_roles", kind="business")
    users = await desk.operation("optimibi_list_users", limit=50)

    assert {"SYS_Reader", "SYS_Creator", "Administrator"} == set(column(types, "user_type"))
    assert len(roles["rows"]) == 8
    assert users["total"] == 20
    assert desk.calls == 3


async def test_whether_the_name_of_a_model_is_taken_and_what_stands_on_it(desk: Desk) -> None:
    models = await desk.operation("optimibi_list_models")
    used = await desk.ask("optimibi_get_lineage", item="StorePlan", direction="used_by")

    assert "StorePlan" in column(models, "name")
    assert "Store plan 2" not in column(models, "name")
    assert used["rows"]
    assert desk.calls == 2
