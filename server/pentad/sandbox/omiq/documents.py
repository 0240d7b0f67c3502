"""The seeded workflows: which there are, whose they are, and what beside their trees is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.omiq import forests, seeding
from pentad.sandbox.omiq.access import group_id, user_id
from pentad.sandbox.omiq.panel import CHANNELS, INTERFERON, cofactors
from pentad.sandbox.omiq.records import Grant, Workflow
from pentad.sandbox.omiq.spelling import dumps, loads

ARTIFACT, FIGURE = "subset_counts.csv", "gates.png"
GATING, SUBSETS, CYTOKINES, VIEWER, EXPORT, PLOTS, STATISTICS, RAW = 2, 4, 5, 6, 7, 8, 9, 10


def workflow_id(dice: Dice, key: str) -> int:
    return dice.number(f"workflow:{key}", 246_000_000_000_000, 246_999_999_999_999)


def _task(number: int, parent: int | None, kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"id": number, "parentId": parent, "type": kind, "name": name, **settings}


def _scaling(parent: int = 0) -> dict[str, Any]:
    """One cofactor per scaled feature, the others linear. The type's name is a placeholder."""
    scaled = cofactors(CHANNELS)
    scalings = {
        channel.name: {"type": "arcsinh", "cofactor": scaled[channel.name]}
        if channel.name in scaled
        else {"type": "none"}
        for channel in CHANNELS
    }
    return _task(1, parent, "ScalingTask", "Scaling", scalings=scalings, status="FINISHED")


def _main_tasks(dice: Dice, label: str) -> list[dict[str, Any]]:
    cleaning, live = forests.cleaning(dice, label)
    limit = {"maxEvents": 1_000, "filterId": live, "perFile": True}
    return [
        _scaling(),
        cleaning.task(GATING, 1, "Clean-up"),
        _task(3, GATING, "SubsamplingTask", "1k live T cells per file", **limit),
        forests.subsets(dice, label).task(SUBSETS, 3, "T-cell subsets"),
        forests.cytokines(dice, label).task(CYTOKINES, GATING, f"Cytokines, {INTERFERON}/IL-2"),
        forests.viewer(dice, label).task(VIEWER, SUBSETS, "Figures", "GraphViewerTask"),
        _task(EXPORT, SUBSETS, "ExportDataTask", "Export for R", format="CSV"),
        _task(PLOTS, CYTOKINES, "FigureTask", "Plot sheet", dpi=Decimal("1.10")),
        _task(STATISTICS, SUBSETS, "StatisticsTask", "Subset counts", statistics=["COUNT", "MEDIAN"]),
        forests.raw(dice, label).task(RAW, None, "Unscaled look"),
        {"id": 11, "type": "NoteTask", "name": "Notes", "text": "Gates checked in März; see batch B2."},
    ]


_ARTIFACTS = [{"taskId": STATISTICS, "file": ARTIFACT}, {"taskId": PLOTS, "file": FIGURE}]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One workflow to seed: what it is called, over which dataset, whose, and its tasks."""

    name: str
    dataset: str
    grants: list[Grant]
    tasks: list[dict[str, Any]]


def _document(dice: Dice, key: str, plan: _Plan) -> dict[str, Any]:
    """With members that nobody knows, and a dataset id that is text in two of the documents."""
    number = seeding.dataset_id(dice, plan.dataset)
    document = {
        "schemaVersion": 7,
        "id": workflow_id(dice, key),
        "name": plan.name,
        "datasetId": str(number) if key in ("big", "trial") else number,
        "tasks": plan.tasks,
        **({"taskArtifacts": _ARTIFACTS} if key == "main" else {}),
        "view": {"zoom": Decimal("1.10"), "offset": [Decimal("0.50"), -12], "grid": None},
        "metadata": {"review": "open"} if key == "main" else {},
        "revision": dice.number(f"revision:{key}", 10, 900),
    }
    # As it would be read from the wire, so that what comes back can be compared with it.
    held: dict[str, Any] = loads(dumps(document))
    return held


def _plans(dice: Dice) -> dict[str, _Plan]:
    mine, theirs = _grants(dice, "analyst"), _grants(dice, "colleague")
    group = Grant("READER", group_id(dice, "Vaccine immunology"), to_group=True)
    shared = [*mine, *(Grant("READER", user_id(dice, key)) for key in ("reader", "archive")), group]
    wide = [_scaling(), forests.wide(dice, "big").task(GATING, 1, "Everything")]
    odd = [forests.odd(dice, "trial").task(1, None, "Trial gates")]
    plain = [_scaling(), forests.plain(dice, "small").task(GATING, 1, "Titration")]
    raw = [forests.raw(dice, "controls").task(1, 0, "Stain check")]
    locked, template = _main_tasks(dice, "locked"), _main_tasks(dice, "template")
    return {
        "main": _Plan("VAX-07 T-cell gating v2", "main", shared, _main_tasks(dice, "main")),
        "locked": _Plan("VAX-07 T-cell gating v3 (in progress)", "main", theirs, locked),
        "big": _Plan("VAX-07, every marker", "main", mine, wide),
        "trial": _Plan("VAX-07 clustering trial", "main", mine, odd),
        "small": _Plan("Titration/γδ gates", "small", mine, plain),
        "controls": _Plan("Stain check", "controls", theirs, raw),
        "template": _Plan("VAX template: T cells", "main", mine, template),
    }


@cache
def _planned(dice: Dice) -> dict[str, tuple[_Plan, dict[str, Any]]]:
    """The plans and their documents, which nobody changes in place."""
    return {key: (plan, _document(dice, key, plan)) for key, plan in _plans(dice).items()}


def seeded_workflows(dice: Dice, now: float) -> dict[int, Workflow]:
    made: dict[int, Workflow] = {}
    for age, (key, (plan, document)) in enumerate(_planned(dice).items(), 1):
        grants = [Grant(one.role, one.holder, one.to_group) for one in plan.grants]
        dataset = seeding.dataset_id(dice, plan.dataset)
        one = Workflow(document["id"], dataset, document, now - age * 7_200, grants)
        one.template, one.locked = key == "template", key == "locked"
        made[one.id] = one
    return made


def _grants(dice: Dice, owner: str) -> list[Grant]:
    others = [key for key in ("analyst", "sync") if key != owner]
    return [Grant("OWNER", user_id(dice, owner)), *(Grant("EDITOR", user_id(dice, key)) for key in others)]


@cache
def samples(dice: Dice) -> Mapping[str, Any]:
    """`population` lies two levels deep in the tree of `gating_task`."""
    tree, live = forests.cleaning(dice, "main")
    other = forests.cytokines(dice, "main")
    population = tree.nodes[live]["parentId"]
    return {
        "workflow": workflow_id(dice, "main"),
        "big_workflow": workflow_id(dice, "big"),
        "locked_workflow": workflow_id(dice, "locked"),
        "trial_workflow": workflow_id(dice, "trial"),
        "small_workflow": workflow_id(dice, "small"),
        "foreign_workflow": workflow_id(dice, "controls"),
        "template": workflow_id(dice, "template"),
        "gating_task": GATING,
        "subset_task": SUBSETS,
        "export_task": EXPORT,
        "artifact_task": STATISTICS,
        "artifact": ARTIFACT,
        "figure_task": PLOTS,
        "figure": FIGURE,
        "population": population,
        "population_path": "Lymphocytes/Singlets",
        "deep_population": live,
        "deep_population_path": "Lymphocytes/Singlets/Live CD3+",
        "sibling_population": next(iter(other.nodes)),
    }
