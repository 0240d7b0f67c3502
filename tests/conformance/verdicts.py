"""What the suite found, read from the files it leaves: one folder for each scenario, with its checks."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

BASELINE = Path(__file__).with_name("baseline.toml")
_FOLDER = re.compile(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


# Scenarios, and why one is not scored.
Reasons: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True)
class Scenario:
    """One scenario with its checks by status; `unscored` is the suite's reason not to count it."""

    name: str
    unscored: str | None
    checks: Counter[str] = field(default_factory=Counter[str])
    faults: tuple[str, ...] = ()

    @property
    def green(self) -> bool:
        """Something was checked, and nothing of it found wrong; the suite itself lets warnings pass."""
        return bool(self.checks["SUCCESS"]) and not self.faults


@dataclass(frozen=True)
class Generation:
    """What there is for a revision of the protocol: what it requires, and what else is run of it."""

    revision: str
    scenarios: Sequence[Scenario]

    @property
    def scored(self) -> list[Scenario]:
        return [one for one in self.scenarios if one.unscored is None]

    @property
    def green(self) -> int:
        return sum(one.green for one in self.scored)

    @property
    def checks(self) -> Counter[str]:
        """The checks of what is scored, by status."""
        return sum((one.checks for one in self.scored), Counter[str]())

    def wrong(self, excused: Mapping[str, str]) -> list[str]:
        """What fails the run, in words; `excused` are scenarios that must not pass, with reasons."""
        failing = [
            f"{one.name}: {'; '.join(one.faults) or 'nothing was checked'}"
            for one in self.scenarios
            if not one.green and (one.unscored is None or one.name not in excused)
        ]
        passing = [one.name for one in self.scenarios if one.green and one.name in excused]
        return failing + [f"{name}: passes, and is excused all the same" for name in passing]


def required(text: str) -> Reasons:
    """What a file of requirements has for servers."""
    told: Any = yaml.safe_load(text)
    also = [one for one in told["not_scored"] if one["leg"] == "server"]
    return dict.fromkeys(told["server"]) | {one["scenario"]: one["reason"] for one in also}


def read(folder: Path, revision: str, reasons: Reasons) -> Generation:
    """What a run left in the folder, beside what it was to run. What left nothing has not passed."""
    found = {name[1]: path for path in folder.iterdir() if (name := _FOLDER.fullmatch(path.name))}
    return Generation(revision, [_scenario(name, why, found.get(name)) for name, why in reasons.items()])


def _scenario(name: str, unscored: str | None, folder: Path | None) -> Scenario:
    if folder is None:
        return Scenario(name, unscored)
    checks: list[dict[str, Any]] = json.loads((folder / "checks.json").read_text("utf-8"))
    faults = [
        f"{one['id']}: {one.get('errorMessage', one['status'])}"
        for one in checks
        if one["status"] in ("FAILURE", "WARNING")
    ]
    return Scenario(name, unscored, Counter(one["status"] for one in checks), tuple(faults))


def baseline() -> Mapping[str, Mapping[str, str]]:
    """The scenarios that are excused, with the reason, by revision."""
    excused: dict[str, dict[str, str]] = tomllib.loads(BASELINE.read_text("utf-8"))
    return excused
