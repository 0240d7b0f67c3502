"""Which ontologies there are."""

from __future__ import annotations

import json

import pytest

from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.asking import SUPPLY, faulty, sent, sign_in, told
from tests.timbr.older import older_server

NAMES = [[SUPPLY], ["fleet"]]


async def test_ontologies_are_told_with_descriptions_and_how_many(world: World) -> None:
    answer = await told(world, "list_ontologies")

    assert answer == {
        "columns": ["ontology", "description"],
        "rows": [[SUPPLY, "Procurement and logistics"], ["fleet", "Vehicles and their drivers"]],
        "total": 2,
    }


async def test_a_user_is_told_of_those_that_the_user_may_see(world: World) -> None:
    sign_in(world, "fleet_key")

    assert [row[0] for row in (await told(world, "list_ontologies"))["rows"]] == ["fleet"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("wrong_shape", path="*/query/", body='{"status": "error", "data": "No access to system_db"}'),
        Fault("status", path="*/query/", status=401, times=None),
        Fault("status", path="*/query/", status=403, times=None),
        Fault("status", path="*/query/", status=503, times=None),
        Fault("html", path="*/query/", status=200, times=None),
    ],
    ids=["refused", "401", "403", "503", "page"],
)
async def test_without_descriptions_the_names_are_told_quietly(world: World, fault: Fault) -> None:
    faulty(world, fault)
    answer = await told(world, "list_ontologies")

    assert (answer["columns"], answer["rows"], answer["total"]) == (["ontology"], NAMES, 2)


async def test_a_server_without_descriptions_is_no_trouble(world: World) -> None:
    older_server(world, lacking=("sys_ontologies",))

    assert (await told(world, "list_ontologies"))["rows"] == NAMES


@pytest.mark.parametrize(
    ("row", "told_of"),
    [
        ({"ONTOLOGY": SUPPLY, "DESCRIPTION": "Goods"}, "Goods"),
        ({"name": SUPPLY, "description": "Goods"}, None),
        ({"ontology": SUPPLY, "description": None}, None),
    ],
)
async def test_descriptions_in_another_form_are_read_or_left_out(
    world: World, row: dict[str, str | None], told_of: str | None
) -> None:
    body = json.dumps({"status": "success", "data": [row]})
    faulty(world, Fault("wrong_shape", path="*/query/", body=body))
    answer = await told(world, "list_ontologies")

    assert answer["rows"][0] == ([SUPPLY, told_of] if told_of else [SUPPLY])


async def test_the_names_themselves_are_not_left_out_quietly(world: World) -> None:
    faulty(world, Fault("status", path="*/get_ontologies/", status=503, times=None))
    assert (await told(world, "list_ontologies"))["error"] == "unavailable"


async def test_what_the_server_says_of_one_ontology_is_passed_on(world: World) -> None:
    answer = await told(world, "get_ontology", ontology="fleet")
    absent = await told(world, "get_ontology", ontology="nowhere")

    assert answer["ontology"] == "fleet"
    assert "van" in answer["concepts"]
    assert absent["error"] == "not_found"
    assert "Ontology nowhere does not exist" in absent["platform_says"]


async def test_a_name_that_would_change_the_path_is_not_sent(world: World) -> None:
    answer = await told(world, "get_ontology", ontology="../query")

    assert answer["error"] == "rejected"
    assert sent(world) == []
