"""Optimibi: samples of tables and queries on models, computed over the same rows and worked out again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi.accounts import seeded_users
from pentad.sandbox.optimibi.cellsets import Grid, cell_set
from pentad.sandbox.optimibi.cubes import parsed, statement
from pentad.sandbox.optimibi.models import MODELS
from pentad.sandbox.optimibi.rules import OBJECT_RULES, ROW_RULES, Sight
from pentad.sandbox.optimibi.warehouse import query
from tests.proof import EXAMPLES
from tests.sandbox.optimibi_desk import D, Desk, M, asked, basic

PREVIEW, CUBE = f"{M}/metadata/previewcolumn", f"{D}/cube/query/execute"
GEOGRAPHY = "[store].[geography]"


async def preview(desk: Desk, table: str, who: Mapping[str, str] | None = None, **more: str) -> Any:
    return await desk.form(PREVIEW, who, connection="retail_dw", schema="sales", table=table, **more)


async def every_row(desk: Desk, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page: list[Any] = [None]
    while page:
        page = (await preview(desk, table, limit="1000", start=str(len(rows))))["data"]
        rows += page
    return rows


def body_of(answer: Any) -> dict[tuple[str, ...], list[str]]:
    """Raw values of a set of cells, by the members of their row."""
    left, top = answer["leftOffset"], answer["topOffset"]
    return {
        tuple(cell["value"] for cell in row[:left]): [cell["properties"]["raw"] for cell in row[left:]]
        for row in answer["cellset"][top:]
    }


async def test_a_sample_is_what_the_database_holds_with_its_columns_described() -> None:
    desk = Desk()
    told = await preview(desk, "ticket_line", limit="7")
    held = query(1, "retail_dw", "SELECT ticket_id, line_no, net_amount FROM sales.ticket_line LIMIT 7")[1]
    assert [
        (row["ticket_id"], row["line_no"], Decimal(str(row["net_amount"]))) for row in told["data"]
    ] == held
    assert {one["name"]: one["typeDesc"] for one in told["meta"]}["net_amount"] == "Number"
    assert len((await preview(desk, "ticket_line"))["data"]) == 50
    assert len((await preview(desk, "ticket_line", limit="5000"))["data"]) == 1000


async def test_a_sample_is_narrowed_by_columns_condition_and_offset_and_lacks_what_is_null() -> None:
    desk = Desk()
    told = await preview(
        desk,
        "ticket",
        columns='[{"name":"ticket_id"},{"name":"member_no"},{"name":"big","detail":"ticket_id * 10"}]',
        where="channel = 'W'",
        limit="40",
        start="3",
    )
    rows = told["data"]
    assert len(rows) == 40
    assert all(row["big"] == row["ticket_id"] * 10 for row in rows)
    assert {"member_no" in row for row in rows} == {True, False}


async def test_the_reader_sees_the_rows_and_columns_that_rules_leave() -> None:
    desk = Desk()
    regions = {row["region"] for row in (await preview(desk, "store", desk.reader))["data"]}
    assert regions == {"North", "Coast"}
    pairs = '[{"schema":"sales","table":"product"},{"schema":"sales","table":"nope"}]'
    both = [
        await desk.form(f"{M}/metadata/columns", who, connection="retail_dw", pairs=pairs)
        for who in (None, desk.reader)
    ]
    shown = [{field["name"] for field in one["data"][0]["fields"]} for one in both]
    assert shown[0] - shown[1] == {"unit_cost"}
    assert [field["name"] for field in both[0]["data"][0]["fields"] if field["primary"]] == ["product_id"]
    assert [entry["exist"] for entry in both[0]["data"]] == [True, False]
    for fields, code in (({"where": "1 = 1"}, "SQL_FRAGMENT"), ({"sql": "select 1"}, "SQL_EXECUTE")):
        assert (await preview(desk, "store", desk.reader, **fields))["msg"] == f"{code}_FORBIDDEN"


async def test_metadata_goes_from_connection_to_column_in_the_spelling_of_the_database() -> None:
    desk = Desk()
    schemas = await desk.form(f"{M}/metadata/schemas", connection="freight")
    assert schemas["expresions"]["quoteField"] == "`${v}`"
    tables = await desk.form(f"{M}/metadata/tables", connection="people_hr", schema="dbo")
    assert tables["data"]["dbo"][0]["fullname"] == "[dbo].[absence]"
    assert len((await desk.read(f"{M}/connection/list"))["databaseConnections"]) == 6
    assert len((await desk.read(f"{M}/connection/list", desk.reader))["databaseConnections"]) == 5
    closed: dict[str, Any] = {"connection": "people_hr", "schema": "payroll", "table": "payslip"}
    author = await desk.form(PREVIEW, _author(desk), **closed)
    assert (author["msg"], author["code"]) == ("no table privileges", "401")
    assert len((await desk.form(PREVIEW, **closed))["data"]) == 50


def _author(desk: Desk) -> dict[str, str]:
    return basic(desk.held["author_username"], desk.held["author_password"])


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_keys_are_told_from_columns_that_repeat(edition: str) -> None:
    desk = Desk(edition)
    where = {"connection": "retail_dw", "schema": "sales", "table": "ticket_line"}
    whole = await desk.send(f"{M}/metadata/checkunique", {**where, "fields": ["ticket_id", "line_no"]})
    part = await desk.send(f"{M}/metadata/checkunique", {**where, "fields": ["ticket_id"]})
    assert (whole["success"], whole["data"]) == (True, True)
    assert (part["success"], part["data"]) == (edition == "newer", False)


async def test_what_is_not_there_fails_at_http_200_with_a_reason() -> None:
    desk = Desk()
    assert (await preview(desk, "nope"))["msg"] == "Table sales.nope does not exist"
    assert (await preview(desk, "store", columns='[{"name":"x"}]'))["success"] is False
    assert (await preview(desk, "store", where="1 = 1; drop table sales.store"))["success"] is False
    assert (await desk.form(f"{M}/metadata/schemas", connection="nope"))["code"] == "404"
    for path in ("nope", "people_hr"):
        answer = await desk.ask("GET", f"{M}/connection/get?name={path}", who=desk.reader)
        assert answer.status_code == {"nope": 404, "people_hr": 403}[path]
        assert answer.json()["success"] is False


async def test_the_wrong_encoding_does_nothing() -> None:
    desk = Desk()
    where = {"connection": "retail_dw", "schema": "sales", "table": "store"}
    assert (await desk.send(PREVIEW, where))["msg"] == "parameter connection cannot be empty"
    assert (await desk.send(f"{M}/metadata/columns", {**where, "pairs": "[]"}))["data"] == []
    assert "config" not in await desk.send(f"{M}/dict/data", {"id": "flags"})
    assert len((await desk.send(f"{D}/alert/list", {"pagePath": "/nowhere"}))["data"]) == 10
    assert (await desk.form(f"{M}/lineage/link", pathIds=[desk.samples["report"]]))["objs"] == []
    assert (await desk.form(CUBE, cube="{}"))["success"] is False
    broken = await desk.ask("POST", CUBE, who={**desk.platform.headers(), "content-type": "application/json"})
    assert broken.json()["success"] is False


async def test_a_query_sums_what_the_tables_hold() -> None:
    desk = Desk()
    lines, tickets, stores = [await every_row(desk, table) for table in ("ticket_line", "ticket", "store")]
    region = {one["store_id"]: one["region"] for one in stores}
    place = {one["ticket_id"]: region[one["store_id"]] for one in tickets}
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[place[line["ticket_id"]],] += Decimal(str(line["net_amount"]))
    answer = await desk.send(
        CUBE, asked({GEOGRAPHY: ["region"]}, ["ticket_line.net_amount", "ticket_line.ticket_id"])
    )
    found = body_of(answer)
    assert {key: Decimal(values[0]) for key, values in found.items()} == sums
    assert sum(int(values[1]) for values in found.values()) == len(tickets)
    header = answer["cellset"][0]
    assert [cell["value"] for cell in header] == ["Region", "Net amount", "Tickets"]
    assert header[0]["properties"]["level"] == "[store].[geography].[region]"


async def test_a_query_turns_limits_sorts_and_cuts() -> None:
    desk = Desk()
    body = asked(
        {GEOGRAPHY: ["store_name"]},
        ["ticket_line.quantity"],
        {"[ticket].[channel]": ["channel"]},
        sortOrder="BDESC",
        sortEvaluationLiteral="[Measures].[ticket_line.quantity]",
    )
    members = [{"uniqueName": f"[ticket].[channel].[{code}]"} for code in ("W", "S")]
    channel = body["queryModel"]["axes"]["COLUMNS"]["hierarchies"][0]["levels"]["channel"]
    channel["selection"] = {"type": "INCLUSION", "members": members}
    body["properties"] = {"datafor.query.pick.row": "0,5"}
    answer = await desk.send(CUBE, body)
    assert [cell["value"] for cell in answer["cellset"][0]] == ["null", "S", "W"]
    totals = [sum(map(int, values)) for values in body_of(answer).values()]
    assert (len(totals), totals) == (5, sorted(totals, reverse=True))


async def test_a_query_that_the_cube_does_not_have_fails_with_its_name() -> None:
    desk = Desk()
    for body, word in (
        (asked({GEOGRAPHY: ["planet"]}, ["ticket_line.quantity"]), "planet"),
        (asked({"[moon].[x]": ["x"]}, ["ticket_line.quantity"]), "[moon].[x]"),
        (asked({GEOGRAPHY: ["region"]}, ["ticket_line.margin"]), "ticket_line.margin"),
        (asked({GEOGRAPHY: ["region"]}, []), "no measures"),
        (asked({}, ["x"], model="Nope"), "Nope"),
    ):
        answer = await desk.send(CUBE, body)
        assert answer["success"] is False
        assert word in answer["msg"]


async def test_a_query_may_answer_with_rows_instead_of_cells() -> None:
    desk = Desk()
    body = asked({GEOGRAPHY: ["region"]}, ["ticket_line.quantity"])
    cells = body_of(await desk.send(CUBE, body))
    desk.state.cube_answer = "rows"
    rows = (await desk.send(CUBE, body))["data"]
    assert {(row["Region"],): [str(row["Quantity"])] for row in rows} == cells


async def test_the_stored_query_of_an_alert_runs_unless_its_measure_was_retired() -> None:
    desk = Desk()
    alerts = (await desk.form(f"{D}/alert/list"))["data"]
    answers = {one["name"]: await desk.send(CUBE, one["qm"]) for one in alerts}
    failed = {name for name, answer in answers.items() if answer.get("success") is False}
    assert failed == {"old_margin"}
    assert all(len(answer["cellset"]) > 1 for name, answer in answers.items() if name not in failed)


PLACES = [
    (model.name, dimension.name, hierarchy.name, level.name)
    for model in MODELS.values()
    for dimension in model.dimensions
    for hierarchy in dimension.hierarchies
    for level in hierarchy.levels
]


@given(place=st.sampled_from(PLACES))
@settings(max_examples=EXAMPLES)
def test_counts_and_sums_over_the_members_of_any_level_are_those_of_all(
    place: tuple[str, str, str, str],
) -> None:
    name, dimension, hierarchy, level = place
    model, sight = MODELS[name], Sight(seeded_users(Dice(1))["mvega"], ROW_RULES, OBJECT_RULES)
    additive = [one for one in model.measures if one.aggregator in ("sum", "count")]
    if not additive:
        return
    measures = [one.name for one in additive]
    found: list[list[Decimal]] = []
    for rows in ({f"[{dimension}].[{hierarchy}]": [level]}, {}):
        made = parsed(model, asked(rows, measures, model=name))
        told = query(1, model.connection, statement(model, made, sight), made.values)[1]
        cells = body_of(cell_set(Grid(made, told)))
        columns = zip(*cells.values(), strict=True)
        found.append(
            [sum((Decimal(raw) for raw in values if raw != "null"), Decimal()) for values in columns]
        )
    assert found[0] == found[1]
