"""What the embedded Optimibi answers is what its contract documents, in both editions."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pentad.sandbox.optimibi.routes import ROUTES
from tests.sandbox.optimibi_desk import FORM, A, D, Desk, M, asked, report_address
from tests.sandbox.test_optimibi_accounts import every_account_call
from tests.sandbox.test_optimibi_filing import every_filing_call
from tests.sandbox.test_optimibi_granting import every_granting_call
from tests.sandbox.test_optimibi_modelling import every_modelling_call
from tests.sandbox.test_optimibi_server import every_server_call
from tests.sandbox.test_optimibi_watching import every_watching_call
from tests.witness import Contract, check_exchange

READS = (
    f"{D}/extension/auth/fetchUser",
    f"{D}/version/info",
    f"{D}/modeler/olap/config/meta?editable=true",
    f"{D}/system/settings/query",
    f"{M}/repo/files/tree?pathId=/public/Retail",
    f"{M}/repo/files/children?pathId=/public/Retail&includeAccessMap=true&filter=*|FILES",
    f"{M}/repo/files/search?word=trading&includeAccessMap=true",
    f"{M}/repo/files/acl?pathId=$report",
    f"{M}/repo/files/download?pathId=$folder",
    f"{M}/repo/files/download?pathId=$report&withManifest=false",
    f"{M}/user-settings/favorites",
    f"{M}/user-settings/recent",
    f"{M}/user-settings/display",
    f"{M}/mondrian/checkexists?name=$model",
    f"{M}/connection/list?includeAccessMap=true",
    f"{M}/connection/get?name=$connection",
    f"{M}/token/list",
    f"{D}/alert/detail?name=$alert",
    "/api/scheduler/getJobs",
    f"{D}/open/$address",
    f"{D}/edit/$address",
    f"{D}/integrate/$address",
    f"{D}/createDo",
    f"{D}/core/wl/wl_logo.png",
    f"{D}/core/wl/wl_main.png",
    f"{D}/core/wl/wl_main_small.png",
    f"{D}/core/wl/wl_favicon.ico",
)
NEWER_READS = (
    f"{M}/repo/files/deleted",
    f"{M}/mondrian/list?includeAccessMap=true",
    f"{M}/mondrian/simplelist",
    f"{M}/datasource/analysis/$model/download",
    f"{M}/datasource/analysis/DeviceFleet/download",
    f"{M}/datasource/analysis/catalog/$model",
    f"{M}/datasource/analysis/$model/acl",
    f"{M}/connection/acl?name=$connection",
    f"{M}/connection/checkexists?name=$connection",
    f"{M}/connection/sensitivity?name=$connection",
    f"{M}/connection/poolingParameters",
    f"{M}/parameter/system",
    f"{M}/email/getEmailConfig",
    f"{M}/token/content?name=portal",
    f"{M}/token/personal/config",
    f"{M}/token/personal/list",
    f"{D}/system/settings/snapshot",
    f"{D}/extension/auth/captcha.jpg",
)
OLDER_READS = (
    f"{M}/lineage/connection?connection=$connection&includeFiles=true&includeOthers=true",
    f"{M}/lineage/schema?schema=$model",
    "/api/emailconfig/getEmailConfig",
)
PEOPLE = (
    "/user/detail",
    "/user/list?withRole=true&start=2&count=5",
    "/user/speciallist?withEdit=true",
    "/roles/list?type=0",
    "/roles/types",
)
TABLE = {"connection": "$connection", "schema": "$schema", "table": "$table"}
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    (f"{M}/metadata/schemas", {"connection": "$connection"}),
    (f"{M}/metadata/tables", {"connection": "$connection", "schema": "$schema", "includeQuery": "false"}),
    (f"{M}/metadata/columns", {"connection": "$connection", "pairs": '[{"schema":"sales","table":"store"}]'}),
    (f"{M}/metadata/previewcolumn", {**TABLE, "limit": "5", "columns": '[{"name":"region","detail":""}]'}),
    (f"{M}/dict/data", {"id": "$dictionary"}),
    (f"{M}/parameter/query", {}),
    (f"{M}/parameter/data", {"id": "$parameter"}),
    (f"{D}/alert/list", {"pagePath": "$report"}),
    (f"{M}/datasource/analysis/catalogs/downloadList", {"nameList": '["RetailSales"]'}),
    (f"{M}/repo/files/downloadList", {"pathList": '["/public/Retail/Sales"]'}),
    (f"{D}/core/initLocale", {"clientLocale": "de-AT"}),
)
BODIES: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{M}/metadata/checkunique", {**TABLE, "fields": ["$key_column"]}),
    ("POST", f"{M}/auth/row/query", {"dbconn": "$connection", "withConfig": True, "withGranted": True}),
    ("POST", f"{M}/auth/obj/query", {"withConfig": True, "withGranted": True}),
    ("POST", f"{M}/auth/row/config/query", {"group_id": "$rule", "dbconn": "$connection"}),
    ("POST", f"{M}/auth/row/granted/query", {"group_id": "$rule", "dbconn": "$connection"}),
    (
        "POST",
        f"{M}/auth/row/verify",
        {
            "dbconn": "$connection",
            "configList": [
                {"schema": "sales", "tbname": "store", "sql": "\"region\" = 'North'"},
                {"schema": "sales", "tbname": "store", "sql": "\"regin\" = 'North'"},
            ],
        },
    ),
    ("POST", f"{M}/mondrian/upgrade", {"xml": '<Schema name="X" metamodelVersion="4.0"></Schema>'}),
    ("POST", f"{D}/cube/query/execute", asked({"[store].[geography]": ["region"]}, ["ticket_line.quantity"])),
    ("POST", "/plugin/datafor-ldap/api/application/query", {}),
    ("POST", "/plugin/datafor-oauth2/api/query", {}),
    ("POST", "/plugin/datafor-saml/api/application/query", {}),
    ("POST", "/plugin/datafor-backup/api/query", {}),
    ("POST", "/plugin/datafor-backup/api/log/query", {}),
    ("POST", f"{D}/core/wl/query", {}),
)


# Alternates of another form, which the contract has in a remark alone.
REMARKED = ("/plugin/datafor-whitelabel/api/save",)
# What other modules call in addition, each of its own area: every route with at least one good request.
AREAS: tuple[Callable[[Desk], Awaitable[None]], ...] = (
    every_account_call,
    every_filing_call,
    every_watching_call,
    every_server_call,
    every_granting_call,
    every_modelling_call,
)


def filled(desk: Desk, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: filled(desk, part) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(desk, part) for part in value]
    named = {**desk.samples, "address": report_address(desk.samples["report"])}
    if not isinstance(value, str) or "$" not in value:
        return value
    for name in sorted(named, key=len, reverse=True):
        value = value.replace(f"${name}", str(named[name]))
    return value


async def every_call(desk: Desk) -> None:
    """Everything that the edition has."""
    newer = desk.state.newer
    rules = await desk.send(f"{M}/auth/row/query", {"dbconn": "retail_dw"})
    base = M if newer else A
    paths = [*READS, *(NEWER_READS if newer else OLDER_READS), *(base + path for path in PEOPLE)]
    for path in paths:
        assert (await desk.ask("GET", filled(desk, path))).status_code == 200, path
    lists = [f"{M}/dict/query"] if newer else [f"{D}/modeler/dict/query", f"{D}/modeler/parameter/query"]
    for path, fields in (*FORMS, *((one, dict[str, str]()) for one in lists)):
        assert (await desk.ask("POST", path, filled(desk, fields), media=FORM)).status_code == 200, path
    connection = await desk.read(f"{M}/connection/get?name=retail_dw")
    bodies = [*BODIES, ("PUT", f"{M}/connection/test?name=retail_dw", connection), *_own(newer)]
    for method, path, body in bodies:
        whole = json.loads(json.dumps(filled(desk, body)).replace("$rule", rules["data"][0]["id"]))
        assert (await desk.ask(method, path, whole)).status_code == 200, path
    for area in AREAS:
        await area(desk)


def _own(newer: bool) -> list[tuple[str, str, Any]]:
    """What only one edition has, or has elsewhere."""
    entry = [{"fullPath": "/public/Web/Overview.datafor", "title": "Overview", "lastUse": 1}]
    if not newer:
        return [("POST", f"{D}/user-settings/recent?append=true", entry)]
    graph = {"pathIds": ["$report"], "schemas": ["$model"], "connections": ["$connection"]}
    xml = "<Schema><Cube><Measure/></Cube></Schema>"
    return [
        ("POST", f"{M}/user-settings/recent?append=true", entry),
        ("POST", f"{M}/lineage/link", graph),
        ("POST", f"{M}/mondrian/verify", {"xml": xml, "datasource": "$connection"}),
    ]


def problems(desk: Desk) -> list[str]:
    contract = Contract.load("optimibi")
    log = [exchange for exchange in desk.platform.log if not exchange.path.endswith(REMARKED)]
    return [problem for exchange in log for problem in check_exchange(contract, exchange)]


def test_every_route_is_an_operation_of_the_contract_at_its_address_or_an_alternate() -> None:
    contract = Contract.load("optimibi")
    for route in ROUTES:
        if route.path in REMARKED:
            continue
        found = contract.match(route.method, route.path)
        assert found is not None
        assert found[0].operation_id == route.operation


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_every_operation_answers_as_documented_and_in_its_edition(edition: str) -> None:
    desk = Desk(edition)
    await every_call(desk)
    signing = {"login_session", "logout_session", "login_form", "login_form_get", "logout_form"}
    routed = {route.operation for route in ROUTES if edition in route.editions}
    assert set(desk.state.calls) == routed - signing
    assert problems(desk) == []


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_what_moved_is_a_page_of_the_container_in_the_other_edition(edition: str) -> None:
    desk = Desk(edition)
    here = {(route.method, route.path) for route in ROUTES if edition in route.editions}
    moved = [route for route in ROUTES if (route.method, route.path) not in here]
    assert len(moved) >= 10
    for route in moved:
        answer = await desk.ask(route.method, route.path.replace("{catalog}", "RetailSales"))
        assert answer.status_code in (404, 405)
        assert answer.headers["content-type"].startswith("text/html")
    plugins = (await desk.read(f"{D}/extension/auth/fetchUser"))["plugins"]
    assert ("datafor-auth" in plugins) is (edition == "older")


async def test_an_address_or_a_method_that_is_not_there_is_a_page_too() -> None:
    desk = Desk()
    for method, path, status in (
        ("GET", "/plugin/datafor-ai/api/query", 404),
        ("GET", f"{M}/metadata/schemas", 405),
        ("GET", "/elsewhere", 404),
    ):
        answer = await desk.ask(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
