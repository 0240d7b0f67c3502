"""The objects of the platform apart from people: datasets, files, workflows, grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pentad.sandbox.omiq.panel import Channel

Kind = Literal["DATASET", "WORKFLOW"]
Role = Literal["READER", "EDITOR", "OWNER"]
RANKS: dict[str, int] = {"READER": 1, "EDITOR": 2, "OWNER": 3}


@dataclass(slots=True)
class Grant:
    """One policy: a user or a group has a role on a resource."""

    role: Role
    holder: int
    to_group: bool = False


@dataclass(slots=True)
class DataFile:
    """`settled` is the status a file ends at; before `ready` it is PROCESSING. Without `arrived` it is
    still UPLOADING. `uploaded` is what was put there, in place of seeded events."""

    id: int
    dataset: int
    name: str
    metadata: dict[str, str]
    settled: str
    panel: tuple[Channel, ...] = ()
    events: int = 0
    stimulated: bool = False
    arrived: bool = True
    ready: float = 0.0
    uploaded: Path | None = None
    display: str | None = None

    def status(self, now: float) -> str:
        if not self.arrived:
            return "UPLOADING"
        return self.settled if now >= self.ready else "PROCESSING"


@dataclass(slots=True)
class Dataset:
    id: int
    name: str
    changed: float
    tags: dict[str, str]
    grants: list[Grant]
    trashed: bool = False
    transfers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(slots=True)
class Workflow:
    """`document` is never changed in place, so that an export keeps the one that it was asked with."""

    id: int
    dataset: int
    document: dict[str, Any]
    changed: float
    grants: list[Grant]
    template: bool = False
    locked: bool = False

    @property
    def name(self) -> str:
        return str(self.document["name"])
