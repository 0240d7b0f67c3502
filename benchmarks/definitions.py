"""What the definitions of the tools cost before anything is asked.

`python -m benchmarks.definitions --write` records the figure of each tool; a test compares with it, so that
no definition grows unnoticed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table
from benchmarks.tokens import count
from pentad.app import App
from pentad.catalogue import catalogue
from pentad.operations import AnyOperation
from pentad.protocol import entry
from pentad.settings import EFFECTS, Settings

CORE = 2_500
LEAN = 1_000
ONE = 220
PERMITTED = "all, permitted"
GROWTH = 1.05
RECORD = Path(__file__).with_name("definitions.json")

Costs: TypeAlias = Mapping[str, Mapping[str, int]]


def costs() -> Costs:
    """Tokens by exposure, then by tool; the last exposure is `all` with everything switched on."""
    core = Settings(sandbox=True)
    everything = replace(core, expose="all")
    off = frozenset(row["name"] for row in catalogue() if not row["exposed"])
    exposures = {
        "core": core,
        "lean": replace(core, expose="lean"),
        "all": everything,
        PERMITTED: replace(everything, allow=frozenset(EFFECTS), enable=off),
    }
    return {
        exposure: {name: count(definition(op)) for name, op in App(settings).tools.items()}
        for exposure, settings in exposures.items()
    }


def definition(operation: AnyOperation) -> str:
    """A tool as hosts hand it to a model: name, description and input schema as compact JSON."""
    listed = entry(operation)
    told = {"name": listed.name, "description": listed.description, "input_schema": listed.input_schema}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def table(found: Costs) -> Table:
    each = found[PERMITTED]
    rows = [
        (name, *(f"{tools[name]:,}" if name in tools else "" for tools in found.values()))
        for name in sorted(each, key=lambda name: (name not in found["core"], name))
    ]
    rows.append(("total", *(f"{sum(tools.values()):,}" for tools in found.values())))
    rows.append(("budget", f"{CORE:,}", f"{LEAN:,}", "", ""))
    return Table(
        "Definitions, in tokens",
        ("tool", *found),
        rows,
        (f"The longest definition has {max(each.values())} tokens; one may have {ONE}.",),
    )


async def measured(_: Path) -> Figures:
    found = costs()
    core, lean = (sum(found[exposure].values()) for exposure in ("core", "lean"))
    longest = max(found[PERMITTED].values())
    return Figures(
        [
            Promise("definitions, core", f"≤ {CORE:,} tokens", f"{core:,}", core <= CORE),
            Promise("definitions, lean", f"≤ {LEAN:,} tokens", f"{lean:,}", lean <= LEAN),
            Promise("one definition", f"≤ {ONE} tokens", str(longest), longest <= ONE),
        ],
        [table(found)],
    )


def recorded() -> dict[str, int]:
    """Tokens of each tool when they were last written down."""
    figures: dict[str, int] = json.loads(RECORD.read_text("utf-8"))
    return figures


def grown(each: Mapping[str, int], before: Mapping[str, int]) -> list[str]:
    """Tools whose definition grew beyond its recorded figure, is not recorded, or is recorded and gone."""
    larger = [name for name, tokens in each.items() if tokens > before.get(name, 0) * GROWTH]
    return sorted({*larger, *(before.keys() - each.keys())})


if __name__ == "__main__":
    found = costs()
    if "--write" in sys.argv:
        RECORD.write_text(json.dumps(dict(sorted(found[PERMITTED].items())), indent=1) + "\n", "utf-8")
    print(table(found).text())
