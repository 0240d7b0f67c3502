"""The mail server that reports and alerts are sent by."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from pentad.consent.plans import Preview
from pentad.models import NO_FLAG, Record, SecretName
from pentad.operations import administers
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.server.members import refused
from pentad_tools.optimibi.times import flag

Word = Annotated[str, Field(min_length=1, max_length=300)]
Port = Annotated[int, Field(ge=1, le=65535), NO_FLAG, WithJsonSchema({"type": "integer"})]
Protocol = Annotated[Literal["smtp", "smtps"], WithJsonSchema({"enum": ["smtp", "smtps"]})]
_FLAGS = ("authenticate", "useSsl", "useStartTls", "smtpQuitWait", "debug")
_ASKED = {"smtpHost": "host", "smtpPort": "port", "userId": "user", "smtpProtocol": "protocol"}


@administers(
    "GET /api/emailconfig/getEmailConfig",
    alt=("GET /plugin/datafor-modeler/api/email/getEmailConfig",),
    check="ask again, as it changes nothing,",
    example={},
)
async def get_email_settings(optimibi: Optimibi) -> Record:
    """The outgoing mail server (SMTP): host, port, user, sender, encryption; never its password."""
    told = await _stored(optimibi)
    return Record({name: value for name, value in told.items() if name != "password"})


@administers(
    "POST /plugin/datafor-modeler/api/email/sendEmailTest",
    reaches="people",
    check="look into the mailbox of the sender",
    example={
        "password_secret": "mail",
        "host": "smtp.brightwater.example",
        "sender": "bi@brightwater.example",
    },
)
async def send_test_email(
    optimibi: Optimibi,
    *,
    password_secret: SecretName,
    sender: Word | None = None,
    host: Word | None = None,
    port: Port | None = None,
    user: Word | None = None,
    protocol: Protocol | None = None,
) -> Record:
    """Send a test mail to the sender's own address, to try SMTP settings that are given here; what is not
    given is taken from the stored ones. Stores nothing."""
    body = _settings(
        await _stored(optimibi.bound_to(get_email_settings)),
        {"smtpHost": host, "smtpPort": port, "userId": user, "smtpProtocol": protocol, "defaultFrom": sender},
    )
    goes = body["defaultFrom"]
    preview = Preview(
        will=f"Send one test mail to {quoted(str(goes))}, its own sender, by "
        f"{quoted(str(body['smtpHost']))}, port {body['smtpPort']}, as {quoted(str(body['userId']))}. The "
        "secret goes to that mail server.",
        slug="send-test-email",
        body=body | {"password": f"(secret {password_secret})"},
        undo="a mail that was sent cannot be taken back",
    )
    password = await optimibi.vault.secret(password_secret, optimibi.call)
    await optimibi.change(preview, body | {"password": password})
    return Record({"sent_to": goes, "by": body["smtpHost"], "stored": False})


async def _stored(optimibi: Optimibi) -> dict[str, Any]:
    """The settings, flags as flags, whichever way the release spells them."""
    told = await optimibi.record()
    return told | {name: flag(told[name]) for name in _FLAGS if name in told}


def _settings(stored: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What the test is made with. Raises Rejected for what is neither given nor stored."""
    found = {
        name: str(value) if (value := given[name] or stored.get(name)) not in (None, "") else None
        for name in given
    }
    for name, value in found.items():
        if value is None:
            raise refused(_ASKED.get(name, "sender"), "is needed, as the server has none stored")
    flags = {name: bool(stored.get(name)) for name in ("useStartTls", "useSsl")}
    more = {"authenticate": stored.get("authenticate") is not False}
    return {**found, "fromName": str(stored.get("fromName") or ""), **flags, **more}
