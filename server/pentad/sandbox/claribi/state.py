"""Everything that a call can read or change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.claribi import seeding
from pentad.sandbox.claribi.access import Account, Directory, seeded_directory
from pentad.sandbox.claribi.records import Dashboard, DataSource, Report, Run
from pentad.sandbox.claribi.refusals import RefusalError
from pentad.sandbox.claribi.signing_in import Meters
from pentad.sandbox.dice import Dice

QUEUED = 1.5


@dataclass(frozen=True, slots=True)
class Spent:
    """One charge: which account paid how much for which object."""

    account: str
    what: str
    id: int
    credits: int


@dataclass(slots=True)
class State:
    """`ledger` holds every charge, so that work done twice shows."""

    dice: Dice
    pace: float
    directory: Directory
    reports: dict[int, Report]
    dashboards: dict[int, Dashboard]
    sources: dict[int, DataSource]
    forecasts: list[dict[str, Any]]
    meters: Meters = field(default_factory=Meters)
    ledger: list[Spent] = field(default_factory=list[Spent])

    @classmethod
    def seeded(cls, seed: int, pace: float, now: float) -> State:
        dice = Dice(seed)
        return cls(
            dice,
            pace,
            seeded_directory(dice, now),
            seeding.seeded_reports(dice, now),
            seeding.seeded_dashboards(dice),
            seeding.seeded_sources(dice),
            seeding.seeded_forecasts(dice),
        )

    def charge(self, account: Account, what: str, id_: int, cost: int) -> None:
        """The status for short credits is not documented; 403 is this sandbox's choice."""
        if account.credits < cost:
            message = f"Not enough AI credits: {cost} needed, {account.credits} remaining."
            raise RefusalError(403, "insufficient_credits", message)
        account.credits -= cost
        self.ledger.append(Spent(account.name, what, id_, cost))

    def start(self, report: Report, now: float) -> None:
        """A second start is not refused and costs again: nothing documented says otherwise."""
        begins = now + QUEUED * self.pace
        report.run = Run(begins, begins + report.works * self.pace, report.failure)

    def next_id(self, taken: dict[int, Any]) -> int:
        return max(taken, default=0) + 1
