"""The parts of the documentation that are generated: run with --write to renew them, checked by a test.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import definitions

from pentad import platforms
from pentad.catalogue import catalogue
from pentad.options import GENERAL
from pentad.settings import PLATFORMS
from tests import generated_timbr

ROOT = Path(__file__).parent.parent
FILES = ("README.md", "docs/exposure.md", "docs/operations.md", "docs/timbr.md")


def settings_table() -> str:
    """Every setting with its meaning and default, the general ones first."""
    rows = ["| Variable | Meaning | Default |", "| --- | --- | --- |"]
    rows += [f"| `PENTAD_{name.upper()}` | {meaning} | {default} |" for name, meaning, default in GENERAL]
    for platform in map(platforms.load, PLATFORMS):
        for setting in platform.settings:
            choices = f": {', '.join(f'`{choice}`' for choice in setting.choices)}" if setting.choices else ""
            meaning = f"{platform.label}: {setting.meaning}{choices}{' (secret)' if setting.secret else ''}"
            rows.append(f"| `{platform.variable(setting.name)}` | {meaning} | {setting.default or '-'} |")
    return "\n".join(rows)


def core_table() -> str:
    """The tools listed by default."""
    rows = ["| Tool | Effect | What it does |", "| --- | --- | --- |"]
    rows += [
        f"| `{row['name']}` | {_effect(row)} | {row['description']} |" for row in catalogue() if row["core"]
    ]
    return "\n".join(rows)


def exposures_table() -> str:
    """What each exposure lists, and what that costs before a question is asked."""
    rows = ["| Exposure | Tools | Tokens of definitions |", "| --- | ---: | ---: |"]
    for name, tools in definitions.costs().items():
        rows.append(f"| {name} | {len(tools)} | {sum(tools.values()):,} |")
    return "\n".join(rows)


def operations_table() -> str:
    """Every operation, exposed or not."""
    rows = ["| Operation | Endpoint | Effect | Exposed |", "| --- | --- | --- | --- |"]
    for row in catalogue():
        endpoint = f"`{row['method']} {row['path']}`" if row["method"] else "-"
        exposed = ("core" if row["core"] else "yes") if row["exposed"] else f"no: {row['reason']}"
        rows.append(f"| `{row['name']}` | {endpoint} | {_effect(row)} | {exposed} |")
    return "\n".join(rows)


def _effect(row: Mapping[str, object]) -> str:
    marks = [row["effect"] or "-"]
    marks += [f"reaches {row['reaches']}"] if row["reaches"] else []
    marks += [f"spends {row['spends']}"] if row["spends"] else []
    return ", ".join(map(str, marks))


PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "core": core_table,
    "operations": operations_table,
    "exposures": exposures_table,
    "timbr_flags": generated_timbr.flags_table,
    "timbr_examples": generated_timbr.examples,
    "timbr_refused": generated_timbr.refused_table,
}


def renewed(text: str) -> str:
    """The document with every generated part as it should be."""

    def part(found: re.Match[str]) -> str:
        return f"<!-- generated: {found[1]} -->\n{PARTS[found[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", part, text, flags=re.DOTALL)


if __name__ == "__main__" and "--write" in sys.argv:
    for name in FILES:
        path = ROOT / name
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")
