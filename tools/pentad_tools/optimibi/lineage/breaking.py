"""What stops working when a model or a connection goes: told in plans before it does."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from pentad.errors import PlatformError
from pentad.operations import AnyOperation
from pentad.platforms.optimibi import Optimibi
from pentad.text import plural, quoted, several
from pentad_tools.optimibi.alerts.alerts import alerts_of, list_alerts
from pentad_tools.optimibi.lineage.dependencies import surroundings
from pentad_tools.optimibi.lineage.graphs import Node

_MOST = 5


class Broken(NamedTuple):
    """Names of models and alerts, and paths of reports; `hidden` reports may not be read."""

    models: Sequence[str]
    reports: Sequence[str]
    alerts: Sequence[str]
    hidden: int = 0

    def __str__(self) -> str:
        """Such as `2 models, 31 reports and 1 alert`."""
        counts = {"model": len(self.models), "report": len(self.reports) + self.hidden}
        told = [
            plural(count, noun) for noun, count in (counts | {"alert": len(self.alerts)}).items() if count
        ]
        return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]])) or "nothing that is known"

    def told(self) -> dict[str, str]:
        """How many of each, and the first by name."""
        every = {"models": self.models, "reports": self.reports, "alerts": self.alerts}
        named = {kind: listed(names) for kind, names in every.items() if names}
        return named | ({"reports_not_readable": str(self.hidden)} if self.hidden else {})


async def breaking(optimibi: Optimibi, kind: Literal["model", "connection"], names: Sequence[str]) -> Broken:
    """What stands on these models or connections. Reports that were not saved since release 7.05 are not
    known to any server."""
    graph = await surroundings(optimibi, kind, names)
    found: dict[str, Node] = {}
    for name in names:
        start = graph.find(kind, name)
        found |= {str(node): node for node, _ in graph.walk(start or "", "used_by")}
    models = [node.name for node in found.values() if node.kind == "model"]
    reports = [node.path for node in found.values() if node.kind == "report" and node.path]
    on_models = [*models, *(names if kind == "model" else ())]
    alerts = await _alerts(optimibi, set(on_models), set(reports))
    ends = {end for link in graph.links for end in link}
    hidden = sum(
        graph.nodes[end].kind == "report" and not graph.nodes[end].path for end in ends & set(graph.nodes)
    )
    return Broken(models, reports, alerts, hidden)


async def _alerts(optimibi: Optimibi, models: set[str], reports: set[str]) -> list[str]:
    """Alerts whose query asks one of the models, or that stand in one of the reports, where they can be
    read."""
    listing: AnyOperation = list_alerts
    with suppress(PlatformError):
        return [
            str(raw["name"])
            for raw in await alerts_of(optimibi.bound_to(listing), None)
            if raw.get("pagePath") in reports or _model_of(raw.get("qm")) in models
        ]
    return []


def _model_of(query: object) -> str | None:
    cube = query.get("cube") if isinstance(query, dict) else None
    return str(cube.get("name")) if isinstance(cube, dict) else None


def listed(names: Sequence[str]) -> str:
    """`7: A, B, C, D, E and 2 more`."""
    return f"{len(names)}: {several([quoted(name, 120) for name in names], _MOST)}"
