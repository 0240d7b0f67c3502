"""The soak finds what grows and ends by itself; and what a server remembers has an end, whatever is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchmarks.soak.figures import figures
from benchmarks.soak.gauges import BOUNDS
from benchmarks.soak.judge import Bound, growth
from benchmarks.soak.run import Soaked, soaked

from pentad.http.pacing import Budget, Pacing
from pentad.results.folder import Scratch
from pentad.results.record import NOWHERE
from pentad.results.store import Store
from pentad.sandbox.recording import Exchange, Log
from tests.clock import ManualClock
from tests.inside import World
from tests.loopback import served

SAMPLES = range(300)
SERIES = {
    "level": [100.0 for _ in SAMPLES],
    "level after a fifth": [40.0 + min(at, 60) for at in SAMPLES],
    "noise": [100.0 + (at * 7919 % 13) for at in SAMPLES],
    "a disturbance": [180.0 if 150 <= at < 180 else 100.0 for at in SAMPLES],
    "a steady leak": [100.0 + at * 0.1 for at in SAMPLES],
    "a leak under noise": [100.0 + at * 0.1 + (at * 7919 % 13) for at in SAMPLES],
    "a leak in steps": [100.0 + at // 60 * 8 for at in SAMPLES],
    "a fall": [200.0 - at * 0.1 for at in SAMPLES],
}


@pytest.mark.parametrize(("name", "values"), SERIES.items())
def test_a_verdict_tells_leaks_from_levels_and_disturbances(name: str, values: list[float]) -> None:
    found = growth([(at * 2.0, value) for at, value in enumerate(values)])

    assert Bound(0.05, 4.0).allows(found) is ("leak" not in name)


def test_a_slope_is_told_for_an_hour_and_for_the_time_after_warming_up() -> None:
    found = growth([(at * 2.0, 10.0 + at * 0.1) for at in SAMPLES])

    assert found.hourly == pytest.approx(180)
    assert found.rise == pytest.approx(0.05 * 2 * 239)
    assert found.warm < found.end


def test_a_run_that_is_too_short_is_not_judged() -> None:
    with pytest.raises(ValueError, match="too few"):
        growth([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)])


async def test_a_short_soak_keeps_its_promises_and_a_planted_leak_breaks_one(tmp_path: Path) -> None:
    run = await soaked(tmp_path, seconds=4.0, sessions=10)
    level = dict.fromkeys(BOUNDS, 0.0)

    assert [one for one in figures(_planted(run, level)).promises if not one.met] == []
    assert run.ledger.total > 10
    kinds = {"stays, auto", "stays, legacy", "comes and goes, legacy", "vanishes, legacy"}
    assert kinds <= run.ledger.sessions.keys()
    assert any(told.endswith(" 200") for told in run.gauges.answers)
    for name in BOUNDS:
        broken = [one.what for one in figures(_planted(run, level | {name: 1.0})).promises if not one.met]
        assert broken == [f"{name}: no growth after warming up"]


def _planted(run: Soaked, leaks: Mapping[str, float]) -> Soaked:
    """The same run with other samples: so much more of each gauge every time. Those of a few seconds tell
    nothing but how busy the machine is."""
    times = [run.began + run.pace.seconds * number / 300 for number in range(300)]
    taken = {
        name: [(at, 50 + leak * number) for number, at in enumerate(times)] for name, leak in leaks.items()
    }
    return replace(run, gauges=replace(run.gauges, taken=taken))


def test_every_gauge_that_is_promised_has_a_bound_above_nothing() -> None:
    assert all(bound.share > 0 or bound.units > 0 for bound in BOUNDS.values())


async def test_what_has_expired_goes_though_nobody_calls(tmp_path: Path) -> None:
    world = World(tmp_path / "files", keep=0.1 / 3600)
    store, gone = world.app.session.store, asyncio.Event()

    def dropped(handle: str) -> None:
        gone.set()

    store.dropped = dropped
    async with served(world):
        stored = store.put([{"id": "1"}], ("id",), NOWHERE, "somebody")
        file = stored.path()
        world.clock.advance(1)
        async with asyncio.timeout(10):
            await gone.wait()

        assert not file.exists()


async def test_an_expired_plan_holds_nothing_of_what_it_would_have_sent(world: World) -> None:
    folder = {"path": "/public/Web/Weekly"}
    told = await world.ask("optimibi_create_folder", **folder)
    world.app.session.tidy()
    (plan,) = world.app.session.plans.kept.values()
    assert (plan.arguments, plan.preview.body is None) == (folder | {"access": None}, False)
    world.clock.advance(601)
    world.app.session.tidy()

    assert (plan.arguments, plan.preview.body) == ({}, None)
    assert "expired" in (await world.refused("apply_plan", plan=told["plan"]))["message"]


async def test_a_plan_that_was_carried_out_holds_nothing_of_what_was_sent(world: World) -> None:
    told = await world.ask("optimibi_create_folder", path="/public/Web/Weekly")
    (plan,) = world.app.session.plans.kept.values()
    await world.ask("apply_plan", plan=told["plan"])

    assert (plan.arguments, plan.preview.body) == ({}, None)
    assert "not carried out twice" in (await world.refused("apply_plan", plan=told["plan"]))["message"]


async def test_what_the_worker_loaded_goes_with_the_result(world: World) -> None:
    listed = await world.ask("claribi_list_reports", limit=40)
    handle = listed["more"]["result"]
    await world.ask("query_results", sql=f"SELECT COUNT(*) AS n FROM {handle}")
    folder = world.settings.results
    assert [file.stem for file in folder.rglob("*.duckdb")] == [handle]
    world.clock.advance(world.app.session.store.life)
    world.app.session.tidy()

    assert list(folder.rglob("*.duckdb")) == []


def test_the_number_of_results_is_bounded_and_the_least_recently_used_go(tmp_path: Path) -> None:
    store = Store(ManualClock(), scratch=Scratch(tmp_path), most=3)
    first, *others = (store.put([{"id": "1"}], ("id",), NOWHERE, "me").handle for _ in range(3))
    store.get(first, "me")
    last = store.put([{"id": "1"}], ("id",), NOWHERE, "me").handle

    assert list(store.kept) == [others[1], first, last]


def test_budgets_that_were_named_once_are_forgotten_and_those_in_use_are_not() -> None:
    clock = ManualClock()
    pacing = Pacing(clock, lambda _: Budget(100))
    for number in range(500):
        clock.advance(2)
        pacing.take(("user", f"group:{number}"))
    in_use = [name for name, budget in pacing.budgets.items() if not budget.idle(clock.monotonic())]

    assert len(pacing.budgets) <= 81
    assert {"user", "group:499", "group:471"} <= set(in_use)


async def test_ontologies_that_do_not_exist_are_not_remembered_for_ever(world: World) -> None:
    await world.refused("timbr_describe", ontology="none", name="supplier")
    memory = world.app.session.connections["timbr"].memory
    (none,) = memory["atlases"].values()
    memory["atlases"].update({(f"none {number}", "", ""): none for number in range(100)})
    await world.ask("timbr_describe", ontology="supply_chain", name="supplier")
    atlases: Any = memory["atlases"]

    assert len(atlases) == 32
    assert next(reversed(atlases))[0] == "supply_chain"


async def test_a_summary_that_two_ask_for_at_once_is_counted_once_for_both(world: World) -> None:
    asked = {
        "workflow_id": world.sample("omiq", "workflow"),
        "populations": [world.sample("omiq", "deep_population")],
        "files": [world.sample("omiq", "file")],
    }
    one, other = await asyncio.gather(*(world.ask("omiq_summarize_population", **asked) for _ in range(2)))

    assert one["rows"] == other["rows"]
    assert len([sent for sent in world.sent("omiq") if sent.path.endswith("/export/initiate")]) == 1


def test_the_sandboxs_log_is_bounded_by_bytes_as_well() -> None:
    log = Log()
    exchange = Exchange("claribi.sandbox", "GET", "/", [], {}, b"", 200, {}, bytes(2**20))
    for _ in range(100):
        log.append(exchange)
    assert len(log) == 32
    log.clear()
    log.append(replace(exchange, response_body=bytes(64 * 2**20)))

    assert len(log) == 1
