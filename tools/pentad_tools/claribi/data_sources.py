"""clariBI data sources and forecasts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pentad.models import Cursor, Id, Limit, Page, Wire
from pentad.operations import reads
from pentad.platforms.claribi import Claribi

_FALLBACK = "a fallback for instances without the v1 address"


class DataSource(Wire):
    shown: ClassVar[tuple[str, ...]] = ("id", "name", "type", "engine", "status", "last_synced_at")
    id: str
    name: str | None = None


class Forecast(Wire):
    """Members are not documented; whatever comes is shown."""

    shown: ClassVar[tuple[str, ...]] = ("id", "name", "status")


@reads("GET /api/v1/data-sources", example={"limit": 5})
async def list_data_sources(claribi: Claribi, limit: Limit = None, cursor: Cursor = None) -> Page[DataSource]:
    """Active data sources with type, engine and last sync. Paused and failing ones are
    not in this list."""
    return await claribi.page(DataSource, limit=limit, cursor=cursor)


@reads("GET /api/v1/data-sources/{data_source_id}", example={"data_source_id": "$data_source"})
async def get_data_source(claribi: Claribi, data_source_id: Id) -> DataSource:
    """One data source with its state and last sync."""
    return await claribi.get(DataSource, data_source_id=data_source_id)


@reads("GET /api/data-sources/", off=_FALLBACK, example={"status": "error"})
async def list_data_sources_unversioned(
    claribi: Claribi,
    status: Literal["active", "paused", "error"] | None = None,
    type: Literal["database", "api", "file", "cloud"] | None = None,  # noqa: A002 - the platform's word
    limit: Limit = None,
    cursor: Cursor = None,
) -> Page[DataSource]:
    """Data sources in any state, through the unversioned address; the only list with filters."""
    return await claribi.page(DataSource, limit=limit, cursor=cursor, status=status, type=type)


@reads("GET /api/data-sources/{data_source_id}/", off=_FALLBACK, example={"data_source_id": "$data_source"})
async def get_data_source_unversioned(claribi: Claribi, data_source_id: Id) -> DataSource:
    """One data source through the unversioned address; prefer claribi_get_data_source."""
    return await claribi.get(DataSource, data_source_id=data_source_id)


@reads("GET /api/v1/forecasts/", off="its path is quoted by the vendor but GET on it is inferred", example={})
async def list_forecasts(claribi: Claribi, limit: Limit = None, cursor: Cursor = None) -> Page[Forecast]:
    """Metric forecasts; their members are not documented."""
    return await claribi.page(Forecast, limit=limit, cursor=cursor)
