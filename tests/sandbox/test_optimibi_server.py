"""The server's own settings in the embedded Optimibi: engine, system, mail, sign-on, branding, backups."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.optimibi_desk import FORM, D, Desk, M

CAS, LDAP = "/plugin/datafor-cas/api", "/plugin/datafor-ldap/api/application"
OAUTH2, SAML = "/plugin/datafor-oauth2/api", "/plugin/datafor-saml/api/application"
LABEL, BACKUP = "/plugin/datafor-whitelabel/api", "/plugin/datafor-backup/api"
TIMEOUT = "mondrian.rolap.queryTimeout"
BOUND = {"initial": "x.Factory", "dn": "cn=a", "url": "ldap://d.example", "authtype": "simple"}
MAIL = {
    "smtpHost": "smtp.brightwater.example",
    "smtpPort": "587",
    "userId": "reports",
    "password": "hush-hush",
    "smtpProtocol": "smtp",
    "defaultFrom": "reports@brightwater.example",
}
IMAGES = ("wl_favicon.ico", "wl_logo.png", "wl_main_small.png", "wl_main.png")


async def upload(desk: Desk, path: str, texts: dict[str, str], **images: bytes) -> httpx.Response:
    """A form of several parts, as browsers send it."""
    files: list[Any] = [(name, (None, text.encode())) for name, text in texts.items()]
    files += [(name, (f"{name}.png", content, "image/png")) for name, content in images.items()]
    async with httpx.AsyncClient(transport=desk.box.transport()) as client:
        return await client.post(desk.platform.url + path, headers=desk.platform.headers(), files=files)


async def every_server_call(desk: Desk) -> None:
    """What there is beside the sheer reads."""
    done = [
        await desk.send(f"{D}/modeler/olap/config/updateBatch", [{"code": TIMEOUT, "value": "180"}]),
        await desk.send(f"{D}/system/settings/update", {"allowRegister": "true"}),
        await desk.send(f"{M}/email/sendEmailTest", MAIL),
        await desk.send(f"{LDAP}/verifyConfig", BOUND | {"secret": "hush-hush"}),
    ]
    for base in (CAS, LDAP, OAUTH2, SAML):
        told = await desk.send(f"{base}/query", {})
        done += [told, await desk.send(f"{base}/update", told["data"] | {"enable": "1"})]
    own = await (_newer(desk) if desk.state.newer else _older(desk))
    assert all(answer["success"] for answer in [*done, *own])
    archive = f"{BACKUP}/log/download?id=Backup_2026.02.22-02.00.00.117%2B0000"
    assert (await desk.ask("GET", archive)).content.startswith(b"PK")


async def _older(desk: Desk) -> list[Any]:
    mail = await desk.ask("POST", "/api/emailconfig/getEmailConfig")
    assert mail.json()["smtpPort"] == "587"
    return [(await upload(desk, f"{LABEL}/update", {"main_title": "A"}, wl_logo=b"\x89PNG")).json()]


async def _newer(desk: Desk) -> list[Any]:
    await desk.ask("GET", f"{D}/core/wl/wl_logo.png")
    assert (await desk.ask("GET", f"{D}/core/wl/wl_other.png")).status_code == 404
    revision = (await desk.read(f"{D}/system/settings/snapshot"))["data"]["revision"]
    patch = {"revision": revision, "settings": {"week-start-day": "sunday"}}
    return [
        await desk.form(f"{D}/modeler/olap/config/update", code=TIMEOUT, value="240"),
        await desk.send(f"{D}/system/settings/patch", patch),
        (await upload(desk, f"{LABEL}/save", {"config": '{"main_title": "A"}'})).json(),
    ]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_engine_and_system_settings_that_are_stored_are_shown(edition: str) -> None:
    desk = Desk(edition)
    engine = [{"code": TIMEOUT, "value": "180"}, {"code": "no.such", "value": "1"}]
    assert (await desk.send(f"{D}/modeler/olap/config/updateBatch", engine))["success"]
    await desk.form(f"{D}/modeler/olap/config/updateBatch", code=TIMEOUT, value="1")
    await desk.send(f"{D}/system/settings/update", {"allowRegister": "true"})
    rows = (await desk.read(f"{D}/modeler/olap/config/meta"))["data"]
    system = (await desk.read(f"{D}/system/settings/query"))["data"]
    told = (await desk.read(f"{D}/system/settings/query", desk.reader))["data"]

    assert {row["code"]: row["value"] for row in rows}[TIMEOUT] == "180"
    assert "no.such" not in {row["code"] for row in rows}
    assert (system["allowRegister"], system["cors-requests-allowed"]) == ("true", "true")
    assert ("allowRegister" in told) is (edition == "older")
    refused = await desk.send(f"{D}/system/settings/update", {"allowRegister": "false"}, desk.reader)
    assert refused == {"success": False, "msg": "no permission", "code": "403"}


async def test_a_patch_needs_the_revision_that_is_there() -> None:
    desk = Desk()
    first = (await desk.read(f"{D}/system/settings/snapshot"))["data"]
    patch = {"revision": first["revision"], "settings": {"week-start-day": "sunday", "no.such": "1"}}
    made = (await desk.send(f"{D}/system/settings/patch", patch))["data"]
    stale = await desk.send(f"{D}/system/settings/patch", patch)
    await desk.send(f"{D}/system/settings/update", {"report-theme": "dark"})
    last = (await desk.read(f"{D}/system/settings/snapshot"))["data"]

    assert made["settings"] == {"week-start-day": "sunday", "report-theme": "light"}
    assert stale == {"success": False, "msg": "System settings have changed", "code": "409"}
    assert last["settings"] == {"week-start-day": "sunday", "report-theme": "dark"}
    assert len({first["revision"], made["revision"], last["revision"]}) == 3


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_a_sign_on_configuration_is_replaced_whole_but_for_secrets_that_are_not_told(
    edition: str,
) -> None:
    desk = Desk(edition)
    for base in (CAS, LDAP, OAUTH2, SAML):
        now = (await desk.send(f"{base}/query", {}))["data"]
        assert (await desk.ask("POST", f"{base}/update", {"enable": "1"}, media=FORM)).json()["success"]
        assert (await desk.send(f"{base}/query", {}))["data"] == now
        masked = {"enable": "1", "inituser": "1", "initpwd": "************"}
        assert await desk.send(f"{base}/update", masked) == {"success": True}
        told = (await desk.send(f"{base}/query", {}))["data"]
        assert {name: told[name] for name in masked} == masked | {"initpwd": now["initpwd"]}
        assert "ignoreList" not in told
        assert set(now) - set(told) >= {"initroles", "includeList"}


async def test_a_directory_and_a_mail_server_refuse_what_cannot_work() -> None:
    desk = Desk()
    lacking = await desk.send(f"{LDAP}/verifyConfig", {**BOUND})
    wrong = await desk.send(f"{LDAP}/verifyConfig", BOUND | {"secret": "wrong-one"})
    unsent = await desk.send(f"{M}/email/sendEmailTest", MAIL | {"smtpPort": "1"})

    assert (lacking["success"], lacking["msg"]) == (False, "secret is required")
    assert wrong == {"success": False, "msg": "invalid credentials"}
    assert (unsent["success"], unsent["code"], unsent["type"]) == (False, "500", "1")
    assert desk.state.test_mails == []


async def test_a_missing_plugin_answers_with_the_containers_page() -> None:
    desk = Desk()
    desk.state.missing = ["datafor-cas", "datafor-backup", "datafor-whitelabel"]
    for path in (f"{CAS}/query", f"{CAS}/update", f"{BACKUP}/query", f"{LABEL}/save"):
        answer = await desk.ask("POST", path, {})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "datafor-cas" not in (await desk.read(f"{D}/extension/auth/fetchUser"))["plugins"]


@pytest.mark.parametrize("edition", ["newer", "older"])
async def test_branding_is_stored_by_the_way_of_its_edition_and_images_stay(edition: str) -> None:
    desk = Desk(edition)
    path, texts = ("save", {"config": '{"main_title": "A", "enable_help": false}'})
    if edition == "older":
        path, texts = ("update", {"main_title": "A", "enable_help": "0"})
    await upload(desk, f"{LABEL}/{path}", texts, wl_logo=b"\x89PNG-1")
    await desk.send(f"{LABEL}/{path}", {"main_title": "B"})
    told = (await desk.send(f"{D}/core/wl/query", {}))["data"]
    logos = [(await desk.ask("GET", f"{D}/core/wl/{name}", who={})).content for name in IMAGES]

    assert told == {"main_title": "A", "enable_help": False if edition == "newer" else "false"}
    assert logos[1] == b"\x89PNG-1"
    assert b"\x89PNG-1" not in (logos[0], logos[2], logos[3])


async def test_a_backup_that_cannot_be_had_is_a_text_file() -> None:
    desk = Desk()
    base = f"{BACKUP}/log/download?id=Backup_2026.02."
    for who, day in ((None, "21"), (None, "99"), (desk.reader, "22")):
        answer = await desk.ask("GET", f"{base}{day}-02.00.00.117%2B0000", who=who)
        assert answer.status_code == 200
        assert 'filename="info.txt"' in answer.headers["content-disposition"]
    refused = await desk.ask("POST", f"{BACKUP}/log/query", {}, desk.reader)
    assert refused.json() == {"success": False, "msg": "no permission", "code": 403}


async def test_a_language_is_kept_with_the_session_alone() -> None:
    desk = Desk()
    who = {"username": desk.held["username"], "password": desk.held["password"]}
    signed = await desk.ask("POST", f"{D}/extension/auth/login", who, {}, FORM)
    cookie = {"Cookie": f"JSESSIONID={signed.cookies['JSESSIONID']}"}
    locale = {"clientLocale": "de-AT"}
    await desk.ask("POST", f"{D}/core/initLocale", locale, cookie, FORM)
    await desk.form(f"{D}/core/initLocale", clientLocale="es")

    assert (await desk.read(f"{D}/extension/auth/fetchUser", cookie))["locale"] == "de"
    assert (await desk.read(f"{D}/extension/auth/fetchUser"))["locale"] == "en"
