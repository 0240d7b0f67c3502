"""Statements in the background: a ticket instead of a wait, and rows that are handed out once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World
from tests.timbr.reading import pages, rows_of, truth, whole

RUN, COLLECT = "timbr_run_query", "timbr_get_query_result"
RAW = "/timbr/openapi/ontology/supply_chain/query"
RESULTS = "/timbr/openapi/get-async-results/*"
SUPPLIERS = "SELECT `company_id`, `supplier_name` FROM `dtimbr`.`supplier` ORDER BY `company_id`"
REPLAY = "SELECT `shipment_id`, `port_code` FROM `vtimbr`.`network_replay` ORDER BY `shipment_id` LIMIT 3"
MISSPELT = "SELECT `suplier_name` FROM `dtimbr`.`supplier`"
ORDERS = (
    "SELECT `entity_id`, `has_line[po_line].entity_id` FROM `dtimbr`.`purchase_order` ORDER BY `entity_id`"
)
BOTH = ORDERS.replace(" FROM", ", `fulfilled_by[shipment].entity_id` FROM")
Told = dict[str, Any]


async def run(world: World, sql: str, **arguments: Any) -> Told:
    return await world.ask(RUN, ontology="supply_chain", sql=sql, background=True, **arguments)


async def ticket_of(world: World, sql: str, **arguments: Any) -> str:
    """Of a statement that outlasts its call."""
    return str((await run(world, sql, **arguments))["about"]["ticket"])


def answer(world: World, path: str, body: Any, status: int = 200) -> None:
    """What the platform says next, in place of its own answer."""
    faults = world.sandbox.platforms["timbr"].faults
    faults.add(Fault("status", status=status, path=path, body=json.dumps(body)))


def slow_down(world: World, times: float) -> None:
    world.sandbox.platforms["timbr"].state.pace = times


async def test_what_is_done_within_the_call_comes_at_once(world: World) -> None:
    told = await run(world, SUPPLIERS)

    assert await whole(world, told) == truth(world, SUPPLIERS)
    assert [one.method for one in world.sent("timbr")] == ["POST", "GET", "GET"]
    assert world.sent("timbr")[0].request_headers["x-async"] == "true"


async def test_what_takes_longer_leaves_a_ticket_in_time_and_is_collected_by_it(world: World) -> None:
    before = world.clock.now
    told = await run(world, REPLAY)
    waited = world.clock.now - before
    rows = await world.ask(COLLECT, ticket=told["about"]["ticket"])

    assert waited <= 45
    assert (told["rows"], told["about"]["status"]) == ([], "running")
    assert COLLECT in told["note"]
    assert "does not start it anew" in told["note"]
    assert rows_of(rows) == truth(world, REPLAY)
    assert len(world.sent("timbr", "POST")) == 1


async def test_collecting_twice_gives_the_same_answer_without_another_request(world: World) -> None:
    ticket = await ticket_of(world, REPLAY.replace(" LIMIT 3", ""), limit=3)
    first = await world.ask(COLLECT, ticket=ticket)
    asked = len(world.sent("timbr"))
    second = await world.ask(COLLECT, ticket=ticket)

    assert (second["rows"], second["note"]) == (first["rows"], first["note"])
    assert "the limit of 3 rows was met" in first["note"]
    assert len(world.sent("timbr")) == asked


async def test_two_that_collect_at_the_same_time_both_get_the_rows(world: World) -> None:
    ticket = await ticket_of(world, REPLAY)
    world.clock.advance(60)
    both = await asyncio.gather(*(world.ask(COLLECT, ticket=ticket) for _ in range(2)))

    assert [rows_of(told) for told in both] == [truth(world, REPLAY)] * 2


async def test_rows_that_are_handed_out_once_have_a_handle_even_where_all_are_shown(world: World) -> None:
    told = await run(world, f"{SUPPLIERS} LIMIT 3")

    assert len(told["rows"]) == 3
    assert told["more"]["result"]
    assert await whole(world, told) == rows_of(told)


async def test_a_cursor_of_the_background_goes_on_in_either_way(world: World) -> None:
    told = await pages(world, RUN, ontology="supply_chain", sql=SUPPLIERS, background=True, limit=90)
    rows = [row for page in told for row in await whole(world, page)]
    next_page = await world.ask(
        RUN, ontology="supply_chain", sql=SUPPLIERS, limit=90, cursor=told[0]["more"]["cursor"]
    )

    assert rows == truth(world, SUPPLIERS)
    assert next_page["rows"] == told[1]["rows"]


async def test_a_cursor_that_was_collected_says_whose_it_is(world: World) -> None:
    ticket = await ticket_of(world, REPLAY.replace(" LIMIT 3", ""), limit=3)
    told = await world.ask(COLLECT, ticket=ticket)

    assert told["more"]["cursor"]
    assert "more.cursor belongs to timbr_run_query" in told["note"]


async def test_a_nested_answer_is_read_on_from_the_background(world: World) -> None:
    sql = ORDERS.replace("ORDER", "WHERE `po_id` < 7021 ORDER")
    told = await pages(
        world, RUN, ontology="supply_chain", sql=sql, flags=["nested"], background=True, limit=50
    )
    found = {
        row["entity_id"]: len(row["has_line[po_line]"]) for page in told for row in await whole(world, page)
    }
    flat = truth(world, sql)

    assert len(told) > 2
    assert sum(found.values()) == len([row for row in flat if row["has_line[po_line].entity_id"]])
    assert set(found) == {row["entity_id"] for row in flat}


@pytest.mark.parametrize("sql", [BOTH, ORDERS.replace("line].entity_id", "line].is_backordered")])
async def test_where_rows_multiply_unseen_the_background_claims_nothing_about_its_limit(
    world: World, sql: str
) -> None:
    told = await run(world, sql, flags=["nested"], limit=100)
    (*_, last) = await whole(world, told)

    assert last["incomplete"] is True
    assert "cursor" not in told["more"]
    assert "whether the limit of 100 rows was met cannot be told" in told["note"]


async def test_an_unknown_ticket_says_why_and_what_to_do(world: World) -> None:
    told = await world.refused(COLLECT, ticket="0b9c1f6e")

    assert told["error"] == "not_found"
    assert "unknown, has expired, or was collected before" in told["message"]
    assert "run the statement again" in told["message"]


async def test_an_expired_ticket_says_the_same(world: World) -> None:
    ticket = await ticket_of(world, REPLAY)
    world.clock.advance(2 * 3_600)
    told = await world.refused(COLLECT, ticket=ticket)

    assert told["error"] == "not_found"
    assert "run the statement again" in told["message"]


async def test_rows_of_a_ticket_from_elsewhere_are_shown_with_what_is_not_known(world: World) -> None:
    told = await world.ask(COLLECT, ticket=world.sample("timbr", "response_id"))

    assert len(told["rows"]) == 3
    assert "whether a row limit cut these rows cannot be told" in told["note"]


async def test_the_oldest_of_many_tickets_is_still_collected(world: World) -> None:
    limits = range(1, 19)
    tickets = [await ticket_of(world, REPLAY.replace("3", str(limit))) for limit in limits]
    told = [await world.ask(COLLECT, ticket=ticket) for ticket in tickets]

    assert [len(one["rows"]) for one in told] == list(limits)


@pytest.mark.parametrize("pace", [1, 60])
async def test_a_failure_is_told_in_the_engines_words_with_the_names_that_were_meant(
    world: World, pace: float
) -> None:
    """At once, or when it is asked for later."""
    slow_down(world, pace)
    if pace == 1:
        told = await world.refused(RUN, ontology="supply_chain", sql=MISSPELT, background=True)
    else:
        ticket = await ticket_of(world, MISSPELT)
        world.clock.advance(200)
        told = await world.refused(COLLECT, ticket=ticket)

    assert told["error"] == "rejected"
    assert "Column `suplier_name` could not be resolved" in told["platform_says"]
    assert "the nearest are supplier_name" in told["problems"]["sql"][0]


async def test_a_failure_that_is_asked_for_twice_is_told_twice(world: World) -> None:
    slow_down(world, 60)
    ticket = await ticket_of(world, MISSPELT)
    world.clock.advance(200)
    first = await world.refused(COLLECT, ticket=ticket)
    asked = len(world.sent("timbr"))

    assert await world.refused(COLLECT, ticket=ticket) == first
    assert len(world.sent("timbr")) == asked


async def test_a_schema_that_is_not_allowed_is_no_fault_of_the_credential(world: World) -> None:
    world.as_user("timbr", api_key=world.sandbox.platforms["timbr"].credentials["viewer_key"])
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, background=True)

    assert told["error"] == "rejected"
    assert "The credential works, but its user lacks the right" in told["message"]
    assert "No permission for knowledge graph schema dtimbr" in told["platform_says"]


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (
            {"status": "completed", "response": "Source timed out", "original_status_code": 504},
            "rejected",
            "Source timed out",
        ),
        (
            {"status": "completed", "response": {"status": "error", "data": "No such column"}},
            "rejected",
            "No such column",
        ),
        ({"status": "error", "error": None}, "rejected", "failed in the background"),
        ({"status": "completed", "response": "all is well"}, "malformed", "no rows"),
        ({"status": "completed"}, "malformed", "no rows"),
        ({"status": "completed", "response": [1, 2]}, "malformed", "another form"),
    ],
)
async def test_what_ends_without_rows_is_never_an_empty_success(
    world: World, said: Any, kind: str, words: str
) -> None:
    answer(world, RESULTS, said)
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, background=True)

    assert told["error"] == kind
    assert words in f"{told['message']} {told.get('platform_says')}"


@pytest.mark.parametrize(
    "body", [[{"supplier_name": "A"}], {"status": "success", "data": [{"supplier_name": "A"}]}]
)
async def test_a_server_that_answers_at_once_is_accepted(world: World, body: Any) -> None:
    answer(world, RAW, body)
    told = await run(world, SUPPLIERS)

    assert rows_of(told) == [{"supplier_name": "A"}]
    assert "ran it at once" in told["note"]
    assert len(world.sent("timbr")) == 1


async def test_a_submission_without_a_ticket_is_malformed(world: World) -> None:
    answer(world, RAW, {"async": True, "message": "Accepted"}, status=202)
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, background=True)

    assert told["error"] == "malformed"
    assert "without saying how to ask for its result" in told["message"]


async def test_a_look_that_fails_in_passing_does_not_end_the_wait(world: World) -> None:
    world.sandbox.platforms["timbr"].faults.add(Fault("reset", path=RESULTS, times=7))
    told = await run(world, SUPPLIERS)

    assert len(await whole(world, told)) == 200
    assert len(world.sent("timbr", "POST")) == 1


async def test_rows_that_were_lost_on_their_way_are_not_run_for_again_unasked(world: World) -> None:
    world.sandbox.platforms["timbr"].faults.add(Fault("lost_answer", path=RESULTS, skip=1))
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, background=True)

    assert told["error"] == "not_found"
    assert "run the statement again" in told["message"]
    assert len(world.sent("timbr", "POST")) == 1


async def test_a_submission_that_is_never_answered_is_sent_once(world: World) -> None:
    world.sandbox.platforms["timbr"].faults.add(Fault("delay", path=RAW, delay=90))
    told = await world.refused(RUN, ontology="supply_chain", sql=SUPPLIERS, background=True)

    assert told["error"] == "unavailable"
    assert len(world.sent("timbr", "POST")) == 1


async def test_the_datasource_goes_along_into_the_background(world: World) -> None:
    await run(world, SUPPLIERS, datasource="archive_postgres")
    told = await world.refused(
        RUN, ontology="supply_chain", sql=SUPPLIERS, datasource="attic", background=True
    )

    assert world.sent("timbr")[0].query == [("datasource", "archive_postgres")]
    assert "Datasource attic does not exist" in told["platform_says"]


async def test_the_same_call_again_waits_on_and_starts_nothing_anew(world: World) -> None:
    first, second = await run(world, REPLAY), await run(world, REPLAY)

    assert (len(first["rows"]), len(second["rows"])) == (0, 3)
    assert len(world.sent("timbr", "POST")) == 1
