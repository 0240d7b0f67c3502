"""A run in promises and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.promises import Figures, Promise
from benchmarks.promises import table as promised
from benchmarks.soak import ledger
from benchmarks.soak.gauges import BOUNDS, WATCHED
from benchmarks.soak.judge import WARMING, Bound, Growth, growth
from benchmarks.soak.run import SECONDS, SESSIONS, Soaked, soaked
from benchmarks.tables import Table

# What a server has open once it was used: two pipes to the worker, the lock of its folder and the audit; and
# up to eight connections to each of five platforms, which the client's pool only looks at when it is used.
_OPEN_ONCE_USED = 4 + 5 * 8
# One of the package that streams events, from the first stream to the end of the process.
_TASKS_ONCE_USED = 1
_SOON = 10
# Answers of the sandbox that say that a documented limit was passed.
_LIMITED = " 429"


async def measured(folder: Path, seconds: float = SECONDS, sessions: int = SESSIONS) -> Figures:
    return figures(await soaked(folder, seconds, sessions))


def figures(run: Soaked) -> Figures:
    grown = dict(_grown(run))
    promises = [*_steady(run, grown), *_called(run), *_ended(run)]
    tables = [promised("What a soak promises", promises), _gauges(run, grown), *ledger.tables(run.ledger)]
    return Figures(promises, [*tables, _answers(run)])


def _grown(run: Soaked) -> Iterator[tuple[str, Growth]]:
    """Of those that can be judged."""
    for name in (*BOUNDS, *WATCHED):
        with suppress(ValueError):
            yield name, growth(run.gauges.within(name, run.began, run.began + run.pace.seconds))


def _steady(run: Soaked, grown: Mapping[str, Growth]) -> list[Promise]:
    """A gauge that was only there later, as that of a worker that started late, is left out; one that was
    there from the beginning and could not be judged is a promise that was not kept."""
    warm = run.began + run.pace.seconds * WARMING
    there = [name for name in BOUNDS if any(at <= warm for at, _ in run.gauges.taken.get(name, ()))]
    return [_flat(name, grown[name], BOUNDS[name]) if name in grown else _unjudged(name) for name in there]


def _unjudged(name: str) -> Promise:
    return Promise(f"{name}: no growth after warming up", "a verdict", "none", False, "too few samples")


def _flat(name: str, found: Growth, bound: Bound) -> Promise:
    most = bound.most(found)
    return Promise(
        f"{name}: no growth after warming up",
        f"at most +{most:.1f} over the run",
        f"{found.rise:+.1f}",
        bound.allows(found),
    )


def _called(run: Soaked) -> list[Promise]:
    limited = sum(count for told, count in run.gauges.answers.items() if told.endswith(_LIMITED))
    strange = run.ledger.unexplained.total()
    said = sum(run.gauges.complaints.values())
    where = "; ".join(f"{count} of {place}" for place, count in run.gauges.complaints.items())
    return [
        Promise("refusals by the platforms' documented limits (429)", "0", str(limited), limited == 0),
        Promise("errors that nothing in the soak provokes", "0", str(strange), strange == 0),
        Promise("warnings and errors in the server's log", "0", str(said), said == 0, where),
    ]


def _ended(run: Soaked) -> list[Promise]:
    end, idle, rested = run.ending, run.ending.idle, run.ending.rested
    quick, swept = end.seconds < _SOON, not end.files
    return [
        _back("tasks", rested["server, tasks"], idle["server, tasks"] + _TASKS_ONCE_USED),
        _back(
            "file handles",
            rested.get("server, open file handles", 0.0),
            idle.get("server, open file handles", 0.0) + _OPEN_ONCE_USED,
        ),
        _back("results", rested["results kept"], 0.0),
        _back("temporary files", float(len(end.rested_files)), 0.0, ", ".join(end.rested_files[:10])),
        Promise("seconds from the signal to the end", f"under {_SOON}", f"{end.seconds:.1f}", quick),
        Promise("processes left after the signal", "0", str(end.processes), end.processes == 0),
        Promise("temporary files left after the signal", "0", str(len(end.files)), swept),
    ]  # fmt: skip


def _back(what: str, found: float, most: float, left: str = "") -> Promise:
    when = f"{what} when all have gone and all has expired"
    return Promise(when, f"at most {most:g}", f"{found:g}", found <= most, left)


def _gauges(run: Soaked, grown: Mapping[str, Growth]) -> Table:
    rows = [_row(name, run.ending.idle.get(name), each) for name, each in grown.items()]
    pace = run.pace
    remarks = (
        f"{run.sessions} sessions for {run.ended - run.began:.0f} s, {run.ledger.total:,} calls. The first "
        "fifth warms up; the slope is the median of those between eight windows' medians after it.",
        f"Results were kept for {pace.keep:g} s and idle sessions of the older protocol for {pace.idle:g} s, "
        "so that what expires is steady within the run.",
    )
    return Table("Gauges", ("gauge", "idle", "warmed up", "end", "slope per hour"), rows, remarks)


def _row(name: str, idle: float | None, found: Growth) -> tuple[str, ...]:
    start = "-" if idle is None else f"{idle:.1f}"
    return name, start, f"{found.warm:.1f}", f"{found.end:.1f}", f"{found.hourly:+.1f}"


def _answers(run: Soaked) -> Table:
    rows: Sequence[tuple[str, str]] = [
        (told, str(run.gauges.answers[told])) for told in sorted(run.gauges.answers)
    ]
    return Table("Answers of the platforms", ("platform and status", "answers"), rows)
