"""Hostile arguments for every operation: each is answered with one JSON object, an error that says what to do
or an honest result; nothing of ours is told, nothing leaves its address, and nothing unapproved is done."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.operations import in_package
from tests.conftest import OFF
from tests.fuzz.arguments import ANYTHING, UNHURRIED
from tests.fuzz.judging import KINDS
from tests.fuzz.trying import trial
from tests.inside import EVERYTHING, Era, World, example_of, text_of
from tests.proof import PROOF

# Of each operation, and of each that starts the worker.
EACH = 100 if PROOF else 2
FEWER = 40 if PROOF else 2
SPOKEN = 500 if PROOF else 15
_WORKERS = ("export_result", "plot_result", "query_results")
# Operations that one world serves before what was changed in it wears the examples off.
_SHARED = 5 if PROOF else 30
# Levels of lists and objects that the SDK's client writes, with some to spare.
_SAYABLE = 200
ERAS: list[Era] = ["auto", "legacy"]
PLATFORMS = ("claribi", "omiq", "optimibi", "optimized", "timbr")


def parts() -> list[list[str]]:
    """The names of all operations, in groups of one platform that share a world."""
    known = [[operation.name for operation in in_package(f"pentad_tools.{name}")] for name in PLATFORMS]
    return [names[at : at + _SHARED] for names in known for at in range(0, len(names), _SHARED)]


@pytest.mark.parametrize("names", parts(), ids=lambda names: names[0])
def test_hostile_arguments_of_every_operation_get_an_honest_answer_and_do_no_harm(
    tmp_path: Path, names: list[str]
) -> None:
    with trial(tmp_path) as tried:
        for name in names:
            tried.attack(name, example_of(tried.world, tried.world.app.operations[name]), EACH)


# Ids that would lead elsewhere, if they were put into an address as they are.
ASTRAY = ("..", ".", "%2e%2e", "a/../b", "..\\x", "?x=1", "a#b", "x\r\nX-Evil: 1", "%2F..", "\0", " ")


def test_an_id_fills_its_place_in_the_address_and_nothing_beside_it(tmp_path: Path) -> None:
    with trial(tmp_path) as tried:
        for name in (name for part in parts() for name in part):
            operation = tried.world.app.operations[name]
            places = operation.route.places if operation.route else ()
            example = example_of(tried.world, operation)
            for place in example.keys() & set(places):
                for astray in ASTRAY:
                    tried.call(operation, example | {place: astray})


def test_hostile_arguments_of_the_verbs_get_an_honest_answer_and_do_no_harm(tmp_path: Path) -> None:
    with trial(tmp_path) as tried:
        listed = tried.run("claribi_list_reports", {})
        handle = json.loads(listed.text)["more"]["result"]
        for name, example in verbs(handle).items():
            tried.attack(name, example, FEWER if name in _WORKERS else EACH * 5)
        assert set(verbs(handle)) == {op.name for op in in_package("pentad.verbs")}


def verbs(handle: str) -> dict[str, dict[str, Any]]:
    """Good arguments of each."""
    return {
        "apply_plan": {"plan": "create-batch-2-profiles-7k2m9x"},
        "call_operation": {"name": "claribi_list_reports", "arguments": {"limit": 2}},
        "change_operation": {"name": "optimized_create_batch", "arguments": {"group": "x", "profiles": []}},
        "export_result": {"result": handle, "format": "csv", "name": "x", "fields": ["title"]},
        "find_operations": {"query": "list reports", "platform": "claribi"},
        "pentad_status": {"check": False},
        "plot_result": {"result": handle, "kind": "bar", "x": "status", "y": "progress"},
        "query_results": {"sql": f"SELECT count(*) FROM {handle}"},
        "read_result": {"result": handle, "cursor": "1", "fields": ["title"], "budget": 300},
    }


def spoken(value: Any) -> bool:
    """Whether the SDK's client can say this: JSON that is no deeper than it writes."""
    level = [value]
    for _ in range(_SAYABLE):
        plain = [one for one in level if not isinstance(one, dict | list)]
        if not all(map(_is_spoken, plain)):
            return False
        pairs = [pair for one in level if isinstance(one, dict) for pair in one.items()]
        items = [item for one in level if isinstance(one, list) for item in one]
        level = [part for pair in pairs for part in pair] + items
        if not level:
            return True
    return False


