"""clariBI dashboards and their widgets."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from pentad.models import Cursor, Id, Limit, Page, Record, Wire
from pentad.operations import destroys, reads, writes
from pentad.platforms.claribi import Claribi

_INFERRED = "its path is inferred from a permission, not documented"
Name = Annotated[str, Field(min_length=1, max_length=300)]


class Dashboard(Wire):
    shown: ClassVar[tuple[str, ...]] = ("id", "name", "status", "updated_at")
    id: str
    name: str | None = None


class Widget(Wire):
    shown: ClassVar[tuple[str, ...]] = ("id", "type", "title", "value", "target")
    id: str | None = None


class Detail(Dashboard):
    widgets: list[Widget] = Field(default_factory=list)


class Gone(Wire):
    """The answer to a deletion: anything or nothing."""


@reads("GET /api/v1/dashboards", core=True, example={"limit": 5})
async def list_dashboards(claribi: Claribi, limit: Limit = None, cursor: Cursor = None) -> Page[Dashboard]:
    """Dashboards of the organisation with id and name, and how many there are; widgets come with
    claribi_get_dashboard."""
    return await claribi.page(Dashboard, limit=limit, cursor=cursor)


@reads("GET /api/v1/dashboards/{dashboard_id}", core=True, example={"dashboard_id": "$dashboard"})
async def get_dashboard(claribi: Claribi, dashboard_id: Id) -> Page[Widget]:
    """One dashboard (`about`) and its widgets as rows: kind, title, value, target; series and the like by
    `fields` or with read_result."""
    found = await claribi.get(Detail, dashboard_id=dashboard_id)
    return widgets_of(found)


@writes(
    "POST /api/v1/dashboards/{dashboard_id}/refresh",
    spends="credits",
    budget="generation",
    check="read claribi_get_dashboard and compare updated_at",
    example={"dashboard_id": "$dashboard"},
)
async def refresh_dashboard(claribi: Claribi, dashboard_id: Id) -> Page[Widget]:
    """Recompute a dashboard's data from its sources (spends credits) and return it as it is then."""
    await claribi.send(Wire, dashboard_id=dashboard_id)
    return await get_dashboard(claribi, dashboard_id)


@writes(
    "POST /api/v1/dashboards",
    off=_INFERRED,
    check="look through claribi_list_dashboards",
    example={"name": "Returns by warehouse"},
)
async def create_dashboard(claribi: Claribi, name: Name) -> Dashboard:
    """Create an empty dashboard."""
    return await claribi.send(Dashboard, body={"name": name})


@writes(
    "PATCH /api/v1/dashboards/{dashboard_id}",
    off=_INFERRED,
    check="read claribi_get_dashboard",
    example={"dashboard_id": "$dashboard", "name": "Returns by depot"},
)
async def update_dashboard(claribi: Claribi, dashboard_id: Id, name: Name) -> Dashboard:
    """Rename a dashboard."""
    return await claribi.send(Dashboard, body={"name": name}, dashboard_id=dashboard_id)


@destroys(
    "DELETE /api/v1/dashboards/{dashboard_id}",
    off=_INFERRED,
    check="look for it with claribi_get_dashboard",
    example={"dashboard_id": "$dashboard"},
)
async def delete_dashboard(claribi: Claribi, dashboard_id: Id) -> Record:
    """Delete a dashboard for good."""
    await claribi.send(Gone, dashboard_id=dashboard_id)
    return Record({"deleted": dashboard_id})


@reads("GET /api/dashboards/", off="a fallback for instances without the v1 address", example={"limit": 5})
async def list_dashboards_unversioned(
    claribi: Claribi, limit: Limit = None, cursor: Cursor = None
) -> Page[Dashboard]:
    """The dashboards through the unversioned address; prefer claribi_list_dashboards."""
    return await claribi.page(Dashboard, limit=limit, cursor=cursor)


def widgets_of(dashboard: Detail) -> Page[Widget]:
    """A dashboard is read as the table of its widgets."""
    about = {name: value for name, value in dashboard.record().items() if name != "widgets"}
    return Page(dashboard.widgets, Widget.shown, len(dashboard.widgets), about=about)
