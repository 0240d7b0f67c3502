"""Optimibi: access lists and data-security rules take effect as they are written, in both editions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox.optimibi_desk import FORM, D, Desk, M, asked, basic

ITEM, ITEMS = f"{M}/repo/files/acl", f"{M}/repo/files/aclBatch"
MODEL, MODELS = f"{M}/datasource/analysis/RetailSales/acl", f"{M}/datasource/analysis/acl"
CONNECTION, CONNECTIONS = f"{M}/connection/acl", f"{M}/connection/aclBatch"
ROW, OBJECT = f"{M}/auth/row", f"{M}/auth/obj"
FOLDER = "/public/Retail"
EDITIONS = ["newer", "older"]
NORTH = {"schema": "sales", "tbname": "store", "sql": "\"region\" = 'North'"}
COST = {"schema": "sales", "tbname": "store", "obj_type": "2", "colname": "city", "visible": "0"}


def acl(*recipients: tuple[str, int, int], inherits: bool = False) -> dict[str, Any]:
    entries = [
        {"recipient": name, "recipientType": kind, "permissions": [level], "modifiable": True}
        for name, kind, level in recipients
    ]
    return {"owner": "nfoster", "ownerType": 0, "entriesInheriting": inherits, "aces": entries}


def author(desk: Desk) -> dict[str, str]:
    return basic(desk.held["author_username"], desk.held["author_password"])


async def put(desk: Desk, path: str, body: Any, who: Mapping[str, str] | None = None) -> Any:
    answer = await desk.ask("PUT", path, body, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sample(desk: Desk, who: Mapping[str, str] | None = None, table: str = "store") -> Any:
    where = {"connection": "retail_dw", "schema": "sales", "table": table}
    return await desk.form(f"{M}/metadata/previewcolumn", who, **where)


async def every_granting_call(desk: Desk) -> None:
    """Every list and every rule is written, tried, switched off and taken away."""
    everybody = acl(("SYS_Reader", 2, 0), ("SYS_Creator", 2, 1))
    done: Any = {"success": True, "responseCode": 200}
    assert await put(desk, MODEL, everybody) == done
    assert await put(desk, CONNECTIONS, {"retail_dw": everybody}) == {"retail_dw": "200"}
    if desk.state.newer:
        assert await put(desk, f"{ITEM}?pathId={FOLDER}", everybody) == done
        listed = await put(desk, ITEMS, {FOLDER: everybody})
        assert listed == {"success": True, "data": [{FOLDER: "200"}]}
        assert await put(desk, MODELS, {"RetailSales": everybody}) == {"RetailSales": "200"}
        assert await put(desk, f"{CONNECTION}?name=retail_dw", everybody) == done
    rule = {"dbconn": "retail_dw", "enable": "1", "desc": "Tried once"}
    grants = [{"name": "SYS_Reader", "type": "2"}]
    for base, parts in (
        (ROW, {"configList": [NORTH], "grantedList": grants}),
        (OBJECT, {"configList": [COST | {"grantedList": grants}]}),
    ):
        saved = await desk.send(f"{base}/update", rule | parts)
        named = {"id": saved["id"], "dbconn": "retail_dw"}
        off = await desk.send(f"{base}/enableBatch", [named | {"enable": "0"}])
        gone = await desk.send(f"{base}/deleteBatch", [named])
        assert off["data"] == [named | {"enable": "0", "success": True, "msg": ""}]
        assert gone["data"] == [named | {"success": True, "msg": "success"}]


@pytest.mark.parametrize("edition", EDITIONS)
async def test_whoever_is_in_no_list_no_longer_reads_the_connection_and_its_models(edition: str) -> None:
    desk = Desk(edition)
    query = asked({"[store].[geography]": ["region"]}, ["ticket_line.quantity"])
    assert (await desk.send(f"{D}/cube/query/execute", query, desk.reader))["cellset"]
    await put(desk, MODEL, acl(("Board", 1, 0)))
    told = await desk.send(f"{D}/cube/query/execute", query, desk.reader)
    assert told["msg"] == "Cube 'RetailSales' not found"
    assert (await sample(desk, desk.reader))["success"] is True

    await put(desk, CONNECTIONS, {"retail_dw": acl(("Board", 1, 0))})
    assert (await sample(desk, desk.reader))["msg"] == "no permission"
    names = [one["name"] for one in (await desk.read(f"{M}/connection/list"))["databaseConnections"]]
    assert "retail_dw" in names
    await put(desk, CONNECTIONS, {"retail_dw": acl(("Store managers", 1, 0))})
    assert (await sample(desk, desk.reader))["success"] is True


async def test_a_written_list_is_the_one_that_is_read_and_its_locked_entry_stays() -> None:
    desk = Desk()
    written = acl(("Board", 1, 3))
    for path in (f"{ITEM}?pathId={FOLDER}", MODEL, f"{CONNECTION}?name=retail_dw"):
        before = await desk.read(path)
        await put(desk, path, written)
        told = await desk.read(path)
        locked = [one for one in told["aces"] if not one["modifiable"]]
        assert told["id"] == before["id"]
        assert told["aces"] == [*written["aces"], *locked]
        assert [one["recipient"] for one in locked] == ["Administrator"]


async def test_items_obey_the_list_of_the_folder_from_which_they_inherit() -> None:
    desk = Desk()
    inside = f"{M}/repo/files/children?pathId={FOLDER}/Sales"
    below = await desk.read(inside, desk.reader)
    await put(desk, f"{ITEM}?pathId={FOLDER}", acl(("Board", 1, 0)))
    assert below
    assert await desk.read(inside, desk.reader) == []
    report = desk.samples["report"]
    await put(desk, f"{ITEM}?pathId={report}", acl(("sokafor", 0, 0)))
    assert (await desk.read(f"{ITEM}?pathId={report}", desk.reader))["owner"] == "nfoster"


async def test_a_list_is_refused_to_those_without_the_right_and_for_what_is_not_there() -> None:
    desk = Desk()
    mine = acl(("klind", 0, 4))
    for path in (MODEL.replace("RetailSales", "Shipments"), f"{CONNECTION}?name=retail_dw"):
        assert (await put(desk, path, mine, author(desk)))["responseCode"] == 401
    gone = await put(desk, f"{ITEM}?pathId=/public/Nowhere", mine)
    assert (gone["success"], gone["responseCode"]) == (False, 410)
    closed = await desk.ask("GET", f"{CONNECTION}?name=retail_dw", who=author(desk))
    assert closed.json()["responseCode"] == 401
    told = await put(desk, ITEMS, {"/public/Nowhere": mine, "/public/Finance": mine}, author(desk))
    assert told["data"] == [{"/public/Nowhere": "410"}, {"/public/Finance": "401"}]
    unseen = await desk.ask("PUT", f"{ITEM}?pathId={FOLDER}", {"aces": "[]"}, media=FORM)
    assert (unseen.json()["responseCode"], desk.state.acls) == (500, {})


@pytest.mark.parametrize(("edition", "code"), [("newer", "410"), ("older", "409")])
async def test_a_batch_tells_of_each_connection_in_the_codes_of_its_edition(edition: str, code: str) -> None:
    desk = Desk(edition)
    told = await put(desk, CONNECTIONS, {"nope": acl(), "sensors": acl(("Board", 1, 0))})
    assert told == {"nope": code, "sensors": "200"}


@pytest.mark.parametrize("edition", EDITIONS)
async def test_a_rule_acts_at_once_and_whole_until_it_is_switched_off(edition: str) -> None:
    desk = Desk(edition)
    rules = await desk.send(f"{ROW}/query", {"dbconn": "retail_dw", "withConfig": True, "withGranted": True})
    one = next(rule for rule in rules["data"] if rule["grantedList"][0]["name"] == "Store managers")
    porto = NORTH | {"sql": "\"city\" = 'Porto'"}
    saved = await desk.send(f"{ROW}/update", one | {"configList": [porto]})
    assert (saved["id"], saved["startQuote"]) == (one["id"], '"')
    assert {row["city"] for row in (await sample(desk, desk.reader))["data"]} == {"Porto"}

    named = [{"id": rule["id"], "dbconn": "retail_dw", "enable": "0"} for rule in rules["data"]]
    await desk.send(f"{ROW}/enableBatch", named)
    assert len((await sample(desk, desk.reader))["data"]) == len((await sample(desk))["data"])
    shown = await desk.send(f"{ROW}/query", {"id": one["id"]})
    assert (shown["data"][0]["enable"], shown["data"][0]["update_by"]) == ("0", "mvega")
    bare = await desk.send(f"{ROW}/update", {"id": one["id"], "dbconn": "retail_dw"})
    assert bare["success"] is True
    conditions = f"{ROW}/config/query"
    assert (await desk.send(conditions, {"group_id": one["id"], "dbconn": "retail_dw"}))["data"] == []


async def test_a_condition_takes_the_name_of_whoever_asks() -> None:
    desk = Desk()
    rule = {
        "dbconn": "retail_dw",
        "configList": [NORTH | {"tbname": "ticket", "sql": "'sokafor' <> #{system.username}"}],
        "grantedList": [{"name": name, "type": "2"} for name in ("SYS_Reader", "SYS_Creator")],
    }
    await desk.send(f"{ROW}/update", rule)
    assert (await sample(desk, desk.reader, "ticket"))["data"] == []
    assert (await sample(desk, author(desk), "ticket"))["data"]
    tried = await desk.send(f"{ROW}/verify", rule)
    assert "'mvega'" in tried["configList"][0]["resolvedSql"]


async def test_a_hidden_table_is_not_there_for_those_it_is_hidden_from() -> None:
    desk = Desk()
    grants = {"grantedList": [{"name": "SYS_Reader", "type": "2"}]}
    item = {"schema": "sales", "tbname": "product", "obj_type": "1", "visible": "0", **grants}
    await desk.send(f"{OBJECT}/update", {"dbconn": "retail_dw", "configList": [item]})
    assert (await sample(desk, desk.reader, "product"))["msg"] == "Table sales.product does not exist"
    assert (await sample(desk, author(desk), "product"))["success"] is True
    (rule,) = [
        one
        for one in (await desk.send(f"{OBJECT}/query", {"withConfig": True}))["data"]
        if one["configList"][0]["obj_type"] == "1"
    ]
    assert rule["configList"][0]["obj_key"] == '"sales"."product"'


async def test_rules_are_refused_without_authority_and_where_they_are_locked_or_unknown() -> None:
    desk = Desk()
    rule = {"dbconn": "retail_dw", "configList": [NORTH]}
    for who, msg in (
        (desk.reader, "no permission"),
        (author(desk), "No administrative privileges:retail_dw"),
    ):
        assert (await desk.send(f"{ROW}/update", rule, who))["msg"] == msg
    rules = desk.state.row_rules
    rules[0] = replace(rules[0], base=replace(rules[0].base, editable="0"))
    shown = (await desk.send(f"{ROW}/query", {"editable": "0"}))["data"]
    locked = {"id": shown[0]["id"], "dbconn": "retail_dw"}
    told = await desk.send(f"{ROW}/deleteBatch", [locked, {"id": "f" * 32, "dbconn": "retail_dw"}])
    assert [one["msg"] for one in told["data"]] == ["the rule is not editable", "rule does not exist"]
    assert told["success"] is True
    assert (await desk.send(f"{ROW}/update", rule | locked))["success"] is False
    others = await desk.send(f"{ROW}/enableBatch", [locked | {"enable": "0"}], author(desk))
    assert others["data"][0]["msg"] == "No administrative privileges:retail_dw"
    assert (await desk.send(f"{ROW}/query", {}, author(desk)))["data"] == []
    assert len(rules) == 4
