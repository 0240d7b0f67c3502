"""What pentad_status tells: accounts, limits, what is open, and what is off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pentad.app import App
from pentad.settings import Account, Settings
from tests.inside import World

PEOPLE = [{"external_id": "1", "person": {"first_name": "A", "phone_number": "+358401112233"}}]


async def status(world: World, **arguments: Any) -> dict[str, Any]:
    return await world.ask("pentad_status", **arguments)


def rows(told: dict[str, Any]) -> dict[str, list[Any]]:
    return {row[0]: row[1:] for row in told["accounts"]["rows"]}


async def test_nothing_is_asked_of_a_platform_unless_wanted(world: World) -> None:
    told = await status(world)
    assert rows(told)["claribi"] == ["not used yet", None, None]
    assert not [exchange for box in world.sandbox.platforms.values() for exchange in box.log]


async def test_each_account_is_asked_who_one_is_and_what_is_left(world: World) -> None:
    told = rows(await status(world, check=True))
    assert told["claribi"] == ["signed in", "analyst@northwind.test, analyst", "999 general"]
    assert told["optimized"] == ["signed in", None, "249 user"]
    assert told["timbr"] == ["signed in", None, None]


async def test_a_dead_platform_and_a_wrong_credential_are_told_apart(world: World) -> None:
    from pentad.sandbox import Fault

    world.as_user("claribi", api_key="claribi_wrong_0123456789")
    world.sandbox.platforms["timbr"].faults.add(Fault("reset", times=None))
    for _ in range(2):
        await status(world, check=True)
    told = rows(await status(world, check=True))
    assert told["claribi"][0] == "not signed in: the credential was refused"
    assert told["timbr"][0] == "left alone after failures"
    assert told["optimized"][0] == "signed in"


async def test_open_plans_tickets_and_results_are_listed(world: World) -> None:
    group = world.sample("optimized", "group")
    plan = (await world.ask("optimized_create_batch", group_id=group, profiles=PEOPLE))["plan"]
    handle = (await world.ask("claribi_list_reports", limit=3))["more"]["result"]
    sql = "SELECT `shipment_id` FROM `vtimbr`.`network_replay` LIMIT 3"
    started = await world.ask("timbr_run_query", ontology="supply_chain", sql=sql, background=True)
    told = await status(world)

    assert told["plans"] == {plan: "expires in 600 s"} or set(told["plans"]) == {plan}
    assert told["results"]["newest"] == [handle]
    assert told["tickets"] == [started["about"]["ticket"]]
    await world.ask("apply_plan", plan=plan)
    assert "plans" not in await status(world)


async def test_what_is_off_says_how_it_is_turned_on(tmp_path: Path) -> None:
    world = World(tmp_path / "files", exclude=frozenset({"timbr_ask_*"}))
    off = (await status(world))["off"]
    await world.app.aclose()
    assert [words.rpartition(": ")[2] for words in off] == [
        "PENTAD_ALLOW=destructive",
        "PENTAD_ALLOW=admin",
        "PENTAD_ENABLE with their names",
        "timbr_ask_*",
    ]


async def test_platforms_that_are_not_set_up_are_named_without_secrets(tmp_path: Path) -> None:
    accounts = {"timbr": Account("timbr", {"api_key": "tk_secret_0123456789"})}
    app = App(Settings(accounts=accounts, downloads=tmp_path, read_only=True, results=tmp_path))
    told = (await app.call("pentad_status", {})).text
    await app.aclose()
    assert "timbr" in told
    assert "not set up: PENTAD_TIMBR_URL is missing" in told
    assert "clariBI: set PENTAD_CLARIBI_API_KEY" in told
    assert "this server is read-only" in told
    assert "tk_secret" not in told
