"""What an answer says, in whichever form it comes, and what must never be read in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import AuthFailed, Malformed, NotFound, PlatformError, RateLimited, Rejected, Unavailable
from pentad.http.bodies import LARGE
from pentad.http.encodings import Form
from pentad.models import Row, Rows, Tabular, Wire
from pentad.operations import reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import fault, rows_of
from pentad.results.record import Stored
from tests.optimibi.desk import Reply, ok, page, sent, serving
from tests.proof import EXAMPLES


class Thing(Wire):
    name: str


class Things(Tabular):
    rows: Rows


@reads("GET /thing")
async def get_thing(optimibi: Optimibi) -> Thing:
    """One thing."""
    return await optimibi.get(Thing)


@reads("GET /thing")
async def list_bare(optimibi: Optimibi) -> Sequence[Row]:
    """Things of a bare list, as a model."""
    return (await optimibi.get(Things)).rows


@reads("GET /thing")
async def list_things(optimibi: Optimibi, within: str | None = None) -> Sequence[Row]:
    """Things."""
    return await optimibi.rows(within=within)


@reads("POST /thing")
async def query_things(optimibi: Optimibi) -> Sequence[Row]:
    """Things by a form."""
    return await optimibi.rows(Form(connection="dw", deep=True))


@reads("GET /thing")
async def get_record(optimibi: Optimibi, whole: bool = False) -> dict[str, Any]:
    """One thing as it is."""
    return await optimibi.record(whole=whole)


@reads("GET /thing")
async def get_text(optimibi: Optimibi, page: bool = False) -> str:
    """A text."""
    return await optimibi.text(page=page)


@writes("POST /mondrian/postAnalysis", check="look for it")
async def publish(optimibi: Optimibi) -> dict[str, Any]:
    """Publish."""
    return await optimibi.record(Form())


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ({"success": False, "msg": "no permission", "code": "403"}, Rejected, "no permission"),
        ({"success": False, "msg": "gone", "code": 404}, NotFound, "gone"),
        ({"success": False, "responseCode": 410}, NotFound, None),
        ({"success": False, "code": "429", "msg": "slow down"}, RateLimited, "slow down"),
        (
            {"success": False, "msg": "connection dw2 does not exist"},
            NotFound,
            "connection dw2 does not exist",
        ),
        ({"success": False, "message": "name taken", "code": "send.later"}, Rejected, "name taken"),
        ({"success": "false", "msg": " ", "message": "odd"}, Rejected, "odd"),
        ({"success": True, "code": "500", "msg": "query failed"}, Rejected, "query failed"),
        ({"code": 500, "message": "query failed"}, Rejected, "query failed"),
        ({"success": True, "data": {"success": False, "msg": "denied", "list": []}}, Rejected, "denied"),
        ({"success": True, "msg": "outer", "data": {"success": False, "code": 404}}, NotFound, "outer"),
        ({"success": False, "code": "401", "msg": "not logged in"}, AuthFailed, "not logged in"),
    ],
)
@pytest.mark.parametrize("operation", [get_thing, list_things, get_record, get_text])
async def test_a_failure_called_a_success_is_a_failure(
    operation: Any, told: Any, kind: type[PlatformError], words: str | None
) -> None:
    with pytest.raises(kind) as caught:
        await operation(serving(told).client())
    assert type(caught.value) is kind
    assert caught.value.quote == words


@pytest.mark.parametrize(
    "told",
    [
        {"code": 200, "islogged": True},
        {"code": "404", "name": "a dictionary's entry, and no envelope"},
        {"success": True, "code": "send.later"},
        {"success": True, "code": "200", "msg": "success"},
        {"success": True, "data": [{"success": False, "msg": "one of a batch"}]},
        {"success": True, "status": -1, "current": {}},
    ],
)
async def test_what_is_no_failure_is_none(told: dict[str, Any]) -> None:
    kept = await get_record(serving(told).client())
    assert kept == {
        n: v for n, v in told.items() if "success" not in told or n not in ("success", "code", "msg")
    }


async def test_publishing_is_only_done_with_its_own_status() -> None:
    assert await publish(serving({"success": True, "status": 3}).client()) == {"status": 3}
    with pytest.raises(Rejected) as caught:
        await publish(serving({"success": True, "status": 8, "msg": "there already"}).client())
    assert caught.value.quote == "there already"


@pytest.mark.parametrize(
    ("told", "note"),
    [
        ({"dw": "200", "hr": "401", "gone": "409"}, "2 of 3 failed (hr: 'not allowed'; gone: 'not found')"),
        ({"success": True, "data": {"dw": 200, "hr": 500}}, "1 of 2 failed (hr: 'failed there')"),
        ({"success": True, "data": [{"/a": "200"}, {"/b": "401"}]}, "1 of 2 failed (/b: 'not allowed')"),
        (
            {"success": True, "data": [{"name": "a", "success": True}, {"success": False, "msg": "in use"}]},
            "1 of 2 failed (1: 'in use')",
        ),
        ({"success": True, "data": [{"name": "a"}]}, None),
        ({"success": True, "data": {"a": "200"}}, None),
        ({"id": "404"}, None),
    ],
)
async def test_each_entry_of_a_batch_that_failed_is_told(told: Any, note: str | None) -> None:
    client = serving(told).client()
    await publish(client)
    assert client.call.notes == ([note] if note else [])


async def test_a_batch_of_which_nothing_was_done_failed() -> None:
    with pytest.raises(Rejected) as caught:
        await publish(serving({"success": True, "data": {"dw": "401", "hr": "409"}}).client())
    assert caught.value.quote == "2 of 2 failed (dw: 'not allowed'; hr: 'not found')"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (ok({"success": False, "code": "404", "msg": "not found"}, 404), NotFound, None),
        (ok({"msg": "no permission"}, 403), Rejected, "does not allow"),
        (ok({"success": False, "msg": "query failed"}, 500), Unavailable, "failed on its side"),
        (page("<html><b>Apache Tomcat</b></html>", 404), NotFound, "This release may not have the call"),
        (page("<html>Wartung</html>"), Malformed, "web page came in place of data"),
        (page("<html>Bad Gateway</html>", 502), Unavailable, "web page came in place of data"),
        (sent("<!DOCTYPE html><html>", "application/json"), Malformed, "web page"),
        (sent('{"success": tr', "application/json"), Malformed, "not complete JSON"),
        (sent("", "application/json"), Malformed, "empty body"),
        (ok({"success": True, "data": [1]}), Malformed, "'name' is wrong"),
    ],
)
async def test_other_failures_are_told_apart(
    reply: Reply, kind: type[PlatformError], words: str | None
) -> None:
    with pytest.raises(kind, match=words):
        await get_thing(serving(reply).client())


async def test_json_that_calls_itself_a_page_is_read() -> None:
    assert (
        await get_thing(serving(sent('{"success":true,"data":{"name":"lamp"}}', "text/html")).client())
    ).name


ROWS = [{"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(
    ("told", "within"),
    [
        (ROWS, None),
        ({"success": True, "data": ROWS, "default": "sales"}, None),
        ({"success": True, "data": {"total": 2, "success": True, "list": ROWS}}, None),
        ({"success": True, "databaseConnections": ROWS}, "databaseConnections"),
        ({"job": ROWS}, "job"),
        ({"success": True, "data": {"rows": ROWS}}, "rows"),
    ],
)
async def test_rows_are_found_wherever_they_stand(told: Any, within: str | None) -> None:
    assert list(await list_things(serving(told).client(), within)) == ROWS


@pytest.mark.parametrize(
    "told", [[], {"success": True}, {"success": True, "data": None}, {"data": {"list": None}}]
)
async def test_no_rows_are_an_empty_list_only_where_that_is_said(told: Any) -> None:
    assert list(await list_things(serving(told).client())) == []
    with pytest.raises(Malformed, match="a list was expected"):
        await list_things(serving({"success": True, "data": {"sales": []}}).client())
    with pytest.raises(Malformed, match="'job' was expected"):
        await list_things(serving({"jobs": []}).client(), "job")


@settings(max_examples=EXAMPLES)
@given(st.lists(st.dictionaries(st.text(), st.integers()) | st.text() | st.none()), st.integers(0, 3))
def test_no_row_is_lost_however_it_is_wrapped(values: list[Any], form: int) -> None:
    wrapped: list[Any] = [
        values,
        {"success": True, "data": values},
        {"data": {"list": values}},
        {"x": values},
    ]
    rows = rows_of(wrapped[form], "x" if form == 3 else None, "Optimibi")

    assert [row if row in values else row["value"] for row in rows] == [
        one for one in values if one is not None
    ]


@settings(max_examples=EXAMPLES)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda s: (
            st.lists(s)
            | st.dictionaries(
                st.sampled_from(
                    ["success", "code", "responseCode", "msg", "message", "data", "status", "username"]
                )
                | st.text(),
                s,
            )
        ),
    )
)
def test_any_json_at_all_is_judged(told: Any) -> None:
    found = fault(told, "/plugin/datafor/api/extension/auth/fetchUser")
    assert found is None or found.kind is not None


async def test_values_that_are_no_objects_become_a_column() -> None:
    assert list(await list_things(serving({"success": True, "data": ["b", 1, None]}).client())) == [
        {"value": "b"},
        {"value": 1},
    ]
    assert list(await list_bare(serving(ROWS).client())) == ROWS


async def test_a_large_list_is_read_from_disk(tmp_path: Path) -> None:
    rows = [{"name": "x" * 1000, "number": number} for number in range(LARGE // 1000)]
    for told in (rows, {"success": True, "data": rows}):
        found = await query_things(serving(told, tmp_path).client())
        assert isinstance(found, Stored)
        assert (len(found), found[-1]["number"]) == (len(rows), len(rows) - 1)
    bad = {"success": False, "msg": "cut off", "data": rows}
    with pytest.raises(Rejected):
        await query_things(serving(bad, tmp_path).client())


async def test_a_read_may_be_a_form() -> None:
    desk = serving([])
    await query_things(desk.client())
    (asked,) = desk.asked("/thing")
    assert (asked.method, asked.content) == ("POST", b"connection=dw&deep=true")


async def test_an_object_is_what_stands_under_data_or_all_of_the_envelope() -> None:
    told = {"success": True, "code": "200", "startQuote": '"', "data": {"sales": [{"name": "outlet"}]}}
    assert await get_record(serving(told).client()) == {"sales": [{"name": "outlet"}]}
    assert await get_record(serving(told).client(), whole=True) == {"startQuote": '"', "data": told["data"]}
    assert await get_record(serving({"name": "dw"}).client()) == {"name": "dw"}
    with pytest.raises(Malformed):
        await get_record(serving([1]).client())
