"""Reports, dashboards, data sources and forecasts, and how each of them reads as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

PUBLIC = "https://claribi.com"


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Run:
    """One generation: pending until `begins`, generating until `ends`."""

    begins: float
    ends: float
    failure: str | None

    def status(self, now: float) -> str:
        if now < self.begins:
            return "pending"
        if now < self.ends:
            return "generating"
        return "completed" if self.failure is None else "failed"


@dataclass(slots=True)
class Report:
    """`works` is how many seconds a generation takes; `failure` is how each of them will end."""

    id: int
    label: str
    settled: str
    output_format: str
    created: float
    owner: dict[str, Any]
    named: bool = False
    cost: int = 2
    works: float = 3.0
    failure: str | None = None
    delivery: str = "bytes"
    rows: int = 40
    file_name: str = ""
    source_ids: tuple[int, ...] = ()
    summary: str = ""
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    template_id: str | None = None
    run: Run | None = None

    def status(self, now: float) -> str:
        return self.settled if self.run is None else self.run.status(now)

    def brief(self, now: float) -> dict[str, Any]:
        status = self.status(now)
        done = status == "completed"
        return {
            "id": self.id,
            ("name" if self.named else "title"): self.label,
            "status": status,
            "output_format": self.output_format,
            "download_url": f"{PUBLIC}/api/v1/reports/{self.id}/download" if done else None,
            "created_at": stamp(self.created),
            "updated_at": stamp(self._changed(now)),
            "owner": self.owner,
            "metrics": self.metrics,
        }

    def full(self, now: float) -> dict[str, Any]:
        status = self.status(now)
        more = {
            "summary": self.summary if status == "completed" else None,
            "data_source_ids": list(self.source_ids),
            "template_id": self.template_id,
            "credits_per_run": self.cost,
        }
        if status == "failed":
            more["error_message"] = self.failure or "Generation stopped: the data source was not reachable."
        return {**self.brief(now), **more}

    def _changed(self, now: float) -> float:
        if self.run is None:
            return self.created + 5_400
        return min(now, self.run.ends)


@dataclass(slots=True)
class Dashboard:
    id: int
    name: str
    updated: float
    widgets: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    details: dict[str, Any] = field(default_factory=dict[str, Any])

    def brief(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "status": "ready",
            "updated_at": stamp(self.updated),
            "url": f"{PUBLIC}/app/dashboards/{self.id}",
            "widget_count": len(self.widgets),
        }

    def full(self) -> dict[str, Any]:
        return {**self.brief(), **self.details, "widgets": self.widgets}

    def refresh(self, now: float) -> None:
        """Every key figure moves up by one, so that a refresh can be seen in the data."""
        self.updated = now
        for widget in self.widgets:
            if widget["type"] == "kpi" and isinstance(widget["value"], (int, Decimal)):
                widget["value"] += 1


@dataclass(frozen=True, slots=True)
class DataSource:
    id: int
    name: str
    type: str
    engine: str
    status: str
    created: float
    synced: float | None
    row_count: int

    def full(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "engine": self.engine,
            "status": self.status,
            "last_synced_at": None if self.synced is None else stamp(self.synced),
            "created_at": stamp(self.created),
            "row_count": self.row_count,
        }
