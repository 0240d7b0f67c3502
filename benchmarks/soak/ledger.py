"""What was called and what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.tables import Table

# The outcomes of a call that went as it was meant to.
DONE, REFUSED, EXPIRED, CANCELLED = "done", "refused as meant", "expired", "cancelled"
_MEANT = (DONE, REFUSED, EXPIRED, CANCELLED)


@dataclass
class Ledger:
    """Calls by tool and outcome, seconds of those that were answered, and what nobody expected."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    seconds: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict[str, list[float]](list)
    )
    kinds: Counter[str] = field(default_factory=Counter[str])
    unexplained: Counter[str] = field(default_factory=Counter[str])
    sessions: Counter[str] = field(default_factory=Counter[str])

    def count(self, tool: str, outcome: str) -> None:
        self.calls[tool, outcome] += 1

    def error(self, kind: str) -> None:
        """An error that was provoked."""
        self.kinds[kind] += 1

    def strange(self, what: str) -> None:
        """Something that no part of the soak provokes."""
        self.unexplained[what[:300]] += 1

    @property
    def total(self) -> int:
        return self.calls.total()

    def latencies(self) -> tuple[float, float, float]:
        """Median, 95th and 99th of 100 in milliseconds, over all answered calls."""
        return percentiles([each for many in self.seconds.values() for each in many])


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    if len(seconds) < 2:
        return (0.0, 0.0, 0.0)
    cut = quantiles(seconds, n=100, method="inclusive")
    return cut[49] * 1000, cut[94] * 1000, cut[98] * 1000


def tables(ledger: Ledger) -> list[Table]:
    tools = sorted({tool for tool, _ in ledger.calls})
    rows = [_row(ledger, tool) for tool in tools]
    totals = [sum(ledger.calls[tool, outcome] for tool in tools) for outcome in _MEANT]
    figures = (*map(str, totals), *(f"{each:.1f}" for each in ledger.latencies()))
    rows.append(("all", *figures))
    kinds = [(kind, str(count)) for kind, count in sorted(ledger.kinds.items())]
    strange = [(f"UNEXPLAINED: {what}", str(count)) for what, count in ledger.unexplained.most_common(20)]
    sessions = [(kind, str(count)) for kind, count in sorted(ledger.sessions.items())]
    return [
        Table("Calls by tool", ("tool", *_MEANT, "median ms", "95th", "99th of 100"), rows),
        Table("Errors by kind", ("kind", "calls"), [*kinds, *strange]),
        Table("Sessions", ("kind", "opened"), sessions),
    ]


def _row(ledger: Ledger, tool: str) -> tuple[str, ...]:
    figures = (f"{each:.1f}" for each in percentiles(ledger.seconds[tool]))
    return tool, *(str(ledger.calls[tool, outcome]) for outcome in _MEANT), *figures
