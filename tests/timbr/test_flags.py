"""The six flags, in all 64 combinations: what is sent, what comes back, what is said about it."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest

from pentad.platforms.timbr.flags import FLAGS, switched_on
from tests.inside import World

COMBINATIONS = list(chain.from_iterable(combinations(FLAGS, size) for size in range(len(FLAGS) + 1)))
DEPENDENT = set(FLAGS[2:])
HEADERS = {
    "nested": "nested",
    "format_properties": "api-nested-format-properties",
    "case_sensitivity": "api-nested-case-sensitivity",
    "format_booleans": "api-nested-format-booleans",
    "ignore_entity_id": "api-nested-ignore-entity-id",
    "minimize_relationships": "api-nested-minimize-relationships",
}
SQL = (
    "SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`, `has_line[po_line].entity_id`, "
    "`has_line[po_line].sku` FROM `dtimbr`.`purchase_order` WHERE `po_id` = 7001 ORDER BY `entity_id`"
)


def effective(flags: tuple[str, ...]) -> set[str]:
    """The table of the vendor's page: a flag of the last four brings the first two along."""
    return {*flags, *(("nested", "format_properties") if DEPENDENT & set(flags) else ())}


async def test_the_sample_order_has_lines(world: World) -> None:
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=SQL)

    assert told["columns"][:4] == ["entity_id", "po_number", "is_expedited", "total_value"]
    assert len(told["rows"]) > 1


@pytest.mark.parametrize("flags", COMBINATIONS, ids="+".join)
async def test_each_combination_sends_its_headers_and_reads_its_shape(
    world: World, flags: tuple[str, ...]
) -> None:
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=SQL, flags=list(flags))
    (sent,) = world.sent("timbr")
    on = effective(flags)

    headers = {name: sent.request_headers[name] for name in HEADERS.values() if name in sent.request_headers}
    assert headers == {HEADERS[flag]: "true" for flag in on}
    shape(told, on)
    added = on - set(flags)
    assert ("switched on" in told.get("note", "")) is bool(added)


def shape(told: dict[str, Any], on: set[str]) -> None:
    """What a reader sees, derived from the flags in effect alone."""
    nested, masters = "nested" in on, {"nested", "format_properties"} <= on
    cased = masters and "case_sensitivity" in on
    without_id = masters and "ignore_entity_id" in on
    lines = "has_line" if masters and "minimize_relationships" in on else "has_line[po_line]"
    own = ["PO_Number", "Is_Expedited"] if cased else ["po_number", "is_expedited"]
    line = ([] if without_id else ["entity_id"]) + ["sku"]
    expected = ([] if without_id else ["entity_id"]) + [*own, "total_value"]
    expected += [lines] if nested else [f"has_line[po_line].{name}" for name in line]
    assert told["columns"] == expected
    row = dict(zip(told["columns"], told["rows"][0], strict=True))
    assert row[own[1]] in (("true", "false") if masters and "format_booleans" in on else (0, 1))
    assert str(row["total_value"]).startswith("$") is ("format_properties" in on)
    if nested:
        assert len(told["rows"]) == 1
        assert [list(one) for one in row[lines]] == [line] * len(row[lines])
        assert len(row[lines]) > 1


@pytest.mark.parametrize(
    "given",
    [
        {"nested": True, "format_booleans": False},
        ["nested"],
        {"nested": "true"},
    ],
    ids=repr,
)
async def test_a_choice_may_be_spelt_as_an_object(world: World, given: Any) -> None:
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=SQL, flags=given)

    assert told["columns"][-1] == "has_line[po_line]"


async def test_header_names_are_taken_for_flags(world: World) -> None:
    flags = ["api-nested-minimize-relationships"]
    told = await world.ask("timbr_run_query", ontology="supply_chain", sql=SQL, flags=flags)

    assert told["columns"][-1] == "has_line"


async def test_an_unknown_flag_is_refused_with_the_known_ones(world: World) -> None:
    told = await world.refused("timbr_run_query", ontology="supply_chain", sql=SQL, flags=["pretty"])

    assert "'minimize_relationships'" in str(told["problems"])
    assert world.sent("timbr") == []


def test_a_dependent_flag_says_which_two_it_needs() -> None:
    on, notes = switched_on(["format_booleans"])

    assert on == {"nested", "format_properties", "format_booleans"}
    assert notes == ["format_booleans needs nested and format_properties: switched on too"]


def test_formatting_alone_is_sent_and_called_undocumented() -> None:
    on, notes = switched_on(["format_properties"])

    assert on == {"format_properties"}
    assert "not documented" in notes[0]
