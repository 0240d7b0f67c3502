"""clariBI dashboards and their widgets."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from pentad.consent.plans import Preview
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
    cost=5,  # not published; it counts as a generation, which takes 2 to 5
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
    reaches="shared",
    off=_INFERRED,
    check="read claribi_get_dashboard",
    example={"dashboard_id": "$dashboard", "name": "Returns by depot"},
)
async def update_dashboard(claribi: Claribi, dashboard_id: Id, name: Name) -> Record:
    """Rename a dashboard. Answers with a plan first."""
    now = await _now(claribi, dashboard_id)
    preview = Preview(
        will=f"Rename dashboard {dashboard_id} to {name!r}.",
        slug=f"rename-dashboard-{dashboard_id[:20]}",
        body={"name": name},
        undo="rename it back",
        now=now,
    )
    renamed = await claribi.send(Detail, body={"name": name}, preview=preview, dashboard_id=dashboard_id)
    return Record(_about(renamed))


@destroys(
    "DELETE /api/v1/dashboards/{dashboard_id}",
    reaches="shared",
    off=_INFERRED,
    check="look for it with claribi_get_dashboard",
    example={"dashboard_id": "$dashboard"},
)
async def delete_dashboard(claribi: Claribi, dashboard_id: Id) -> Record:
    """Delete a dashboard for good. Answers with a plan first."""
    preview = Preview(
        will=f"Delete dashboard {dashboard_id} and its widgets.",
        slug=f"delete-dashboard-{dashboard_id[:20]}",
        body=None,
        undo="no: it is gone for good",
        now=await _now(claribi, dashboard_id),
    )
    await claribi.send(Gone, preview=preview, dashboard_id=dashboard_id)
    return Record({"deleted": dashboard_id})


async def _now(claribi: Claribi, dashboard_id: str) -> dict[str, Any]:
    """What is there to be changed, so that a plan names the right one."""
    found = await claribi.bound_to(get_dashboard).get(Detail, dashboard_id=dashboard_id)
    return {"name": found.record().get("name"), "widgets": len(found.widgets)}


@reads("GET /api/dashboards/", off="a fallback for instances without the v1 address", example={"limit": 5})
async def list_dashboards_unversioned(
    claribi: Claribi, limit: Limit = None, cursor: Cursor = None
) -> Page[Dashboard]:
    """The dashboards through the unversioned address; prefer claribi_list_dashboards."""
    return await claribi.page(Dashboard, limit=limit, cursor=cursor)


def widgets_of(dashboard: Detail) -> Page[Widget]:
    """A dashboard is read as the table of its widgets."""
    return Page(dashboard.widgets, Widget.shown, len(dashboard.widgets), about=_about(dashboard))


def _about(dashboard: Detail) -> dict[str, Any]:
    """Of a dashboard itself, without what is on it."""
    return {name: value for name, value in dashboard.record().items() if name != "widgets"}
