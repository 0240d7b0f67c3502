"""The server itself: release, settings, mail, tokens, sign-on plugins, backups, branding."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.accounts import ADMIN
from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.refusals import RefusalError

_IMAGE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def version(context: Context) -> dict[str, Any]:
    number = "9.20" if context.state.newer else "7.05"
    build = {"version": number, "branch": "commercial", "buildId": f"datafor-{number}-build"}
    return {"success": True, "current": build, "newest": build, "status": 0}


def olap(context: Context) -> dict[str, Any]:
    rows = [
        ("mondrian.rolap.queryTimeout", "QueryTimeout", "Integer", "300", True),
        ("mondrian.result.limit", "ResultLimit", "Integer", "100000", True),
        ("mondrian.rolap.generate.formatted.sql", "FormattedSql", "Boolean", "false", False),
    ]
    told = [
        {
            "code": code,
            "name": name,
            "type": kind,
            "value": value,
            "defaults": "0",
            "range": "",
            "editable": free,
        }
        for code, name, kind, value, free in rows
        if context.param("editable") in ("", str(free).lower())
    ]
    return done(told, code=None)


def system(context: Context) -> dict[str, Any]:
    """Administrators see every key in the newer edition, others only defaults."""
    shown = {"week-start-day": "monday", "report-theme": "light"}
    if context.user.admin or not context.state.newer:
        shown |= {
            "fully-qualified-server-url": context.root,
            "allowRegister": "false",
            "cors-requests-allowed": "true",
            "map-api-key": context.state.secret("map"),
            "ai-service-token": context.state.secret("ai"),
        }
    return done(shown)


def snapshot(_: Context) -> dict[str, Any]:
    return done({"settings": {"week-start-day": "monday"}, "revision": "r17", "tenant": "/pentaho/tenant0"})


def mail(context: Context) -> dict[str, Any]:
    """A bare object, the password with it."""
    return {
        "smtpHost": "smtp.brightwater.example",
        "smtpPort": 587,
        "smtpProtocol": "smtp",
        "userId": "reports@brightwater.example",
        "password": context.state.secret("mail"),
        "authenticate": True,
        "useSsl": False,
        "useStartTls": True,
        "defaultFrom": "reports@brightwater.example",
        "fromName": "Brightwater BI",
        "smtpQuitWait": False,
        "debug": False,
    }


def _token_configuration(context: Context, *, masked: bool) -> dict[str, Any]:
    state, born = context.state, int(context.state.born) * 1000
    return {
        "name": "portal",
        "token_name": "token",
        "secret": "************" if masked else state.secret("jwt"),
        "privateKey": state.secret("private"),
        "expire": 28_800,
        "fieldmap": {"username": "login", "name": "name", "email": "email"},
        "algorithm": "HS256",
        "enable": "1",
        "inituser": "0",
        "initroles": ["SYS_Reader"],
        "initpwd": state.secret("initpwd"),
        "createdDate": born - 9_000_000_000,
        "lastModifiedDate": born - 8_000_000_000,
        "creatorId": ADMIN if state.newer else born - 9_000_000_000,
    }


def token_configurations(context: Context) -> dict[str, Any]:
    """The secret is in clear text in the older edition."""
    return {"success": True, "data": [_token_configuration(context, masked=context.state.newer)]}


def token_configuration(context: Context) -> dict[str, Any]:
    if context.param("name") != "portal":
        raise RefusalError("configuration does not exist", "404")
    return {"success": True, **_token_configuration(context, masked=True)}


def _accounts(context: Context) -> dict[str, Any]:
    new = {"inituser": "1", "initroles": ["SYS_Reader"], "initpwd": context.state.secret("initpwd")}
    return {"enable": "0", **new, "ignoreList": ["/plugin/datafor-modeler/api"], "includeList": []}


def ldap(context: Context) -> dict[str, Any]:
    told = {"url": "ldap://dir.brightwater.example:389", "authtype": "simple", "desc": "company directory"}
    bound = {"dn": "cn=binder,dc=brightwater", "secret": context.state.secret("bind")}
    return done(_accounts(context) | told | bound)


def oauth2(context: Context) -> dict[str, Any]:
    base = "https://login.brightwater.example"
    told = {
        "auth_url": f"{base}/authorize",
        "token_url": f"{base}/token",
        "info_url": f"{base}/userinfo",
        "info_method": "GET",
        "client_id": "bi-portal",
        "client_secret": context.state.secret("client"),
        "scope": "email profile",
        "grant_type": "authorization_code",
        "jsonpath": {"username": "$.email"},
    }
    return done(_accounts(context) | told)


def saml(context: Context) -> dict[str, Any]:
    told = {
        "idp_sso_url": "https://idp.brightwater.example/sso",
        "idp_entity_id": "https://idp.brightwater.example/metadata",
        "sp_entity_id": "brightwater-bi",
        "allowed_clock_skew": 2,
        "fieldmap": {"username": "mail"},
        "privateKey": context.state.secret("private"),
    }
    return done(_accounts(context) | told)


_BACKUP = {
    "name": "Nightly",
    "folder": "backup/",
    "config": json.dumps([{"id": "db"}]),
    "add_by": ADMIN,
    "add_time": "2026-02-01 01:00:00.0",
}


def backup_schedules(context: Context) -> dict[str, Any]:
    due = int(context.state.born) * 1000 + 50_000_000
    more = {
        "enable": "1",
        "trigger": "0 0 2 * * ? *",
        "jobid": f"{ADMIN}\tBackupTaskAction\t41",
        "state": "NORMAL",
    }
    return done([{"id": "a7c2", **_BACKUP, **more, "nextRun": due}], code=None, msg="")


def backup_records(_: Context) -> dict[str, Any]:
    made = [
        {"id": f"Backup_2026.02.{day}-02.00.00.117+0000", "backupid": "a7c2", **_BACKUP, "status": status}
        for day, status in (("22", "1"), ("21", "2"))
    ]
    return done(made, code=None, msg="")


def branding(_: Context) -> dict[str, Any]:
    return done({"main_title": "Brightwater BI", "login_copyright": "(c) Brightwater", "enable_help": "true"})


def image(_: Context) -> Reply:
    return Reply(200, _IMAGE, {"content-type": "image/png"})


def captcha(_: Context) -> Reply:
    return Reply(200, b"\xff\xd8\xff\xe0", {"content-type": "image/jpeg"})


def icon(_: Context) -> Reply:
    return Reply(200, b"\x00\x00\x01\x00", {"content-type": "image/x-icon"})