def _is_spoken(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return (
        not isinstance(value, str) or value.isprintable() or value.encode("utf-8", "ignore").decode() == value
    )


names = st.sampled_from(sorted(name for part in parts() for name in part))


@settings(max_examples=SPOKEN, suppress_health_check=UNHURRIED)
@given(
    names, st.dictionaries(st.text(max_size=9), ANYTHING, max_size=3).filter(spoken), st.sampled_from(ERAS)
)
async def test_a_client_of_either_era_is_told_of_arguments_that_make_no_sense(
    tmp_path: Path, name: str, arguments: dict[str, Any], era: Era
) -> None:
    world = World(tmp_path / "files", enable=OFF, **EVERYTHING)
    async with world.client(era) as client:
        for way in (name, "call_operation", "change_operation"):
            given_ = arguments if way == name else {"name": name, "arguments": arguments}
            result = await client.call_tool(way, given_)
            told = text_of(result)
            assert told.get("error") in {None, *KINDS}
            assert bool(result.is_error) is ("error" in told)
    assert not any(box.log for box in world.sandbox.platforms.values()) or not arguments
    await world.app.aclose()


async def test_thousands_of_wrong_items_are_counted_and_the_first_of_them_told(world: World) -> None:
    told = await world.refused("claribi_list_reports", fields=[[]] * 5000, limit=0)

    assert told["message"] == "claribi_list_reports was not run: 5,001 problems with its arguments."
    assert {"fields.0", "limit"} <= set(told["problems"])
    assert len(told["problems"]) <= 21
    assert "problems_left_out" not in told


async def test_the_name_of_an_unknown_argument_is_told_however_long_it_is(world: World) -> None:
    told = await world.refused("claribi_list_reports", **{"x" * 100_000: 1})

    ((at, says),) = told["problems"].items()
    assert at.startswith("xxx")
    assert says[0].startswith("no such argument; ")


async def test_columns_that_no_row_proves_do_not_fill_an_answer(world: World) -> None:
    few = await world.ask("omiq_search_users", query="nobody at all", fields=["b", "a", "b"])
    many = await world.ask("omiq_search_users", query="nobody at all", fields=[f"x{n}" for n in range(3000)])

    assert few["columns"] == ["b", "a"]
    assert 0 < len(many["columns"]) < 10


@pytest.mark.parametrize("value", [math.nan, [{"a": -math.inf}]])
async def test_numbers_that_json_has_not_are_refused_by_the_name_of_their_argument(
    world: World, value: Any
) -> None:
    answer = await world.app.call("omiq_update_user_preferences", {"preferences": {"a": value}})

    assert json.loads(answer.text)["problems"] == {"preferences": ["NaN and infinity are no numbers of JSON"]}
    assert not world.sent("omiq")


async def test_what_is_nested_deeper_than_anything_real_is_refused(world: World) -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"a": deep}
    answer = await world.app.call("call_operation", {"name": "claribi_list_reports", "arguments": deep})

    assert json.loads(answer.text)["problems"] == {"arguments": ["is nested too deeply"]}


@pytest.mark.parametrize("zone", [None, {}, "../UTC", "\0"])
async def test_a_time_zone_that_is_none_is_refused_as_an_argument(world: World, zone: Any) -> None:
    example = example_of(world, world.app.operations["optimibi_create_scheduled_job"])
    told = await world.refused("optimibi_create_scheduled_job", **example | {"zone": zone})

    assert list(told["problems"]) == ["zone"]
