"""Alerts that are run at once: where the condition holds, the mail is really sent."""

from __future__ import annotations

from typing import Any

from pentad.consent.plans import Preview
from pentad.http.encodings import Form
from pentad.models import Id, Record, Row
from pentad.operations import writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.alerts.alerts import alert_named
from pentad_tools.optimibi.alerts.definitions import (
    AsConditions,
    AsMail,
    Changes,
    Logical,
    changed,
    consequence,
    definition,
    in_words,
)
from pentad_tools.optimibi.alerts.words import recipients
from pentad_tools.optimibi.slugs import slug

# The newer documentation's words for what came of a run.
_OUTCOMES = {"send mail success": "mail was sent", "not match condition": "condition not met, no mail"}
_UNTOLD = "run; this server does not tell whether mail was sent"
_CHECK = "ask the recipients whether mail came; no call tells it"


@writes(
    "POST /plugin/datafor/api/alert/executeByName",
    alt=("POST /plugin/datafor/api/alert/execute",),
    reaches="people",
    check=_CHECK,
    example={"alert": "$alert"},
)
async def execute_alert_by_name(optimibi: Optimibi, alert: Id) -> Record:
    """Run a stored alert now, outside its schedule: figures are checked and, where the condition holds, its
    recipients are mailed at once."""
    raw = await alert_named(optimibi, alert)
    name = str(raw["name"])
    # Here the address of the contract is the newer one, and the other the older.
    newer = optimibi.by(optimibi.operation.endpoint)
    return _ran(raw, await newer.change(_running(raw, "as it is stored"), Form({"name": name})))


@writes(
    "POST /plugin/datafor/api/alert/execute",
    reaches="people",
    check=_CHECK,
    example={"alert": "$alert", "mail": {"subject": "Only a trial"}},
)
async def execute_alert(
    optimibi: Optimibi,
    alert: Id,
    conditions: AsConditions | None = None,
    logical: Logical | None = None,
    mail: AsMail | None = None,
) -> Record:
    """Try an alert with another threshold, mail or recipients, without storing that: it runs now, once, and
    mails where the condition holds. As it is stored: optimibi_execute_alert_by_name."""
    now = await definition(optimibi, alert)
    changes = Changes(conditions=conditions, logical=logical, mail=mail)
    body = await changed(optimibi, now, changes)
    return _ran(body, await optimibi.change(_running(body, "with these changes, which are not stored"), body))


def _running(raw: Row, how: str) -> Preview:
    name = str(raw["name"])
    return Preview(
        will=f"Run alert {quoted(name)} now, {how}: {consequence(raw)}.",
        slug=slug("run-alert", name),
        body={"name": name, **in_words(raw)},
        undo="a mail that is sent cannot be taken back",
    )


def _ran(raw: Row, answer: dict[str, Any]) -> Record:
    told = answer.get("data")
    outcome = _OUTCOMES.get(str(told), str(told)) if told else _UNTOLD
    return Record({"alert": raw["name"], "outcome": outcome, "recipients": recipients(raw)})
