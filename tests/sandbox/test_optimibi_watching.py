"""Optimibi: what is stored about alerts, jobs, parameters and dictionaries shows in what is read of them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.sandbox.optimibi_desk import D, Desk, M, basic

JOB: dict[str, Any] = {
    "jobName": "nightly",
    "inputFile": "/public/Retail/Overview.datafor",
    "outputFile": "/public/Retail",
    "overwriteFile": "false",
    "timeZone": "Etc/UTC",
    "simpleJobTrigger": {
        "uiPassParam": "DAILY",
        "repeatInterval": 86_400_000,
        "repeatCount": -1,
        "startTime": "2026-03-02T02:00:00.000+00:00",
        "endTime": None,
    },
    "jobParameters": [],
}
EDITIONS = pytest.mark.parametrize("edition", ["newer", "older"])
DAILY = {"complexJobTrigger": {"uiPassParam": "DAILY", "startTime": "2026-03-02T07:30:00.000+00:00"}}
_ADDED = frozenset(
    {
        "pageExists",
        "pagePathTitle",
        "pageTitle",
        "jobid",
        "jobId",
        "state",
        "nextRun",
        "lastRun",
        "executor",
    }
)


async def every_watching_call(desk: Desk) -> None:
    """Each makes, changes, runs or takes away something, and says so."""
    made = await defined(desk) | {"name": "watched"}
    for path, body in (
        (f"{D}/alert/add", made),
        (f"{D}/alert/update", made | {"title": "Watched"}),
        (f"{D}/alert/execute", made),
        ("/api/scheduler/job", JOB),
    ):
        assert (await desk.send(path, body))["success"] is True, path
    codes = ("1", "3") if desk.state.newer else ("3", "1")
    values = [{"name": "zone", "value": "A"}]
    dictionary: dict[str, Any] = {
        "name": "zones",
        "datatype": "2",
        "type": "1",
        "detail": '[{"key":"A","value":"Alpha"}]',
    }
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"{M}/parameter/update", {"name": "zone", "datatype": "2", "type": codes[1], "detail": values}),
        (f"{M}/dict/update", dictionary),
    ]
    if desk.state.newer:
        forms += [(f"{D}/alert/executeByName", {"name": "watched"})]
        forms += [(f"{M}/parameter/delete", {"name": "zone"}), (f"{M}/dict/delete", {"name": "zones"})]
    for path, fields in (*forms, (f"{D}/alert/delete", {"name": "watched"})):
        assert (await desk.form(path, None, **fields))["success"] is True, path


async def defined(desk: Desk, name: str = "low_net_sales") -> dict[str, Any]:
    """A stored alert without what only reading adds."""
    told = (await desk.read(f"{D}/alert/detail?name={name}"))["data"]
    return {member: value for member, value in deepcopy(told).items() if member not in _ADDED}


def author(desk: Desk) -> dict[str, str]:
    return basic(desk.held["author_username"], desk.held["author_password"])


async def names(desk: Desk, path: str) -> list[str]:
    return [row["name"] for row in (await desk.form(path))["data"]]


@EDITIONS
async def test_an_alert_is_stored_as_it_was_sent_listed_scheduled_and_gone_when_deleted(edition: str) -> None:
    desk = Desk(edition)
    sent = await defined(desk) | {"name": "mine", "cron": DAILY}
    made = await desk.send(f"{D}/alert/add", sent, author(desk))
    assert ("jobId" in made) is (edition == "newer")
    assert await defined(desk, "mine") == sent
    jobs = (await desk.read("/api/scheduler/getJobs"))["job"]
    (own,) = [job for job in jobs if job["jobParams"]["jobParams"][0]["value"] == "mine"]
    assert (own["userName"], own["jobTrigger"]["repeatInterval"]) == (desk.held["author_username"], "86400")

    del sent["cron"], sent["title"]
    assert (await desk.send(f"{D}/alert/update", sent, author(desk)))["success"]
    told = (await desk.read(f"{D}/alert/detail?name=mine"))["data"]
    assert not {"title", "nextRun", "cron"} & told.keys()
    assert (await desk.form(f"{D}/alert/delete", author(desk), name="mine"))["success"]
    assert "mine" not in await names(desk, f"{D}/alert/list")


async def test_an_update_under_an_unknown_name_makes_another_alert() -> None:
    desk = Desk()
    sent = await defined(desk) | {"name": "low_net_salse"}
    assert (await desk.send(f"{D}/alert/update", sent))["success"]
    assert {"low_net_sales", "low_net_salse"} <= set(await names(desk, f"{D}/alert/list"))


async def test_alerts_are_refused_with_the_words_and_codes_that_are_documented() -> None:
    desk = Desk()
    sent = await defined(desk)
    paged: dict[str, Any] = {**deepcopy(sent), "name": "paged"}
    paged["qm"]["properties"]["datafor.query.paging.size"] = "50"
    other = (await desk.read(f"{D}/alert/detail?name=sick_days"))["data"]
    for path, body, who, told in (
        ("add", sent, None, ("already exists", "409")),
        ("add", sent | {"name": "x"}, desk.reader, ("no permission", "403")),
        ("add", {"name": "x"}, None, ("parameter rule cannot be empty", "400")),
        ("add", paged, None, ("paging properties are not supported in alerts", "400")),
        ("update", other, author(desk), ("no permission", "403")),
    ):
        answer = await desk.send(f"{D}/alert/{path}", body, who)
        assert (answer["success"], answer["msg"], answer["code"]) == (False, *told)
    assert (await desk.form(f"{D}/alert/delete", name="nope"))["code"] == "404"
    assert (await desk.form(f"{D}/alert/delete", author(desk), name="sick_days"))["code"] == "403"
    assert (await desk.form(f"{D}/alert/add", name="x"))["success"] is False


async def test_running_an_alert_mails_only_where_the_tables_meet_its_rule() -> None:
    desk = Desk()
    body = await defined(desk)
    (condition,) = body["rule"]["conditions"]
    never = {**condition, "comparator": "<", "value": [-1]}
    for comparator, value, match, met in (
        ("<", [-1], "any", False),
        (">", [-1], "all", True),
        ("between", [0, 10_000_000], "all", True),
        ("not between", [0, 10_000_000], "any", False),
        ("is empty", [], "any", False),
        ("is not empty", [], "all", True),
        ("in", [1], "any", False),
        ("!=", ["1"], "all", True),
    ):
        desk.state.mails.clear()
        tried = {**condition, "comparator": comparator, "value": value, "match": match}
        body["rule"]["conditions"] = [tried]
        told = await desk.send(f"{D}/alert/execute", body)
        assert told["data"] == ("send mail success" if met else "not match condition")
        assert len(desk.state.mails) == met
        if met:
            body["rule"] = {"logical": "and", "conditions": [tried, never]}
            assert (await desk.send(f"{D}/alert/execute", body))["data"] == "not match condition"
            body["rule"]["logical"] = "or"
            assert (await desk.send(f"{D}/alert/execute", body))["data"] == "send mail success"
    assert desk.state.mails[-1]["toUsers"] == ["klind"]
    assert "${value}" not in desk.state.mails[-1]["content"]
    assert "fails" not in await names(desk, f"{D}/alert/list")


async def test_an_alert_whose_measure_is_retired_fails_and_mails_nobody() -> None:
    desk = Desk()
    told = await desk.form(f"{D}/alert/executeByName", name="old_margin")
    assert (told["success"], desk.state.mails) == (False, [])
    assert "ticket_line.margin" in told["msg"]


async def test_the_older_edition_tells_two_calls_of_one_address_by_their_encoding() -> None:
    older, newer = Desk("older"), Desk("newer")
    assert await older.form(f"{D}/alert/execute", name="cold_store") == {"success": True, "msg": "success"}
    assert len(older.state.mails) == 1
    assert (await newer.form(f"{D}/alert/execute", name="cold_store"))["success"] is False
    assert newer.state.mails == []
    assert (await older.ask("POST", f"{D}/alert/executeByName", {})).status_code == 404


@EDITIONS
async def test_a_job_is_listed_for_whoever_made_it_with_seconds_for_the_milliseconds_sent(
    edition: str,
) -> None:
    desk = Desk(edition)
    desk.state.job_answer = "text"
    answer = await desk.ask("POST", "/api/scheduler/job", JOB, author(desk))
    jobs = (await desk.read("/api/scheduler/getJobs"))["job"]
    (own,) = [job for job in jobs if job["jobId"] == answer.text]
    assert (own["userName"], own["jobTrigger"]["repeatInterval"]) == ("klind", "86400")
    for body, status in (
        ({"jobName": "nightly"}, 200),
        ({**JOB, "inputFile": "/public/nope.kjb"}, 404),
    ):
        refused = await desk.ask("POST", "/api/scheduler/job", body)
        assert (refused.status_code, refused.json()["success"]) == (status, False)
    assert (await desk.ask("POST", "/api/scheduler/job", JOB, desk.reader)).status_code == 403
    assert len(desk.state.jobs) == 1


@EDITIONS
async def test_parameters_and_dictionaries_that_were_stored_are_listed_with_their_values(
    edition: str,
) -> None:
    desk = Desk(edition)
    listed, number = ("3", "5") if edition == "newer" else ("1", "1")
    detail = [{"name": "size", "value": "40"}, {"name": "size", "value": "50"}]
    fields: dict[str, Any] = {
        "name": "size",
        "datatype": number,
        "type": listed,
        "detail": detail,
        "default": "40",
    }
    assert (await desk.form(f"{M}/parameter/update", **fields))["success"]
    (row,) = [row for row in (await desk.form(f"{M}/parameter/query"))["data"] if row["name"] == "size"]
    assert (row["id"], json.loads(row["detail"]), row["update_by"]) == ("size", detail, "mvega")
    sql = "select store_id, store_name from sales.store order by 1"
    kept: dict[str, Any] = {
        "name": "shops",
        "datatype": "1",
        "type": "2",
        "dbconn": "retail_dw",
        "detail": sql,
    }
    assert (await desk.form(f"{M}/dict/update", author(desk), **kept, expire="60"))["success"]
    told = await desk.form(f"{M}/dict/data", name="shops")
    assert (told["config"]["expire"], told["data"][0]["store_name"]) == ("60", "Bremen 1")
    moved: dict[str, Any] = {"id": "shops", "name": "outlets", "datatype": "2", "type": "1", "detail": "[]"}
    assert (await desk.form(f"{M}/dict/update", **moved))["success"]
    assert {"outlets"} == {"outlets", "shops"} & desk.state.dictionaries.keys()


async def test_parameters_and_dictionaries_are_refused_with_the_words_that_are_documented() -> None:
    desk = Desk()
    free = {"name": "size", "type": "1"}
    select = {"name": "d", "datatype": "2", "type": "2", "dbconn": "retail_dw", "detail": "drop table x"}
    for path, fields, who, words in (
        ("parameter/update", free, author(desk), "Only administrators can manage global parameters"),
        ("parameter/update", {"type": "1"}, None, "parameter name cannot be empty"),
        ("parameter/update", {"name": "size", "type": "8"}, None, "parameter type is not valid"),
        ("parameter/update", {"name": "channel", "type": "1"}, None, "already exists"),
        ("parameter/update", {**free, "id": "nope"}, None, "parameter does not exist"),
        ("parameter/delete", free, author(desk), "no permission"),
        ("dict/update", select, None, "query failed: only one SELECT is allowed"),
        ("dict/update", select, desk.reader, "no permission"),
        ("dict/delete", {"name": "flags"}, desk.reader, "no permission"),
    ):
        answer = await desk.form(f"{M}/{path}", who, **fields)
        assert (answer["success"], answer["msg"]) == (False, words)
    assert (await desk.send(f"{M}/dict/update", select))["msg"] == "parameter name cannot be empty"


async def test_what_is_not_there_is_deleted_with_success() -> None:
    desk = Desk()
    before = len(desk.state.parameters), len(desk.state.dictionaries)
    for path in ("parameter", "dict"):
        assert (await desk.form(f"{M}/{path}/delete", name="nope"))["success"] is True
    assert (len(desk.state.parameters), len(desk.state.dictionaries)) == before
    assert (await desk.form(f"{M}/parameter/delete", name="channel"))["success"] is True
    assert "channel" not in await names(desk, f"{M}/parameter/query")
