"""Settings of the server: of the query engine, of the system, of mail; and what a missing plugin answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.refusals import RefusalError, container_page
from pentad.sandbox.optimibi.routing import NEWER, OLDER, D, M, Route

# Code, name, type, value, allowed values, whether it is meant to be changed.
_ENGINE = (
    ("mondrian.rolap.queryTimeout", "QueryTimeout", "Integer", "300", "", True),
    ("mondrian.result.limit", "ResultLimit", "Integer", "100000", "", True),
    ("mondrian.olap.NullMemberCaption", "NullMemberCaption", "String", "(null)", "", True),
    ("mondrian.olap.case.sensitive", "CaseSensitive", "Boolean", "false", "", True),
    ("mondrian.rolap.SolveOrderMode", "SolveOrderMode", "String", "ABSOLUTE", "ABSOLUTE,SCOPED", True),
    ("mondrian.rolap.generate.formatted.sql", "FormattedSql", "Boolean", "false", "", False),
)
_DEFAULTS = {"week-start-day": "monday", "report-theme": "light"}
_PORTS = ("25", "465", "587", "2525")
_NEEDED = ("smtpHost", "smtpPort", "userId", "password", "smtpProtocol", "defaultFrom")


def plugged(answer: Callable[[Context], Any]) -> Callable[[Context], Any]:
    """The route of an extension: the container's own page while its plugin is missing."""

    def answered(context: Context) -> Any:
        plugin = context.call.path.partition("/plugin/")[2].partition("/")[0]
        if plugin not in context.state.plugins:
            raise container_page(404, context.call.path)
        return answer(context)

    return answered


def olap(context: Context) -> dict[str, Any]:
    told = [
        {
            "code": code,
            "name": name,
            "type": kind,
            "value": context.state.olap.get(code, value),
            "defaults": "0",
            "range": allowed,
            "editable": free,
            "desc": f"{name} of the engine.",
        }
        for code, name, kind, value, allowed, free in _ENGINE
        if context.param("editable") in ("", str(free).lower())
    ]
    return done(told, code=None)


def update_olap(context: Context) -> dict[str, Any]:
    """Values are not checked, and codes that the engine does not know change nothing."""
    body = context.json()
    for one in body if isinstance(body, list) else []:
        _put_olap(context, one)
    return done(code=None)


def update_one_olap(context: Context) -> dict[str, Any]:
    _put_olap(context, context.form())
    return done(code=None)


def _put_olap(context: Context, one: Any) -> None:
    if isinstance(one, dict) and one.get("code") in {code for code, *_ in _ENGINE}:
        context.state.olap[one["code"]] = str(one.get("value", ""))


def system(context: Context) -> dict[str, Any]:
    """Administrators see every key in the newer edition, others only defaults."""
    everything = {
        **_DEFAULTS,
        "fully-qualified-server-url": context.root,
        "allowRegister": "false",
        "cors-requests-allowed": "true",
        "map-api-key": context.state.secret("map"),
        "ai-service-token": context.state.secret("ai"),
        **context.state.system,
    }
    if context.user.admin or not context.state.newer:
        return done(everything)
    return done({name: everything[name] for name in _DEFAULTS})


def update_system(context: Context) -> dict[str, Any]:
    """Writes what is sent and leaves the rest alone; nothing is checked."""
    sent = {name: str(value) for name, value in context.fields().items()}
    _put_system(context, sent)
    return {"success": True, "code": "200"}


def snapshot(context: Context) -> dict[str, Any]:
    return done({**_reports(context), "tenant": "/pentaho/tenant0"})


def patch(context: Context) -> dict[str, Any]:
    sent, settings = context.fields(), context.fields().get("settings")
    if sent.get("revision") != _reports(context)["revision"]:
        raise RefusalError("System settings have changed", "409")
    if isinstance(settings, dict):
        _put_system(context, {name: str(settings[name]) for name in settings if name in _DEFAULTS})
    return done(_reports(context))


def _reports(context: Context) -> dict[str, Any]:
    state = context.state
    settings = {name: state.system.get(name, value) for name, value in _DEFAULTS.items()}
    return {"settings": settings, "revision": f"r{17 + len(state.revisions)}"}


def _put_system(context: Context, sent: dict[str, str]) -> None:
    """Every change of a report default makes another revision."""
    if _DEFAULTS.keys() & sent.keys():
        context.state.revisions.append(context.user.username)
    context.state.system |= sent


def mail(context: Context) -> dict[str, Any]:
    """A bare object, the password with it; every value is text in the older edition."""
    told: dict[str, Any] = {
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
    if context.state.newer:
        return told
    return {name: value if isinstance(value, str) else str(value).lower() for name, value in told.items()}


def try_mail(context: Context) -> dict[str, Any]:
    """The message goes to its own sender, by the settings sent and not by those stored."""
    sent = context.fields()
    lacking = [name for name in _NEEDED if not sent.get(name)]
    if lacking:
        raise _unsent(f"{lacking[0]} is required")
    if str(sent["smtpPort"]) not in _PORTS:
        raise _unsent(f"Couldn't connect to host, port: {sent['smtpHost']}, {sent['smtpPort']}")
    if sent["smtpProtocol"] not in ("smtp", "smtps"):
        raise _unsent(f"No provider for {sent['smtpProtocol']}")
    context.state.test_mails.append(sent)
    return {"success": True, "code": "200"}


def _unsent(msg: str) -> RefusalError:
    return RefusalError(msg, "500", more={"type": "1"})


_MAIL = "/api/emailconfig/getEmailConfig"
ROUTES = (
    Route("GET", f"{D}/modeler/olap/config/meta", "get_olap_settings", olap),
    Route("POST", f"{D}/modeler/olap/config/updateBatch", "update_olap_settings", update_olap, admin=True),
    Route(
        "POST", f"{D}/modeler/olap/config/update", "update_olap_setting", update_one_olap, NEWER, admin=True
    ),
    Route("GET", f"{D}/system/settings/query", "get_system_settings", system),
    Route("POST", f"{D}/system/settings/update", "update_system_settings", update_system, admin=True),
    Route("GET", f"{D}/system/settings/snapshot", "get_settings_snapshot", snapshot, NEWER, admin=True),
    Route("POST", f"{D}/system/settings/patch", "patch_settings", patch, NEWER, admin=True),
    Route("GET", _MAIL, "get_email_settings", mail, OLDER, admin=True),
    Route("POST", _MAIL, "get_email_settings_post", mail, OLDER, admin=True),
    Route("GET", f"{M}/email/getEmailConfig", "get_email_settings", mail, NEWER, admin=True),
    Route("POST", f"{M}/email/sendEmailTest", "send_test_email", try_mail, admin=True),
)
