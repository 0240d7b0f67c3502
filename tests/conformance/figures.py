"""The suite's and the inspector's findings as promises and tables, for the scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.promises import Figures, Promise
from benchmarks.tables import Table

from pentad.text import shorten
from tests.conformance import inspecting, suite, tree
from tests.conformance.verdicts import Generation, baseline
from tests.conformance.visits import EXPOSURES, Seen

NONE: Mapping[str, str] = {}


async def measured(folder: Path) -> Figures:
    """Everything once: it is no matter of speed. Where the suite cannot be had, that is the only figure."""
    try:
        await tree.install()
    except tree.NotInstalled as error:
        missing = ("every scored scenario green", "not measured")
        return Figures([Promise("official conformance suite", *missing, met=False, reason=str(error))], [])
    async with suite.served(folder) as server:
        generations = [await suite.judged(server.url, revision, folder) for revision in suite.REVISIONS]
        seen = await inspecting.over_http(server.url, folder)
    seen += await inspecting.over_stdio(folder)
    excused = baseline()
    promises = [
        *(_conforming(one, excused.get(one.revision, NONE)) for one in generations),
        *(_clean(expose, seen) for expose in EXPOSURES),
        _visited(seen),
        _quiet(server.log),
    ]
    return Figures(promises, [_table(generations), _unscored(generations, excused), _visits(seen)])


def _conforming(one: Generation, excused: Mapping[str, str]) -> Promise:
    scored, checks, wrong = len(one.scored), one.checks, one.wrong(excused)
    return Promise(
        f"official conformance suite, {one.revision}",
        "every scored scenario green",
        f"{one.green} of {scored} scenarios, {checks['SUCCESS']} checks",
        met=scored > 0 and one.green == scored and not wrong,
        reason=_few(wrong),
    )


def _clean(expose: str, seen: Sequence[Seen]) -> Promise:
    listed = [one for one in seen if one.visit.what == f"tools/list, {expose}"]
    faults = [fault for one in listed for fault in one.faults]
    return Promise(
        f"inspector's schema lint, `{expose}`",
        "no error, no warning",
        f"{len(faults)} in {listed[0].tools} tools",
        met=all(one.good for one in listed) and not faults,
        reason=_few([f"{tool}: {rule}" for tool, rule in sorted(set(faults))]),
    )


def _visited(seen: Sequence[Seen]) -> Promise:
    wrong = inspecting.wrong(seen)
    return Promise(
        "inspector's command line, stdio and HTTP",
        "nothing wrong",
        f"{len(wrong)} wrong in {len(seen)} visits",
        met=not wrong,
        reason=_few(wrong),
    )


def _quiet(log: Sequence[str]) -> Promise:
    return Promise(
        "the server's log meanwhile",
        "no warning, no error",
        f"{len(log)} lines",
        met=not log,
        reason=_few(log),
    )


def _table(generations: Sequence[Generation]) -> Table:
    statuses = ("SUCCESS", "FAILURE", "WARNING", "SKIPPED")
    rows = [
        (
            one.revision,
            str(len(one.scored)),
            str(one.green),
            *(str(one.checks[status]) for status in statuses),
        )
        for one in generations
    ]
    return Table(
        "The official conformance suite",
        ("revision", "scored", "green", "passed", "failed", "warned", "skipped"),
        rows,
        ("Checks are those of scored scenarios; green ones have neither a failure nor a warning.",),
    )


def _unscored(generations: Sequence[Generation], excused: Mapping[str, Mapping[str, str]]) -> Table:
    rows = [
        (f"{one.revision} {each.name}", each.unscored, _outcome(each.green))
        for one in generations
        for each in one.scenarios
        if each.unscored
    ]
    known = {name: reason for reasons in excused.values() for name, reason in reasons.items()}
    remarks = [
        f"{reason}: {', '.join(name for name in known if known[name] == reason)}."
        for reason in dict.fromkeys(known.values())
    ]
    return Table("Run by the suite and never scored", ("scenario", "why", "green"), rows, tuple(remarks))


def _visits(seen: Sequence[Seen]) -> Table:
    rows = [
        (one.visit.what, one.visit.era, str(one.code), str(len(one.faults)), _outcome(one.good))
        for one in seen
    ]
    return Table(
        "The inspector's command line",
        ("asked", "generation", "exit", "faults", "as it must be"),
        rows,
        ("The list with two faults is a fixture's: what finds none must be able to find some.",),
    )


def _few(words: Sequence[str]) -> str:
    """The first of them, each shortened."""
    more = f"; and {len(words) - 3} more" if len(words) > 3 else ""
    return "; ".join(shorten(one, 200) for one in words[:3]) + more


def _outcome(good: bool) -> str:
    return "yes" if good else "NO"
